# SPDX-License-Identifier: Apache-2.0
"""Kafka Connect in distributed mode, from a file through a topic to a file; and MirrorMaker 2 from one broker to another."""

import contextlib
import json
import pathlib
import tempfile
import urllib.error
import urllib.request

import apache_kafka
from broker import Broker
from external import Suite, expect, need, running, tool
from wait import wait_until

RECORDS = 100_000
SECONDS = 180  # until all have come


@contextlib.contextmanager
def running_class(folder, main_class, properties):
    """A process of Connect's with its properties; its say is in the error of whoever waits in vain."""
    path, said = folder / f"{main_class}.properties", folder / f"{main_class}.log"
    path.write_text("\n".join(properties) + "\n")
    with running(said, "java", "-Xmx512m", "-cp", f"{apache_kafka.connect_jars()}/*", main_class, path):
        yield said


class Worker:
    """A Connect worker by its REST interface."""

    def __init__(self, port):
        self.url = f"http://127.0.0.1:{port}"

    def ask(self, path, body=None):
        request = urllib.request.Request(self.url + path, json.dumps(body).encode() if body else None, {"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=90) as answer:
            return json.loads(answer.read())

    def is_there(self):
        try:
            return "version" in self.ask("/")
        except (urllib.error.URLError, OSError):
            return False

    def add(self, name, **config):
        self.ask("/connectors", {"name": name, "config": {key.replace("_", "."): value for key, value in config.items()}})

    def state(self, name):
        told = self.ask(f"/connectors/{name}/status")
        return [told["connector"]["state"], *(task["state"] for task in told["tasks"])]


def worker_properties(broker, port, folder):
    return [f"bootstrap.servers={broker.bootstrap}", "group.id=connect", "key.converter=org.apache.kafka.connect.storage.StringConverter",
            "value.converter=org.apache.kafka.connect.storage.StringConverter", f"listeners=http://127.0.0.1:{port}", f"plugin.path={folder}",
            "plugin.discovery=only_scan", "offset.flush.interval.ms=1000",
            *(f"{kind}.storage.topic=connect-{kind}s\n{kind}.storage.replication.factor=1" for kind in ("offset", "config", "status"))]


def connect(broker):
    """Two workers share a source and a sink; one of them is ended in the middle."""
    need("java", "mvn")
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        source, sink = folder / "source.txt", folder / "sink.txt"
        lines = [f"line {i} of the source" for i in range(RECORDS)]
        source.write_text("".join(f"{line}\n" for line in lines[:RECORDS // 2]))
        with contextlib.ExitStack() as stack:
            workers, leaving = [], contextlib.ExitStack()
            stack.enter_context(leaving)
            for number, within in enumerate((leaving, stack)):
                port = apache_kafka.free_port()
                own = folder / f"worker-{number}"
                own.mkdir()
                said = within.enter_context(running_class(own, "org.apache.kafka.connect.cli.ConnectDistributed", worker_properties(broker, port, own)))
                workers.append(Worker(port))
                wait_until(workers[-1].is_there, SECONDS, lambda: said.read_text()[-3000:])
            staying = workers[1]
            staying.add("source", connector_class="org.apache.kafka.connect.file.FileStreamSourceConnector", file=str(source), topic="lines")
            staying.add("sink", connector_class="org.apache.kafka.connect.file.FileStreamSinkConnector", file=str(sink), topics="lines")
            in_sink(sink, RECORDS // 2, said)
            leaving.close()  # a worker leaves, and what it did is given to the other
            with open(source, "a") as more:
                more.write("".join(f"{line}\n" for line in lines[RECORDS // 2:]))
            in_sink(sink, RECORDS, said)
            expect(staying.state("source") == staying.state("sink") == ["RUNNING", "RUNNING"], (staying.state("source"), staying.state("sink")))
        read = sink.read_text().splitlines()
        expect(read == lines, f"{len(read)} lines, {len(set(read))} different, of {len(lines)}")
        ends = [line.split(":")[-1] for line in tool("kafka-get-offsets", "--bootstrap-server", broker.bootstrap, "--topic", "lines").split()]
        expect(ends == [str(RECORDS)], ends)
    print(f"Connect: {len(read)} lines from file to file by way of two workers and then one, each once and in order")


def in_sink(sink, count, said):
    wait_until(lambda: sink.exists() and sink.read_bytes().count(b"\n") >= count, SECONDS,
               lambda: f"{sink.read_bytes().count(10) if sink.exists() else 'no'} lines of {count}\n{said.read_text()[-3000:]}")


def mirror_properties(source, target):
    return ["clusters=source,target", f"source.bootstrap.servers={source.bootstrap}", f"target.bootstrap.servers={target.bootstrap}",
            "source->target.enabled=true", "target->source.enabled=false", "topics=mirrored", "groups=readers", "replication.factor=1",
            "sync.group.offsets.enabled=true", "emit.checkpoints.interval.seconds=1", "sync.group.offsets.interval.seconds=1",
            "refresh.topics.interval.seconds=5", "refresh.groups.interval.seconds=5", "offset.lag.max=0",
            *(f"{kind}.replication.factor=1" for kind in ("checkpoints.topic", "heartbeats.topic", "offset-syncs.topic",
                                                           "offset.storage", "status.storage", "config.storage"))]


def mirror(broker):
    """100,000 records of four partitions, and the offsets of a group that has read them."""
    need("java", "mvn")
    start = Broker if isinstance(broker, Broker) else apache_kafka.ApacheKafka
    with start() as target, tempfile.TemporaryDirectory() as name:
        server = ("--bootstrap-server", broker.bootstrap)
        tool("kafka-topics", *server, "--create", "--topic", "mirrored", "--partitions", "4", "--config", "max.message.bytes=2000000")
        lines = sorted(f"key {i % 1000}\tvalue {i}" for i in range(RECORDS))
        tool("kafka-console-producer", *server, "--topic", "mirrored", "--reader-property", "parse.key=true", input="\n".join(lines) + "\n")
        tool("kafka-console-consumer", *server, "--topic", "mirrored", "--group", "readers", "--from-beginning", "--max-messages", str(RECORDS))
        folder = pathlib.Path(name)
        with running_class(folder, "org.apache.kafka.connect.mirror.MirrorMaker", mirror_properties(broker, target)) as said:
            wait_until(lambda: sum(ends_of(target, "source.mirrored")) == RECORDS, SECONDS,
                       lambda: f"{ends_of(target, 'source.mirrored')}\n{said.read_text()[-3000:]}")
            wait_until(lambda: lag_of(target) == 0, SECONDS, lambda: f"the group's lag: {lag_of(target)}\n{said.read_text()[-3000:]}")
        expect(ends_of(target, "source.mirrored") == ends_of(broker, "mirrored"), ends_of(target, "source.mirrored"))
        read = tool("kafka-console-consumer", "--bootstrap-server", target.bootstrap, "--topic", "source.mirrored", "--from-beginning",
                    "--max-messages", str(RECORDS), "--formatter-property", "print.key=true").splitlines()
        expect(sorted(read) == lines, f"{len(read)} records, {len(set(read))} different")
        described = tool("kafka-topics", "--bootstrap-server", target.bootstrap, "--describe", "--topic", "source.mirrored")
        expect("PartitionCount: 4" in described and "max.message.bytes=2000000" in described, described)
    print(f"MirrorMaker 2: {len(read)} records once, with the topic's partitions and settings, and the group's offsets")


def ends_of(broker, topic):
    done = apache_kafka.tool("kafka-get-offsets", "--bootstrap-server", broker.bootstrap, "--topic", topic)
    return [int(line.split(":")[-1]) for line in done.stdout.split() if line.startswith(topic)]


def lag_of(broker):
    """What the group has yet to read there; nothing as long as it does not know of all partitions."""
    said = apache_kafka.tool("kafka-consumer-groups", "--bootstrap-server", broker.bootstrap, "--describe", "--group", "readers").stdout
    lags = [row[5] for row in map(str.split, said.splitlines()) if len(row) > 5 and row[1] == "source.mirrored"]
    return sum(map(int, lags)) if len(lags) == 4 and "-" not in lags else None


SUITES = {"connect": Suite(connect, is_quick=False), "mirror-maker": Suite(mirror, is_quick=False)}
