# SPDX-License-Identifier: Apache-2.0
"""How a broker begins, and how it ends by itself: for development, with topics, records and offsets, with whoever started
it, without clients."""

import json
import os
import pathlib
import pty
import select
import signal
import subprocess
import sys
import tempfile
import unittest

from broker import BINARY, free_ports
from confluent_kafka import Consumer, TopicPartition
from raw_client import RawClient
from wait import wait_until

SEED = """
topics:
  - name: orders
    partitions: 3
    config: {retention.ms: 86400000}
    records:
      - {key: user-1, value: {id: 1, item: tea}, partition: 0}
      - {key: user-2, value: plain, partition: 0, headers: {trace: abc}}
      - {key: user-3, value: more, partition: 2}
groups:
  - name: billing
    offsets: {orders: end}
"""


class BeginningsTest(unittest.TestCase):
    def setUp(self):
        self.folder = self.enterContext(tempfile.TemporaryDirectory())

    def start(self, *arguments, env=None):
        """The process, and what its ready line says."""
        process = subprocess.Popen([BINARY, *arguments, "--port", "0", "--ready", "json"], stdout=subprocess.PIPE,
                                   stderr=subprocess.PIPE, text=True, env={**os.environ, **(env or {})}, cwd=self.folder)
        self.addCleanup(self.end, process)
        line = process.stdout.readline()
        if not line:
            self.fail(process.stderr.read())
        return process, json.loads(line)

    @staticmethod
    def end(process):
        if process.poll() is None:
            process.terminate()
        process.communicate(timeout=30)

    def ask(self, ready, *words):
        done = subprocess.run([BINARY, *words, "-b", ready["bootstrap"], "-o", "json"], capture_output=True, text=True, timeout=60)
        self.assertEqual(done.returncode, 0, done.stderr)
        return [json.loads(line) for line in done.stdout.splitlines()]

    def test_for_development_nothing_is_kept(self):
        place = self.folder + "/tmp"
        os.mkdir(place)
        process, ready = self.start("dev", env={"TMPDIR": place})
        self.assertEqual(len(os.listdir(place)), 1)
        self.assertEqual(self.ask(ready, "topic", "ls"), [])
        process.terminate()
        self.assertEqual(process.wait(30), 0)
        self.assertEqual(os.listdir(place), [])
        self.assertEqual(os.listdir(self.folder), ["tmp"])

    def test_for_development_what_is_said_counts(self):
        _, ready = self.start("dev", "--data", self.folder + "/data", "--set", "group.initial.rebalance.delay.ms=7")
        self.assertTrue(os.path.exists(self.folder + "/data/catalogue.log"))
        shown = self.ask(ready, "config", "get", "broker", "1", "group.initial.rebalance.delay.ms", "odradek.durability")
        self.assertEqual({row["config"]: row["value"] for row in shown},
                         {"group.initial.rebalance.delay.ms": "7", "odradek.durability": "os"})

    def test_topics_of_the_command_line_and_the_environment(self):
        _, ready = self.start("--data", self.folder + "/data", "--topic", "a", "--topic", "b:3:cleanup.policy=compact",
                              env={"KAFKA_CREATE_TOPICS": "c:2:1,d:1:3:compact"})
        topics = {row["topic"]: row["partitions"] for row in self.ask(ready, "topic", "ls")}
        self.assertEqual(topics, {"a": 1, "b": 3, "c": 2, "d": 1})
        self.assertEqual(self.ask(ready, "config", "get", "topic", "d")[0]["value"], "compact")

    def test_a_file_of_topics_records_and_offsets(self):
        file = pathlib.Path(self.folder, "seed.yaml")
        file.write_text(SEED)
        expected = [2, 0, 1]
        for _ in range(2):  # the second time all is there
            process, ready = self.start("--data", self.folder + "/data", "--seed", str(file))
            records = self.ask(ready, "consume", "orders", "-p", "0")
            self.assertEqual([(record["key"], record["value"]) for record in records],
                             [("user-1", '{"id":1,"item":"tea"}'), ("user-2", "plain")])
            self.assertEqual(records[1]["headers"], [{"name": "trace", "value": "abc"}])
            consumer = Consumer({"bootstrap.servers": ready["bootstrap"], "group.id": "billing"})
            committed = consumer.committed([TopicPartition("orders", partition) for partition in range(3)], 30)
            self.assertEqual([each.offset for each in committed], expected)
            consumer.commit(offsets=[TopicPartition("orders", 0, 1)], asynchronous=False)
            consumer.close()
            expected = [1, 0, 1]  # is not set back
            process.terminate()
            self.assertEqual(process.wait(30), 0)

    def test_what_cannot_be_made_keeps_the_broker_from_being_ready(self):
        for arguments, words in ((["--topic", "a:1:no.such.config=1"], "no.such.config"), (["--topic", "a b"], "a b")):
            done = subprocess.run([BINARY, "--port", "0", "--ready", "json", "--data", self.folder + "/x", *arguments],
                                  capture_output=True, text=True, timeout=60)
            self.assertEqual((done.returncode, done.stdout), (1, ""))
            self.assertIn(words, done.stderr)

    def test_what_cannot_be_read_is_told_before_anything_is_done(self):
        file = pathlib.Path(self.folder, "seed.yaml")
        for text, words in (("topics: [\n", "seed.yaml:"), ("topics:\n  - nam: x\n", "seed.yaml:2: a topic has no \"nam\"")):
            file.write_text(text)
            done = subprocess.run([BINARY, "--port", "0", "--data", self.folder + "/y", "--seed", str(file)],
                                  capture_output=True, text=True, timeout=60)
            self.assertEqual(done.returncode, 2)
            self.assertIn(words, done.stderr)
            self.assertEqual(len(done.stderr.splitlines()), 1)
            self.assertFalse(os.path.exists(self.folder + "/y"))

    def test_it_ends_with_who_started_it(self):
        starter = subprocess.Popen(
            [sys.executable, "-c", "import subprocess, sys, time\n"
             f"broker = subprocess.Popen([{BINARY!r}, 'dev', '--port', '0', '--ready', 'json', '--exit-with-parent'])\n"
             "print(broker.pid, flush=True)\nbroker.wait()"], stdout=subprocess.PIPE, text=True)
        self.addCleanup(starter.stdout.close)
        self.addCleanup(starter.wait)
        broker = int(starter.stdout.readline())
        starter.stdout.readline()  # ready
        starter.send_signal(signal.SIGKILL)
        wait_until(lambda: not pathlib.Path(f"/proc/{broker}/exe").exists())

    def test_it_ends_when_no_client_is_left(self):
        process, ready = self.start("dev", "--idle-exit", "1")
        with RawClient(int(ready["bootstrap"].rsplit(":", 1)[1])) as client:
            client.api_versions()
            with self.assertRaises(subprocess.TimeoutExpired):
                process.wait(2)
        self.assertEqual(process.wait(30), 0)


