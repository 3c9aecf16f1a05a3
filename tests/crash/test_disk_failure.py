# SPDX-License-Identifier: Apache-2.0
"""A disk that fails: after a failed write, sync or change of names nothing is acknowledged, the process ends and says
why, and the next one has everything that was acknowledged."""

import os
import re
import shutil
import subprocess
import time
import unittest

from broker import BUILD, Broker
from raw_client import RawClient, batch, record

TRIES = int(os.environ.get("FAILURE_TRIES", "4"))
# What is made to fail, by name, and whether it may be something that the broker never does again.
CALLS = {"fdatasync": "sync", "fsync": "sync", "pwritev": "write", "rename": "rename", "ftruncate": "truncate"}


def why_not():
    if "asan" in BUILD or "tsan" in BUILD:
        return "the sanitizers do not live with a tracer"
    if not shutil.which("strace"):
        return "strace is not there"
    done = subprocess.run(["strace", "-o", "/dev/null", "true"], capture_output=True, text=True)
    return done.stderr if done.returncode else ""


class TracedBroker(Broker):
    """Its n-th call of a kind, counted from when it is ready, fails or is slow."""

    def __init__(self, *settings, **more):
        super().__init__(*settings, nodes=1, **more)
        self.tracer = None

    def inject(self, call, what):
        self.trace_log = self.data + ".trace"
        self.tracer = subprocess.Popen(["strace", "-f", "-qq", "-o", self.trace_log, "-e", f"trace={call}", "-e",
                                        f"inject={call}:{what}", "-p", str(self.process.pid)])
        while "TracerPid:\t0" in open(f"/proc/{self.process.pid}/status").read():
            pass  # it is not there yet

    def end(self):
        if self.tracer:
            self.tracer.terminate()
            self.tracer.wait()
            self.tracer = None
            os.unlink(self.trace_log)


@unittest.skipIf(why_not(), why_not())
class DiskFailureTest(unittest.TestCase):
    def test_it_is_final(self):
        for call, action in CALLS.items():
            for number in range(1, TRIES + 1):
                with self.subTest(call, number=number):
                    self.fail_once(call, action, number)

    def fail_once(self, call, action, number):
        # Small segments and many of them: names change, files are made, checkpoints are written.
        broker = TracedBroker("log.segment.bytes=1048576")
        with broker:
            acked = {}
            with RawClient(broker.port) as client:
                client.metadata("t")
                acked.update(self.produce(client, "before", 3))
                broker.inject(call, f"error=EIO:when={number}+")
                try:
                    acked.update(self.produce(client, "after", 60))
                    ended = False
                except ConnectionError:
                    ended = True
            self.assertTrue(ended, f"{call} was never called {number} times")
            self.assertEqual(broker.process.wait(10), 1)
            broker.process.stdout.close()
            broker.end()
            self.assertRegex(broker.log(), rf"the data directory has failed.*{action}")
            broker.start()
            with RawClient(broker.port) as client:
                client.metadata("t")
                self.assertEqual({offset: self.value_at(client, offset) for offset in acked}, acked)
                self.assertEqual(self.produce(client, "again", 1).popitem()[1], "again-0")

    def produce(self, client, name, count):
        acked = {}
        for i in range(count):
            value = f"{name}-{i}"
            error, offset = client.produce("t", batch(record(value.encode() + b" " * 300000)))
            self.assertEqual(error, 0)
            acked[offset] = value
        return acked

    def value_at(self, client, offset):
        error, _, data = client.fetch("t", offset)
        self.assertEqual(error, 0)
        return re.search(rb"[a-z]+-\d+", data[61:]).group().decode()

    def test_a_slow_disk_keeps_nobody_waiting_who_does_not_need_it(self):
        broker = TracedBroker("log.segment.bytes=1048576")
        with broker, RawClient(broker.port, 60) as writer, RawClient(broker.port, 60) as reader:
            writer.metadata("t")
            self.produce(writer, "before", 3)
            broker.inject("fdatasync", "delay_enter=2000000")
            began = time.monotonic()
            writer.send(0, 3, writer.produce_body("t", batch(record(b"slow")), acks=-1))
            asked = 0
            while time.monotonic() - began < 1.5:  # all of it before the answer to the produce
                self.assertEqual(reader.fetch("t", 0)[:2], (0, 3))
                asked += 1
            writer.receive()
            self.assertGreater(asked, 20)
            self.assertEqual(reader.fetch("t", 0)[1], 4)
            broker.end()


if __name__ == "__main__":
    unittest.main()
