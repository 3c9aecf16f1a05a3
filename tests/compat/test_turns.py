# SPDX-License-Identifier: Apache-2.0
"""Who asks for much does not hold up who asks for little."""

import unittest

from raw_client import RawClient, batch, record
from traced_broker import TracedBroker, why_not

FETCH, API_VERSIONS = 1, 18
MUCH = 8 << 20
TURN = 256 << 10  # Connection::bytes_per_turn


@unittest.skipIf(why_not(), why_not())
class TurnsTest(unittest.TestCase):
    def test_a_large_answer_goes_out_in_turns(self):
        with TracedBroker("odradek.durability=os") as broker, RawClient(broker.port) as reader, RawClient(broker.port) as other:
            reader.metadata("t")
            for _ in range(9):
                reader.produce("t", batch(record(b"x" * 1_000_000)))

            def ask():
                reader.send(FETCH, 4, reader.fetch_body("t", 0, max_bytes=MUCH, partition_max=MUCH))

            for _ in range(3):  # until the buffers of the connection have grown
                ask()
                reader.receive()
            with broker.frozen():
                broker.trace("sendmsg", "sendfile")
                ask()
                other.send(API_VERSIONS, 0, b"")
            other.receive()
            reader.receive()
            sent = broker.end()
        first = sent[0][1]  # the descriptor of the reader, who came first
        before = next(number for number, (_, descriptor, _) in enumerate(sent) if descriptor != first)
        self.assertGreater(sum(result for _, descriptor, result in sent if descriptor == first), MUCH - (1 << 20))
        self.assertLessEqual(sum(result for _, _, result in sent[:before]), TURN)


if __name__ == "__main__":
    unittest.main()
