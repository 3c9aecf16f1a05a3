# SPDX-License-Identifier: Apache-2.0
"""kafka-python (pure Python, old protocol versions) as Debian ships it."""

import unittest

from broker import Broker
from kafka import KafkaConsumer, KafkaProducer, TopicPartition
from kafka.admin import KafkaAdminClient, NewTopic

EPOCH = 1_700_000_000_000
RECORDS = 20_000


class KafkaPythonTest(unittest.TestCase):
    def test_every_codec_it_has(self):
        with Broker() as broker:
            admin = KafkaAdminClient(bootstrap_servers=broker.bootstrap)
            for codec in [None, "gzip", "snappy", "lz4"]:
                topic = f"t-{codec}"
                admin.create_topics([NewTopic(topic, 2, 1)])
                producer = KafkaProducer(bootstrap_servers=broker.bootstrap, compression_type=codec, acks="all",
                                         linger_ms=5)
                for i in range(RECORDS):
                    producer.send(topic, key=b"k%d" % i, value=None if i % 5 == 0 else b"v%d" % i,
                                  headers=[("h", b"%d" % i)], timestamp_ms=EPOCH + i, partition=i % 2)
                producer.flush()
                consumer = KafkaConsumer(bootstrap_servers=broker.bootstrap, consumer_timeout_ms=5000)
                partitions = [TopicPartition(topic, 0), TopicPartition(topic, 1)]
                consumer.assign(partitions)
                consumer.seek_to_beginning()
                for _ in range(RECORDS):
                    message = next(consumer)
                    i = message.offset * 2 + message.partition
                    self.assertEqual((message.key, message.value), (b"k%d" % i, None if i % 5 == 0 else b"v%d" % i))
                    self.assertEqual((message.timestamp, message.headers), (EPOCH + i, [("h", b"%d" % i)]))
                self.assertEqual(consumer.end_offsets(partitions), {p: RECORDS // 2 for p in partitions})
                found = consumer.offsets_for_times({partitions[0]: EPOCH + 1001})[partitions[0]]
                self.assertEqual((found.offset, found.timestamp), (501, EPOCH + 1002))
                consumer.close()
                producer.close()
                print(f"kafka-python {codec}: {RECORDS} records, all back", flush=True)
            admin.close()


if __name__ == "__main__":
    unittest.main()
