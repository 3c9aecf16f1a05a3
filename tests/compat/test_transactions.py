# SPDX-License-Identifier: Apache-2.0
"""Transactions with librdkafka, as Debian ships it: version 1, whose partitions are added beforehand."""

import threading
import time
import unittest

from broker import Broker
from confluent_kafka import Consumer, KafkaException, Producer, TopicPartition
from confluent_kafka.admin import AdminClient, NewTopic
from wire_tap import WireTap


def transactional(broker, name="x", **settings):
    producer = Producer({"bootstrap.servers": broker.bootstrap, "transactional.id": name, "linger.ms": 2,
                         "transaction.timeout.ms": 20000, **settings})
    producer.init_transactions(30)
    return producer


def reader(broker, isolation="read_committed", group="none", **settings):
    return Consumer({"bootstrap.servers": broker.bootstrap, "group.id": group, "enable.auto.commit": False,
                     "auto.offset.reset": "earliest", "isolation.level": isolation, "enable.partition.eof": True,
                     "fetch.wait.max.ms": 50, **settings})


def make_topics(broker, **partitions):
    admin = AdminClient({"bootstrap.servers": broker.bootstrap})
    for made in admin.create_topics([NewTopic(name, count, 1) for name, count in partitions.items()]).values():
        made.result(30)


def open_in_front_of_a_plain_record(broker, **settings):
    """A producer whose transaction is open: "open" is its record in t, and "behind" one of nobody's transaction."""
    producer = transactional(broker, **settings)
    producer.begin_transaction()
    producer.produce("t", "open")
    producer.flush()
    plain = Producer({"bootstrap.servers": broker.bootstrap})
    plain.produce("t", "behind")
    plain.flush()
    return producer


def values(broker, isolation="read_committed", seconds=60, **partitions):
    """What is in the topics up to their ends, for a reader of this isolation."""
    client = reader(broker, isolation)
    client.assign([TopicPartition(topic, i, 0) for topic, count in partitions.items() for i in range(count)])
    found, ended, limit = [], set(), time.monotonic() + seconds
    while len(ended) < sum(partitions.values()):
        if time.monotonic() > limit:
            raise AssertionError(f"only {len(found)} messages and {len(ended)} ends in time")
        for message in client.consume(5000, 0.5):
            if not message.error():
                found.append(message.value().decode())
            elif message.error().code() == -191:
                ended.add((message.topic(), message.partition()))
            else:
                raise KafkaException(message.error())
    client.close()
    return found


