# SPDX-License-Identifier: Apache-2.0
"""Requests of administrators at every version, good and bad: the answers are those of Apache Kafka.

tests/golden/admin_answers.txt is what Kafka said; `./dev compat admin-answers` asks it again.
"""

import select
import unittest

from admin_requests import (BROKER, DESCRIBE, FEATURES, GROUP, INCREMENTAL, LIST, LOGGER, METADATA, QUORUM, QUOTAS, SET,
                            UNREGISTER, AdminRequests)
from answer_script import differences
from broker import Broker
from raw_client import UNKNOWN_TOPIC_OR_PARTITION
from shaped_client import ShapedClient
from wait import wait_until

STRING, INT, PASSWORD = 2, 3, 9


class AdminRequestsTest(unittest.TestCase):
    def test_the_answers_are_those_of_kafka(self):
        with Broker(nodes=1) as broker:
            answers = AdminRequests(broker.port).run()
        self.assertEqual(differences("admin_answers.txt", answers, "Odradek"), "")
        self.assertGreater(len(answers), 150)

    def test_what_was_set_outlives_the_broker(self):
        with Broker(nodes=1) as broker:
            before = AdminRequests(broker.port)
            before.run()
            with ShapedClient(broker.port) as client:
                client.ask(FEATURES, 1, [60000, [["transaction.version", 1, 2]], False])
                quotas = client.ask(QUOTAS, 1, [[], False])
            for end in (broker.stop, broker.kill):
                end()
                broker.start()
                with ShapedClient(broker.port) as client:
                    self.assertEqual(client.ask(QUOTAS, 1, [[], False]), quotas)
                    self.assertEqual(client.ask(LIST, 1, [[GROUP]])[2], [["g", GROUP]])
                    client.send(18, 4, b"\x02x\x02x\x00", flexible=True)
                    self.assertIn(b"transaction.version\x00\x01\x00\x01", client.receive()[1])

    def test_every_setting_of_kafkas_is_described_and_no_secret_told(self):
        with Broker("ssl.keystore.password=hush", "sasl.enabled.mechanisms=PLAIN", nodes=1) as broker:
            with ShapedClient(broker.port) as client:
                answer = client.ask(DESCRIBE, 4, [[[BROKER, "1", None]], True, True])
        configs = {config[0]: config for config in answer[1][0][4]}
        self.assertGreater(len(configs), 340)
        _, value, _, source, sensitive, synonyms, kind, doc = configs["ssl.keystore.password"]
        self.assertEqual((value, source, sensitive, kind), (None, 4, True, PASSWORD))
        self.assertNotIn("hush", repr(answer))
        self.assertEqual(configs["sasl.enabled.mechanisms"][1], "PLAIN")
        self.assertEqual(configs["group.share.max.size"][1:7:5], ["200", INT])
        self.assertTrue(all(config[7] for config in configs.values()))

    def test_loggers_are_set_while_the_broker_runs(self):
        with Broker(nodes=1) as broker, ShapedClient(broker.port) as client:
            def set_level(level):
                return client.ask(INCREMENTAL, 1, [[[LOGGER, "1", [["root", SET, level]]]], False])[1][0][0]
            self.assertEqual(set_level("ERROR"), 0)
            broker.node("stop", 1)  # is told at level info
            broker.node("start", 1)
            quiet = broker.log()
            self.assertNotIn("node stop", quiet)
            with ShapedClient(broker.port) as again:
                self.assertEqual(again.ask(INCREMENTAL, 1, [[[LOGGER, "1", [["root", SET, "INFO"]]]], False])[1][0][0], 0)
            broker.node("stop", 1)
            broker.node("start", 1)
            self.assertIn("node stop", broker.log())

    def test_nodes_that_are_gone_can_be_forgotten(self):
        with Broker(nodes=3) as broker:
            broker.stop()
            broker.nodes = 2
            broker.start()
            with ShapedClient(broker.port) as client:
                self.assertEqual(client.ask(UNREGISTER, 0, [2])[1], 42)  # it is there
                self.assertEqual(client.ask(UNREGISTER, 0, [3])[1], 0)
                self.assertEqual(client.ask(UNREGISTER, 0, [3])[1], 102)
                quorum = client.ask(QUORUM, 2, [[["__cluster_metadata", [[0]]]]])
            *_, voters, observers = quorum[2][0][1][0]
            self.assertEqual(([each[0] for each in voters], [each[0] for each in observers]), ([1], [2]))
            broker.stop()
            broker.start()
            with ShapedClient(broker.port) as client:
                self.assertEqual(client.ask(UNREGISTER, 0, [3])[1], 102)

    def test_nobody_hears_of_a_new_topic_before_its_maker_is_told_that_it_is_not_there(self):
        """librdkafka fails what is produced to a topic that it knew when it hears that."""
        with Broker(nodes=3) as broker, ShapedClient(broker.port + 1) as maker, ShapedClient(broker.port + 2) as other:
            for number in range(500):
                maker.start(METADATA, 4, [[f"topic-{number}"], True])
                while other.ask(METADATA, 4, [[f"topic-{number}"], False])[4][0][0] != 0:
                    pass
                self.assertEqual(select.select([maker.socket], [], [], 0)[0], [maker.socket])
                self.assertEqual(maker.finish()[4][0][0], UNKNOWN_TOPIC_OR_PARTITION)

    def test_who_asks_for_very_many_new_topics_asks_until_all_are_there(self):
        names = [f"topic-{number}" for number in range(2500)]
        with Broker("num.partitions=1", nodes=3) as broker, ShapedClient(broker.port) as client:
            wait_until(lambda: {topic[0] for topic in client.ask(METADATA, 4, [names, True])[4]} == {0})


if __name__ == "__main__":
    unittest.main()
