# SPDX-License-Identifier: Apache-2.0
"""kill -9 in the middle of producing by eight clients, of groups that commit and read, and of transactions: what was
acked is there, once, where it was said to be; no committed offset goes back; of a transaction there is all or nothing."""

import multiprocessing
import os
import random
import time
import unittest

from broker import Broker
from confluent_kafka import Consumer, KafkaError, KafkaException, Producer, TopicPartition
from group_life import GroupLife

ROUNDS = int(os.environ.get("KILL_ROUNDS", "20"))
CLIENTS = 8
PARTITIONS = 4


def produce_until_told(number, bootstrap, stop, results):
    """One client: produces numbered values and remembers where each acked one is said to be."""
    idempotent = number % 2 == 0
    producer = Producer({
        "bootstrap.servers": bootstrap, "enable.idempotence": idempotent, "linger.ms": number % 4,
        "acks": "all" if idempotent else ["1", "all"][number // 2 % 2], "message.timeout.ms": 120000,
        "compression.type": ["none", "lz4", "zstd", "snappy"][number % 4], "log_level": 0,
        "reconnect.backoff.max.ms": 200, "queue.buffering.max.messages": 20000,
        "error_cb": lambda error: None,
    })
    acked, failed = [], []

    def delivered(error, message):
        if error is None:
            acked.append((message.topic(), message.partition(), message.offset(), message.value().decode()))
        else:
            failed.append(str(error))

    sent = 0
    while not stop.is_set():
        try:
            producer.produce(f"topic-{'i' if idempotent else 'p'}", key=f"{number}-{sent}",
                             value=f"{number}:{sent}:" + "x" * (sent % 500), on_delivery=delivered)
            sent += 1
            producer.poll(0)
            if sent % 50 == 0:
                stop.wait(0.02)  # to be remembered, all of them, over many rounds
        except BufferError:
            producer.poll(0.05)
    left = producer.flush(60)
    results.put((number, idempotent, sent, acked, failed, left))


def write_transactions(bootstrap, stop, results):
    """A record in each partition in each transaction; every third one is aborted."""
    producer = Producer({"bootstrap.servers": bootstrap, "transactional.id": "x", "transaction.timeout.ms": 60000,
                         "reconnect.backoff.max.ms": 200, "log_level": 0, "error_cb": lambda error: None})

    def until_done(step):
        while True:
            try:
                return step(30)
            except KafkaException as problem:
                if not problem.args[0].retriable():
                    raise

    until_done(producer.init_transactions)
    number, committed = 0, []
    while not stop.is_set():
        producer.begin_transaction()
        for partition in range(PARTITIONS):
            producer.produce("topic-t", str(number), partition=partition)
        try:
            if number % 3 == 2:
                # Without a record that is there, librdkafka may end a transaction that never began, to which
                # INVALID_TXN_STATE is the answer (its issue 4849).
                while producer.flush(30) > 0:
                    pass
                until_done(producer.abort_transaction)
            else:
                until_done(producer.commit_transaction)
                committed.append(str(number))
        except KafkaException as problem:
            if not problem.args[0].txn_requires_abort():
                results.put(repr(problem))
                raise
            until_done(producer.abort_transaction)  # it was not committed
        number += 1
    results.put(committed)


def read_all(bootstrap, *topics):
    consumer = Consumer({"bootstrap.servers": bootstrap, "group.id": "none", "enable.auto.commit": False,
                         "enable.partition.eof": True, "check.crcs": True})
    consumer.assign([TopicPartition(t, p, 0) for t in topics for p in range(PARTITIONS)])
    found, ended = {}, 0
    while ended < len(topics) * PARTITIONS:
        for message in consumer.consume(10000, 5):
            if message.error() is None:
                found[(message.topic(), message.partition(), message.offset())] = message.value().decode()
            elif message.error().code() == KafkaError._PARTITION_EOF:
                ended += 1
            else:
                raise AssertionError(message.error())
    consumer.close()
    return found


class KillTest(unittest.TestCase):
    def test_nothing_acked_is_lost_and_nothing_idempotent_doubled(self):
        rng = random.Random(1)
        context = multiprocessing.get_context("spawn")
        stop, results, transactions = context.Event(), context.Queue(), context.Queue()
        with Broker(f"num.partitions={PARTITIONS}", "log.segment.bytes=8388608",
                    "group.initial.rebalance.delay.ms=0") as broker:
            clients = [context.Process(target=produce_until_told, args=(i, broker.bootstrap, stop, results))
                       for i in range(CLIENTS)]
            clients.append(context.Process(target=write_transactions, args=(broker.bootstrap, stop, transactions)))
            for client in clients:
                client.start()
            groups = GroupLife(broker, groups=10, readers=2)
            groups.start()
            starts = []
            for _ in range(ROUNDS):
                stop.wait(rng.uniform(0.3, 0.8))
                broker.kill()
                acked = [each.acked for each in groups.committers]
                before = time.monotonic()
                broker.start()
                starts.append((time.monotonic() - before) * 1000)
                for each, lowest in zip(groups.committers, acked):
                    each.check_offset(self, lowest)
            stop.wait(0.5)
            stop.set()
            reports = [results.get(timeout=120) for _ in range(CLIENTS)]
            committed = transactions.get(timeout=120)
            for client in clients:
                client.join(30)
            groups.finish(self)
            found = read_all(broker.bootstrap, "topic-i", "topic-p")
            in_transactions = read_all(broker.bootstrap, "topic-t")
        acked = [entry for report in reports for entry in report[3]]
        for number, _, sent, mine, failed, left in reports:
            self.assertEqual((failed, left), ([], 0), f"client {number} of {sent}: {len(mine)} acked")
        missing = [entry for entry in acked if found.get(entry[:3]) != entry[3]]
        self.assertEqual(missing[:5], [], f"{len(missing)} acked records are not where they were said to be")
        once = [value for (topic, _, _), value in found.items() if topic == "topic-i"]
        self.assertEqual(len(once), len(set(once)), "an idempotent record is there twice")
        for partition in range(PARTITIONS):
            values = [value for (_, its, _), value in in_transactions.items() if its == partition]
            self.assertEqual(values, committed, f"partition {partition}: not the committed transactions, once each")
        print(f"{ROUNDS} kills, {len(committed)} transactions, {groups}, {len(acked)} acked records by {CLIENTS} clients, all there; restart to ready "
              f"median {sorted(starts)[len(starts) // 2]:.1f} ms, worst {max(starts):.1f} ms", flush=True)


if __name__ == "__main__":
    unittest.main()
