# SPDX-License-Identifier: Apache-2.0
"""Seeded random scripts of requests, of all APIs and versions, valid and not, to Odradek and Apache Kafka: what differs
must be among what docs/differences.md explains."""

import concurrent.futures
import os
import pathlib
import sys

import apache_kafka
from broker import Broker
from external import Cases, Suite, need

sys.path.append(str(pathlib.Path(__file__).resolve().parent.parent / "differential"))

import explained  # noqa: E402
from kafka_schemas import KafkaSchemas  # noqa: E402
from life import Life  # noqa: E402
from messages import Message  # noqa: E402
from random_requests import Request, Requests  # noqa: E402
from shaped_client import shapes  # noqa: E402

FIRST, LAST = map(int, os.environ.get("DIFFERENTIAL_SEEDS", "1-100").split("-"))
LENGTH = int(os.environ.get("DIFFERENTIAL_LENGTH", "60"))  # requests of a script
SETTINGS = ("num.partitions=1", "auto.create.topics.enable=false", "group.initial.rebalance.delay.ms=0", "offsets.topic.num.partitions=3",
            "transaction.state.log.num.partitions=3", "log.initial.task.delay.ms=86400000")  # records are of 2023: nobody looks for old ones


def all_messages():
    """By (key, "request" or "response"), and the pairs of key and version that both brokers serve."""
    schemas = KafkaSchemas(next(apache_kafka.jars().glob("kafka-clients-*.jar")))
    messages, served = {}, []
    for key, version, kind in shapes():
        if (key, kind) not in messages:
            messages[key, kind] = Message(schemas.request(key) if kind == "request" else schemas.response(key))
        if kind == "request" and version in messages[key, kind].versions:
            served.append((key, version))
    return messages, sorted(served)


def compare(kafka, ours, path=""):
    """Where two answers differ: (path, what Kafka has, what we have)."""
    if isinstance(kafka, dict) and isinstance(ours, dict):
        for name in {**kafka, **ours}:
            yield from compare(kafka.get(name), ours.get(name), f"{path}.{name}")
    elif isinstance(kafka, list) and isinstance(ours, list) and len(kafka) == len(ours):
        for one, other in zip(kafka, ours):
            yield from compare(one, other, path)
    elif isinstance(kafka, list) and isinstance(ours, list):
        yield path, [each for each in kafka if each not in ours], [each for each in ours if each not in kafka]
    elif kafka != ours:
        yield path, kafka, ours


def script(messages, served, seed, kafka_port, our_port):
    """The differences of a script that nothing explains; it ends at the first answer that has some."""
    requests = Requests(messages, served, seed)
    kafka, ours = (Life(messages, port, requests.prefix) for port in (kafka_port, our_port))
    both = concurrent.futures.ThreadPoolExecutor(2)
    try:
        for life in (kafka, ours):
            life.wait_for_coordinators([*((0, group) for group in requests.groups), *((1, each) for each in requests.transactions)])
        steps = list(requests.beginning()) + [None] * LENGTH
        for step in steps:
            request = step or requests.next()
            theirs, mine = both.map(lambda life: life.ask(request), (kafka, ours))  # at once, as groups wait by the clock
            differences = [each for each in compare(theirs, mine) if not explained.is_explained(request, *each)]
            if differences:
                return told(messages, request, differences)
    finally:
        both.shutdown()
        kafka.close()
        ours.close()
    return None


def told(messages, request: Request, differences):
    name = messages[request.key, "request"].definition["name"]
    lines = [f"{path}: Kafka {theirs!r}, Odradek {mine!r}" for path, theirs, mine in differences[:4]]
    return f"{name} v{request.version} {request.harm or ''} {request.values}: " + "; ".join(lines)


def differential(seeds):
    need("java", "mvn")
    messages, served = all_messages()
    cases = Cases()
    with apache_kafka.ApacheKafka(*SETTINGS) as kafka, Broker(*SETTINGS, "odradek.durability=os", nodes=1) as ours:
        for seed in seeds:
            wrong = script(messages, served, seed, kafka.port, ours.port)
            case = f"seed {seed}"
            print(cases.fail(case, wrong) if wrong else cases.succeed(case), end="", flush=True)
    print()
    return cases


SUITES = {
    "differential-quick": Suite(lambda _: differential(range(1, 21)), needs_broker=False),
    "differential": Suite(lambda _: differential(range(FIRST, LAST + 1)), needs_broker=False, is_quick=False),
}
