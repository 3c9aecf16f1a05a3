# SPDX-License-Identifier: Apache-2.0
"""A process that has no file descriptors left: who needs one is told to try again, and when there are some everything
goes on, without a restart."""

import resource
import socket
import struct
import time
import unittest

from broker import Broker
from group_requests import COMMIT, FETCH, commit, fetch
from process_costs import cpu_seconds
from shaped_client import ShapedClient
from transaction_requests import DESCRIBE, FIND, INIT, LOADING, NOT_COORDINATOR

API_VERSIONS = struct.pack(">ihhih", 10, 18, 0, 7, -1)
RETRIABLE = {LOADING, NOT_COORDINATOR, 15}


class NoDescriptors:
    """No file can be opened, and no connection taken."""

    def __init__(self, process):
        self.pid = process.pid

    def __enter__(self):
        self.limits = resource.prlimit(self.pid, resource.RLIMIT_NOFILE)
        # The numbers below are in use by what never closes.
        resource.prlimit(self.pid, resource.RLIMIT_NOFILE, (5, self.limits[1]))

    def __exit__(self, *_):
        resource.prlimit(self.pid, resource.RLIMIT_NOFILE, self.limits)


class DescriptorsTest(unittest.TestCase):
    def test_coordinators_come_back(self):
        with Broker("num.partitions=1", nodes=1) as broker, ShapedClient(broker.port, 30) as client:
            self.client = client
            client.make_topic("t")
            for kind in (0, 1):
                self.until_told({0}, lambda: client.ask(FIND, 1, ["x", kind])[1])
            # Ready, and without files so far.
            self.until_told({105}, lambda: client.ask(DESCRIBE, 0, [["x"]])[1][0][0])
            self.until_told({0}, lambda: client.ask(FETCH, 3, fetch(3, {"x": {"t": [0]}}))[2])
            with NoDescriptors(broker.process):
                limit = time.monotonic() + 3  # in which it is tried more than once
                while time.monotonic() < limit:
                    self.assertIn(self.init(), RETRIABLE)
                    self.assertIn(self.commit(), RETRIABLE)
            for ask in (self.init, self.commit):
                self.until_told({0}, ask)
            self.assertEqual(client.ask(FETCH, 3, fetch(3, {"x": {"t": [0]}}))[1][0][1][0][1], 7)
            self.assertEqual(client.ask(DESCRIBE, 0, [["x"]])[1][0][2], "Empty")

    def test_clients_wait_for_one_and_nobody_is_busy(self):
        with Broker(nodes=1) as broker:
            with NoDescriptors(broker.process):
                clients = [socket.create_connection(("127.0.0.1", broker.port), 30) for _ in range(3)]
                for client in clients:
                    client.sendall(API_VERSIONS)
                before = cpu_seconds(broker.process.pid)
                with self.assertRaises(TimeoutError):
                    clients[0].settimeout(2)
                    clients[0].recv(1)
                self.assertLess(cpu_seconds(broker.process.pid) - before, 0.5)
            for client in clients:
                client.settimeout(30)
                self.assertEqual(client.recv(8)[4:], API_VERSIONS[8:12])  # the answer to it
                client.close()

    def init(self):
        return self.client.ask(INIT, 4, ["x", 60000, -1, -1])[1]

    def commit(self):
        return self.client.ask(COMMIT, 5, commit(5, "x", -1, "", {"t": [(0, 7, "")]}))[1][0][1][0][1]

    def until_told(self, wanted, ask, allowed=RETRIABLE):
        deadline, told = time.monotonic() + 30, None
        while told not in wanted:
            self.assertLess(time.monotonic(), deadline)
            told = ask()
            self.assertIn(told, wanted | allowed)


if __name__ == "__main__":
    unittest.main()
