# SPDX-License-Identifier: Apache-2.0
"""A disk that fails: after a failed write, sync or change of names nothing is acknowledged, the process ends and says
why, and the next one has everything that was acknowledged."""

import os
import re
import time
import unittest

from cluster_admin import ClusterAdmin
from group_requests import FIND, HEARTBEAT, JOIN, SYNC, heartbeat, join, joined, sync
from raw_client import RawClient, batch, record
from shaped_client import ShapedClient
from traced_broker import TracedBroker, why_not
from transaction_requests import PRODUCE
from wait import wait_until

REQUEST_TIMED_OUT = 7
TRIES = int(os.environ.get("FAILURE_TRIES", "4"))
# What is made to fail, by name, and whether it may be something that the broker never does again.
CALLS = {"fdatasync": "sync", "fsync": "sync", "pwritev": "write", "rename": "rename", "ftruncate": "truncate"}


class HeartbeatingMember:
    """The only one of its group; step() is one heartbeat."""

    def __init__(self, port):
        self.client = ShapedClient(port, 60)

    def __enter__(self):
        while self.client.ask(FIND, 1, ["g", 0])[1] != 0:
            pass
        self.member, self.generation, error = "", -1, 1
        while error:
            self.member, self.generation, error = joined(3, self.client.ask(JOIN, 3, join(3, "g", self.member)))
        assert self.client.ask(SYNC, 3, sync(3, "g", self.generation, self.member, [[self.member, b"all"]]))[1] == 0
        return self

    def step(self):
        error = self.client.ask(HEARTBEAT, 3, heartbeat(3, "g", self.generation, self.member))[-1]
        assert error == 0, error

    def __exit__(self, *_):
        self.client.socket.close()


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
                broker.trace(call, inject=f"error=EIO:when={number}+")
                try:
                    acked.update(self.produce(client, "after", 50 + 10 * number))
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
        with broker, RawClient(broker.port, 60) as writer, RawClient(broker.port, 60) as reader, \
                HeartbeatingMember(broker.port) as member, ShapedClient(broker.port, 60) as patient:
            writer.metadata("t")
            writer.metadata("new")
            self.produce(writer, "before", 3)
            broker.trace("fdatasync", "fsync", inject="delay_enter=2000000")
            began = time.monotonic()
            # The first one: its folder is made for it.
            patient.start(*self.produce_of_one("new", 60000))
            asked = 0
            while time.monotonic() - began < 1.5:  # all of it before the answer to the produce
                self.assertEqual(reader.fetch("t", 0)[:2], (0, 3))
                member.step()
                asked += 1
            self.assertGreater(asked, 20)
            self.assertEqual(patient.finish()[0][0][1][0][1:3], [0, 0])
            self.assertEqual(reader.fetch("new", 0)[1], 1)
            broker.end()

    def test_what_waits_for_the_disk_outlives_a_change_of_leaders(self):
        broker = TracedBroker(nodes=3)
        with broker:
            admin = ClusterAdmin(broker)
            leader = admin.describe("t", create=True)[0].leader
            with ShapedClient(broker.port + leader - 1, 60) as client:
                self.assertEqual(self.ask_to_produce(client, 30000), (0, 0))
                broker.trace("fdatasync", inject="delay_enter=3000000:when=1")  # but not the catalogue's
                client.start(*self.produce_of_one("t", 30000))
                self.wait_until_written(broker, 2)
                self.assertEqual(admin.lead("t", {0: leader % 3 + 1}), {0: 0})
                self.assertEqual(client.finish()[0][0][1][0][1:3], [0, 1])
            broker.end()

    def test_who_does_not_want_to_wait_is_told(self):
        broker = TracedBroker()
        with broker, ShapedClient(broker.port, 60) as client:
            client.make_topic("t")
            self.assertEqual(self.ask_to_produce(client, 30000), (0, 0))
            broker.trace("fdatasync", inject="delay_enter=4000000:when=1")
            self.assertEqual(self.ask_to_produce(client, 1000), (REQUEST_TIMED_OUT, -1))
            self.assertEqual(self.ask_to_produce(client, 30000), (0, 2))  # the one before is there
            broker.end()

    @staticmethod
    def produce_of_one(topic, timeout):
        return PRODUCE, 9, [None, -1, timeout, [[topic, [[0, batch(record(b"x"))]]]]]

    def ask_to_produce(self, client, timeout):
        return tuple(client.ask(*self.produce_of_one("t", timeout))[0][0][1][0][1:3])

    @staticmethod
    def wait_until_written(broker, batches):
        path = os.path.join(broker.data, "t-0", f"{0:020}.log")
        wait_until(lambda: os.path.getsize(path) == batches * len(batch(record(b"x"))))


if __name__ == "__main__":
    unittest.main()
