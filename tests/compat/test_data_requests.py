# SPDX-License-Identifier: Apache-2.0
"""Requests of producers and consumers that are wrong, or seldom: the answers are those of Apache Kafka.

tests/golden/data_answers.txt is what Kafka said; `./dev compat data-answers` asks it again.
"""

import unittest

from answer_script import differences
from broker import Broker
from data_requests import DataRequests


class DataRequestsTest(unittest.TestCase):
    def test_the_answers_are_those_of_kafka(self):
        with Broker("odradek.durability=os", nodes=1) as broker:
            answers = DataRequests(broker.port).run()
        self.assertEqual(differences("data_answers.txt", answers, "Odradek"), "")
        self.assertGreater(len(answers), 60)


if __name__ == "__main__":
    unittest.main()
