# SPDX-License-Identifier: Apache-2.0
"""confluent-kafka-python (librdkafka) as Debian ships it."""

import time
import unittest

from broker import Broker
from confluent_kafka import Consumer, KafkaError, KafkaException, Producer, TopicPartition
from confluent_kafka.admin import AdminClient, ConfigResource, NewPartitions, NewTopic

EPOCH = 1_700_000_000_000


def producer(broker, **settings):
    return Producer({"bootstrap.servers": broker.bootstrap, "enable.idempotence": True, "linger.ms": 5, **settings})


def consumer(broker, **settings):
    return Consumer({"bootstrap.servers": broker.bootstrap, "group.id": "none", "enable.auto.commit": False,
                     "enable.partition.eof": True, "check.crcs": True, **settings})


def read_all(client, partitions, seconds=60):
    """Every message of the assigned partitions, up to their ends."""
    messages, ended, limit = [], 0, time.monotonic() + seconds
    while ended < partitions:
        if time.monotonic() > limit:
            raise AssertionError(f"only {len(messages)} messages and {ended} ends in time")
        for message in client.consume(5000, 1):
            if not message.error():
                messages.append(message)
            elif message.error().code() == -191:
                ended += 1
            else:
                raise KafkaException(message.error())
    return messages


class ConfluentTest(unittest.TestCase):
    def test_what_goes_in_comes_out(self):
        failed = []
        sent = {}
        with Broker() as broker:
            admin = AdminClient({"bootstrap.servers": broker.bootstrap})
            admin.create_topics([NewTopic("t", 4, 1)])["t"].result()
            client = producer(broker, **{"compression.type": "zstd"})
            for i in range(100_000):
                key, value = f"k{i}", None if i % 9 == 0 else "" if i % 10 == 0 else f"value {i}"
                sent[key] = (value, EPOCH + i)

                def delivered(error, message, key=key):
                    failed.extend([error] if error else [])

                while True:
                    try:
                        client.produce("t", key=key, value=value, timestamp=EPOCH + i,
                                       headers=[("number", str(i).encode()), ("empty", b"")], on_delivery=delivered)
                        break
                    except BufferError:
                        client.poll(0.1)
            client.flush()
            self.assertEqual(failed, [])
            reader = consumer(broker)
            reader.assign([TopicPartition("t", i, 0) for i in range(4)])
            messages = read_all(reader, 4)
            self.assertEqual(len(messages), len(sent))
            for message in messages:
                value, timestamp = sent.pop(message.key().decode())
                self.assertEqual(message.value(), None if value is None else value.encode())
                self.assertEqual(message.timestamp()[1], timestamp)
            self.assertEqual(messages[0].headers()[0][0], "number")
            self.assertEqual(len({m.partition() for m in messages}), 4)
            # Where a time is, and where the log begins and ends.
            found = reader.offsets_for_times([TopicPartition("t", 0, EPOCH + 50_000)])[0]
            self.assertGreater(found.offset, 0)
            low, high = reader.get_watermark_offsets(TopicPartition("t", 0))
            self.assertEqual((low, high), (0, sum(m.partition() == 0 for m in messages)))
            reader.close()
        print("confluent-kafka-python: 100000 records with keys, nulls, headers and times, all back", flush=True)

    def test_a_consumer_waits_for_what_comes_later(self):
        with Broker() as broker:
            admin = AdminClient({"bootstrap.servers": broker.bootstrap})
            admin.create_topics([NewTopic("t", 1, 1)])["t"].result()
            reader = consumer(broker, **{"fetch.wait.max.ms": 5000})
            reader.assign([TopicPartition("t", 0, 0)])
            self.assertEqual(read_all(reader, 1), [])
            client = producer(broker)
            client.produce("t", b"late")
            client.flush()
            self.assertEqual(reader.poll(30).value(), b"late")
            reader.close()

    def test_acks_zero_and_one(self):
        with Broker() as broker:
            for acks in ["0", "1"]:
                client = Producer({"bootstrap.servers": broker.bootstrap, "acks": acks})
                for i in range(1000):
                    client.produce(f"acks-{acks}", str(i))
                client.flush()
                reader = consumer(broker)
                reader.assign([TopicPartition(f"acks-{acks}", 0, 0)])
                deadline = time.monotonic() + 30
                got = 0
                while got < 1000 and time.monotonic() < deadline:
                    got += sum(not m.error() for m in reader.consume(1000, 1))
                self.assertEqual(got, 1000)
                reader.close()

    def test_administration(self):
        with Broker() as broker:
            admin = AdminClient({"bootstrap.servers": broker.bootstrap})
            admin.create_topics([NewTopic("a", 2, 1, config={"segment.bytes": "1048576"})])["a"].result()
            with self.assertRaises(KafkaException):
                admin.create_topics([NewTopic("a", 2, 1)])["a"].result()
            with self.assertRaises(KafkaException):
                admin.create_topics([NewTopic("b", 1, broker.nodes + 1)])["b"].result()
            with self.assertRaises(KafkaException) as refused:
                admin.create_topics([NewTopic("b", 10001, 1)])["b"].result()
            self.assertEqual(refused.exception.args[0].code(), KafkaError.POLICY_VIOLATION)
            admin.create_topics([NewTopic("c", 1, 1)], validate_only=True)["c"].result()
            self.assertEqual(set(admin.list_topics(timeout=10).topics), {"a"})
            admin.create_partitions([NewPartitions("a", 5)])["a"].result()
            self.assertEqual(len(admin.list_topics("a", timeout=10).topics["a"].partitions), 5)
            topic = ConfigResource("topic", "a")
            configs = admin.describe_configs([topic])[topic].result()
            self.assertEqual(configs["segment.bytes"].value, "1048576")
            self.assertEqual(configs["retention.ms"].value, "604800000")
            admin.alter_configs([ConfigResource("topic", "a", set_config={"retention.ms": "1000"})])[topic].result()
            configs = admin.describe_configs([topic])[topic].result()
            self.assertEqual((configs["retention.ms"].value, configs["segment.bytes"].value), ("1000", "1073741824"))
            admin.delete_topics(["a"])["a"].result()
            self.assertEqual(set(admin.list_topics(timeout=10).topics), set())

    def test_a_topic_made_again_is_empty(self):
        with Broker() as broker:
            admin = AdminClient({"bootstrap.servers": broker.bootstrap})
            for _ in range(3):
                admin.create_topics([NewTopic("t", 1, 1)])["t"].result()
                client = producer(broker)
                client.produce("t", b"x")
                client.flush()
                reader = consumer(broker)
                self.assertEqual(reader.get_watermark_offsets(TopicPartition("t", 0), 10), (0, 1))
                reader.close()
                admin.delete_topics(["t"])["t"].result()

    def test_an_orderly_restart_keeps_everything(self):
        with Broker() as broker:
            client = producer(broker)
            for i in range(20_000):
                client.produce("t", f"{i}")
                client.poll(0)
            client.flush()
            for _ in range(3):
                broker.stop()
                broker.start()
                client.produce("t", b"after")  # the same idempotent producer goes on
                self.assertEqual(client.flush(30), 0)
            reader = consumer(broker)
            reader.assign([TopicPartition("t", 0, 0)])
            values = [m.value() for m in read_all(reader, 1)]
            self.assertEqual(values, [str(i).encode() for i in range(20_000)] + [b"after"] * 3)
            reader.close()


if __name__ == "__main__":
    unittest.main()
