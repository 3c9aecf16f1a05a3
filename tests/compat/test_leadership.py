# SPDX-License-Identifier: Apache-2.0
"""What clients are answered when leaders move, nodes stop and replicas are elsewhere (KIP-320, KIP-392, KIP-455,
KIP-460, KIP-951; reference items 29-32, 71), request by request on three nodes."""

import os
import random
import re
import struct
import subprocess
import threading
import time
import unittest

from broker import BINARY, Broker
from cluster_admin import ClusterAdmin
from raw_client import Fields, RawClient, batch, record, text

NONE, OFFSET_OUT_OF_RANGE, UNKNOWN_TOPIC, LEADER_NOT_AVAILABLE, NOT_LEADER, NOT_ENOUGH_REPLICAS = 0, 1, 3, 5, 6, 19
OUT_OF_ORDER = 45  # sequence number
FENCED_LEADER_EPOCH, UNKNOWN_LEADER_EPOCH = 74, 75
INVALID_REPLICATION_FACTOR, INVALID_REPLICA_ASSIGNMENT = 38, 39
PREFERRED_LEADER_NOT_AVAILABLE, ELECTION_NOT_NEEDED, NO_REASSIGNMENT_IN_PROGRESS = 80, 84, 85


class Fetched:
    def __init__(self, body):
        fields = Fields(body)
        fields.number("i")
        self.error, self.session = fields.number("h"), fields.number("i")
        self.partitions = {}

        def partition():
            index, error, high_watermark = fields.number("i"), fields.number("h"), fields.number("q")
            fields.number("q"), fields.number("q")
            fields.array(lambda: fields.number("q"))
            preferred, size = fields.number("i"), fields.number("i")
            fields.at += max(0, size)
            self.partitions[index] = (error, high_watermark, preferred, max(0, size))

        fields.array(lambda: (fields.text(), fields.array(partition)))


def fetch_body(topic, offset, partitions=(0,), epoch=-1, max_wait=0, min_bytes=1, session=(0, -1), rack="", forget=()):
    body = struct.pack(">iiiibii", -1, max_wait, min_bytes, 1 << 20, 0, *session)
    body += struct.pack(">i", 1 if partitions else 0)
    if partitions:
        body += text(topic) + struct.pack(">i", len(partitions))
        for index in partitions:
            body += struct.pack(">iiqqi", index, epoch, offset, -1, 1 << 20)
    body += struct.pack(">i", 1 if forget else 0)
    if forget:
        body += text(topic) + struct.pack(f">i{len(forget)}i", len(forget), *forget)
    return body + text(rack)


def fetch(client, *arguments, **options):
    return Fetched(client.call(1, 11, fetch_body(*arguments, **options)))


def end_of_epoch(client, topic, epoch, current=-1):
    """The error, epoch and end offset of OffsetForLeaderEpoch."""
    fields = Fields(client.call(23, 2, struct.pack(">i", 1) + text(topic) + struct.pack(">iiii", 1, 0, current, epoch)))
    fields.number("i"), fields.number("i"), fields.text(), fields.number("i")
    error, _ = fields.number("h"), fields.number("i")
    return error, fields.number("i"), fields.number("q")


class LeadershipTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.broker = Broker("log.segment.bytes=1048576", nodes=3, arguments=["--racks", "a,b,c"]).start()
        cls.admin = ClusterAdmin(cls.broker)

    @classmethod
    def tearDownClass(cls):
        cls.broker.__exit__()

    def at(self, node):
        """A connection to a node, by its id."""
        return RawClient(self.broker.port + node - 1)

    def topic(self, leader=1, replicas=None):
        """A new topic of one partition with that leader."""
        name = f"{self._testMethodName}-{random.randrange(10**6)}"
        self.admin.describe(name, create=True)
        self.admin.reassign(name, {0: replicas or [leader] + [n for n in (1, 2, 3) if n != leader]})
        self.admin.elect(name, [0])
        self.assertEqual(self.admin.describe(name)[0].leader, leader)
        self.wait_for(leader, name)
        return name

    def wait_for(self, leader, topic):
        """All know who leads as soon as it is decided; that node itself when the log has come, a little later."""
        with self.at(leader) as client:
            while client.fetch(topic, 0)[0] == NOT_LEADER:
                pass

    def move(self, topic, leader):
        self.assertEqual(self.admin.lead(topic, {0: leader}), {0: NONE})
        self.wait_for(leader, topic)
        return self.admin.describe(topic)[0].epoch

    def test_only_the_leader_takes_records(self):
        topic = self.topic(leader=2)
        for node in (1, 2, 3):
            with self.at(node) as client:
                self.assertEqual(client.produce(topic, batch())[0], NONE if node == 2 else NOT_LEADER)

    def test_a_refused_produce_names_the_leader(self):
        topic = self.topic(leader=2)
        epoch = self.admin.describe(topic)[0].epoch
        records = batch()
        body = b"\0" + struct.pack(">hi", 1, 5000) + b"\2" + bytes([len(topic) + 1]) + topic.encode() + b"\2"
        body += struct.pack(">i", 0) + bytes([(len(records) + 1) & 127 | 128, (len(records) + 1) >> 7]) + records
        with self.at(3) as client:
            answer = client.call(0, 10, body + b"\0\0\0", flexible=True)
        hint = b"\1\0\x09" + struct.pack(">ii", 2, epoch) + b"\0"  # one tag: number 0, nine bytes
        self.assertIn(struct.pack(">ih", 0, NOT_LEADER), answer)
        self.assertIn(hint, answer)
        self.assertIn(struct.pack(">i", 2) + b"\x0alocalhost" + struct.pack(">i", self.broker.port + 1), answer)

    def test_epochs_say_where_they_end(self):
        topic = self.topic(leader=1)
        first = self.admin.describe(topic)[0].epoch
        with self.at(1) as client:
            for _ in range(3):
                self.assertEqual(client.produce(topic, batch())[0], NONE)
        second = self.move(topic, 2)
        self.assertGreater(second, first)
        with self.at(2) as client:
            for _ in range(2):
                self.assertEqual(client.produce(topic, batch())[0], NONE)
            self.assertEqual(end_of_epoch(client, topic, first), (NONE, first, 3))
            self.assertEqual(end_of_epoch(client, topic, second), (NONE, second, 5))
            self.assertEqual(end_of_epoch(client, topic, second + 1), (NONE, -1, -1))
            self.assertEqual(end_of_epoch(client, topic, first, current=first)[0], FENCED_LEADER_EPOCH)
            self.assertEqual(end_of_epoch(client, topic, first, current=second + 1)[0], UNKNOWN_LEADER_EPOCH)
        with self.at(1) as client:
            self.assertEqual(end_of_epoch(client, topic, first)[0], NOT_LEADER)
            self.assertEqual(end_of_epoch(client, topic, first, current=first)[0], FENCED_LEADER_EPOCH)

    def test_fetches_in_another_epoch_are_told(self):
        topic = self.topic(leader=1)
        old = self.admin.describe(topic)[0].epoch
        with self.at(1) as client:
            client.produce(topic, batch())
        new = self.move(topic, 2)
        for node in (1, 2):  # a follower knows the epoch too
            with self.at(node) as client:
                self.assertEqual(fetch(client, topic, 0, epoch=old).partitions[0][0], FENCED_LEADER_EPOCH)
                self.assertEqual(fetch(client, topic, 0, epoch=new + 1).partitions[0][0], UNKNOWN_LEADER_EPOCH)
                self.assertEqual(fetch(client, topic, 0, epoch=new, max_wait=60000).partitions[0][:2], (NONE, 1))

    def test_a_fetch_that_waits_is_told_of_the_move(self):
        topic = self.topic(leader=1)
        epoch = self.admin.describe(topic)[0].epoch
        with self.at(1) as client:
            client.send(1, 11, fetch_body(topic, 0, epoch=epoch, max_wait=60000))
            self.move(topic, 3)
            self.assertEqual(Fetched(client.receive()[1]).partitions[0][0], FENCED_LEADER_EPOCH)

    def test_a_fetch_that_waits_is_told_that_the_replica_is_gone(self):
        topic = self.topic(leader=1)
        with self.at(1) as client:
            client.send(1, 11, fetch_body(topic, 0, max_wait=60000))
            self.admin.reassign(topic, {0: [2, 3]})
            self.assertEqual(Fetched(client.receive()[1]).partitions[0][0], NOT_LEADER)

    def test_a_session_lives_on_across_a_move(self):
        topic = self.topic(leader=1)
        with self.at(1) as client:
            opened = fetch(client, topic, 0, session=(0, 0))
            self.assertEqual(opened.partitions[0][0], NONE)
            quiet = fetch(client, topic, 0, partitions=(), session=(opened.session, 1))
            self.assertEqual((quiet.error, quiet.partitions), (NONE, {}))
            self.admin.reassign(topic, {0: [2, 3]})
            told = fetch(client, topic, 0, partitions=(), session=(opened.session, 2))
            self.assertEqual((told.error, told.partitions[0][0]), (NONE, NOT_LEADER))
            # Taken out, and put in again when it has come back.
            gone = fetch(client, topic, 0, partitions=(), session=(opened.session, 3), forget=(0,))
            self.assertEqual((gone.error, gone.partitions), (NONE, {}))

    def test_idempotence_goes_with_the_leader(self):
        topic = self.topic(leader=1)
        with self.at(1) as client:
            self.assertEqual(client.produce(topic, batch(producer=(77, 0, 0))), (NONE, 0))
            self.assertEqual(client.produce(topic, batch(producer=(77, 0, 1))), (NONE, 1))
        at_once = set()
        for sequence, leader in enumerate([2, 3, 1, 2, 3], 2):
            self.move(topic, leader)
            with self.at(leader) as client:
                repeated = batch(producer=(77, 0, sequence - 1))
                self.assertEqual(client.produce(topic, repeated), (NONE, sequence - 1))
                gap = batch(producer=(77, 0, sequence + 1))
                # For a moment it may be that the one before was refused as too early.
                error = client.produce(topic, gap)[0]
                at_once.add(error)
                while error == NOT_LEADER:
                    error = client.produce(topic, gap)[0]
                self.assertEqual(error, OUT_OF_ORDER)
                self.assertEqual(client.produce(topic, batch(producer=(77, 0, sequence))), (NONE, sequence))
        self.assertIn(NOT_LEADER, at_once)

    def test_a_consumer_is_sent_to_its_rack_and_served_there(self):
        topic = self.topic(leader=1)
        with self.at(1) as leader, self.at(3) as follower:
            for _ in range(4):
                leader.produce(topic, batch())
            sent = fetch(leader, topic, 0, rack="c", max_wait=5000)
            self.assertEqual(sent.partitions[0], (NONE, 4, 3, 0))
            self.assertEqual(fetch(leader, topic, 0, rack="a").partitions[0][2], -1)
            self.assertEqual(fetch(leader, topic, 0, rack="nowhere").partitions[0][2], -1)
            served = fetch(follower, topic, 0, rack="c")
            self.assertEqual(served.partitions[0][:3], (NONE, 4, -1))
            self.assertEqual(served.partitions[0][3], 4 * len(batch()))
            # At the end it waits, and is woken by what the leader takes.
            for expected in range(5, 9):
                follower.send(1, 11, fetch_body(topic, expected - 1, rack="c", max_wait=60000))
                leader.produce(topic, batch())
                more = Fetched(follower.receive()[1])
                self.assertEqual(more.partitions[0], (NONE, expected, -1, len(batch())))
            self.assertEqual(fetch(follower, topic, 100).partitions[0][0], OFFSET_OUT_OF_RANGE)
            self.assertEqual(fetch(follower, topic, 9, max_wait=60000).partitions[0][0], OFFSET_OUT_OF_RANGE)
            # Before version 11 a client knows nothing of followers.
            self.assertEqual(follower.fetch(topic, 0)[0], NOT_LEADER)

    def test_a_session_is_told_of_the_replica_that_came_into_its_rack(self):
        topic = self.topic(leader=1)
        self.broker.node("stop", 3)
        try:
            with self.at(1) as leader:
                opened = fetch(leader, topic, 0, session=(0, 0), rack="c")
                self.assertEqual(opened.partitions[0][2], -1)
                quiet = fetch(leader, topic, 0, partitions=(), session=(opened.session, 1), rack="c")
                self.assertEqual(quiet.partitions, {})
                self.broker.node("start", 3)
                told = fetch(leader, topic, 0, partitions=(), session=(opened.session, 2), rack="c", max_wait=60000)
                self.assertEqual(told.partitions[0][2], 3)
        finally:
            if 3 not in self.admin.brokers():
                self.broker.node("start", 3)

    def test_a_follower_that_nobody_told_asks_the_leader(self):
        topic = self.topic(leader=1)
        with self.at(1) as leader, self.at(2) as follower:
            for _ in range(20):
                leader.produce(topic, batch(payload=record(b"x" * 300_000)))  # several segments
            got = fetch(follower, topic, 0, max_wait=60000).partitions[0]
            self.assertEqual(got[:2], (NONE, 20))
            self.assertGreater(got[3], 300_000)

    def test_a_follower_sees_deleted_records_go(self):
        topic = self.topic(leader=1)
        with self.at(1) as leader, self.at(2) as follower:
            for _ in range(5):
                leader.produce(topic, batch())
            self.assertEqual(fetch(follower, topic, 0, max_wait=60000).partitions[0][1], 5)
            leader.call(21, 0, struct.pack(">i", 1) + text(topic) + struct.pack(">iiqi", 1, 0, 2, 5000))
            self.assertEqual(fetch(follower, topic, 1).partitions[0][0], OFFSET_OUT_OF_RANGE)
            follower.send(1, 11, fetch_body(topic, 5, max_wait=60000))
            leader.call(21, 0, struct.pack(">i", 1) + text(topic) + struct.pack(">iiqi", 1, 0, 3, 5000))
            leader.produce(topic, batch())
            self.assertEqual(Fetched(follower.receive()[1]).partitions[0][1], 6)
            self.assertEqual(fetch(follower, topic, 0).partitions[0][0], OFFSET_OUT_OF_RANGE)

    def test_a_stopped_node_is_a_dead_broker(self):
        topic, alone = self.topic(leader=2), self.topic(leader=2, replicas=[2])
        with self.at(2) as client, self.at(2) as waiting:
            client.produce(alone, batch())
            waiting.send(1, 11, fetch_body(topic, 0, max_wait=60000))
            self.broker.node("stop", 2)
            self.assertTrue(waiting.is_closed())
            self.assertTrue(client.is_closed())
        self.assertRaises(ConnectionRefusedError, self.at, 2)
        self.assertEqual(self.admin.brokers(), {1: b"a", 3: b"c"})
        moved, down = self.admin.describe(topic)[0], self.admin.describe(alone)[0]
        self.assertEqual((moved.error, moved.leader, moved.isr, moved.offline), (NONE, 1, [1, 3], [2]))
        self.assertEqual((down.error, down.leader, down.isr, down.offline), (LEADER_NOT_AVAILABLE, -1, [2], [2]))
        self.assertEqual(self.admin.elect(topic, [0]), {0: PREFERRED_LEADER_NOT_AVAILABLE})
        self.broker.node("start", 2)
        back, up = self.admin.describe(topic)[0], self.admin.describe(alone)[0]
        self.assertEqual((back.leader, sorted(back.isr), back.offline), (1, [1, 2, 3], []))
        self.assertEqual((up.error, up.leader), (NONE, 2))
        self.assertGreater(up.epoch, down.epoch - 1)
        self.assertEqual(self.admin.elect(topic, [0]), {0: NONE})
        self.assertEqual(self.admin.elect(topic, [0]), {0: ELECTION_NOT_NEEDED})
        self.assertEqual(self.admin.elect(topic, [7]), {7: UNKNOWN_TOPIC})
        with self.at(2) as client:
            self.assertEqual(client.produce(alone, batch()), (NONE, 1))

    def test_too_few_replicas_in_sync(self):
        topic = self.topic(leader=1)
        body = struct.pack(">ib", 1, 2) + text(topic) + struct.pack(">i", 1) + text("min.insync.replicas")
        with self.at(1) as client:
            client.call(44, 0, body + b"\0" + text("3") + b"\0")
            self.assertEqual(client.produce(topic, batch(), acks=-1)[0], NONE)
            self.broker.node("stop", 3)
            try:
                self.assertEqual(client.produce(topic, batch(), acks=-1)[0], NOT_ENOUGH_REPLICAS)
                self.assertEqual(client.produce(topic, batch(), acks=1)[0], NONE)
            finally:
                self.broker.node("start", 3)
            self.assertEqual(client.produce(topic, batch(), acks=-1), (NONE, 2))
            # There cannot be more in sync than there are replicas.
            self.admin.reassign(topic, {0: [1]})
            self.assertEqual(client.produce(topic, batch(), acks=-1), (NONE, 3))

    def test_a_reassignment_waits_for_a_node_that_is_down(self):
        topic = self.topic(leader=1, replicas=[1, 2])
        self.broker.node("stop", 3)
        try:
            self.admin.reassign(topic, {0: [3, 2]})
            waiting = self.admin.describe(topic)[0]
            self.assertEqual((waiting.leader, waiting.replicas), (1, [3, 2, 1]))
            # Replicas, adding, removing.
            ids = [struct.pack(f">{len(nodes)}i", *nodes) for nodes in ([3, 2, 1], [3], [1])]
            self.assertIn(b"\x04" + ids[0] + b"\x02" + ids[1] + b"\x02" + ids[2], self.admin.reassignments())
            self.admin.reassign(topic, {0: None})
            self.assertEqual(self.admin.describe(topic)[0].replicas, [2, 1])
            answer = self.admin.reassign(topic, {0: None})
            self.assertIn(struct.pack(">h", NO_REASSIGNMENT_IN_PROGRESS), answer)
            self.admin.reassign(topic, {0: [3, 2]})
        finally:
            self.broker.node("start", 3)
        done = self.admin.describe(topic)[0]
        self.assertEqual((done.leader, done.replicas, done.isr), (3, [3, 2], [3, 2]))
        self.assertNotIn(topic.encode(), self.admin.reassignments())
        for nodes in ([4], [1, 1], []):
            self.assertIn(struct.pack(">h", INVALID_REPLICA_ASSIGNMENT), self.admin.reassign(topic, {0: nodes}))

    def test_a_cancelled_reassignment_leaves_nobody_without_a_leader(self):
        topic = self.topic(leader=1, replicas=[1])
        self.broker.node("stop", 3)
        try:
            self.admin.reassign(topic, {0: [2, 3]})
            self.broker.node("stop", 1)
            self.assertEqual(self.admin.describe(topic)[0].leader, 2)
            self.assertIn(struct.pack(">h", INVALID_REPLICA_ASSIGNMENT), self.admin.reassign(topic, {0: None}))
        finally:
            for node in (1, 3):
                self.broker.node("start", node)
        self.assertEqual(self.admin.describe(topic)[0].replicas, [2, 3])

    def test_a_node_starts_while_others_change_the_catalogue(self):
        stop = threading.Event()

        def make_topics():
            number = 0
            while not stop.is_set():
                self.admin.describe(f"meanwhile-{number}", create=True)
                number += 1

        makers = [threading.Thread(target=make_topics) for _ in range(2)]
        for maker in makers:
            maker.start()
        try:
            for _ in range(15):
                self.broker.node("stop", 3)
                self.broker.node("start", 3)
                with self.at(3) as client:
                    self.assertEqual(client.api_versions()[:2], b"\0\0")
        finally:
            stop.set()
            for maker in makers:
                maker.join()

    def test_what_one_node_made_every_node_knows(self):
        for i in range(150):
            name = f"made-{i}"
            wish = struct.pack(">i", 1) + text(name) + struct.pack(">ihii", 3, 3, 0, 0) + struct.pack(">ib", 5000, 0)
            with self.at(1 + i % 3) as client:
                client.call(19, 2, wish)
            for partition in range(3):
                with self.at(1 + (i + 1) % 3) as other:
                    error, _ = other.produce(name, batch(), partition)
                self.assertIn(error, (NONE, NOT_LEADER), name)

    def test_changes_from_all_nodes_at_once_are_all_made(self):
        clients = [self.at(node) for node in (1, 2, 3)] * 4
        wishes = []
        for i in range(120):
            wish = struct.pack(">i", 1) + text(f"at-once-{i}") + struct.pack(">ihii", 1, 1, 0, 0)
            wishes.append(clients[i % 12].request(19, 2, wish + struct.pack(">ib", 5000, 0)))
            clients[i % 12].send_bytes(wishes[-1])
        for i in range(120):
            answer = clients[i % 12].receive()[1]
            self.assertEqual(struct.unpack(">h", answer[-4:-2])[0], NONE, answer)
        for client in clients[:3]:
            client.socket.close()

    def test_topics_come_and_go_while_leaders_move(self):
        rng = random.Random(11)
        for i in range(200):
            name = f"brief-{i % 5}"
            self.admin.describe(name, create=True)
            for leader in rng.sample([1, 2, 3], 2):
                self.admin.lead(name, {0: leader})
                with self.at(leader) as client:
                    client.produce(name, batch())
            with self.at(rng.randint(1, 3)) as client:
                client.call(20, 1, struct.pack(">i", 1) + text(name) + struct.pack(">i", 5000))

        def folders():
            return [name for name in os.listdir(self.broker.data) if re.fullmatch(r"brief-\d-0", name)]

        # The node that has the log clears up when it hears of it, which may be after the answer.
        deadline = time.monotonic() + 20
        while folders() and time.monotonic() < deadline:
            self.admin.brokers()
        self.assertEqual(folders(), [])

    def test_commands_that_cannot_be(self):
        for arguments, words in [(("stop", "9"), "no node 9"), (("start", "1"), "is up already")]:
            done = subprocess.run([BINARY, "node", *arguments, "--data", self.broker.data], capture_output=True, text=True)
            self.assertEqual(done.returncode, 1)
            self.assertIn(words, done.stderr)
        done = subprocess.run([BINARY, "node", "stop", "1", "--data", "/tmp"], capture_output=True, text=True)
        self.assertIn("--data", done.stderr)


