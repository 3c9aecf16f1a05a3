# SPDX-License-Identifier: Apache-2.0
"""As many open transactions as there may be: whoever begins one more is told to try again, nobody else notices, and in
the end nothing is stuck."""

import os
import struct
import threading
import time
import unittest

from broker import MEMORY_FACTOR, Broker
from confluent_kafka import Producer
from raw_client import batch
from shaped_client import ShapedClient
from transaction_requests import (ADD, ADD_OFFSETS, COMMIT, CONCURRENT, END, FETCH, FIND, INIT, LIST_OFFSETS,
                                  PRODUCE, wait_for_coordinators)

MANY = int(os.environ.get("OPEN_TRANSACTIONS", "100000"))
T = [["t", [0]]]


class Producers:
    """Producers "0", "1", ... behind one connection, each with one transaction and one record in partition 0 of t."""

    def __init__(self, port):
        self.producers = []
        self.connect(port)

    def connect(self, port):
        self.client = ShapedClient(port, 60)
        self.client.make_topic("t")
        self.client.ask(FIND, 1, ["g", 0])
        wait_for_coordinators(self.client)

    def answers(self, key, version, requests):
        """In order, with up to fifty requests on their way."""
        waiting = 0
        for request in requests:
            self.client.start(key, version, request)
            waiting += 1
            if waiting == 50:
                yield self.client.finish()
                waiting -= 1
        for _ in range(waiting):
            yield self.client.finish()

    def ask_all(self, key, version, requests):
        """The error that all of them are told."""
        errors = {self.error(key, answer) for answer in self.answers(key, version, requests)}
        if len(errors) != 1:
            raise AssertionError(f"{key}: {errors}")
        return errors.pop()

    def error(self, key, answer):
        if key in (INIT, END, ADD_OFFSETS):
            return answer[1]
        return answer[0][0][1][0][1] if key == PRODUCE else answer[1][0][1][0][1]

    def init(self, count):
        requests = ([str(number), 600000, -1, -1] for number in range(count))
        for _, error, producer, epoch in self.answers(INIT, 4, requests):
            assert error == 0, error
            self.producers.append((producer, epoch))

    def add(self, *numbers):
        return self.ask_all(ADD, 3, ([str(i), *self.producers[i], T] for i in numbers))

    def produce(self, *numbers, version=9):
        return self.ask_all(PRODUCE, version, ([str(i), -1, 30000, [["t", [[0, self.record(i)]]]]] for i in numbers))

    def record(self, number):
        return batch(attributes=16, producer=(*self.producers[number], 0))

    def add_offsets(self, number):
        return self.ask_all(ADD_OFFSETS, 3, [[str(number), *self.producers[number], "g"]])

    def commit_offsets(self, number):
        request = [str(number), "g", *self.producers[number], -1, "", None, [["t", [[0, 5, -1, ""]]]]]
        return self.ask_all(COMMIT, 5, [request])

    def end(self, *numbers, commits):
        return self.ask_all(END, 3, ([str(i), *self.producers[i], commits] for i in numbers))

    def wait_until_ended(self, end):
        """Until the markers are there, which an end does not wait for."""
        limit = time.monotonic() + 60
        while (stable := self.end_of_partition(isolation=1)) < end:
            if time.monotonic() > limit:
                raise AssertionError(f"stable up to {stable} of {end}")

    def end_of_partition(self, isolation):
        return self.client.ask(LIST_OFFSETS, 6, [-1, isolation, [["t", [[0, -1, -1]]]]])[1][0][1][0][3]


def count_committed(client, end):
    """The records that a reader of committed ones gets up to the end. Not by librdkafka: what it allocates grows with
    the square of the aborted transactions in an answer (20 GB here)."""
    offset = found = 0
    while offset < end:
        partition = client.ask(FETCH, 5, [-1, 100, 1, 50 << 20, 1, [["t", [[0, offset, -1, 10 << 20]]]]])[1][0][1][0]
        error, stable_offset, aborted, data = partition[1], partition[3], partition[5], partition[6]
        if error or stable_offset != end or not data:
            raise AssertionError(f"error {error}, {len(data)} bytes at {offset} of {stable_offset}")
        first_aborted = dict(aborted)
        for first, last, producer, is_control in batches(data):
            found += not is_control and first < first_aborted.get(producer, end)
            offset = last + 1
    return found


