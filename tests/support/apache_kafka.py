# SPDX-License-Identifier: Apache-2.0
"""Apache Kafka from Maven: its jars, its command-line tools, and a one-node broker as the oracle."""

import os
import pathlib
import shutil
import signal
import socket
import subprocess
import tempfile

from cache import CACHE, built_once

VERSION = os.environ.get("KAFKA_VERSION", "4.3.1")

POM = """<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion>
<groupId>odradek</groupId><artifactId>oracle</artifactId><version>1</version><dependencies>
{}</dependencies></project>
"""


DEPENDENCY = "<dependency><groupId>org.apache.kafka</groupId><artifactId>{}</artifactId><version>{}</version>{}</dependency>\n"


def dependency(name, version):
    """Of an artifact, or of its tests: "kafka-clients:test"."""
    artifact, _, classifier = name.partition(":")
    return DEPENDENCY.format(artifact, version, f"<classifier>{classifier}</classifier>" if classifier else "")


def fetched(name, version, artifacts):
    """A folder with these artifacts and what they need, from Maven."""
    def fetch(folder):
        (folder / "pom.xml").write_text(POM.format("".join(dependency(artifact, version) for artifact in artifacts)))
        print(f"fetching {', '.join(artifacts)} {version} with Maven", flush=True)
        subprocess.run(["mvn", "-q", "-B", "-f", folder / "pom.xml", "dependency:copy-dependencies",
                        f"-DoutputDirectory={folder}/jars"], check=True)

    return built_once(f"{name}-{version}", fetch) / "jars"


def jars():
    """The folder of Kafka's jars."""
    return fetched("kafka", VERSION, ("kafka_2.13", "kafka-tools", "kafka-clients"))


def streams_jars():
    return fetched("streams", VERSION, ("kafka-streams", "kafka-clients"))


IMPATIENT = "group.initial.rebalance.delay.ms=0"  # or each new group waits for three seconds
EOS_TEST_VERSION = "4.2.1"  # of Streams: the last line that carries StreamsEosTest


def streams_test_jars(version):
    return fetched("streams-test", version, ("kafka-streams", "kafka-streams:test", "kafka-clients:test"))


def connect_jars():
    return fetched("connect", VERSION, ("connect-runtime", "connect-file", "connect-json", "connect-mirror", "connect-mirror-client"))


# Before transactions of version 2: the last clients, and those that do not connect to a broker whose features they
# cannot read (KAFKA-17011).
OLD_CLIENTS = ("3.9.1", "3.6.2")


def old_client_jars(version):
    return fetched("clients", version, ("kafka-clients",))


def java(main_class, *arguments, options=(), classes=None, **run_options):
    """Runs a class of Kafka's, or with other `classes`."""
    command = ["java", *options, "-cp", f"{classes or jars()}/*", main_class, *map(str, arguments)]
    return subprocess.run(command, **run_options)


TOOLS = {
    "kafka-consumer-groups": "org.apache.kafka.tools.consumer.group.ConsumerGroupCommand",
    "kafka-transactions": "org.apache.kafka.tools.TransactionsCommand",
    "kafka-features": "org.apache.kafka.tools.FeatureCommand",
    "kafka-topics": "org.apache.kafka.tools.TopicCommand",
    "kafka-configs": "kafka.admin.ConfigCommand",
    "kafka-console-producer": "org.apache.kafka.tools.ConsoleProducer",
    "kafka-console-consumer": "org.apache.kafka.tools.consumer.ConsoleConsumer",
    "kafka-producer-perf-test": "org.apache.kafka.tools.ProducerPerformance",
    "kafka-consumer-perf-test": "org.apache.kafka.tools.ConsumerPerformance",
    "kafka-e2e-latency": "org.apache.kafka.tools.EndToEndLatency",
    "kafka-dump-log": "org.apache.kafka.tools.DumpLogSegments",
    "kafka-get-offsets": "org.apache.kafka.tools.GetOffsetShell",
    "kafka-delete-records": "org.apache.kafka.tools.DeleteRecordsCommand",
    "kafka-log-dirs": "org.apache.kafka.tools.LogDirsCommand",
    "kafka-broker-api-versions": "org.apache.kafka.tools.BrokerApiVersionsCommand",
    "kafka-cluster": "org.apache.kafka.tools.ClusterTool",
    "kafka-leader-election": "org.apache.kafka.tools.LeaderElectionCommand",
    "kafka-metadata-quorum": "org.apache.kafka.tools.MetadataQuorumCommand",
    "kafka-client-metrics": "org.apache.kafka.tools.ClientMetricsCommand",
    "kafka-groups": "org.apache.kafka.tools.GroupsCommand",
    "kafka-acls": "org.apache.kafka.tools.AclCommand",
    "kafka-reassign-partitions": "org.apache.kafka.tools.reassign.ReassignPartitionsCommand",
}


