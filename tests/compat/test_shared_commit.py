# SPDX-License-Identifier: Apache-2.0
"""What comes to a partition at once, over many connections, is written at once."""

import re
import signal
import unittest

from broker import Broker
from raw_client import RawClient, batch, record
from wait import wait_until

PRODUCE, PRODUCERS = 0, 16


class SharedCommitTest(unittest.TestCase):
    def setUp(self):
        self.broker = Broker("odradek.durability=os", nodes=1)
        self.broker.__enter__()
        self.addCleanup(self.broker.__exit__, None, None, None)

    def signal(self, number, state):
        self.broker.process.send_signal(number)
        wait_until(lambda: self.read("status", r"State:\s+(\w)") in state)

    def read(self, file, pattern):
        with open(f"/proc/{self.broker.process.pid}/{file}") as opened:
            return re.search(pattern, opened.read())[1]

    def writes(self):
        return int(self.read("io", r"syscw: (\d+)"))

    def test_many_producers_share_a_write(self):
        clients = [RawClient(self.broker.port) for _ in range(PRODUCERS)]
        for client in clients:
            self.addCleanup(client.socket.close)
        for client in clients:
            client.metadata("t")  # which makes it
        wait_until(lambda: clients[0].produce("t", batch())[0] == 0)
        before = self.writes()
        self.signal(signal.SIGSTOP, "T")
        for number, client in enumerate(clients):
            client.send(PRODUCE, 3, client.produce_body("t", batch(record(b"%d" % number)), acks=1))
        self.signal(signal.SIGCONT, "SRD")
        for client in clients:
            client.receive()
        self.assertLessEqual(self.writes() - before, PRODUCERS // 4)
        _, end, _ = clients[0].fetch("t", 0)
        self.assertEqual(end, 1 + PRODUCERS)


if __name__ == "__main__":
    unittest.main()
