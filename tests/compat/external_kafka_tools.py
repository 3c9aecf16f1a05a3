# SPDX-License-Identifier: Apache-2.0
"""Kafka's own tools do their work: topics, groups, records, leaders, and the files of a log."""

import hashlib
import pathlib
import re
import tempfile

from broker import Broker
from external import Suite, expect, need, run, tool
from group_requests import GroupRequests


def group_tools(broker):
    """Kafka's tools for groups, and what they make of __consumer_offsets."""
    need("java", "mvn")
    server = ("--bootstrap-server", broker.bootstrap)
    tool("kafka-topics", *server, "--create", "--topic", "read", "--partitions", "2")
    tool("kafka-console-producer", *server, "--topic", "read", input="".join(f"line {i}\n" for i in range(1000)))
    read = tool("kafka-console-consumer", *server, "--topic", "read", "--group", "console", "--from-beginning",
                "--max-messages", "1000")
    expect(sorted(read.splitlines()) == sorted(f"line {i}" for i in range(1000)), "read by a group")

    def groups(*arguments):
        return tool("kafka-consumer-groups", *server, *arguments)

    expect(groups("--list").split() == ["console"], groups("--list"))
    described = groups("--describe", "--group", "console")
    expect(len(re.findall(r"console +read +[01] +(\d+) +\1 +0 ", described)) == 2, described)
    state = groups("--describe", "--group", "console", "--state")
    expect(re.search(r"console +\S+ +\(\d+\) +.*Empty +0", state), state)
    for how, lag in ((["--to-earliest"], 1000), (["--shift-by", "100"], 900), (["--to-offset", "1"], 999),
                     (["--to-datetime", "2020-01-01T00:00:00.000"], 1000), (["--by-duration", "PT0S"], 0),
                     (["--to-current"], 0), (["--to-latest"], 0)):
        groups("--reset-offsets", "--group", "console", "--topic", "read", *how, "--execute")
        lags = [int(line.split()[5]) for line in groups("--describe", "--group", "console").splitlines() if " read " in line]
        expect(sum(lags) == lag, (how, lags))
    groups("--delete-offsets", "--group", "console", "--topic", "read:0")
    expect(groups("--describe", "--group", "console").count(" read ") == 1, "deleted offsets")
    groups("--delete", "--group", "console")
    expect(groups("--list").split() == [], "deleted")
    print("kafka-consumer-groups: list, describe, reset in seven ways, delete offsets, delete")


def dump_offsets(_):
    need("java", "mvn")
    with Broker("offsets.topic.num.partitions=1", "group.initial.rebalance.delay.ms=0", nodes=1) as broker:
        GroupRequests(broker.port).run()
        broker.stop()
        file = next(pathlib.Path(broker.data, "__consumer_offsets-0").glob("*.log"))
        dump = tool("kafka-dump-log", "--offsets-decoder", "--deep-iteration", "--files", file)
        expect(not re.search("mismatch|corrupt|Could not|failed", dump, re.I), dump[-800:])
        offsets, groups = dump.count('key: {"type":"1"'), dump.count('key: {"type":"2"')
        expect(offsets > 50 and groups > 50, dump[:2000])
        expect(dump.count("| offset:") == offsets + groups, "every record is of one of the two kinds")
        expect('"metadata":"meta"' in dump and '"protocolType":"consumer"' in dump, dump[:2000])
        broker.start()
    print(f"kafka-dump-log --offsets-decoder: {offsets} records of offsets, {groups} of groups")


def kafka_tools(broker):
    need("java", "mvn")
    server = ("--bootstrap-server", broker.bootstrap)
    tool("kafka-topics", *server, "--create", "--topic", "tools", "--partitions", "3", "--config", "retention.ms=9000")
    described = tool("kafka-topics", *server, "--describe", "--topic", "tools")
    expect("PartitionCount: 3" in described and "retention.ms=9000" in described, described)
    lines = "".join(f"line {i}\n" for i in range(5000))
    tool("kafka-console-producer", *server, "--topic", "lines", input=lines)
    read = tool("kafka-console-consumer", *server, "--topic", "lines", "--partition", "0", "--offset", "earliest",
                "--max-messages", "5000")
    expect(hashlib.sha256(read.encode()).digest() == hashlib.sha256(lines.encode()).digest(), "console round trip")
    perf = tool("kafka-producer-perf-test", "--topic", "perf", "--num-records", "200000", "--record-size", "1000",
                "--throughput", "-1", "--command-property", f"bootstrap.servers={broker.bootstrap}", "acks=all")
    expect("200000 records sent" in perf, perf)
    offsets = tool("kafka-get-offsets", *server, "--topic", "lines")
    expect(offsets.strip() == "lines:0:5000", offsets)
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        file.write('{"partitions":[{"topic":"lines","partition":0,"offset":1000}],"version":1}')
        file.flush()
        expect("low_watermark: 1000" in tool("kafka-delete-records", *server, "--offset-json-file", file.name), "delete")
    tool("kafka-configs", *server, "--alter", "--entity-type", "topics", "--entity-name", "lines", "--add-config",
         "max.message.bytes=2000000")
    expect("max.message.bytes=2000000" in tool("kafka-configs", *server, "--describe", "--entity-type", "topics",
                                               "--entity-name", "lines"), "configs")
    expect('"partition":"lines-0"' in tool("kafka-log-dirs", *server, "--describe", "--topic-list", "lines"), "log dirs")
    expect("Produce(0): 0 to 13" in tool("kafka-broker-api-versions", *server), "api versions")
    expect("Cluster ID" in tool("kafka-cluster", "cluster-id", *server), "cluster id")
    tool("kafka-topics", *server, "--delete", "--topic", "tools")
    print(f"kafka-tools: topics, console, {perf.strip().splitlines()[-1].split(',')[1].strip()}, offsets, configs, log dirs")


