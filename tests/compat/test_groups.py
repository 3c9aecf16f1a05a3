# SPDX-License-Identifier: Apache-2.0
"""Consumer groups as librdkafka lives in them (confluent-kafka-python from Debian)."""

import collections
import os
import random
import threading
import time
import unittest

from confluent_kafka import Consumer, Producer, TopicPartition
from confluent_kafka.admin import AdminClient, NewPartitions, NewTopic

from broker import NODES, Broker
from committer import coordinator
from group_members import SETTINGS, Member, MemberProcess, Ownership
from group_requests import COMMIT, DESCRIBE, FETCH, commit, fetch
from wait import wait_until

QUICK = "group.initial.rebalance.delay.ms=200"


def make_topic(broker, name, partitions):
    admin = AdminClient({"bootstrap.servers": broker.bootstrap})
    for future in admin.create_topics([NewTopic(name, partitions, 1)]).values():
        future.result(20)
    return admin


def produce(broker, topic, count, partitions, first=0):
    producer = Producer({"bootstrap.servers": broker.bootstrap, "linger.ms": 5})
    for i in range(first, first + count):
        producer.produce(topic, str(i), partition=i % partitions)
        producer.poll(0)
    producer.flush(20)


class GroupTest(unittest.TestCase):
    def setUp(self):
        self.broker = self.enterContext(Broker(QUICK))

    def members(self, count, group, topics, **options):
        members = [Member(f"{group}-{i}", self.broker, group, topics, **options) for i in range(count)]
        for member in members:
            member.start()
            self.addCleanup(member.stop)
        return members

    def read_by_three(self, strategy):
        make_topic(self.broker, strategy, 6)
        seen, ownership = collections.Counter(), Ownership()
        members = self.members(3, strategy, [strategy], handle=lambda message: seen.update([int(message.value())]),
                               ownership=ownership, **{"partition.assignment.strategy": strategy})
        wait_until(lambda: all(len(ownership.of(member.name)) == 2 for member in members), 30, lambda: str(ownership.owner))
        produce(self.broker, strategy, 3000, 6)
        wait_until(lambda: len(seen) == 3000, 30, lambda: f"{len(seen)} of 3000")
        # One goes: the others take over, and go on where it was.
        members[0].stop()
        wait_until(lambda: sum(len(ownership.of(member.name)) for member in members[1:]) == 6)
        produce(self.broker, strategy, 3000, 6, first=3000)
        wait_until(lambda: len(seen) == 6000, 30, lambda: f"{len(seen)} of 6000")
        for member in members[1:]:
            member.stop()
        self.assertEqual(ownership.faults + [fault for member in members for fault in member.faults], [])
        self.assertEqual(set(seen.values()), {1}, "what was committed is not read again")

    def test_range(self):
        self.read_by_three("range")

    def test_roundrobin(self):
        self.read_by_three("roundrobin")

    def test_cooperative_sticky(self):
        self.read_by_three("cooperative-sticky")

    def test_a_group_goes_on_where_it_was(self):
        make_topic(self.broker, "t", 2)
        produce(self.broker, "t", 100, 2)

        def read(count):
            consumer = Consumer({"bootstrap.servers": self.broker.bootstrap, "group.id": "g", **SETTINGS})
            consumer.subscribe(["t"])
            values = []
            while len(values) < count:
                message = consumer.poll(10)
                self.assertIsNotNone(message)
                values.append(int(message.value()))
            consumer.close()  # commits
            return values

        self.assertEqual(sorted(read(100)), list(range(100)))
        produce(self.broker, "t", 100, 2, first=100)
        self.broker.stop()
        self.broker.start()
        self.assertEqual(sorted(read(100)), list(range(100, 200)))

    def test_committed_offsets_and_their_metadata(self):
        make_topic(self.broker, "t", 3)
        consumer = Consumer({"bootstrap.servers": self.broker.bootstrap, "group.id": "by hand", **SETTINGS})
        consumer.commit(offsets=[TopicPartition("t", 0, 7), TopicPartition("t", 2, 9)], asynchronous=False)
        read = consumer.committed([TopicPartition("t", i) for i in range(3)], timeout=10)
        self.assertEqual([each.offset for each in read], [7, -1001, 9])
        consumer.close()
        text = "Grüße, 名前 😀" * 10
        with coordinator(self.broker, "by hand") as client:
            client.ask(COMMIT, 8, commit(8, "by hand", -1, "", {"t": [(0, 8, text)]}))
        self.broker.kill()
        self.broker.start()
        with coordinator(self.broker, "by hand") as client:
            self.assertEqual(client.ask(FETCH, 5, fetch(5, {"by hand": {"t": [0, 2]}}))[1],
                             [["t", [[0, 8, 3, text, 0], [2, 9, -1, "", 0]]]])

    def test_static_members_that_come_back_cause_no_rebalance(self):
        make_topic(self.broker, "t", 4)
        ownership = Ownership()

        def start(i):
            member = Member(f"m{i}", self.broker, "static", ["t"], ownership=ownership,
                            **{"group.instance.id": f"instance-{i}", "session.timeout.ms": 30000})
            member.start()
            self.addCleanup(member.stop)
            return member

        members = [start(0), start(1)]
        wait_until(lambda: all(len(ownership.of(f"m{i}")) == 2 for i in range(2)))
        before = ownership.of("m1")
        times_assigned = members[0].assigned
        for _ in range(3):
            members[1].stop()  # a static member does not say good-bye
            members[1] = start(1)
            wait_until(lambda: ownership.of("m1") == before)
        self.assertEqual(members[0].assigned, times_assigned, "the other one never noticed")
        self.assertEqual(ownership.faults, [])

    def test_the_partitions_of_a_killed_consumer_move_after_its_session(self):
        make_topic(self.broker, "t", 4)
        settings = {"session.timeout.ms": 6000, "heartbeat.interval.ms": 300}
        survivor = MemberProcess(self.broker, "killed", "t", **settings)
        self.addCleanup(survivor.kill)
        self.assertEqual(survivor.next_assignment(), [0, 1, 2, 3])
        victim = MemberProcess(self.broker, "killed", "t", **settings)
        self.assertEqual(sorted(survivor.next_assignment() + victim.next_assignment()), [0, 1, 2, 3])
        killed_at = time.monotonic()
        victim.kill()
        self.assertEqual(survivor.next_assignment(), [0, 1, 2, 3])
        # Its last heartbeat was at most one interval before, and what it had is not given away before its time.
        self.assertGreater(time.monotonic() - killed_at, 6.0 - 0.3 - 0.5)

    def test_a_topic_that_grows_and_one_that_comes_later(self):
        admin = make_topic(self.broker, "growing", 2)
        ownership = Ownership()
        self.members(2, "g", ["growing", "^later.*"], ownership=ownership)
        wait_until(lambda: len(ownership.owner) == 2)
        admin.create_partitions([NewPartitions("growing", 5)])["growing"].result(20)
        wait_until(lambda: len(ownership.owner) == 5)
        make_topic(self.broker, "later-1", 3)
        wait_until(lambda: len(ownership.owner) == 8)
        self.assertEqual(ownership.faults, [])

    def test_offsets_of_a_deleted_topic_are_forgotten(self):
        admin = make_topic(self.broker, "t", 2)
        with coordinator(self.broker, "g") as client:
            client.ask(COMMIT, 8, commit(8, "g", -1, "", {"t": [(0, 5, ""), (1, 6, "")]}))
            self.assertEqual(len(client.ask(FETCH, 5, fetch(5, {"g": None}))[1]), 1)
            admin.delete_topics(["t"])["t"].result(20)
            wait_until(lambda: client.ask(FETCH, 5, fetch(5, {"g": None}))[1] == [])

    def test_offsets_expire(self):
        with Broker(QUICK, "offsets.retention.minutes=1", "offsets.retention.check.interval.ms=50") as broker:
            make_topic(broker, "t", 1)
            with coordinator(broker, "g") as client:
                # Kafka lets old clients say how long; a minute is too long to wait here.
                client.ask(COMMIT, 2, commit(2, "g", -1, "", {"t": [(0, 5, "")]}, retention=300))
                self.assertEqual(client.ask(FETCH, 5, fetch(5, {"g": {"t": [0]}}))[1][0][1][0][1], 5)
                wait_until(lambda: client.ask(FETCH, 5, fetch(5, {"g": {"t": [0]}}))[1][0][1][0][1] == -1)
                self.assertEqual(client.ask(DESCRIBE, 5, [["g"], False])[1][0][2], "Dead")


