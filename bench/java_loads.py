# SPDX-License-Identifier: Apache-2.0
"""Kafka's own load generators: kafka-producer-perf-test, kafka-consumer-perf-test, kafka-e2e-latency."""

import re
import sys

from apache_kafka import tool
from process_costs import cpu_seconds
from results import keep

RECORDS, SIZE = 1_000_000, 1024
ROUND_TRIPS = 5_000
PERCENTILES = ("p50 ms", "p99 ms", "p99.9 ms")


def output_of(name, *arguments):
    done = tool(name, *arguments, timeout=600)
    if done.returncode != 0:
        raise RuntimeError(f"{name}: {done.stdout[-1000:]}{done.stderr[-1000:]}")
    return done.stdout


def produce(broker, topic, *properties):
    said = output_of("kafka-producer-perf-test", "--topic", topic, "--num-records", RECORDS, "--record-size", SIZE, "--throughput", "-1",
                     "--command-property", f"bootstrap.servers={broker.bootstrap}", *properties)
    last = said.splitlines()[-1]
    rate = float(re.search(r"([\d.]+) records/sec", last)[1])
    its = [float(re.search(rf"([\d.]+) ms {which}", last)[1]) for which in ("50th", "99th", "99.9th")]
    return {"MB/s": rate * SIZE / 1e6, **dict(zip(PERCENTILES, its))}


def consume(broker, topic):
    """The rate from the first record to the last: joining the group is not counted."""
    said = output_of("kafka-consumer-perf-test", "--bootstrap-server", broker.bootstrap, "--topic", topic, "--num-records", RECORDS)
    names, values = (re.split(r",\s*", line.strip()) for line in said.splitlines()[:2])
    return {"MB/s": float(dict(zip(names, values))["fetch.MB.sec"]) * (1 << 20) / 1e6}


def end_to_end(broker, topic):
    """From a record that is sent with acks=1 to its consumer, one after the other."""
    said = output_of("kafka-e2e-latency", "--bootstrap-server", broker.bootstrap, "--topic", topic, "--num-records", ROUND_TRIPS,
                     "--producer-acks", "1", "--record-size", "100")
    its = [float(re.search(rf"{which} = ([\d.]+)", said)[1]) for which in ("50th", "99th", "99.9th")]
    return {"average ms": float(re.search(r"Avg latency: ([\d.]+)", said)[1]), **dict(zip(PERCENTILES, its))}


LOADS = {  # name: (load, the topic's number, how many GB it moves)
    "kafka-producer-perf-test, 1 KB": (lambda broker, topic: produce(broker, topic), 0, RECORDS * SIZE / 1e9),
    "kafka-consumer-perf-test, 1 KB": (consume, 0, RECORDS * SIZE / 1e9),
    "kafka-producer-perf-test, acks=1": (lambda broker, topic: produce(broker, topic, "acks=1", "enable.idempotence=false"), 1,
                                         RECORDS * SIZE / 1e9),
    "kafka-e2e-latency, 100 B": (end_to_end, 2, None),
}


def figures(brokers, rounds):
    """{(load, figure): {peer: values}}; the peers take turns, and one round warms up."""
    found = {}
    for number in range(rounds + 1):
        for name, (load, its, gigabytes) in LOADS.items():
            for peer, broker in brokers.items():
                print(f"round {number}: {name} on {peer}", file=sys.stderr, flush=True)
                before = cpu_seconds(broker.process.pid)
                measured = load(broker, f"java-{its}-{number}")
                cpu = cpu_seconds(broker.process.pid) - before
                measured |= {"CPU s/GB": cpu / gigabytes} if gigabytes else {"CPU us/record": cpu / ROUND_TRIPS * 1e6}
                if number:
                    keep(found, name, peer, measured)
    return found
