# SPDX-License-Identifier: Apache-2.0
"""Every request of transactions at every version, good and bad: the answers are those of Apache Kafka.

tests/golden/transaction_answers.txt is what Kafka said; `./dev compat transaction-answers` asks it again.
"""

import time
import unittest

from answer_script import differences
from broker import Broker
from shaped_client import ShapedClient
from transaction_requests import DESCRIBE, END, FIND, INIT, LOADING, MARKERS, NOT_COORDINATOR, TransactionRequests


class TransactionRequestsTest(unittest.TestCase):
    def test_the_answers_are_those_of_kafka(self):
        with Broker("num.partitions=2", "group.initial.rebalance.delay.ms=0", nodes=1) as broker:
            answers = TransactionRequests(broker.port).run()
            broker.stop()
        self.assertEqual(differences("transaction_answers.txt", answers, "Odradek"), "")
        self.assertGreater(len(answers), 600)

    def test_features_that_begin_at_0_are_for_clients_that_can_read_them(self):
        """Java clients before 3.9 ask in version 3, and do not connect where they are told of one (KAFKA-17011)."""
        with Broker(nodes=1) as broker, ShapedClient(broker.port) as client:
            for version, is_told in ((3, False), (4, True)):
                client.send(18, version, b"\x02x\x02x\x00", flexible=True)
                answer = client.receive()[1]
                # The feature is named as supported and as finalized, or as finalized alone.
                self.assertEqual(answer.count(b"transaction.version"), 2 if is_told else 1)

    def test_markers_do_not_harm_the_state_of_transactions(self):
        with Broker("transaction.state.log.num.partitions=2", nodes=1) as broker:
            with ShapedClient(broker.port) as client:
                client.ask(FIND, 1, ["x", 1])
                producer, epoch = self.init(client)
                for result in (True, False):
                    marker = [producer, epoch, result, [["__transaction_state", [0, 1]]], 0]
                    answer = client.ask(MARKERS, 1, [[marker]])
                    self.assertEqual(answer[0][0][1][0][1], [[0, 0], [1, 0]])
            broker.stop()
            broker.start()
            with ShapedClient(broker.port) as client:
                again = self.init(client)
                self.assertEqual(again, (producer, epoch + 1))
                self.assertEqual(client.ask(END, 1, ["x", *again, True])[1], 48)  # nothing is open
                self.assertEqual(client.ask(DESCRIBE, 0, [["x"]])[1][0][2], "Empty")

    @staticmethod
    def init(client):
        answer, deadline = [0, LOADING], time.monotonic() + 20
        while answer[1] in (LOADING, NOT_COORDINATOR) and time.monotonic() < deadline:
            answer = client.ask(INIT, 4, ["x", 60000, -1, -1])
        if answer[1] != 0:
            raise AssertionError(f"no producer id: {answer}")
        return answer[2], answer[3]


if __name__ == "__main__":
    unittest.main()