class ChurnTest(unittest.TestCase):
    """Members come and go all the time; every record is processed, and nobody works on what another one has."""

    seconds = int(os.environ.get("CHURN_SECONDS", "60" if NODES == 1 else "20"))

    def test_twenty_members_come_and_go(self):
        with Broker(QUICK) as broker:
            make_topic(broker, "t", 20)
            seen, ownership, stopping = collections.Counter(), Ownership(), threading.Event()
            sent = []

            def steady_producer():
                producer = Producer({"bootstrap.servers": broker.bootstrap, "enable.idempotence": True})
                while not stopping.wait(0.002):
                    producer.produce("t", str(len(sent)), partition=len(sent) % 20)
                    sent.append(1)
                    producer.poll(0)
                self.assertEqual(producer.flush(30), 0)

            def member(number):
                return Member(f"m{number}", broker, "churn", ["t"], ownership=ownership,
                              handle=lambda message: seen.update([int(message.value())]),
                              # librdkafka before 2.3 dies when a cooperative-sticky member goes before it was given
                              # anything (its issue 4312).
                              **{"session.timeout.ms": 30000, "heartbeat.interval.ms": 100,
                                 "partition.assignment.strategy": "range"})

            producing = threading.Thread(target=steady_producer)
            producing.start()
            members = [member(i) for i in range(20)]
            for each in members:
                each.start()
            faults, comings = [], 20
            deadline = time.monotonic() + self.seconds
            while time.monotonic() < deadline:
                # Now and then the group gets the time to settle.
                stopping.wait(random.choice((0, 0, 0.5, 1, 2)))
                leaving = members.pop(random.randrange(len(members)))
                leaving.stop()
                faults += leaving.faults
                members.append(member(comings))
                members[-1].start()
                comings += 1
            stopping.set()
            producing.join()
            wait_until(lambda: len(seen) == len(sent), 60, lambda: f"{len(seen)} of {len(sent)} records")
            for each in members:
                each.stopping.set()
            for each in members:
                each.stop()
                faults += each.faults
            again = sum(count - 1 for count in seen.values())
            print(f"{comings} members, {ownership.changes} assignments, {len(sent)} records, {again} of them read again",
                  flush=True)
            self.assertEqual(faults + ownership.faults, [])
            broker.stop()


if __name__ == "__main__":
    unittest.main()
