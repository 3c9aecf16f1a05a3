# SPDX-License-Identifier: Apache-2.0
"""Compaction as Kafka's own tools see it."""

import pathlib
import re

import apache_kafka
from broker import Broker
from external import expect, need, tool

TESTER = "org.apache.kafka.tools.LogCompactionTester"
SETTINGS = ("log.segment.bytes=1048576", "log.cleaner.backoff.ms=100", "log.cleaner.min.cleanable.ratio=0.01")
COMPACTED = r"compacted partition=(log-cleaner-test-\S+)"


def dump(folder):
    """Records in what is there of a log, each file of it read by kafka-dump-log."""
    records = 0
    for file in sorted(folder.iterdir()):
        if file.suffix not in (".log", ".index", ".timeindex", ".txnindex", ".snapshot"):
            continue
        arguments = ["--deep-iteration"] if file.suffix == ".log" else []
        read = tool("kafka-dump-log", "--files", file, *arguments)
        expect(not re.search("mismatch|corrupt|Could not find|Found timestamp", read, re.I), f"{file.name}: {read[-800:]}")
        records += read.count("| offset:")
    return records


def log_compaction(_):
    """LogCompactionTester writes keys again and again, with deletes among them, waits (its --sleep is in seconds), and
    compares what a consumer finds with the last of each key."""
    need("java", "mvn")
    messages = 200_000
    for codec in ("none", "gzip", "snappy", "lz4", "zstd"):
        with Broker(*SETTINGS) as broker:
            done = apache_kafka.java(TESTER, "--bootstrap-server", broker.bootstrap, "--messages", messages,
                                     "--percent-deletes", 10, "--sleep", 3, "--compression-type", codec,
                                     capture_output=True, text=True, timeout=200)
            expect(done.returncode == 0 and "Data verification is completed" in done.stdout, done.stdout + done.stderr)
            compacted = set(re.findall(COMPACTED, broker.log()))
            expect(len(compacted) == 1, broker.log())
            broker.stop()
            left = dump(pathlib.Path(broker.data, compacted.pop()))
            expect(left < messages / 2, left)
            broker.start()
            print(f"LogCompactionTester, {codec}: {left} records left of {messages}, and kafka-dump-log reads them")


SUITES = {"log-compaction": log_compaction}
WITHOUT_BROKER = {"log-compaction"}
