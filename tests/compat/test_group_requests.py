# SPDX-License-Identifier: Apache-2.0
"""Every request of consumer groups at every version, good and bad: the answers are those of Apache Kafka.

tests/golden/group_answers.txt is what Kafka said; `./dev compat group-answers` asks it again.
"""

import unittest

from answer_script import differences
from broker import Broker
from group_requests import GroupRequests


class GroupRequestsTest(unittest.TestCase):
    def test_the_answers_are_those_of_kafka(self):
        with Broker("num.partitions=4", "group.initial.rebalance.delay.ms=0", nodes=1) as broker:
            answers = GroupRequests(broker.port).run()
            broker.stop()
        self.assertEqual(differences("group_answers.txt", answers, "Odradek"), "")
        self.assertGreater(len(answers), 600)


if __name__ == "__main__":
    unittest.main()