def batches(data):
    """The offsets of each whole batch, its producer, and whether it is a marker."""
    at = 0
    while at + 61 <= len(data):
        first, size = struct.unpack_from(">qi", data, at)
        if at + 12 + size > len(data):
            return
        attributes, last_delta = struct.unpack_from(">hi", data, at + 21)
        producer, = struct.unpack_from(">q", data, at + 43)
        yield first, first + last_delta, producer, bool(attributes & 32)
        at += 12 + size


class OpenTransactionsTest(unittest.TestCase):
    def test_up_to_the_limit_and_back(self):
        # Ten thousand syncs are not what is looked at, and would be minutes on a slow disk.
        with Broker(f"odradek.max.open.transactions={MANY}", "odradek.durability=os", nodes=1) as broker:
            producers = Producers(broker.port)
            before = broker.memory_kib()
            producers.init(MANY + 1)
            self.assertEqual(producers.add(*range(MANY)), 0)
            self.assertEqual(producers.produce(*range(MANY)), 0)
            self.assertLess(broker.memory_kib() - before, (2 * MANY + (64 << 10)) * MEMORY_FACTOR)
            self.assertEqual(producers.add(MANY), CONCURRENT)
            self.assertEqual(producers.add(0), 0)
            # What was open is open still, and counts.
            broker.kill()
            broker.start()
            producers.connect(broker.port)
            self.assertEqual(producers.add(MANY), CONCURRENT)
            self.assertEqual(producers.end_of_partition(isolation=1), 0)
            self.assertEqual(producers.end(*range(0, MANY, 2), commits=True), 0)
            self.assertEqual(producers.end(*range(1, MANY, 2), commits=False), 0)
            self.assertEqual(producers.add(MANY), 0)
            self.assertEqual(producers.end(MANY, commits=False), 0)
            end = 2 * MANY + 1
            producers.wait_until_ended(end)
            self.assertEqual(producers.end_of_partition(isolation=0), end)
            self.assertEqual(count_committed(producers.client, end), (MANY + 1) // 2)

    def test_every_way_to_begin_has_to_wait(self):
        with Broker("odradek.max.open.transactions=1", nodes=1) as broker:
            producers = Producers(broker.port)
            producers.init(2)
            self.assertEqual(producers.add(0), 0)
            ways = {"AddPartitionsToTxn": producers.add, "AddOffsetsToTxn": producers.add_offsets,
                    "TxnOffsetCommit": producers.commit_offsets, "Produce": lambda i: producers.produce(i, version=12)}
            for name, begin in ways.items():
                with self.subTest(name):
                    self.assertEqual(begin(1), CONCURRENT)
            self.assertEqual(producers.end(0, commits=True), 0)
            for name, begin in ways.items():
                with self.subTest(name):
                    self.assertEqual(begin(1), 0)

    def test_a_client_waits_until_another_one_has_ended(self):
        with Broker("odradek.max.open.transactions=1", nodes=1) as broker:
            producers = Producers(broker.port)
            producers.init(1)
            self.assertEqual(producers.add(0), 0)
            producer = Producer({"bootstrap.servers": broker.bootstrap, "transactional.id": "waits"})
            producer.init_transactions(30)
            producer.begin_transaction()
            producer.produce("t", "late")
            ends = threading.Timer(1, lambda: producers.end(0, commits=False))
            ends.start()
            producer.commit_transaction(30)
            ends.join()
            del producer
            producers.wait_until_ended(3)
            self.assertEqual(count_committed(producers.client, 3), 1)


if __name__ == "__main__":
    unittest.main()
