# SPDX-License-Identifier: Apache-2.0
"""Every request of transactions at every version, good and bad: the answers are those of Apache Kafka.

tests/golden/transaction_answers.txt is what Kafka said; `./dev compat transaction-answers` asks it again.
"""

import time
import unittest

from answer_script import differences
from broker import Broker
from raw_client import batch
from shaped_client import ShapedClient
from transaction_requests import (ADD, CONCURRENT, DESCRIBE, END, FIND, INIT, LOADING, MARKERS,
                                  NOT_COORDINATOR, PRODUCE, TransactionRequests)


class TransactionRequestsTest(unittest.TestCase):
    def test_the_answers_are_those_of_kafka(self):
        with Broker("num.partitions=2", "group.initial.rebalance.delay.ms=0", nodes=1) as broker:
            answers = TransactionRequests(broker.port).run()
            broker.stop()
        self.assertEqual(differences("transaction_answers.txt", answers, "Odradek"), "")
        self.assertGreater(len(answers), 600)

    def test_features_that_begin_at_0_are_for_clients_that_can_read_them(self):
        """Java clients before 3.9 ask in version 3, and do not connect where they are told of one (KAFKA-17011)."""
        with Broker(nodes=1) as broker, ShapedClient(broker.port) as client:
            for version, is_told in ((3, False), (4, True)):
                client.send(18, version, b"\x02x\x02x\x00", flexible=True)
                answer = client.receive()[1]
                # The feature is named as supported and as finalized, or as finalized alone.
                self.assertEqual(answer.count(b"transaction.version"), 2 if is_told else 1)

    def test_markers_do_not_harm_the_state_of_transactions(self):
        with Broker("transaction.state.log.num.partitions=2", nodes=1) as broker:
            with ShapedClient(broker.port) as client:
                client.ask(FIND, 1, ["x", 1])
                producer, epoch = self.init(client)
                for result in (True, False):
                    marker = [producer, epoch, result, [["__transaction_state", [0, 1]]], 0]
                    answer = client.ask(MARKERS, 1, [[marker]])
                    self.assertEqual(answer[0][0][1][0][1], [[0, 0], [1, 0]])
            broker.stop()
            broker.start()
            with ShapedClient(broker.port) as client:
                again = self.init(client)
                self.assertEqual(again, (producer, epoch + 1))
                self.assertEqual(client.ask(END, 1, ["x", *again, True])[1], 48)  # nothing is open
                self.assertEqual(client.ask(DESCRIBE, 0, [["x"]])[1][0][2], "Empty")

    def test_records_stay_in_order_behind_a_partition_that_is_being_added(self):
        with Broker("num.partitions=2", nodes=1) as broker, ShapedClient(broker.port) as client:
            self.prepare(client)
            for version in (9, 12):
                producer, epoch = self.init(client)

                def produce(*places):
                    records = [[partition, batch(attributes=16, producer=(producer, epoch, sequence))]
                               for partition, sequence in places]
                    return client.frame(PRODUCE, version, ["x", -1, 5000, [["t", records]]])

                if version == 9:
                    client.ask(ADD, 3, ["x", producer, epoch, [["t", [0, 1]]]])
                client.send_bytes(produce((0, 0)))
                client.receive()
                # Partition 1 has to be asked about, and partition 0 has not.
                client.send_bytes(produce((1, 0), (0, 1)) + produce((0, 2)) + produce((1, 1), (0, 3)))
                errors = []
                for _ in range(3):
                    client.pending = (PRODUCE, version)
                    errors.append([each[1] for each in client.finish()[0][0][1]])
                self.assertEqual(errors, [[0, 0], [0], [0, 0]], f"version {version}")
                self.assertEqual(client.ask(END, 3, ["x", producer, epoch, True])[1], 0)

    def test_the_next_transaction_waits_for_the_markers_of_the_last(self):
        """Where Kafka tells clients to try again, in steps of 20 ms."""
        settings = ("add.partitions.to.txn.retry.backoff.max.ms=60000", "num.partitions=20")
        with Broker(*settings, nodes=3) as broker, self.at_coordinator(broker) as client:
            producer, epoch = self.init(client)
            for _ in range(50):
                everywhere = (ADD, 3, ["x", producer, epoch, [["t", list(range(20))]]])
                commits, aborts = ((END, 3, ["x", producer, epoch, result]) for result in (True, False))
                added, committed, again, aborted = self.ask_at_once(client, everywhere, commits, everywhere, aborts)
                self.assertEqual([each[1] for answer in (added, again) for each in answer[1][0][1]], [0] * 40)
                self.assertEqual((committed[1], aborted[1]), (0, 0))

    def test_an_abort_right_behind_a_commit_is_not_fenced(self):
        """By Kafka it is, while markers are written; franz-go aborts a transaction in which nothing was produced at once."""
        with Broker("num.partitions=20", nodes=3) as broker, self.at_coordinator(broker) as client:
            producer, epoch = self.init(client)
            for _ in range(20):
                everywhere = (ADD, 3, ["x", producer, epoch, [["t", list(range(20))]]])
                commits, aborts = ((END, 5, ["x", producer, *end]) for end in ((epoch, True), (epoch + 1, False)))
                _, committed, aborted = self.ask_at_once(client, everywhere, commits, aborts)
                deadline = time.monotonic() + 20
                while aborted[1] == CONCURRENT and time.monotonic() < deadline:
                    aborted = client.ask(*aborts)
                self.assertEqual([committed[1:4], aborted[1:4]], [[0, producer, epoch + 1], [0, producer, epoch + 2]])
                epoch += 2

    def test_an_end_that_comes_late(self):
        """Of the first transaction, while the second is open already: the client had given up waiting, and tried again."""
        with Broker("num.partitions=1", nodes=1) as broker, ShapedClient(broker.port) as client:
            self.prepare(client)
            for version, late, state in ((5, 90, "Ongoing"), (4, 0, "CompleteCommit")):
                first = self.init(client)
                self.add(client, first)
                ended = client.ask(END, version, ["x", *first, True])
                self.assertEqual(ended[1], 0)
                # Version 1 cannot tell the two apart: it ends the second one (KAFKA-17754).
                second = tuple(ended[2:4]) if version == 5 else first
                self.add(client, second)
                self.assertEqual(client.ask(END, version, ["x", *first, True])[1], late)
                deadline, found = time.monotonic() + 20, None
                while found != state and time.monotonic() < deadline:
                    found = client.ask(DESCRIBE, 0, [["x"]])[1][0][2]
                self.assertEqual(found, state)
                client.ask(END, version, ["x", *second, False])

    @classmethod
    def at_coordinator(cls, broker):
        """A client of the coordinator of x, where t is a topic."""
        with ShapedClient(broker.port) as client:
            return ShapedClient(cls.prepare(client))

    @staticmethod
    def ask_at_once(client, *requests):
        """The answers to requests that are sent before the first of them is read."""
        client.send_bytes(b"".join(client.frame(*each) for each in requests))
        answers = []
        for key, version, _ in requests:
            client.pending = (key, version)
            answers.append(client.finish())
        return answers

    @staticmethod
    def prepare(client):
        """Makes the topic t; the port of the coordinator of x."""
        client.make_topic("t")
        found, deadline = [0, -1], time.monotonic() + 20
        while found[1] != 0 and time.monotonic() < deadline:
            found = client.ask(FIND, 1, ["x", 1])
        return found[5]

    @staticmethod
    def add(client, producer):
        error, deadline = CONCURRENT, time.monotonic() + 20
        while error == CONCURRENT and time.monotonic() < deadline:  # while the markers of the last one are written
            error = client.ask(ADD, 3, ["x", *producer, [["t", [0]]]])[1][0][1][0][1]
        if error != 0:
            raise AssertionError(f"not added: {error}")

    @staticmethod
    def init(client):
        answer, deadline = [0, LOADING], time.monotonic() + 20
        while answer[1] in (LOADING, NOT_COORDINATOR, CONCURRENT) and time.monotonic() < deadline:
            answer = client.ask(INIT, 4, ["x", 60000, -1, -1])
        if answer[1] != 0:
            raise AssertionError(f"no producer id: {answer}")
        return answer[2], answer[3]


if __name__ == "__main__":
    unittest.main()
