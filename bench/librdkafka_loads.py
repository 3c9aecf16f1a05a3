# SPDX-License-Identifier: Apache-2.0
"""librdkafka's own load generator, rdkafka_performance. The npm package of node-rdkafka carries it, with its librdkafka."""

import re
import shutil
import subprocess
import sys
import time

from cache import built_once
from confluent_kafka.admin import AdminClient, NewTopic
from node_rdkafka import VERSION, fetch
from process_costs import cpu_seconds
from results import keep

SETTINGS = ("linger.ms=50", "queue.buffering.max.messages=500000", "queue.buffering.max.kbytes=500000", "batch.num.messages=10000",
            "sticky.partitioning.linger.ms=0")  # each message goes to another partition, as with keys
LOADS = [  # name, messages, size, partitions, options
    ("produce 1 KB", 1_000_000, 1024, 1, ("-a", "1")),
    ("produce 100 B", 5_000_000, 100, 1, ("-a", "1")),
    ("produce 10 KB", 100_000, 10240, 1, ("-a", "1")),
    ("produce 1 KB idempotent", 1_000_000, 1024, 1, ("-a", "-1", "-X", "enable.idempotence=true")),
    ("produce 1 KB lz4", 1_000_000, 1024, 1, ("-a", "1", "-z", "lz4")),
    ("produce 1 KB zstd", 1_000_000, 1024, 1, ("-a", "1", "-z", "zstd")),
    ("produce 1 KB, 16 partitions", 1_000_000, 1024, 16, ("-a", "1")),
    ("produce 1 KB, 1000 partitions", 1_000_000, 1024, 1000, ("-a", "1")),
]


def is_there():
    return all(map(shutil.which, ("npm", "make", "cc")))


def build(folder):
    print(f"fetching node-rdkafka {VERSION} with npm, and building the rdkafka_performance in it", file=sys.stderr, flush=True)
    source = fetch(folder) / "deps/librdkafka"
    for command in ("./configure --disable-gssapi --disable-curl --disable-sasl", "make -s -j2 -C src", "make -s -C examples rdkafka_performance"):
        subprocess.run(command.split(), cwd=source, check=True, stdout=subprocess.DEVNULL)


def rdkafka_performance(broker, *arguments):
    """MB/s, and messages/s, of the program's last word."""
    program = built_once(f"rdkafka_performance-{VERSION}", build) / "package/deps/librdkafka/examples/rdkafka_performance"
    done = subprocess.run([program, "-b", broker.bootstrap, "-q", *map(str, arguments)], capture_output=True, text=True, check=True)
    messages, size, milliseconds = map(int, re.findall(r"(\d+) messages .*?\((\d+) bytes\).* in (\d+)ms", done.stdout)[-1])
    return {"MB/s": size / milliseconds / 1e3, "msg/s": messages / milliseconds * 1e3}


def produce(broker, topic, count, size, partitions, options):
    where = ("-p", 0) if partitions == 1 else ()
    settings = [word for setting in SETTINGS for word in ("-X", setting)]
    return rdkafka_performance(broker, "-P", "-t", topic, *where, "-s", size, "-c", count, *settings, *options)


def consume(broker, topic, count):
    """With room for what it has fetched: it rests for a second where that is more than 64 MB, which one fetch of what is
    compressed is."""
    return rdkafka_performance(broker, "-C", "-t", topic, "-p", 0, "-o", "beginning", "-c", count, "-X", "fetch.message.max.bytes=1048576",
                               "-X", "queued.min.messages=1000000", "-X", "queued.max.messages.kbytes=2000000")


def create(admin, topic, partitions):
    admin.create_topics([NewTopic(topic, partitions, 1)])[topic].result(60)


def delete_all(broker, admin):
    """Topics, and what they had on the disk."""
    topics = [topic for topic in admin.list_topics(timeout=60).topics if topic.startswith("produce")]
    for deleted in admin.delete_topics(topics).values():
        deleted.result(60)
    while any(path.is_dir() and path.name.startswith("produce") for path in broker.logs.iterdir()):
        time.sleep(0.1)


def measured(broker, gigabytes, load, *arguments):
    before = cpu_seconds(broker.process.pid)
    figures = load(broker, *arguments)
    return {**figures, "CPU s/GB": (cpu_seconds(broker.process.pid) - before) / gigabytes}


def measure(broker, topic, name, count, size, partitions, options):
    """{load: {figure: value}}"""
    gigabytes = count * size / 1e9
    runs = {name: measured(broker, gigabytes, produce, topic, count, size, partitions, options)}
    if partitions == 1:
        runs[name.replace("produce", "consume")] = measured(broker, gigabytes, consume, topic, count)
    subprocess.run(["sync"], check=True)
    return runs


def figures(brokers, rounds, fill):
    """{(load, figure): {peer: values}}; the peers take turns, and one round warms up. A round leaves nothing on the disk, and
    the page cache as full as it was."""
    found, admins = {}, {peer: AdminClient({"bootstrap.servers": broker.bootstrap}) for peer, broker in brokers.items()}
    for number in range(rounds + 1):
        for name, count, size, partitions, options in LOADS:
            for peer, broker in brokers.items():
                print(f"round {number}: {name} on {peer}", file=sys.stderr, flush=True)
                topic = f"{re.sub('[ ,]+', '-', name)}-{number}"
                create(admins[peer], topic, partitions)
                runs = measure(broker, topic, name, count, size, partitions, options)
                for load, measured in runs.items() if number else ():
                    keep(found, load, peer, measured)
        for peer, broker in brokers.items():
            delete_all(broker, admins[peer])
        fill()
    return found
