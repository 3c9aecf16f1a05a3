# SPDX-License-Identifier: Apache-2.0
"""Damaged files: what clients are told is the same as before, or the partition, or the broker, says that it is damaged.
Nothing is ever missing in silence."""

import os
import pathlib
import random
import re
import shutil
import struct
import tempfile
import time
import unittest
import zlib

from broker import Broker
from group_requests import COMMIT, commit
from group_requests import FETCH as FETCH_OFFSETS
from group_requests import fetch as fetch_offsets
from raw_client import batch, crc32c, record
from shaped_client import ShapedClient
from transaction_requests import (ADD, CONCURRENT, END, FETCH, FIND, INIT, LIST_OFFSETS, LOADING,
                                  NOT_COORDINATOR, PRODUCE, PRODUCERS)

CREATE, DELETE_RECORDS, EPOCHS = 19, 21, 23
JOURNALED = 4  # partitions
PARTITIONS = {"t": 2, "j": JOURNALED}
SAID = {56, 2, 87}  # KAFKA_STORAGE_ERROR, CORRUPT_MESSAGE, INVALID_RECORD
TIMES = int(os.environ.get("DAMAGE_TIMES", "1"))
START = 1700000000000
SETTINGS = ("log.segment.bytes=1048576", "offsets.topic.num.partitions=2", "transaction.state.log.num.partitions=2",
            "num.partitions=2", "group.initial.rebalance.delay.ms=0")
NO_SOCKET = shutil.ignore_patterns("*.sock")  # of a broker that runs or was killed


class Life:
    """Makes a directory with some of everything in it."""

    def __init__(self, client):
        self.client = client
        self.clock = START

    def live(self):
        self.client.make_topic("t")
        self.client.ask(CREATE, 7, [[["j", JOURNALED, 1, [], []]], 10000, False])
        for kind in (0, 1):
            self.until_told(FIND, 1, ["x", kind], lambda answer: answer[1])
        for round_number in range(3):
            for partition in (0, 1):
                for _ in range(10):
                    self.produce(partition, batch(record(b"x" * 50000), timestamp=self.next_time()))
            self.transaction(round_number, commits=round_number != 1)
            self.produce_into_journal()
            for group in ("g", "h"):
                request = commit(5, group, -1, "", {"t": [(0, round_number + 1, ""), (1, 2, "meta")]})
                self.until_told(COMMIT, 5, request, lambda answer: answer[1][0][1][0][1])
        self.client.ask(DELETE_RECORDS, 2, [[["t", [[1, 3]]]], 10000])

    def next_time(self):
        self.clock += 1000
        return self.clock

    def until_told(self, key, version, request, error):
        answer = self.client.ask(key, version, request)
        while error(answer) in (LOADING, NOT_COORDINATOR, CONCURRENT, 15):
            answer = self.client.ask(key, version, request)
        assert error(answer) == 0, answer
        return answer

    def produce(self, partition, data, transaction=None):
        answer = self.client.ask(PRODUCE, 9, [transaction, -1, 5000, [["t", [[partition, data]]]]])
        assert answer[0][0][1][0][1] == 0, answer

    def produce_into_journal(self):
        """So many small writes at once are synced by way of the journal."""
        data = batch(record(b"y" * 100), timestamp=self.next_time())
        answer = self.client.ask(PRODUCE, 9, [None, -1, 5000, [["j", [[i, data] for i in range(JOURNALED)]]]])
        assert all(each[1] == 0 for each in answer[0][0][1]), answer

    def transaction(self, number, commits):
        producer = self.until_told(INIT, 4, ["x", 60000, -1, -1], lambda answer: answer[1])[2:4]
        self.until_told(ADD, 3, ["x", *producer, [["t", [0, 1]]]], lambda answer: answer[1][0][1][0][1])
        for partition in (0, 1):
            self.produce(partition, batch(record(b"in %d" % number), attributes=16, producer=(*producer, 0),
                                          timestamp=self.next_time()), "x")
        self.until_told(END, 3, ["x", *producer, commits], lambda answer: answer[1])


