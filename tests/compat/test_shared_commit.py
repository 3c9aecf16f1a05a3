# SPDX-License-Identifier: Apache-2.0
"""What comes to a partition at once, over many connections, is written at once."""

import unittest

from broker import Broker
from process_costs import write_calls
from raw_client import RawClient, batch, record
from wait import wait_until

PRODUCE, PRODUCERS = 0, 16


class SharedCommitTest(unittest.TestCase):
    def setUp(self):
        self.broker = Broker("odradek.durability=os", nodes=1)
        self.broker.__enter__()
        self.addCleanup(self.broker.__exit__, None, None, None)

    def test_many_producers_share_a_write(self):
        clients = [RawClient(self.broker.port) for _ in range(PRODUCERS)]
        for client in clients:
            self.addCleanup(client.socket.close)
        for client in clients:
            client.metadata("t")  # which makes it
        wait_until(lambda: clients[0].produce("t", batch())[0] == 0)
        before = write_calls(self.broker.process.pid)
        with self.broker.frozen():
            for number, client in enumerate(clients):
                client.send(PRODUCE, 3, client.produce_body("t", batch(record(b"%d" % number)), acks=1))
        for client in clients:
            client.receive()
        self.assertLessEqual(write_calls(self.broker.process.pid) - before, PRODUCERS // 4)
        _, end, _ = clients[0].fetch("t", 0)
        self.assertEqual(end, 1 + PRODUCERS)


if __name__ == "__main__":
    unittest.main()
