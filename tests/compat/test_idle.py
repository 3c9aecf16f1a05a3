# SPDX-License-Identifier: Apache-2.0
"""Silent connections are closed, and those that take no answers; busy ones are not."""

import socket
import struct
import unittest

from broker import Broker
from raw_client import RawClient, batch, record


class IdleTest(unittest.TestCase):
    def test_only_the_silent_are_closed(self):
        with Broker("connections.max.idle.ms=1500") as broker:
            with RawClient(broker.port) as silent, RawClient(broker.port) as waiting, RawClient(broker.port) as stuck:
                waiting.metadata("t")
                stuck.metadata("t")
                for _ in range(20):
                    waiting.produce("t", batch(payload=record(b"x" * 1_000_000)))
                # One never reads, one waits in a long poll, one says nothing.
                stuck.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
                stuck.send(1, 4, stuck.fetch_body("t", 0, max_bytes=50 << 20, partition_max=50 << 20))
                waiting.send(1, 4, waiting.fetch_body("t", 20, max_wait=5000))
                self.assertTrue(silent.is_closed())
                self.assertEqual(struct.unpack(">i", waiting.receive()[1][:4])[0], 0)
                # What was sent before is still in the sockets; the rest never comes.
                self.assertTrue(stuck.is_closed())


if __name__ == "__main__":
    unittest.main()