class FirstMinutesTest(unittest.TestCase):
    """What somebody does who has just got the file, word for word, up to the console."""

    def test_the_first_five_minutes(self):
        folder = self.enterContext(tempfile.TemporaryDirectory())
        port = free_ports(1)
        pid, terminal = pty.fork()
        if pid == 0:
            os.chdir(folder)
            os.execv(BINARY, [BINARY, "--port", str(port)])
        self.addCleanup(os.close, terminal)
        shown = ""

        def is_ready():
            nonlocal shown
            if select.select([terminal], [], [], 0)[0]:
                shown += os.read(terminal, 65536).decode().replace("\r\n", "\n")
            return "Ctrl-C" in shown
        wait_until(is_ready)
        banner = shown[shown.index("odradek is ready"):].strip().splitlines()
        self.assertLessEqual(len(banner), 6)
        self.assertIn(f"127.0.0.1:{port}", banner[1])
        self.assertIn("odradek-data", banner[2])

        def odradek(*words, **more):
            return subprocess.run([BINARY, *words], capture_output=True, text=True, timeout=60,
                                  env={**os.environ, "ODRADEK_BOOTSTRAP": f"localhost:{port}"}, **more)
        # From the same binary.
        self.assertEqual(odradek("produce", "greetings", input="hello\n").returncode, 0)
        self.assertEqual(odradek("consume", "greetings").stdout, "hello\n")
        # From a client of one's own.
        server = ["-b", f"localhost:{port}"]
        subprocess.run(["kcat", *server, "-P", "-t", "greetings"], input="from kcat\n", text=True, check=True, timeout=60)
        self.assertEqual(odradek("consume", "greetings", "-g", "readers").stdout, "hello\nfrom kcat\n")
        # The consumer is gone, the lag rises; the group is set back and reads again.
        odradek("produce", "greetings", input="one more\n")
        lag = json.loads(odradek("group", "describe", "readers", "-o", "json").stdout)["lag"]
        self.assertEqual(lag, 1)
        self.assertIn("--execute", odradek("group", "reset", "readers", "--to", "start").stderr)
        self.assertEqual(odradek("group", "reset", "readers", "--to", "start", "--execute").returncode, 0)
        self.assertEqual(odradek("consume", "greetings", "-g", "readers").stdout, "hello\nfrom kcat\none more\n")
        # Started twice by mistake.
        done = odradek("--port", str(port), cwd=folder)
        self.assertIn(f"(pid {pid})", done.stderr)
        self.assertIn("--port", done.stderr)
        os.write(terminal, b"\x03")  # Ctrl-C
        self.assertEqual(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), 0)


if __name__ == "__main__":
    unittest.main()
