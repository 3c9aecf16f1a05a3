# SPDX-License-Identifier: Apache-2.0
"""One round of compaction over the same records: how fast, for how much CPU and memory, and what a producer of another
topic feels of it meanwhile."""

import os
import pathlib
import statistics
import subprocess
import sys
import threading
import time

from broker import BUILD
from confluent_kafka.admin import AdminClient, ConfigResource, NewTopic
from process_costs import cpu_seconds, status
from raw_client import batch, record
from shaped_client import ShapedClient
from transaction_requests import PRODUCE

SETTINGS = ("log.cleaner.backoff.ms=50",)
CODECS = ("none", "gzip", "snappy", "lz4", "zstd")
RECORDS, SIZE, KEYS = 500_000, 1000, 200_000
SEGMENT = 16 << 20
PROBE_SECONDS = 4.0  # without a round


def topic_config(ratio):
    return {"cleanup.policy": "compact", "segment.bytes": str(SEGMENT), "min.cleanable.dirty.ratio": str(ratio)}


def compacted_to(broker, topic):
    """What the checkpoint of the cleaner says; both have the same file."""
    try:
        lines = (broker.logs / "cleaner-offset-checkpoint").read_text().splitlines()
    except FileNotFoundError:
        return 0
    return next((int(line.split()[2]) for line in lines if line.startswith(topic + " ")), 0)


def write(broker, topic, codec):
    """Keys at random into a topic that is not compacted yet."""
    admin = AdminClient({"bootstrap.servers": broker.bootstrap})
    admin.create_topics([NewTopic(topic, 1, 1, config=topic_config(1))])[topic].result(30)
    subprocess.run([BUILD + "/tests/load", broker.bootstrap, topic, *map(str, (RECORDS, SIZE, KEYS)),
                    f"compression.codec={codec}"], check=True, capture_output=True)
    os.sync()


def compact(broker, topic):
    """Lets the cleaner at it; MB of records for each second, and for each second of CPU."""
    segments = sorted(int(file.stem) for file in (broker.logs / f"{topic}-0").glob("*.log"))
    admin = AdminClient({"bootstrap.servers": broker.bootstrap})
    resource = ConfigResource("topic", topic, topic_config(0.01))
    pathlib.Path(f"/proc/{broker.process.pid}/clear_refs").write_text("5")  # the peak is counted from here
    cpu, began = cpu_seconds(broker.process.pid), time.perf_counter()
    admin.alter_configs([resource])[resource].result(30)
    while compacted_to(broker, topic) < segments[-1]:
        time.sleep(0.005)
    seconds, cpu = time.perf_counter() - began, cpu_seconds(broker.process.pid) - cpu
    megabytes = segments[-1] * SIZE / 1e6
    return {"MB/s": megabytes / seconds, "MB for each s of CPU": megabytes / cpu, "memory at most, MB": peak_memory(broker)}


def peak_memory(broker):
    return int(status(broker.process.pid, "VmHWM")) / 1024


class Probe:
    """A producer of one record after the other, into a topic of its own, and the time each takes."""

    def __init__(self, broker):
        admin = AdminClient({"bootstrap.servers": broker.bootstrap})
        admin.create_topics([NewTopic("probe", 1, 1)])["probe"].result(30)
        self.client = ShapedClient(broker.port, 120)
        data = [None, -1, 60000, [["probe", [[0, batch(record(b"x" * 100))]]]]]
        self.frame = self.client.frame(PRODUCE, 9, data)
        while self.send():
            pass

    def send(self):
        self.client.pending = (PRODUCE, 9)
        self.client.send_bytes(self.frame)
        return self.client.finish()[0][0][1][0][1]

    def run(self, is_over):
        taken = []
        while not is_over():
            sent = time.perf_counter()
            self.send()
            taken.append((time.perf_counter() - sent) * 1000)
            time.sleep(0.001)
        return taken


def felt(probe, broker, topic):
    """Milliseconds of requests without a round, and while one runs."""
    end = time.perf_counter() + PROBE_SECONDS
    alone = probe.run(lambda: time.perf_counter() > end)
    round_ = threading.Thread(target=compact, args=(broker, topic))
    round_.start()
    return alone, probe.run(lambda: not round_.is_alive())


def spread(values, digits=0):
    return f"{statistics.median(values):.{digits}f} ({min(values):.{digits}f}-{max(values):.{digits}f})"


def percentiles(milliseconds):
    cuts = statistics.quantiles(milliseconds, n=100)
    return f"{cuts[49]:.2f}, {cuts[98]:.2f}"


def figures(brokers, rounds):
    """The rows of the table; `brokers` by name, which take turns."""
    measured, latencies = {}, {}
    probes = {name: Probe(broker) for name, broker in brokers.items()}
    for number in range(rounds + 1):
        for codec in CODECS:
            for name, broker in brokers.items():
                print(f"round {number}: {codec} on {name}", file=sys.stderr, flush=True)
                write(broker, f"{codec}-{number}", codec)
                result = compact(broker, f"{codec}-{number}")
                if number > 0:
                    for figure, value in result.items():
                        measured.setdefault((codec, figure), {}).setdefault(name, []).append(value)
        for name, broker in brokers.items():
            write(broker, f"felt-{number}", "none")
            alone, meanwhile = felt(probes[name], broker, f"felt-{number}")
            if number > 0:
                latencies.setdefault("no round", {}).setdefault(name, []).extend(alone)
                latencies.setdefault("a round", {}).setdefault(name, []).extend(meanwhile)
    rows = [["compaction", "figure", *brokers, "ratio"]]
    for (codec, figure), by_name in measured.items():
        medians = [statistics.median(values) for values in by_name.values()]
        ratio = ""
        if len(medians) == 2:
            ratio = f"{medians[1] / medians[0] if 'memory' in figure else medians[0] / medians[1]:.1f}x"
        rows.append([codec, figure, *(spread(values) for values in by_name.values()), ratio])
    for when, by_name in latencies.items():
        rows.append([f"produce during {when}", "ms: median, of 100 the slowest", *map(percentiles, by_name.values()), ""])
    return rows
