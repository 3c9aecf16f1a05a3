# SPDX-License-Identifier: Apache-2.0
"""Every request of transactions at every version, good and bad: the answers are those of Apache Kafka.

tests/golden/transaction_answers.txt is what Kafka said; `./dev compat transaction-answers` asks it again.
"""

import difflib
import pathlib
import unittest

from broker import Broker
from transaction_requests import TransactionRequests

GOLDEN = pathlib.Path(__file__).resolve().parent.parent / "golden/transaction_answers.txt"


class TransactionRequestsTest(unittest.TestCase):
    def test_the_answers_are_those_of_kafka(self):
        with Broker("num.partitions=2", "group.initial.rebalance.delay.ms=0", nodes=1) as broker:
            answers = TransactionRequests(broker.port).run()
            broker.stop()
        expected = GOLDEN.read_text().splitlines()
        different = list(difflib.unified_diff(expected, answers, "Kafka", "Odradek", n=0, lineterm=""))
        if different:
            self.fail("\n" + "\n".join(different)[:8000])
        self.assertGreater(len(answers), 600)


if __name__ == "__main__":
    unittest.main()
