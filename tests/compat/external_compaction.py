# SPDX-License-Identifier: Apache-2.0
"""Compaction as Kafka's own tools see it."""

import pathlib
import re

import apache_kafka
from broker import Broker
from external import Suite, expect, need, tool
from wait import wait_until

TESTER = "org.apache.kafka.tools.LogCompactionTester"
SETTINGS = ("log.segment.bytes=1048576", "log.cleaner.backoff.ms=100", "log.cleaner.min.cleanable.ratio=0.01")
COMPACTED = r"compacted partition=(log-cleaner-test-\S+)"


def dump(folder):
    """The keys in each segment of a log, every file of which kafka-dump-log reads."""
    keys = []
    for file in sorted(folder.iterdir()):
        if file.suffix not in (".log", ".index", ".timeindex", ".txnindex", ".snapshot"):
            continue
        arguments = ["--deep-iteration", "--print-data-log"] if file.suffix == ".log" else []
        read = tool("kafka-dump-log", "--files", file, *arguments)
        expect(not re.search("mismatch|corrupt|Could not find|Found timestamp", read, re.I), f"{file.name}: {read[-800:]}")
        if file.suffix == ".log":
            keys.append(re.findall(r"\| offset: .* key: (\S+)", read))
    return keys


def wait_for_compaction(broker):
    """The folder of the one log that LogCompactionTester has compacted, once its last round came to the active segment."""
    def folder():
        rounds = re.findall(r"compacted partition=(log-cleaner-test-\S+) to=(\d+)", broker.log())
        log = pathlib.Path(broker.data, rounds[-1][0]) if rounds else None
        return log if log and int(rounds[-1][1]) == max(int(file.stem) for file in log.glob("*.log")) else None
    return wait_until(folder)


def log_compaction(_):
    """LogCompactionTester writes keys again and again, with deletes among them, waits (its --sleep is in seconds),
    and compares what a consumer finds with the last of each key."""
    need("java", "mvn")
    messages = 200_000
    for codec in ("none", "gzip", "snappy", "lz4", "zstd"):
        with Broker(*SETTINGS) as broker:
            done = apache_kafka.java(TESTER, "--bootstrap-server", broker.bootstrap, "--messages", messages,
                                     "--percent-deletes", 10, "--sleep", 3, "--compression-type", codec,
                                     capture_output=True, text=True, timeout=200)
            expect(done.returncode == 0 and "Data verification is completed" in done.stdout, done.stdout + done.stderr)
            folder = wait_for_compaction(broker)
            broker.stop()
            *compacted, active = dump(folder)
            left = sum(compacted, [])
            expect(left and len(left) == len(set(left)), f"{len(left)} records of {len(set(left))} keys")
            broker.start()
            print(f"LogCompactionTester, {codec}: of {messages} records {len(left)} are left in compacted segments, one of each "
                  f"key, and {len(active)} in the active one; kafka-dump-log reads them")


SUITES = {"log-compaction": Suite(log_compaction, needs_broker=False, is_quick=False)}
