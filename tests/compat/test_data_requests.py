# SPDX-License-Identifier: Apache-2.0
"""Requests of producers and consumers that are wrong, or seldom: the answers are those of Apache Kafka.

tests/golden/data_answers.txt is what Kafka said; `./dev compat data-answers` asks it again.
"""

import time
import unittest

from answer_script import differences
from broker import Broker
from data_requests import DataRequests
from raw_client import RawClient, batch
from wait import wait_until


class DataRequestsTest(unittest.TestCase):
    def test_the_answers_are_those_of_kafka(self):
        with Broker("odradek.durability=os", nodes=1) as broker:
            answers = DataRequests(broker.port).run()
        self.assertEqual(differences("data_answers.txt", answers, "Odradek"), "")
        self.assertGreater(len(answers), 60)

    def test_a_fetch_that_waits_in_vain_is_answered_behind_its_time(self):
        """As by Kafka, never at it: a consumer of node-rdkafka whose poll ends at that moment does not close any more."""
        with Broker("odradek.durability=os", nodes=1) as broker, RawClient(broker.port) as client:
            client.metadata("t")
            wait_until(lambda: client.produce("t", batch())[0] == 0)
            for _ in range(5):
                began = time.monotonic()
                client.fetch("t", 1, max_wait=100)
                self.assertGreater(time.monotonic() - began, 0.104)


if __name__ == "__main__":
    unittest.main()