class RestartTest(unittest.TestCase):
    def test_the_process_stops_in_order_while_nodes_stop_and_start(self):
        for _ in range(8):
            with Broker("num.partitions=6", nodes=3) as broker:
                admin = ClusterAdmin(broker)
                admin.describe("t", create=True)

                def switch():
                    try:
                        while True:
                            broker.node("stop", 2)
                            broker.node("start", 2)
                    except RuntimeError:
                        pass  # the process is gone, or going

                def produce():
                    try:
                        while True:
                            with RawClient(broker.port + 1, 1) as client:
                                client.produce("t", batch(), random.randrange(6))
                    except OSError:
                        pass  # a stopped node, for good or not

                threads = [threading.Thread(target=switch), threading.Thread(target=produce)]
                for thread in threads:
                    thread.start()
                for _ in range(random.randrange(30)):
                    try:
                        admin.brokers()
                    except OSError:
                        pass
                process = broker.process
                broker.stop()  # an error unless it ends in order
                for thread in threads:
                    thread.join()
                self.assertEqual(process.returncode, 0)
                self.assertTrue(os.path.exists(broker.data + "/.kafka_cleanshutdown"))

    def test_leaders_and_records_outlive_kill_and_fewer_nodes(self):
        with Broker("num.partitions=6", nodes=3) as broker:
            admin = ClusterAdmin(broker)
            partitions = admin.describe("t", create=True)
            self.assertEqual(sorted(p.leader for p in partitions), [1, 1, 2, 2, 3, 3])
            admin.reassign("t", {5: [3]})
            for partition in admin.describe("t"):
                with RawClient(broker.port + partition.leader - 1) as client:
                    self.assertEqual(client.produce("t", batch(), partition.index), (0, 0))
            before = admin.describe("t")
            broker.node("stop", 1)
            broker.kill()
            broker.start()
            for old, new in zip(before, admin.describe("t")):
                self.assertEqual((new.error, sorted(new.isr)), (0, sorted(new.replicas)))
                self.assertGreater(new.epoch, old.epoch)
                self.assertNotEqual(old.leader == 1, new.leader == old.leader)  # node 1 had been stopped
            broker.stop()
            broker.nodes = 1
            broker.start()
            for new in admin.describe("t"):
                self.assertEqual((new.leader, new.isr), (1, [1]))
                with RawClient(broker.port) as client:
                    self.assertEqual(client.produce("t", batch(), new.index), (0, 1))


if __name__ == "__main__":
    unittest.main()