class Answers:
    """Everything that clients can ask of a broker; what a partition says of its damage is None."""

    def __init__(self, client):
        self.client = client
        self.found = {}
        for topic, partitions in PARTITIONS.items():
            for partition in range(partitions):
                self.found[f"{topic}-{partition}"] = self.partition(topic, partition)
        for group in ("g", "h"):
            self.found[group] = self.group(group)
        self.found["x"] = self.transactional_id()

    def partition(self, topic, partition):
        answers = {"offsets": [self.offset_at(topic, partition, time) for time in (-1, -2, -3, *range(START, START + 40000, 1500))],
                   "epoch": self.client.ask(EPOCHS, 4, [-2, [[topic, [[partition, -1, 0]]]]])[1][0][1][0]}
        ends = [answers["offsets"][1], answers["offsets"][0]]
        if None in ends or answers["epoch"][0] in SAID:
            return None
        for isolation in (0, 1):
            answers[isolation] = self.records(topic, partition, isolation, ends[0][1], ends[1][1])
        answers["producers"] = self.client.ask(PRODUCERS, 0, [[[topic, [partition]]]])[1][0][1][0][3:]
        return None if None in [*answers.values(), *answers["offsets"]] else answers

    def offset_at(self, topic, partition, time):
        _, error, *rest = self.client.ask(LIST_OFFSETS, 7, [-1, 0, [[topic, [[partition, -1, time]]]]])[1][0][1][0]
        return None if error in SAID else rest

    def records(self, topic, partition, isolation, offset, end):
        found, aborted = [], set()
        while offset < end:
            request = [-1, 0, 1, 4 << 20, isolation, 0, -1, [[topic, [[partition, -1, offset, -1, 1 << 19]]]], [], ""]
            _, error, _, _, _, its_aborted, _, data = self.client.ask(FETCH, 11, request)[3][0][1][0]
            if error in SAID or not data:
                return None
            aborted |= {tuple(each) for each in its_aborted or []}
            at = 0
            while at + 61 <= len(data):
                first, size = struct.unpack_from(">qi", data, at)
                if at + 12 + size > len(data):
                    break
                whole = data[at:at + 12 + size]
                if not is_whole(whole):
                    return None
                found.append(zlib.crc32(whole))
                offset = first + struct.unpack_from(">i", whole, 23)[0] + 1
                at += len(whole)
        return found, aborted

    def group(self, group):
        answer = [None, [], LOADING]
        while answer[2] == LOADING:
            answer = self.client.ask(FETCH_OFFSETS, 3, fetch_offsets(3, {group: {"t": [0, 1]}}))
        return None if answer[2] == NOT_COORDINATOR else answer[1:]

    def transactional_id(self):
        error = LOADING
        while error in (LOADING, CONCURRENT):
            _, error, producer, epoch = self.client.ask(INIT, 4, ["x", 60000, -1, -1])
        return None if error == NOT_COORDINATOR else (error, producer, epoch)


_whole_batches = set()  # that were looked at before


def is_whole(data):
    """What a client finds out itself."""
    known = zlib.crc32(data)
    if known not in _whole_batches and crc32c(data[21:]) == struct.unpack_from(">I", data, 17)[0]:
        _whole_batches.add(known)
    return known in _whole_batches


class Damage:
    KINDS = ("flip", "zero", "truncate", "missing", "stale")

    def __init__(self, kind, seed):
        self.kind, self.random = kind, random.Random(seed)

    def apply(self, path, stale):
        content = bytearray(path.read_bytes())
        if self.kind == "missing" or (not content and self.kind != "stale"):
            path.unlink()
        elif self.kind == "flip":
            content[self.random.randrange(len(content))] ^= 1 << self.random.randrange(8)
            path.write_bytes(content)
        elif self.kind == "zero":
            at = self.random.randrange(len(content))
            content[at:at + 512] = bytes(len(content[at:at + 512]))
            path.write_bytes(content)
        elif self.kind == "truncate":
            path.write_bytes(content[:self.random.randrange(len(content))])
        elif stale.exists():
            shutil.copy(stale, path)


class DamageTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.root = pathlib.Path(tempfile.mkdtemp(prefix="odradek-damage-"))
        cls.addClassCleanup(shutil.rmtree, cls.root, ignore_errors=True)
        broker = Broker(*SETTINGS, nodes=1)
        cls.addClassCleanup(shutil.rmtree, broker.data, ignore_errors=True)
        broker.start()
        with ShapedClient(broker.port, 60) as client:
            Life(client).live()
            shutil.copytree(broker.data, cls.root / "stale", ignore=NO_SOCKET)
            Life(client).live()
            cls.wait_until_synced(broker)
            broker.kill()
        shutil.copytree(broker.data, cls.root / "killed", ignore=NO_SOCKET)
        broker.start()
        broker.stop()
        shutil.copytree(broker.data, cls.root / "stopped")
        cls.data = pathlib.Path(broker.data)
        cls.broker = broker

    @staticmethod
    def wait_until_synced(broker):
        """Until the broker has written down that all of it is on the disk."""
        def points():
            with open(os.path.join(broker.data, "recovery-point-offset-checkpoint")) as file:
                return dict((line.split()[0] + "-" + line.split()[1], int(line.split()[2]))
                            for line in file.read().splitlines()[2:])
        limit = time.monotonic() + 20
        with ShapedClient(broker.port, 60) as client:
            ends = {f"{topic}-{i}": client.ask(LIST_OFFSETS, 7, [-1, 0, [[topic, [[i, -1, -1]]]]])[1][0][1][0][3]
                    for topic, partitions in PARTITIONS.items() for i in range(partitions)}
        while any(points().get(name) != end for name, end in ends.items()):
            assert time.monotonic() < limit, (points(), ends)

    def put_back(self, state):
        """Into the same directory: what is known of it is not known of a copy."""
        for each in self.data.iterdir():
            shutil.rmtree(each) if each.is_dir() else each.unlink()
        shutil.copytree(self.root / state, self.data, dirs_exist_ok=True)

    def answers(self):
        """None where the broker does not start, and says why."""
        before = len(self.broker.log())
        try:
            self.broker.start()
        except RuntimeError:
            self.assertRegex(self.broker.log()[before:], r"odradek: .*(damage|cannot be understood|is not a|is another broker's)")
            return None
        with ShapedClient(self.broker.port, 60) as client:
            found = Answers(client).found
        self.broker.stop()
        return found

    def check(self, state, path, damage, golden):
        self.put_back(state)
        damage.apply(self.data / path, self.root / "stale" / path)
        found = self.answers()
        if found is None:
            self.assertEqual(path.name, "catalogue.log")  # nothing else is everybody's
            return "not started"
        self.assertTrue(path.name != "catalogue.log" or damage.kind == "stale")
        said = [name for name, answer in found.items() if answer is None]
        for name, answer in found.items():
            if answer is not None:
                self.assertEqual(answer, golden[name], name)
        for name in said:
            self.assertIn(str(path.parent), (name, *self.internal(name)))
        return "said" if said else "same"

    @staticmethod
    def internal(name):
        topic = "__transaction_state" if name == "x" else "__consumer_offsets"
        return [] if name[:2] in ("t-", "j-") else [f"{topic}-{i}" for i in (0, 1)]

    def check_all(self, state):
        self.put_back(state)
        golden = self.answers()
        self.assertNotIn(None, golden.values())
        outcomes = {}
        files = sorted(path.relative_to(self.root / state) for path in (self.root / state).rglob("*") if path.is_file())
        for path in files:
            for kind in Damage.KINDS:
                for number in range(TIMES):
                    with self.subTest(state=state, path=str(path), kind=kind, number=number):
                        outcome = self.check(state, path, Damage(kind, f"{path} {number}"), golden)
                        kind_of_file = re.sub(r"\d{20}", "N", path.name)
                        outcomes.setdefault((kind_of_file, kind), []).append(outcome)
        for (name, kind), found in sorted(outcomes.items()):
            print(f"{state} {name} {kind}: " + ", ".join(f"{found.count(each)} {each}" for each in sorted(set(found))))

    def test_after_a_stop(self):
        self.check_all("stopped")

    def test_after_a_kill(self):
        self.check_all("killed")

    def test_without_everything_that_can_be_learnt(self):
        self.put_back("killed")
        golden = self.answers()
        self.put_back("killed")
        for path in self.data.rglob("*"):
            if path.suffix in (".index", ".timeindex", ".txnindex", ".snapshot") or path.name.endswith("-checkpoint"):
                if path.name != "log-start-offset-checkpoint":
                    path.unlink()
        self.assertEqual(self.answers(), golden)


if __name__ == "__main__":
    unittest.main()
