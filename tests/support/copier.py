# SPDX-License-Identifier: Apache-2.0
"""A process that copies `source` to `sink` exactly once, until it is killed: usage: copier.py BOOTSTRAP ID SEED"""

import random
import sys

from confluent_kafka import Consumer, KafkaException, Producer, TopicPartition


class Copier:
    def __init__(self, bootstrap, name, seed):
        self.random = random.Random(seed)
        self.consumer = Consumer({"bootstrap.servers": bootstrap, "group.id": "copiers", "enable.auto.commit": False,
                                  "auto.offset.reset": "earliest", "isolation.level": "read_committed",
                                  "session.timeout.ms": 6000, "heartbeat.interval.ms": 500, "fetch.wait.max.ms": 50,
                                  "log_level": 0})
        self.producer = Producer({"bootstrap.servers": bootstrap, "transactional.id": name, "linger.ms": 2,
                                  "transaction.timeout.ms": 15000, "log_level": 0})

    def run(self):
        self.producer.init_transactions(60)
        self.consumer.subscribe(["source"])
        while True:
            messages = [each for each in self.consumer.consume(self.random.randrange(1, 200), 0.2) if not each.error()]
            if messages:
                self.copy(messages)

    def copy(self, messages):
        first, behind = {}, {}
        self.producer.begin_transaction()
        for message in messages:
            at = message.partition()
            first.setdefault(at, message.offset())
            behind[at] = message.offset() + 1
            self.producer.produce("sink", message.value())
        try:
            offsets = [TopicPartition("source", at, offset) for at, offset in behind.items()]
            self.producer.send_offsets_to_transaction(offsets, self.consumer.consumer_group_metadata(), 60)
            if self.random.randrange(5) > 0:
                return self.producer.commit_transaction(60)
        except KafkaException as failed:
            if not failed.args[0].txn_requires_abort():
                raise
        self.producer.abort_transaction(60)
        assigned = {each.partition for each in self.consumer.assignment()}
        for at, offset in first.items():
            if at in assigned:
                self.consumer.seek(TopicPartition("source", at, offset))


if __name__ == "__main__":
    Copier(sys.argv[1], sys.argv[2], int(sys.argv[3])).run()
