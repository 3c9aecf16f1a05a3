# SPDX-License-Identifier: Apache-2.0
"""A disk that is full: producers are told so, and nobody else notices; when there is space again everything goes on,
without a restart."""

import time
import unittest

import loop_disk
from broker import Broker
from group_requests import COMMIT, FETCH, commit, fetch
from raw_client import RawClient, batch, record
from shaped_client import ShapedClient
from transaction_requests import ADD, END, FIND, INIT, LOADING, NOT_COORDINATOR

STORAGE_ERROR, NOT_AVAILABLE = 56, 15
SIZE = 64 << 20


@unittest.skipIf(loop_disk.why_not(), f"no file system of its own: {loop_disk.why_not()}")
class FullDiskTest(unittest.TestCase):
    def setUp(self):
        self.disk = self.enterContext(loop_disk.LoopDisk("ext4", SIZE))
        data = self.disk.mounted / "data"
        self.broker = self.enterContext(Broker("offsets.topic.num.partitions=2", "transaction.state.log.num.partitions=2",
                                               data=str(data), nodes=1))
        self.pid = self.broker.process.pid
        self.raw = self.enterContext(RawClient(self.broker.port, 30))
        self.client = self.enterContext(ShapedClient(self.broker.port, 30))
        self.client.make_topic("t")
        self.client.make_topic("other")
        for kind in (0, 1):
            self.until(lambda: self.client.ask(FIND, 1, ["x", kind])[1] == 0)
        self.until(lambda: self.commit(0) == 0)
        self.acked = {}
        self.number = 0

    def enterContext(self, context):
        value = context.__enter__()
        self.addCleanup(context.__exit__, None, None, None)
        return value

    def until(self, is_so):
        limit = time.monotonic() + 30
        while not is_so():
            self.assertLess(time.monotonic(), limit)

    def produce(self, size=200000, topic="t"):
        value = b"%010d" % self.number + b"x" * size
        self.number += 1
        error, offset = self.raw.produce(topic, batch(record(value)))
        if error == 0 and topic == "t":
            self.acked[offset] = value[:10]
        return error

    def fill(self):
        while (error := self.produce()) == 0:
            self.assertLess(self.number, SIZE // 200000)
        self.assertEqual(error, STORAGE_ERROR)

    def commit(self, offset):
        return self.client.ask(COMMIT, 5, commit(5, "g", -1, "", {"t": [(0, offset, "")]}))[1][0][1][0][1]

    def committed(self):
        _, topics, error = self.client.ask(FETCH, 3, fetch(3, {"g": {"t": [0]}}))
        self.assertIn(error, (0, LOADING, NOT_COORDINATOR))
        return topics[0][1][0][1] if error == 0 else -1

    def check_records(self):
        found, at = {}, 0
        while at <= max(self.acked):
            error, _, data = self.raw.fetch("t", at, max_bytes=1 << 20)
            self.assertEqual(error, 0)
            found[at] = data[61 + 8:].partition(b"x")[0][-10:]
            at += 1
        self.assertEqual({offset: found[offset] for offset in self.acked}, self.acked)

    def test_offsets_and_transactions_have_a_reserve(self):
        producer = self.begin_transaction()
        self.fill()
        self.assertGreater(self.disk.free(), SIZE // 32)
        for offset in range(1000):
            self.assertEqual(self.commit(offset), 0)
        self.assertEqual(self.committed(), 999)
        self.assertEqual(self.client.ask(END, 3, ["x", *producer, True])[1], 0)
        self.until(lambda: self.begin_transaction() is not None)
        self.check_records()
        self.assertIn("almost full", self.broker.log())

        # A topic less is space for the others.
        self.until(lambda: self.produce(topic="other") == STORAGE_ERROR)
        self.delete_topic("t")
        self.until(lambda: self.produce(topic="other") == 0)
        self.assertEqual(self.broker.process.pid, self.pid)

    def test_without_any_space_nothing_is_lost_and_it_goes_on_later(self):
        for _ in range(20):
            self.assertEqual(self.produce(), 0)
        other = self.disk.mounted / "other"
        with open(other, "wb", buffering=0) as file:
            try:
                while True:
                    file.write(b"x" * 65536)
            except OSError:
                pass
            try:
                while True:
                    file.write(b"x")
            except OSError:
                pass
        last = 0
        for offset in range(1, 20000):  # until the last block of the log is full
            error = self.commit(offset)
            if error != 0:
                break
            last = offset
        self.assertIn(error, (NOT_AVAILABLE, LOADING, NOT_COORDINATOR))
        self.assertEqual(self.produce(), STORAGE_ERROR)
        self.check_records()
        other.unlink()
        self.until(lambda: self.produce() == 0)
        self.until(lambda: self.committed() >= last)
        self.until(lambda: self.commit(last + 2) == 0)
        self.check_records()
        self.assertEqual(self.broker.process.pid, self.pid)

        # And so it is on the disk.
        self.broker.kill()
        self.broker.start()
        self.raw = self.enterContext(RawClient(self.broker.port, 30))
        self.client = self.enterContext(ShapedClient(self.broker.port, 30))
        self.check_records()
        self.until(lambda: self.committed() == last + 2)

    def begin_transaction(self):
        answer = [0, LOADING]
        while answer[1] != 0:
            answer = self.client.ask(INIT, 4, ["x", 60000, -1, -1])
            self.assertIn(answer[1], (0, LOADING, NOT_COORDINATOR, 51))
        producer = answer[2:4]
        self.assertEqual(self.client.ask(ADD, 3, ["x", *producer, [["other", [0]]]])[1][0][1][0][1], 0)
        return producer

    def delete_topic(self, name):
        self.assertEqual(self.client.ask(20, 3, [[name], 10000])[1][0][1], 0)


if __name__ == "__main__":
    unittest.main()
