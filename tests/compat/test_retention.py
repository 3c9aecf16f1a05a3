# SPDX-License-Identifier: Apache-2.0
"""Old segments go by age and by size, whatever a client does meanwhile; what is left is where it was, and readers of
what went are told."""

import os
import time
import unittest

from broker import Broker
from confluent_kafka import Consumer, KafkaError, KafkaException, Producer, TopicPartition
from wait import wait_until
from confluent_kafka.admin import AdminClient, ConfigResource, NewTopic

HOUR = 3600 * 1000
SIZE = 600_000  # two of them do not fit into the smallest segment
SETTINGS = ("log.retention.check.interval.ms=100", "log.initial.task.delay.ms=100")


class RetentionTest(unittest.TestCase):
    def setUp(self):
        self.broker = self.enterContext(Broker(*SETTINGS, "log.retention.ms=-1"))
        self.admin = AdminClient({"bootstrap.servers": self.broker.bootstrap})
        self.producer = Producer({"bootstrap.servers": self.broker.bootstrap})
        self.consumer = Consumer({"bootstrap.servers": self.broker.bootstrap, "group.id": "g",
                                  "enable.auto.commit": False, "auto.offset.reset": "error"})
        self.addCleanup(self.consumer.close)

    def create(self, **config):
        self.admin.create_topics([NewTopic("t", 1, config=self.configs(config))])["t"].result(30)

    def alter(self, **config):
        resource = ConfigResource("topic", "t", self.configs(config))
        self.admin.alter_configs([resource])[resource].result(30)

    @staticmethod
    def configs(given):
        return {"segment.bytes": "1048576", **{name.replace("_", "."): str(value) for name, value in given.items()}}

    def produce(self, *hours_ago):
        """A segment for each; their offsets."""
        offsets = []
        now = int(time.time() * 1000)
        for hours in hours_ago:
            self.producer.produce("t", b"x" * SIZE, partition=0, timestamp=now - hours * HOUR,
                                  on_delivery=lambda error, message: offsets.append(message.offset()))
            self.producer.flush(30)
        return offsets

    def watermarks(self):
        return self.consumer.get_watermark_offsets(TopicPartition("t", 0), 30)

    def wait_for_start(self, start):
        wait_until(lambda: self.watermarks()[0] == start)

    def read(self, offset):
        self.consumer.assign([TopicPartition("t", 0, offset)])
        message = self.consumer.poll(30)
        if message.error():
            raise KafkaException(message.error())
        return message.offset()

    def files(self):
        folder = os.path.join(self.broker.data, "t-0")
        return sorted(int(name.split(".")[0]) for name in os.listdir(folder) if name.endswith(".log"))

    def test_by_age(self):
        self.create(retention_ms=3 * HOUR)
        self.assertEqual(self.produce(9, 8, 2, 1, 0), [0, 1, 2, 3, 4])
        self.wait_for_start(2)
        self.assertEqual(self.read(2), 2)
        with self.assertRaises(KafkaException) as raised:
            self.read(1)
        self.assertEqual(raised.exception.args[0].code(), KafkaError._AUTO_OFFSET_RESET)
        self.assertIn("out of range", raised.exception.args[0].str())
        self.assertEqual(self.files(), [2, 3, 4])
        self.broker.kill()
        self.broker.start()
        self.assertEqual(self.watermarks(), (2, 5))
        self.assertEqual(self.produce(0), [5])

    def test_by_size(self):
        self.create(retention_bytes=2 * SIZE + SIZE // 2, retention_ms=-1)
        self.produce(0, 0, 0, 0, 0)
        self.wait_for_start(2)
        self.produce(0)
        self.wait_for_start(3)

    def test_the_last_segment_goes_too_and_offsets_go_on(self):
        self.create(retention_ms=HOUR)
        self.produce(3, 2)
        self.wait_for_start(2)
        self.assertEqual(self.watermarks(), (2, 2))
        self.assertEqual(self.files(), [2])
        self.broker.kill()
        self.broker.start()
        self.assertEqual(self.watermarks(), (2, 2))
        self.assertEqual(self.produce(0), [2])
        self.assertEqual(self.read(2), 2)

    def test_a_change_of_the_topic_takes_effect(self):
        self.create(cleanup_policy="", retention_ms=HOUR, retention_bytes=1)
        self.produce(9, 8, 0)
        self.assertEqual(self.watermarks(), (0, 3))
        self.alter(cleanup_policy="delete", retention_ms=HOUR)
        self.wait_for_start(2)
        self.alter(cleanup_policy="delete", retention_ms=-1)
        self.assertEqual(self.produce(50), [3])
        self.alter(cleanup_policy="delete", retention_ms=-1, retention_bytes=SIZE)
        self.wait_for_start(3)

    def test_a_topic_that_nobody_uses(self):
        self.create()
        self.produce(9, 8, 0)
        self.broker.stop()
        with Broker(*SETTINGS, f"log.retention.ms={HOUR}", data=self.broker.data):
            wait_until(lambda: self.files() == [2])


if __name__ == "__main__":
    unittest.main()
