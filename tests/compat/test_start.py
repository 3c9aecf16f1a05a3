# SPDX-License-Identifier: Apache-2.0
"""What keeps the broker from starting is said in one line, and changes nothing on disk."""

import os
import pathlib
import shutil
import signal
import socket
import struct
import subprocess
import tempfile
import unittest

from broker import BINARY, Broker
from raw_client import RawClient, text


def snapshot(directory):
    """Every file below a directory with its content and time."""
    return {str(p): (p.stat().st_mtime_ns, p.read_bytes() if p.is_file() else None)
            for p in sorted(pathlib.Path(directory).rglob("*"))}


def run(*arguments, env=None, cwd=None):
    return subprocess.run([BINARY, *arguments], capture_output=True, text=True, timeout=30,
                          env={**os.environ, **(env or {})}, cwd=cwd)


class StartTest(unittest.TestCase):
    def setUp(self):
        self.directory = tempfile.mkdtemp(prefix="odradek-start-")

    def tearDown(self):
        shutil.rmtree(self.directory, ignore_errors=True)

    def assert_refused(self, done, *words):
        self.assertNotEqual(done.returncode, 0)
        self.assertEqual(done.stdout, "")
        self.assertEqual(len(done.stderr.strip().splitlines()), 1, done.stderr)
        for word in words:
            self.assertIn(word, done.stderr)

    def test_a_port_in_use(self):
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            port = str(taken.getsockname()[1])
            done = run("--port", port, "--data", self.directory + "/data")
        self.assert_refused(done, port, "in use by python3", f"(pid {os.getpid()})", "--port")
        self.assertFalse(os.path.exists(self.directory + "/data"))

    def test_port_0_takes_a_free_one_and_says_which(self):
        broker = Broker(nodes=1)
        broker.port = 0
        with broker, RawClient(broker.port) as client:
            self.assertIn(18, client.api_versions())

    def test_a_data_directory_in_use(self):
        with Broker(data=self.directory) as broker:
            before = snapshot(self.directory)
            done = run("--port", "0", "--data", self.directory)
            self.assert_refused(done, str(broker.process.pid), "--data")
            self.assertEqual(snapshot(self.directory), before)
        os.unlink(self.directory + ".log")

    def test_a_newer_format(self):
        with Broker(data=self.directory):
            pass
        os.unlink(self.directory + ".log")
        with open(self.directory + "/catalogue.log", "r+b") as file:
            file.seek(8)
            file.write(b"\0\0\0\x63")
        before = snapshot(self.directory)
        done = run("--port", "0", "--data", self.directory)
        self.assert_refused(done, "format 99", "newer")
        self.assertEqual(snapshot(self.directory), before)

    def test_the_directory_of_another_broker(self):
        pathlib.Path(self.directory, "meta.properties").write_text("version=1\ncluster.id=x\nnode.id=1\n")
        before = snapshot(self.directory)
        self.assert_refused(run("--port", "0", "--data", self.directory), "another broker's", "--data")
        self.assertEqual(snapshot(self.directory), before)

    def test_something_else_in_the_catalogues_place(self):
        pathlib.Path(self.directory, "catalogue.log").write_text("a shopping list, not a catalogue")
        before = snapshot(self.directory)
        self.assert_refused(run("--port", "0", "--data", self.directory), "catalogue")
        self.assertEqual(snapshot(self.directory), before)

    def test_a_read_only_data_directory(self):
        # Root may write anywhere, so the place is one where nobody can: below a file, and /proc.
        pathlib.Path(self.directory, "file").write_text("x")
        self.assert_refused(run("--port", "0", "--data", self.directory + "/file/data"), "/file/data")
        self.assert_refused(run("--port", "0", "--data", "/proc/odradek"), "/proc/odradek")
        if os.getuid() != 0:
            os.chmod(self.directory, 0o555)
            self.assert_refused(run("--port", "0", "--data", self.directory), "permission denied")

    def test_a_value_that_cannot_be_one(self):
        self.assert_refused(run("--set", "num.partitions=many"), "num.partitions", "many")
        self.assert_refused(run("--set", "num.partitions"), "KEY=VALUE")
        self.assert_refused(run("--set", "listeners=nonsense"), "nonsense")
        self.assert_refused(run("--nonsense"), "--nonsense")

    def test_an_unknown_setting_warns_with_the_nearest_name(self):
        with Broker("log.retention.hour=1") as broker:
            self.assertIn("did you mean log.retention.hours?", broker.log())

    def test_settings_come_from_file_environment_and_command_line(self):
        properties = pathlib.Path(self.directory, "server.properties")
        properties.write_text("num.partitions=2\nlog.retention.hours=3\nnode.id=7\n")
        os.environ["KAFKA_NUM_PARTITIONS"] = "4"
        os.environ["KAFKA_CFG_BROKER_RACK"] = "shelf"
        try:
            with Broker("default.replication.factor=1", arguments=["--config", str(properties)]) as broker:
                self.assertEqual(broker.ready["node_id"], 7)
                with RawClient(broker.port) as client:
                    body = client.metadata("made-by-asking")
                    self.assertIn(b"shelf", body)
                    self.assertIn(text("made-by-asking") + b"\0" + struct.pack(">i", 4), body)  # four partitions
        finally:
            del os.environ["KAFKA_NUM_PARTITIONS"], os.environ["KAFKA_CFG_BROKER_RACK"]

    def test_the_ready_line(self):
        with Broker() as broker:
            self.assertEqual(broker.ready["event"], "ready")
            self.assertEqual(broker.ready["pid"], broker.process.pid)
            for host in ("127.0.0.1", "::1"):
                socket.create_connection((host, broker.port), 5).close()

    def test_help_and_version(self):
        self.assertIn("--port", run("--help").stdout)
        self.assertIn("odradek ", run("--version").stdout)

    def test_the_page_of_settings_is_up_to_date(self):
        page = pathlib.Path(__file__).resolve().parents[2] / "docs/config.md"
        self.assertEqual(run("--print-config-page").stdout, page.read_text(), "odradek --print-config-page > docs/config.md")

    def test_an_advertised_address_counts(self):
        with Broker("advertised.listeners=PLAINTEXT://broker.example:1234") as broker, RawClient(broker.port) as client:
            self.assertIn(b"broker.example\0\0\x04\xd2", client.call(3, 1, struct.pack(">i", 0)))

    def test_sigterm_and_sigint_stop_it(self):
        for number in (signal.SIGTERM, signal.SIGINT):
            broker = Broker().start()
            broker.process.send_signal(number)
            self.assertEqual(broker.process.wait(20), 0)
            self.assertTrue(os.path.exists(broker.data + "/.kafka_cleanshutdown"))
            broker.process.stdout.close()
            shutil.rmtree(broker.data)
            os.unlink(broker.log_path)


if __name__ == "__main__":
    unittest.main()
