# SPDX-License-Identifier: Apache-2.0
"""The applications that Kafka's system tests of Streams run: StreamsSmokeTest and StreamsEosTest."""

import contextlib
import pathlib
import subprocess
import tempfile
import time

import apache_kafka
from external import Suite, end, expect, need, running, tool
from wait import wait_until

PACKAGE = "org.apache.kafka.streams.tests."
SMOKE_TOPICS = ("echo data fwd min min-suppressed min-raw max sum sws-raw sws-suppressed dif cnt avg wcnt tagg").split()
EOS_TOPICS = "data echo min sum repartition max cnt".split()
GENERATE_SECONDS = 30  # for the input of StreamsEosTest


class Application:
    """Processes of one of Kafka's applications, each a class with a file of properties and a command."""

    def __init__(self, broker, version, folder, guarantee):
        self.jars, self.folder = apache_kafka.streams_test_jars(version), pathlib.Path(folder)
        self.properties = self.folder / "streams.properties"
        self.properties.write_text(f"bootstrap.servers={broker.bootstrap}\nprocessing.guarantee={guarantee}\n"
                                   f"state.dir={folder}/state\nsession.timeout.ms=10000\nacceptable.recovery.lag=9223372036854775807\n")

    def command(self, name, *arguments):
        return ["java", "-cp", f"{self.jars}/*", PACKAGE + name, self.properties, *arguments]

    @contextlib.contextmanager
    def running(self, name, *arguments):
        """A process that is asked to end when we are done, and has its say looked at."""
        said = self.folder / f"{arguments[0]}-{time.monotonic_ns()}.log"
        with running(said, *self.command(name, *arguments)) as process:
            process.said = said
            yield process

    def run(self, name, *arguments, seconds=600):
        done = subprocess.run(self.command(name, *arguments), capture_output=True, text=True, timeout=seconds)
        return done.stdout + done.stderr


def wait_for_end(process, seconds):
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(seconds)


def create(broker, topics):
    for topic in topics:
        tool("kafka-topics", "--bootstrap-server", broker.bootstrap, "--create", "--if-not-exists", "--topic", topic, "--partitions", "5")


def smoke(guarantee):
    """20 keys, each counted, summed and joined to the last record, while instances come and go."""
    def suite(broker):
        need("java", "mvn")
        create(broker, SMOKE_TOPICS)
        with tempfile.TemporaryDirectory() as folder:
            application = Application(broker, apache_kafka.VERSION, folder, guarantee)
            with application.running("StreamsSmokeTest", "run") as driver:
                for _ in range(3):
                    with application.running("StreamsSmokeTest", "process"):
                        wait_for_end(driver, 15)  # how long an instance lives; the next one takes over what it did
                with application.running("StreamsSmokeTest", "process"):
                    driver.wait(600)
            said = driver.said.read_text()
        expect("ALL-RECORDS-DELIVERED" in said and "SUCCESS" in said.splitlines(), said[-3000:])
        print(f"StreamsSmokeTest, {guarantee}: ALL-RECORDS-DELIVERED, SUCCESS")
    return suite


def eos(process, verify):
    """Each record's effect exactly once, with an instance killed in the middle of its transactions."""
    def suite(broker):
        need("java", "mvn")
        create(broker, EOS_TOPICS)
        with tempfile.TemporaryDirectory() as folder:
            application = Application(broker, apache_kafka.EOS_TEST_VERSION, folder, "exactly_once_v2")
            began = time.monotonic()
            with application.running("StreamsEosTest", "run") as driver:
                while time.monotonic() - began < GENERATE_SECONDS:
                    with application.running("StreamsEosTest", process) as instance:
                        wait_for_end(driver, 10)  # how long it works before it dies
                        instance.kill()
                end(driver)
            with application.running("StreamsEosTest", process):
                wait_until_read(broker)
            said = application.run("StreamsEosTest", verify)
        expect("ALL-RECORDS-DELIVERED" in said, said[-3000:])
        print(f"StreamsEosTest {verify}: ALL-RECORDS-DELIVERED")
    return suite


def wait_until_read(broker):
    """Until the application's group has committed all of its input."""
    def is_read():
        said = apache_kafka.tool("kafka-consumer-groups", "--bootstrap-server", broker.bootstrap, "--describe", "--group", "EosTest").stdout
        rows = [line.split() for line in said.splitlines() if " data " in line]
        return rows and all(row[5] == "0" for row in rows)

    wait_until(is_read, 300, "the application did not read its input to the end")


SUITES = {
    "streams-smoke": Suite(smoke("at_least_once"), is_quick=False),
    "streams-smoke-exactly-once": Suite(smoke("exactly_once_v2"), is_quick=False),
    # Its stores have three replicas, whatever one asks.
    "streams-eos": Suite(eos("process", "verify"), nodes=3, is_quick=False),
    "streams-eos-complex": Suite(eos("process-complex", "verify-complex"), nodes=3, is_quick=False),
}