def tool(name, *arguments, **run_options):
    run_options.setdefault("timeout", 120)
    return java(TOOLS[name], *arguments, capture_output=True, text=True, **run_options)


def home():
    """A folder as in Kafka's archive: its tools as bin/kafka-*.sh, and libs."""
    folder = CACHE / f"home-{VERSION}"
    (folder / "bin").mkdir(parents=True, exist_ok=True)
    libs = folder / "libs"
    if not libs.exists():
        libs.symlink_to(jars())
    for name, main_class in {**TOOLS, "kafka-run-class": ""}.items():
        script = folder / "bin" / f"{name}.sh"
        script.write_text(f'#!/bin/sh\nexec java -cp "$CLASSPATH:{jars()}/*" {main_class} "$@"\n')
        script.chmod(0o755)
    return folder


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class ApacheKafka:
    """One KRaft node on loopback with Kafka's own defaults, started and stopped like our Broker."""

    def __init__(self, *settings, port=None):
        self.data = tempfile.mkdtemp(prefix="apache-kafka-")
        self.logs = pathlib.Path(self.data, "logs")  # the folder of the logs
        self.port, controller = port or free_port(), free_port()
        node = next((each.removeprefix("node.id=") for each in settings if each.startswith("node.id=")), "1")
        self.settings = [
            "process.roles=broker,controller", f"node.id={node}", f"controller.quorum.voters={node}@127.0.0.1:{controller}",
            f"listeners=PLAINTEXT://127.0.0.1:{self.port},CONTROLLER://127.0.0.1:{controller}",
            f"advertised.listeners=PLAINTEXT://localhost:{self.port}",  # as ours; kafka-go's tests look for it
            "controller.listener.names=CONTROLLER", f"log.dirs={self.logs}", "offsets.topic.replication.factor=1",
            "transaction.state.log.replication.factor=1", "transaction.state.log.min.isr=1",
            "share.coordinator.state.topic.replication.factor=1", "share.coordinator.state.topic.min.isr=1",
            IMPATIENT, *settings]
        self.properties = pathlib.Path(self.data, "server.properties")

    def __enter__(self):
        self.properties.write_text("\n".join(self.settings) + "\n")
        java("kafka.tools.StorageTool", "format", "-t", "4L6g3nShT-eMCtK--X86sw", "-c", self.properties, check=True,
             capture_output=True)
        return self.start()

    def start(self):
        with open(self.data + "/kafka.log", "ab") as log:
            self.process = subprocess.Popen(
                ["java", "-Xms1G", "-Xmx1G", "-XX:+UseG1GC", "-cp", f"{jars()}/*", "kafka.Kafka", self.properties],
                stdout=log, stderr=log)
        while self.process.poll() is None:
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
                return self
            except OSError:
                try:
                    self.process.wait(0.02)
                except subprocess.TimeoutExpired:
                    pass
        raise RuntimeError(pathlib.Path(self.data, "kafka.log").read_text()[-2000:])

    def __exit__(self, *_):
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(30)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        shutil.rmtree(self.data, ignore_errors=True)

    @property
    def bootstrap(self):
        return f"127.0.0.1:{self.port}"
