# SPDX-License-Identifier: Apache-2.0
"""Concurrent librdkafka clients that write down what they do and see."""

import random
import threading
import time

from confluent_kafka import Consumer, KafkaException, Producer, TopicPartition
from confluent_kafka.admin import AdminClient, NewTopic
from history import Commit, History, Look, Read, Transaction, Write

PARTITIONS = 3
NO_OFFSET = -1001


class Client(threading.Thread):
    """One of them; each has its own part of the history, so that nothing is shared while they run."""

    def __init__(self, bootstrap, name, stopping):
        super().__init__()
        self.bootstrap, self.name_, self.stopping = bootstrap, name, stopping
        self.random = random.Random(name)
        self.part = History()
        self.failed = None

    def run(self):
        try:
            self.open()
            self.follow_steps()
        except Exception as wrong:  # told by the thread that joins this one
            self.failed = wrong

    def follow_steps(self):
        try:
            while not self.stopping.is_set():
                self.step()
        finally:
            self.close()  # also learns what was acknowledged before a step failed

    def settings(self, **more):
        return {"bootstrap.servers": self.bootstrap, "log_level": 0, **more}

    def open(self):
        pass

    def close(self):
        pass

    def write(self, transaction=-1):
        partition = self.random.randrange(PARTITIONS)
        write = Write(self.name_, partition, f"{self.name_}-{len(self.part.writes)}", transaction=transaction)
        self.part.writes.append(write)

        def delivered(error, message):
            if not error:
                write.acked = True
                write.offset = -1 if message.offset() is None else message.offset()

        self.producer.produce("checked", write.value, partition=partition, on_delivery=delivered)


class Writer(Client):
    def open(self):
        self.producer = Producer(self.settings(**{"enable.idempotence": True, "linger.ms": 0, "batch.num.messages": 3,
                                                  "retry.backoff.ms": 10}))

    def step(self):
        for _ in range(self.random.randrange(1, 10)):
            self.write()
        self.producer.poll(0)
        self.stopping.wait(0.01)

    def close(self):
        self.producer.flush(30)


class TransactionalWriter(Client):
    def open(self):
        self.producer = Producer(self.settings(**{"transactional.id": self.name_, "linger.ms": 1,
                                                  "retry.backoff.ms": 10}))
        self.producer.init_transactions(30)

    def step(self):
        index = len(self.part.transactions)
        transaction = Transaction()
        self.part.transactions.append(transaction)
        self.producer.begin_transaction()
        for _ in range(self.random.randrange(1, 5)):
            self.write(index)
        self.producer.flush(30)
        self.stopping.wait(self.random.random() * 0.02)  # others look at what is open
        if self.random.randrange(3):
            transaction.commit_began = time.monotonic()
            self.producer.commit_transaction(30)
            transaction.outcome = "committed"
        else:
            self.producer.abort_transaction(30)
            transaction.outcome = "aborted"


class Reader(Client):
    def __init__(self, bootstrap, name, stopping, is_committed):
        super().__init__(bootstrap, name, stopping)
        self.is_committed = is_committed

    def open(self):
        self.consumer = reader(self.bootstrap, self.is_committed)
        self.consumer.assign([TopicPartition("checked", i, 0) for i in range(PARTITIONS)])

    def step(self):
        for message in self.consumer.consume(500, 0.1):
            if not message.error():
                self.part.reads.append(Read(self.name_, self.is_committed, message.partition(), message.offset(),
                                            message.value().decode(), time.monotonic()))

    def close(self):
        self.consumer.close()


class Committer(Client):
    """The only member of its group, which looks at what it has committed."""

    def open(self):
        self.consumer = Consumer(self.settings(**{"group.id": self.name_, "enable.auto.commit": False}))
        self.at = 0

    def step(self):
        self.at += 1
        commit = Commit(self.name_, self.at, time.monotonic())
        self.part.commits.append(commit)
        self.commit(commit)
        commit.ended = time.monotonic()
        self.look()
        self.stopping.wait(0.005)

    def commit(self, commit):
        self.consumer.commit(offsets=[TopicPartition("checked", 0, commit.offset)], asynchronous=False)
        commit.outcome = "acked"

    def look(self):
        began = time.monotonic()
        offset = self.consumer.committed([TopicPartition("checked", 0)], 30)[0].offset
        offset = -1 if offset == NO_OFFSET else offset
        self.part.looks.append(Look(self.name_, offset, began, time.monotonic()))

    def close(self):
        self.consumer.close()


