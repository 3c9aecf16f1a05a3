# SPDX-License-Identifier: Apache-2.0
"""flush.messages and flush.ms where nothing else is synced: so many records, or so much time, and they are on the disk."""

import os
import unittest

from broker import Broker
from raw_client import batch, record
from shaped_client import ShapedClient
from transaction_requests import PRODUCE
from wait import wait_until

CREATE = 19


class FlushTest(unittest.TestCase):
    def setUp(self):
        self.broker = Broker("odradek.durability=os", nodes=1)
        self.broker.__enter__()
        self.addCleanup(self.broker.__exit__, None, None, None)
        self.client = ShapedClient(self.broker.port)
        self.addCleanup(self.client.socket.close)

    def create(self, topic, **configs):
        settings = [[name.replace("_", "."), value] for name, value in configs.items()]
        answer = self.client.ask(CREATE, 7, [[[topic, 1, 1, [], settings]], 10000, False])
        self.assertEqual(answer[1][0][2], 0, answer)

    def produce(self, topic):
        answer = self.client.ask(PRODUCE, 9, [None, 1, 5000, [[topic, [[0, batch(record(b"x"))]]]]])
        self.assertEqual(answer[0][0][1][0][1], 0)

    def synced(self, topic):
        """How far the broker has written down that the log is on the disk."""
        try:
            with open(os.path.join(self.broker.data, "recovery-point-offset-checkpoint")) as file:
                lines = [line.split() for line in file.read().splitlines()[2:]]
        except FileNotFoundError:
            return 0
        return next((int(offset) for name, _, offset in lines if name == topic), 0)

    def test_after_a_time_and_not_before_somebody_asks_for_that(self):
        self.create("never")
        self.create("soon", flush_ms="200")
        for _ in range(3):
            self.produce("never")
            self.produce("soon")
        wait_until(lambda: self.synced("soon") == 3)
        self.produce("soon")
        wait_until(lambda: self.synced("soon") == 4)
        self.assertEqual(self.synced("never"), 0)

    def test_after_so_many_records(self):
        self.create("t", flush_messages="3")
        for _ in range(4):
            self.produce("t")
        wait_until(lambda: self.synced("t") == 3)


if __name__ == "__main__":
    unittest.main()
