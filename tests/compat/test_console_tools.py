#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""kafka-console-producer and kafka-console-consumer of ours: nothing is lost, doubled or committed too early, whatever
happens to the broker, to who reads, and to single records."""

import collections
import contextlib
import json
import signal
import subprocess
import unittest

from broker import BINARY, Broker
from cluster_admin import ClusterAdmin
from printed import printed
from wait import wait_until
from wire_tap import WireTap

METADATA = 3


def tool(name, broker, *words, **options):
    options.setdefault("timeout", 60)
    return subprocess.run([BINARY, f"kafka-{name}", "--bootstrap-server", broker.bootstrap, *words], capture_output=True, text=True, **options)


@contextlib.contextmanager
def started(name, broker, *words, **options):
    with subprocess.Popen([BINARY, f"kafka-{name}", "--bootstrap-server", broker.bootstrap, *words], text=True, **options) as process:
        try:
            yield process
        finally:
            process.kill()


def values(broker, topic):
    done = subprocess.run([BINARY, "consume", topic, "-b", broker.bootstrap], capture_output=True, text=True, timeout=60)
    return done.stdout.splitlines()


def group(broker, name):
    """Committed offset by partition, and how many members there are."""
    done = subprocess.run([BINARY, "group", "describe", name, "-o", "json", "-b", broker.bootstrap], capture_output=True, text=True)
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    return {row["partition"]: row.get("committed") for row in rows}, len({row["member"] for row in rows if "member" in row})


class ProducerTest(unittest.TestCase):
    def produce(self, broker, topic, lines, *words):
        done = tool("console-producer", broker, "--topic", topic, *words, input="".join(line + "\n" for line in lines))
        return done.returncode, done.stderr

    def feed(self, process, line):
        process.stdin.write(line + "\n")
        process.stdin.flush()

    def test_a_broker_that_is_killed_and_comes_back_costs_nothing(self):
        for words in ([], ["--sync"], ["--request-required-acks", "1"]):
            with self.subTest(words=words), Broker(nodes=1) as broker:
                with started("console-producer", broker, "--topic", "t", *words, stdin=subprocess.PIPE) as producer:
                    expected = []
                    for turn in range(3):
                        expected.append(f"line {turn}")
                        self.feed(producer, expected[-1])
                        wait_until(lambda: values(broker, "t") == expected)
                        broker.kill()
                        broker.start()
                    producer.stdin.close()
                    self.assertEqual(producer.wait(30), 0)
                self.assertEqual(values(broker, "t"), expected)

    def test_another_leader_is_found(self):
        with Broker(nodes=3) as broker:
            ClusterAdmin(broker).describe("t", create=True)
            with started("console-producer", broker, "--topic", "t", stdin=subprocess.PIPE) as producer:
                expected = []
                for turn in range(3):
                    expected.append(f"line {turn}")
                    self.feed(producer, expected[-1])
                    wait_until(lambda: sorted(values(broker, "t")) == sorted(expected))
                    broker.node("stop", turn + 1)
                    self.feed(producer, f"stopped {turn}")
                    expected.append(f"stopped {turn}")
                    wait_until(lambda: sorted(values(broker, "t")) == sorted(expected))
                    broker.node("start", turn + 1)

    def test_connections_that_the_broker_closes_when_idle(self):
        with Broker("connections.max.idle.ms=300", nodes=1) as broker:
            with started("console-producer", broker, "--topic", "t", "--request-required-acks", "0", stdin=subprocess.PIPE) as producer:
                self.feed(producer, "one")
                wait_until(lambda: values(broker, "t") == ["one"])

                def connections():
                    with open(f"/proc/{producer.pid}/net/tcp") as table:
                        return sum(f":{broker.port:04X} 01 " in line for line in table)
                wait_until(lambda: connections() == 0)
                self.feed(producer, "two")
                wait_until(lambda: values(broker, "t") == ["one", "two"])

    def test_what_is_too_large_takes_nothing_with_it(self):
        with Broker("num.partitions=4", "message.max.bytes=1000", nodes=1) as broker:
            lines = [f"{i}:value {i}" for i in range(10)]
            code, words = self.produce(broker, "keyed", [*lines[:5], "x:" + "x" * 3000, *lines[5:]],
                                       "--reader-property", "parse.key=true", "--reader-property", "key.separator=:")
            self.assertEqual((code, words.count("MESSAGE_TOO_LARGE")), (0, 1), words)
            self.assertEqual(sorted(values(broker, "keyed")), [f"value {i}" for i in range(10)])
            # Together they are too large, and one by one they are not.
            large = [str(i) * 300 for i in range(10)]
            self.assertEqual(self.produce(broker, "split", large, "--batch-size", "100000"), (0, ""))
            self.assertEqual(sorted(values(broker, "split")), large)
            self.assertEqual(self.produce(broker, "sync", ["y" * 3000], "--sync")[0], 1)

    def test_whole_lines_do_not_wait_for_half_ones(self):
        with Broker(nodes=1) as broker, started("console-producer", broker, "--topic", "t", stdin=subprocess.PIPE) as producer:
            producer.stdin.write("whole\r\nha")
            producer.stdin.flush()
            wait_until(lambda: values(broker, "t") == ["whole"])
            producer.stdin.write("lf")
            producer.stdin.close()
            self.assertEqual(producer.wait(30), 0)
            self.assertEqual(values(broker, "t"), ["whole", "half"])


class ConsumerTest(unittest.TestCase):
    def setUp(self):
        self.broker = Broker("group.initial.rebalance.delay.ms=0", nodes=1)
        self.addCleanup(self.broker.__exit__)
        self.broker.start()

    def fill(self, topic, lines):
        self.assertEqual(tool("console-producer", self.broker, "--topic", topic, input="".join(line + "\n" for line in lines)).returncode, 0)

    def test_who_stops_reading_has_the_rest_later(self):
        self.fill("t", [f"{i:06}" for i in range(50_000)])
        with started("console-consumer", self.broker, "--topic", "t", "--group", "g", "--from-beginning", stdout=subprocess.PIPE,
                     stderr=subprocess.DEVNULL) as consumer:
            self.assertEqual(consumer.stdout.readline(), "000000\n")
            consumer.stdout.close()
            self.assertEqual(consumer.wait(30), 1)
        committed, members = group(self.broker, "g")
        self.assertEqual(members, 0, "it has left")
        self.assertGreater(committed[0], 0)
        rest = tool("console-consumer", self.broker, "--topic", "t", "--group", "g", "--max-messages", str(50_000 - committed[0])).stdout
        self.assertEqual(rest.splitlines(), [f"{i:06}" for i in range(committed[0], 50_000)])

    def test_a_record_that_cannot_be_shown_is_where_it_goes_on(self):
        self.fill("t", ["aaaa", "bbbb", "zz", "dddd"])
        words = ["--topic", "t", "--group", "g", "--from-beginning", "--value-deserializer",
                 "org.apache.kafka.common.serialization.IntegerDeserializer"]
        self.assertEqual(tool("console-consumer", self.broker, *words).returncode, 1)
        self.assertEqual(group(self.broker, "g"), ({0: 2}, 0))

    def test_a_signal_commits_what_was_printed(self):
        self.fill("t", [str(i) for i in range(1000)])
        with printed() as (output, text):
            with started("console-consumer", self.broker, "--topic", "t", "--group", "g", "--from-beginning", stdout=output,
                         stderr=subprocess.DEVNULL) as consumer:
                wait_until(lambda: len(text().splitlines()) == 1000)
                consumer.send_signal(signal.SIGTERM)
                self.assertEqual(consumer.wait(30), 0)
            self.assertEqual(group(self.broker, "g"), ({0: 1000}, 0))

    def test_where_a_position_is_gone_the_reset_counts(self):
        self.fill("t", [str(i) for i in range(100)])
        for name in ("latest", "earliest"):
            tool("consumer-groups", self.broker, "--reset-offsets", "--group", name, "--topic", "t", "--to-offset", "10", "--execute")
        subprocess.run([BINARY, "topic", "trim", "t", "--before", "50", "-b", self.broker.bootstrap], check=True, capture_output=True)
        read = tool("console-consumer", self.broker, "--topic", "t", "--group", "earliest", "--command-property",
                    "auto.offset.reset=earliest", "--max-messages", "1")
        self.assertEqual(read.stdout, "50\n")
        with started("console-consumer", self.broker, "--topic", "t", "--group", "latest", stdout=subprocess.PIPE,
                     stderr=subprocess.DEVNULL) as consumer:
            wait_until(lambda: group(self.broker, "latest")[1] == 1)
            # What comes before it has begun is not for it.
            def is_read():
                self.fill("t", ["new"])
                return group(self.broker, "latest")[0][0] > 100
            wait_until(is_read)
            consumer.send_signal(signal.SIGTERM)
            self.assertEqual(set(consumer.communicate()[0].split()), {"new"})

    def test_commits_do_without_a_reset(self):
        self.fill("t", ["a", "b"])
        words = ["--topic", "t", "--group", "g", "--command-property", "auto.offset.reset=none", "--max-messages", "1"]
        self.assertEqual(tool("console-consumer", self.broker, *words).returncode, 1)
        tool("consumer-groups", self.broker, "--reset-offsets", "--group", "g", "--topic", "t", "--to-offset", "1", "--execute")
        self.assertEqual(tool("console-consumer", self.broker, *words).stdout, "b\n")

    def test_a_topic_that_is_made_again_is_read_again(self):
        tap = WireTap()
        self.addCleanup(tap.close)
        settings = (f"advertised.listeners=PLAINTEXT://127.0.0.1:{tap.port}", "group.initial.rebalance.delay.ms=0")
        for words in ([], ["--group", "g"], ["--partition", "0"]):
            with self.subTest(words=words), Broker(*settings, nodes=1) as self.broker:
                tap.broker_port = self.broker.port
                self.fill("t", ["one", "more"])
                with started("console-consumer", tap, "--topic", "t", "--from-beginning", *words, stdout=subprocess.PIPE,
                             stderr=subprocess.DEVNULL) as consumer:
                    self.assertEqual([consumer.stdout.readline() for _ in range(2)], ["one\n", "more\n"])
                    self.assertEqual(tool("topics", self.broker, "--delete", "--topic", "t").returncode, 0)
                    # Only it asks for metadata this way; the second answer from here on says that the topic is gone.
                    asked = tap.used[METADATA].total()
                    wait_until(lambda: tap.used[METADATA].total() > asked + 2)
                    self.fill("t", ["one"])
                    self.assertEqual(consumer.stdout.readline(), "one\n")
                    self.fill("t", ["more"])
                    self.assertEqual(consumer.stdout.readline(), "more\n")

    def test_topics_come_and_go_under_a_pattern(self):
        self.fill("a1", ["one"])
        words = ["--include", "a.*", "--from-beginning", "--command-property", "metadata.max.age.ms=100"]
        for more in ([], ["--group", "g"]):
            with self.subTest(more=more), printed() as (output, text), started(
                    "console-consumer", self.broker, *words, *more, stdout=output, stderr=subprocess.DEVNULL) as consumer:
                def read():
                    return collections.Counter(text().split())
                wait_until(lambda: read()["one"] == 1)
                self.fill("a2", ["two"])
                wait_until(lambda: read()["two"] == 1)
                self.assertEqual(tool("topics", self.broker, "--delete", "--topic", "a2").returncode, 0)
                self.broker.kill()
                self.broker.start()
                self.fill("a1", ["three"])
                wait_until(lambda: read()["three"] == 1)
                self.assertIsNone(consumer.poll())
                self.assertEqual(read()["two"], 1)
            tool("topics", self.broker, "--delete", "--topic", "a1")
            self.fill("a1", ["one"])


if __name__ == "__main__":
    unittest.main()
