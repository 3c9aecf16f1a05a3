# SPDX-License-Identifier: Apache-2.0
"""What there is a lot of: connections, partitions, bytes behind a kill -9."""

import statistics
import subprocess
import sys
import time

from process_costs import cpu_seconds, memory_kib
from raw_client import RawClient, batch, record
from shaped_client import ShapedClient

CONNECTIONS = 9_000
PARTITIONS = 2_000
MORE_TOPICS, MORE_PARTITIONS = 10, 10_000  # of each; for us alone
MEGABYTES = 10_000
METADATA, CREATE_TOPICS = 3, 19
SETTINGS = ("socket.listen.backlog.size=4096",)


def connections(broker):
    """Seconds to open so many and have an answer on each; bytes and CPU for one."""
    memory, cpu, began = memory_kib(broker.process.pid), cpu_seconds(broker.process.pid), time.perf_counter()
    clients = []
    for _ in range(CONNECTIONS):
        clients.append(ShapedClient(broker.port, 120))
        clients[-1].api_versions()
    seconds = time.perf_counter() - began
    grown, used = memory_kib(broker.process.pid) - memory, cpu_seconds(broker.process.pid) - cpu
    for client in clients:
        client.socket.close()
    return seconds, grown * 1024 / CONNECTIONS, used / CONNECTIONS * 1e6


def create(broker, topics, partitions):
    """Seconds until each partition has a leader."""
    began = time.perf_counter()
    with ShapedClient(broker.port, 300) as client:
        for topic in topics:  # Kafka makes ten thousand partitions at a time, and no more
            answer = client.ask(CREATE_TOPICS, 4, [[[topic, partitions, 1, [], []]], 300_000, False])
            assert answer[1][0][1] == 0, answer
        wait_until_led(client, topics)
    return time.perf_counter() - began


def wait_until_led(client, topics):
    def is_led(topic):
        return topic[0] == 0 and topic[3] and all(error == 0 and leader >= 0 for error, _, leader, *_ in topic[3])
    while not all(map(is_led, client.ask(METADATA, 4, [topics, False])[4])):
        pass


def produce(broker, topic, megabytes):
    big = batch(b"".join(record(b"x" * 1000, delta) for delta in range(1000)), 1000)
    with RawClient(broker.port, 60) as client:
        while client.produce(topic, batch())[0] != 0:
            client.metadata(topic)
        for _ in range(megabytes):
            assert client.produce(topic, big)[0] == 0


def restart(broker, stop, topics):
    """Seconds from the start until each partition has a leader."""
    stop()
    subprocess.run(["sync"], check=True)
    began = time.perf_counter()
    broker.start()
    with ShapedClient(broker.port, 300) as client:
        wait_until_led(client, topics)
    return time.perf_counter() - began


def killed(broker):
    broker.process.kill()
    broker.process.wait()


def ended(broker):
    broker.process.terminate()
    broker.process.wait()


def column(peer, broker):
    print(f"connections, partitions and restarts of {peer}", file=sys.stderr, flush=True)
    opened, each, cpu = connections(broker)
    produce(broker, "bulk", MEGABYTES)
    after_kill = statistics.median(restart(broker, lambda: killed(broker), ["bulk"]) for _ in range(3))
    created = create(broker, ["many"], PARTITIONS)
    memory = memory_kib(broker.process.pid) / 1024
    after_end = restart(broker, lambda: ended(broker), ["many"])
    return [f"{opened:.2f}", f"{each:.0f}", f"{cpu:.0f}", f"{after_kill * 1000:.0f}", f"{created:.2f}", f"{memory:.0f}", f"{after_end * 1000:.0f}"]


def more(broker):
    topics = [f"more-{number}" for number in range(MORE_TOPICS)]
    created = create(broker, topics, MORE_PARTITIONS)
    memory = memory_kib(broker.process.pid) / 1024
    return f"{created:.2f}", f"{memory:.0f}", f"{restart(broker, lambda: ended(broker), topics) * 1000:.0f}"


def figures(brokers):
    """The rows of the table; `brokers` by name, each by itself."""
    labels = [f"{CONNECTIONS} connections, each with an answer (a client in Python), s", "memory for one, bytes", "CPU for one, us",
              f"kill -9 behind {MEGABYTES} MB to all partitions led, ms", f"{PARTITIONS} partitions: to all led, s", "- memory of the broker, MB",
              "- stopped and started, to all led, ms"]
    columns = {peer: column(peer, broker) for peer, broker in brokers.items()}
    rows = [["figure", *columns], *([label, *(each[i] for each in columns.values())] for i, label in enumerate(labels))]
    many = MORE_TOPICS * MORE_PARTITIONS
    print(f"{many} partitions of Odradek", file=sys.stderr, flush=True)
    created, memory, started = more(brokers["Odradek"])
    others = ["-"] * (len(columns) - 1)
    return rows + [[f"{many} more partitions: to all led, s", created, *others], ["- memory of the broker, MB", memory, *others],
                   ["- stopped and started, to all led, ms", started, *others]]