class TransactionsTest(unittest.TestCase):
    def test_commit_and_abort(self):
        with Broker() as broker:
            make_topics(broker, t=3)
            producer = transactional(broker)
            for number in range(10):
                producer.begin_transaction()
                for i in range(100):
                    producer.produce("t", f"{number}-{i}")
                if number % 3 == 1:
                    producer.flush()
                    producer.abort_transaction(30)
                else:
                    producer.commit_transaction(30)
            expected = sorted(f"{n}-{i}" for n in range(10) if n % 3 != 1 for i in range(100))
            self.assertEqual(sorted(values(broker, t=3)), expected)
            everything = values(broker, "read_uncommitted", t=3)
            self.assertEqual(sorted(everything), sorted(f"{n}-{i}" for n in range(10) for i in range(100)))

    def test_what_is_open_is_not_read(self):
        with Broker() as broker:
            make_topics(broker, t=1)
            producer = open_in_front_of_a_plain_record(broker)
            self.assertEqual(values(broker, t=1), [])
            self.assertEqual(values(broker, "read_uncommitted", t=1), ["open", "behind"])
            waiting = reader(broker)
            waiting.assign([TopicPartition("t", 0, 0)])
            timer = threading.Timer(1, lambda: producer.commit_transaction(30))
            timer.start()
            found = []
            limit = time.monotonic() + 20
            while len(found) < 2 and time.monotonic() < limit:
                found += [m.value() for m in waiting.consume(10, 1) if not m.error()]
            timer.join()
            waiting.close()
            self.assertEqual(found, [b"open", b"behind"])

    def test_twenty_partitions_of_two_topics(self):
        with Broker() as broker:
            make_topics(broker, a=12, b=8)
            producer = transactional(broker)
            committed = []
            for number in range(30):
                producer.begin_transaction()
                sent = []
                for topic, count in (("a", 12), ("b", 8)):
                    for i in range(count):
                        producer.produce(topic, f"{number}-{topic}-{i}", partition=i)
                        sent.append(f"{number}-{topic}-{i}")
                if number % 4 == 3:
                    producer.abort_transaction(30)
                else:
                    producer.commit_transaction(30)
                    committed += sent
            self.assertEqual(sorted(values(broker, a=12, b=8)), sorted(committed))

    def test_a_second_producer_fences_the_first(self):
        with Broker() as broker:
            make_topics(broker, t=1)
            first = transactional(broker)
            first.begin_transaction()
            first.produce("t", "lost")
            first.flush()
            second = transactional(broker)
            with self.assertRaises(KafkaException) as raised:
                first.commit_transaction(30)
            self.assertTrue(raised.exception.args[0].fatal(), raised.exception)
            second.begin_transaction()
            second.produce("t", "kept")
            second.commit_transaction(30)
            self.assertEqual(values(broker, t=1), ["kept"])

    def test_an_open_transaction_is_aborted_when_its_time_is_over(self):
        with Broker() as broker:
            make_topics(broker, t=1)
            producer = open_in_front_of_a_plain_record(broker, **{"transaction.timeout.ms": 1000})
            limit = time.monotonic() + 30
            while values(broker, t=1) != ["behind"]:
                self.assertLess(time.monotonic(), limit)
            with self.assertRaises(KafkaException):
                producer.commit_transaction(30)

    def test_consume_transform_produce(self):
        with Broker() as broker:
            make_topics(broker, source=4, sink=3)
            plain = Producer({"bootstrap.servers": broker.bootstrap})
            for i in range(2000):
                plain.produce("source", str(i), partition=i % 4)
            plain.flush()
            client = reader(broker, group="copiers")
            client.subscribe(["source"])
            producer = transactional(broker)
            copied = attempts = 0
            while copied < 2000:
                messages = [m for m in client.consume(150, 1) if not m.error()]
                if not messages:
                    continue
                producer.begin_transaction()
                for message in messages:
                    producer.produce("sink", message.value())
                producer.send_offsets_to_transaction(client.position(client.assignment()),
                                                     client.consumer_group_metadata(), 30)
                attempts += 1
                if attempts % 3 == 0:
                    producer.flush()
                    producer.abort_transaction(30)
                    for partition in client.committed(client.assignment(), 30):
                        partition.offset = max(partition.offset, 0)
                        client.seek(partition)
                else:
                    producer.commit_transaction(30)
                    copied += len(messages)
            committed = client.committed([TopicPartition("source", i) for i in range(4)], 30)
            self.assertEqual(sum(p.offset for p in committed), 2000)
            client.close()
            self.assertEqual(sorted(values(broker, sink=3), key=int), [str(i) for i in range(2000)])
            self.assertGreater(len(values(broker, "read_uncommitted", sink=3)), 2000)

    def test_offsets_of_an_open_transaction_are_not_committed(self):
        with Broker() as broker:
            make_topics(broker, t=1)
            client = reader(broker, group="g")
            client.assign([TopicPartition("t", 0)])
            producer = transactional(broker)
            for commits in (False, True):
                producer.begin_transaction()
                producer.send_offsets_to_transaction([TopicPartition("t", 0, 7)], client.consumer_group_metadata(), 30)
                # Who asks for stable offsets waits; others see what was committed before.
                plain = reader(broker, "read_uncommitted", group="g")
                self.assertEqual(plain.committed([TopicPartition("t", 0)], 10)[0].offset, -1001)
                plain.close()
                with self.assertRaises(KafkaException):
                    client.committed([TopicPartition("t", 0)], 1)
                producer.commit_transaction(30) if commits else producer.abort_transaction(30)
                self.assertEqual(client.committed([TopicPartition("t", 0)], 30)[0].offset, 7 if commits else -1001)
            client.close()

    def test_answers_that_are_lost(self):
        """What was done is asked for again, and is not done again."""
        tap = WireTap(loss=0.1)
        with Broker(f"advertised.listeners=PLAINTEXT://127.0.0.1:{tap.port}", nodes=1) as broker:
            tap.broker_port = broker.port
            make_topics(broker, t=2)
            producer = transactional(tap, **{"reconnect.backoff.ms": 5, "reconnect.backoff.max.ms": 20,
                                             "retry.backoff.ms": 10})
            expected = []
            for number in range(100):
                producer.begin_transaction()
                for i in range(20):
                    producer.produce("t", f"{number}-{i}", partition=i % 2)
                producer.flush()
                if number % 4 == 3:
                    producer.abort_transaction(60)
                else:
                    producer.commit_transaction(60)
                    expected += [f"{number}-{i}" for i in range(20)]
            self.assertGreater(tap.lost, 20)
            tap.loss = 0
            self.assertEqual(sorted(values(broker, t=2)), sorted(expected))
        tap.close()

    def test_a_new_producer_goes_on_after_kill(self):
        with Broker() as broker:
            make_topics(broker, t=2)
            producer = transactional(broker)
            expected = []
            for number in range(5):
                producer.begin_transaction()
                for i in range(20):
                    producer.produce("t", f"{number}-{i}")
                if number % 2:
                    producer.commit_transaction(60)
                    expected += [f"{number}-{i}" for i in range(20)]
                else:
                    producer.flush()
                    broker.kill()
                    broker.start()
                    producer.abort_transaction(60)
            self.assertEqual(sorted(values(broker, t=2)), sorted(expected))


if __name__ == "__main__":
    unittest.main()