class TransactionalCommitter(Committer):
    def open(self):
        super().open()
        self.producer = Producer(self.settings(**{"transactional.id": self.name_}))
        self.producer.init_transactions(30)

    def commit(self, commit):
        self.producer.begin_transaction()
        self.producer.send_offsets_to_transaction([TopicPartition("checked", 0, commit.offset)],
                                                  self.consumer.consumer_group_metadata(), 30)
        if self.random.randrange(2):
            self.producer.commit_transaction(30)
            commit.outcome = "acked"
        else:
            self.producer.abort_transaction(30)
            commit.outcome = "aborted"


def reader(bootstrap, is_committed):
    return Consumer({"bootstrap.servers": bootstrap, "log_level": 0, "group.id": "none", "enable.auto.commit": False,
                     "isolation.level": "read_committed" if is_committed else "read_uncommitted",
                     "fetch.wait.max.ms": 50, "enable.partition.eof": True, "auto.offset.reset": "error"})


def read_finally(bootstrap, is_committed, history, seconds):
    """All that is there, up to the end of the log: with everything decided that is the same for both isolations."""
    client = reader(bootstrap, is_committed)
    final = history.final_committed if is_committed else history.final_all
    for partition in range(PARTITIONS):
        _, end = client.get_watermark_offsets(TopicPartition("checked", partition), 30, cached=False)
        client.assign([TopicPartition("checked", partition, 0)])
        limit, position = time.monotonic() + seconds, 0
        while position < end and time.monotonic() < limit:
            for message in client.consume(5000, 0.2):
                if not message.error():
                    final[partition].append((message.offset(), message.value().decode()))
                    position = message.offset() + 1
                elif message.error().code() == -191:  # the end that there is for this reader
                    position = max(position, message.offset())
        if position < end:
            history.stuck.append(f"partition {partition} was read up to {position} of {end}, committed={is_committed}")
    client.close()


def run(broker, seconds, unrest=lambda: None, patience=30):
    """The history of all clients on a broker; `unrest` is called again and again meanwhile."""
    admin = AdminClient({"bootstrap.servers": broker.bootstrap})
    admin.create_topics([NewTopic("checked", PARTITIONS, 1)])["checked"].result(30)
    stopping, bootstrap = threading.Event(), broker.bootstrap
    clients = [Writer(bootstrap, f"w{i}", stopping) for i in range(2)]
    clients += [TransactionalWriter(bootstrap, f"t{i}", stopping) for i in range(3)]
    clients += [Reader(bootstrap, f"r{i}", stopping, i % 2 == 0) for i in range(3)]
    clients += [Committer(bootstrap, f"g{i}", stopping) for i in range(2)]
    clients += [TransactionalCommitter(bootstrap, f"h{i}", stopping) for i in range(2)]
    for client in clients:
        client.start()
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline and not any(client.failed for client in clients):
        unrest()
        stopping.wait(0.1)
    stopping.set()
    return collect(clients, bootstrap, patience)


def collect(clients, bootstrap, patience):
    history = History()
    for client in clients:
        client.join()
        if client.failed:
            history.stuck.append(f"{client.name_} ended with {client.failed!r}")
        part = client.part
        for write in part.writes:
            if write.transaction >= 0:
                write.transaction += len(history.transactions)
        history.writes += part.writes
        history.transactions += part.transactions
        history.reads += part.reads
        history.commits += part.commits
        history.looks += part.looks
    for is_committed in (True, False):
        try:
            read_finally(bootstrap, is_committed, history, patience)
        except KafkaException as wrong:
            history.stuck.append(f"the last read ended with {wrong!r}")
    return history