def node_tools(_):
    """Kafka's tools for leaders and replicas, on three nodes."""
    need("java", "mvn")
    with Broker(nodes=3, arguments=["--racks", "a,b,c"]) as broker, tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        server = ("--bootstrap-server", broker.bootstrap)

        def write(text):
            file.seek(0)
            file.truncate()
            file.write(text)
            file.flush()

        tool("kafka-topics", *server, "--create", "--topic", "moved", "--replica-assignment", "1:2,2:3,3:1")
        described = tool("kafka-topics", *server, "--describe", "--topic", "moved")
        expect("Leader: 1\tReplicas: 1,2\tIsr: 1,2" in described, described)
        broker.node("stop", 1)
        described = tool("kafka-topics", *server, "--describe", "--topic", "moved")
        expect("Leader: 2\tReplicas: 1,2\tIsr: 2" in described, described)
        under = tool("kafka-topics", *server, "--describe", "--under-replicated-partitions")
        expect(under.count("Topic: moved") == 2, under)
        broker.node("start", 1)
        write('{"version":1,"partitions":[{"topic":"moved","partition":1,"replicas":[1,2,3]}]}')
        started = tool("kafka-reassign-partitions", *server, "--reassignment-json-file", file.name, "--execute")
        expect("Successfully started partition reassignment for moved-1" in started, started)
        expect("No partition reassignments found." in tool("kafka-reassign-partitions", *server, "--list"), "list")
        verified = tool("kafka-reassign-partitions", *server, "--reassignment-json-file", file.name, "--verify")
        expect("Reassignment of partition moved-1 is completed." in verified, verified)
        elected = tool("kafka-leader-election", *server, "--election-type", "preferred", "--all-topic-partitions")
        expect("moved-0" in elected and "Successfully completed" in elected, elected)
        described = tool("kafka-topics", *server, "--describe", "--topic", "moved")
        expect("Leader: 1\tReplicas: 1,2\tIsr: 1,2" in described and "Replicas: 1,2,3\tIsr: 1,2,3" in described, described)
        versions = tool("kafka-broker-api-versions", *server)
        expect(all(f"(id: {node} rack: {rack}" in versions for node, rack in ((1, "a"), (2, "b"), (3, "c"))), versions)
    print("kafka-topics, kafka-reassign-partitions, kafka-leader-election, kafka-broker-api-versions on three nodes")


def dump_log(_):
    need("java", "mvn")
    with Broker("log.segment.bytes=1048576", "log.index.interval.bytes=1024") as broker:
        run("kcat", "-b", broker.bootstrap, "-t", "dump", "-P", "-z", "lz4", "-X", "enable.idempotence=true",
            input="".join(f"{i * 7919 % 1000003} {i}\n" for i in range(300_000)))
        broker.stop()
        folder = pathlib.Path(broker.data, "dump-0")
        files = sorted(f for f in folder.iterdir() if f.suffix in (".log", ".index", ".timeindex", ".snapshot"))
        expect(len(files) > 8, files)
        for file in files:
            arguments = ["--deep-iteration"] if file.suffix == ".log" else []
            done = tool("kafka-dump-log", "--files", file, *arguments)
            expect(not re.search("mismatch|corrupt|Could not find|Found timestamp", done, re.I), f"{file.name}: {done[-800:]}")
        records = sum(tool("kafka-dump-log", "--files", f, "--deep-iteration").count("| offset:")
                      for f in files if f.suffix == ".log")
        expect(records == 300_000, records)
        broker.start()
    print(f"kafka-dump-log: {len(files)} files of {records} records read, nothing to complain of")


SUITES = {
    "group-tools": Suite(group_tools),
    "kafka-tools": Suite(kafka_tools),
    "node-tools": Suite(node_tools, needs_broker=False),
    "dump-offsets": Suite(dump_offsets, needs_broker=False),
    "dump-log": Suite(dump_log, needs_broker=False),
}
