# SPDX-License-Identifier: Apache-2.0
"""kafka-python (pure Python, old protocol versions) as Debian ships it."""

import threading
import unittest

from broker import Broker
from kafka import KafkaConsumer, KafkaProducer, TopicPartition
from kafka.admin import KafkaAdminClient, NewTopic
from wait import wait_until

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

    def test_a_group_lives(self):
        with Broker("group.initial.rebalance.delay.ms=200") as broker:
            admin = KafkaAdminClient(bootstrap_servers=broker.bootstrap)
            admin.create_topics([NewTopic("life", 4, 1)])
            producer = KafkaProducer(bootstrap_servers=broker.bootstrap)
            seen = []

            def produce(first):
                for i in range(first, first + 1000):
                    producer.send("life", b"%d" % i, partition=i % 4)
                producer.flush()

            one, two = GroupMember(broker, seen), GroupMember(broker, seen)
            wait_until(lambda: (len(one.owned), len(two.owned)) == (2, 2))
            produce(0)
            wait_until(lambda: len(seen) == 1000)
            two.leave()
            wait_until(lambda: len(one.owned) == 4)
            produce(1000)
            wait_until(lambda: len(seen) == 2000)
            one.leave()
            offsets = admin.list_consumer_group_offsets("g")
            self.assertEqual({each.partition: offset.offset for each, offset in offsets.items()}, {i: 500 for i in range(4)})
            three = GroupMember(broker, seen)
            produce(2000)
            wait_until(lambda: len(seen) == 3000)
            three.leave()
            self.assertEqual(sorted(seen), list(range(3000)))
            (described,) = admin.describe_consumer_groups(["g"])
            self.assertEqual((described.state, described.protocol_type), ("Empty", "consumer"))
            producer.close()
            admin.close()

    def test_a_topic_that_is_deleted_and_comes_again(self):
        with Broker("group.initial.rebalance.delay.ms=0", "auto.create.topics.enable=false") as broker:
            admin = KafkaAdminClient(bootstrap_servers=broker.bootstrap)
            both = [NewTopic("stays", 2, 1), NewTopic("goes", 2, 1)]
            admin.create_topics(both)
            members = [GroupMember(broker, [], ("stays", "goes")) for _ in range(2)]

            def owned():
                return sorted(each for member in members for each in member.owned)

            everything = sorted(TopicPartition(topic, i) for topic in ("stays", "goes") for i in range(2))
            wait_until(lambda: owned() == everything)
            admin.delete_topics(["goes"])
            wait_until(lambda: owned() == [TopicPartition("stays", i) for i in range(2)])
            admin.create_topics(both[1:])
            wait_until(lambda: owned() == everything)
            for each in members:
                each.leave()
            admin.close()


class GroupMember(threading.Thread):
    """A consumer in a thread of its own: its poll() does not return before the whole group has joined."""

    def __init__(self, broker, seen, topics=("life",)):
        super().__init__(daemon=True)
        self.consumer = KafkaConsumer(*topics, metadata_max_age_ms=500, bootstrap_servers=broker.bootstrap, group_id="g", enable_auto_commit=False,
                                      auto_offset_reset="earliest", heartbeat_interval_ms=200, session_timeout_ms=10000)
        self.seen, self.owned, self.leaving = seen, (), threading.Event()
        self.start()

    def run(self):
        while not self.leaving.is_set():
            for records in self.consumer.poll(100).values():
                self.seen.extend(int(record.value) for record in records)
                self.consumer.commit()
            self.owned = self.consumer.assignment()
        self.consumer.close()

    def leave(self):
        self.leaving.set()
        self.join()


if __name__ == "__main__":
    unittest.main()
