# SPDX-License-Identifier: Apache-2.0
"""Of a compacted log stays the last record of each key, where it was and as it was; whatever clients do meanwhile."""

import json
import os
import random
import time
import unittest

from broker import Broker
from confluent_kafka import Consumer, KafkaError, KafkaException, Producer, TopicPartition
from confluent_kafka.admin import AdminClient, ConfigResource, NewTopic
from wait import wait_until

SIZE = 50_000  # twenty fill the smallest segment
SETTINGS = ("log.cleaner.backoff.ms=50", "offsets.topic.segment.bytes=1048576")
FILLER = b"filler"
READ_COMMITTED, READ_UNCOMMITTED = "read_committed", "read_uncommitted"


class CompactionTest(unittest.TestCase):
    def setUp(self):
        self.start()

    def start(self, *settings, **options):
        self.broker = self.enterContext(Broker(*SETTINGS, *settings, **options))
        self.consumers = {}
        self.addCleanup(self.close_consumers)
        self.served_by = {}  # consumers by their racks: ids of nodes
        self.admin = AdminClient({"bootstrap.servers": self.broker.bootstrap})
        self.producer = Producer({"bootstrap.servers": self.broker.bootstrap, "reconnect.backoff.max.ms": 200})
        self.written = {}  # offset → key, value, timestamp
        self.clock = 1_700_000_000_000

    def create(self, **config):
        given = {"cleanup.policy": "compact", "min.cleanable.dirty.ratio": "0.01", "segment.bytes": "1048576",
                 **{name.replace("_", "."): str(value) for name, value in config.items()}}
        self.admin.create_topics([NewTopic("t", 1, config=given)])["t"].result(30)

    def alter(self, **config):
        given = {name.replace("_", "."): str(value) for name, value in config.items()}
        resource = ConfigResource("topic", "t", given)
        self.admin.alter_configs([resource])[resource].result(30)

    def produce(self, keys, value=None, producer=None, size=SIZE):
        """Records of distinct values, or tombstones."""
        producer = self.producer if producer is None else producer
        for key in keys:
            self.clock += 1
            what = b"%d" % self.clock + os.urandom(size) if value is None else value

            def note(error, message, entry=(key.encode(), what or None, self.clock)):
                if error:
                    raise KafkaException(error)
                self.written[message.offset()] = entry
            producer.produce("t", what or None, key, 0, on_delivery=note, timestamp=self.clock)
        producer.flush(60)

    def read(self, start=0, isolation=READ_COMMITTED, rack=""):
        """What a consumer finds from `start` to the end, checked against what was written there."""
        consumer = self.consumer(isolation, rack)
        found = {}
        consumer.assign([TopicPartition("t", 0, start)])
        while True:
            message = consumer.poll(30)
            if message.error() and message.error().code() == KafkaError._PARTITION_EOF:
                return found
            if message.error():
                raise KafkaException(message.error())
            entry = (message.key(), message.value(), message.timestamp()[1])
            self.assertTrue(entry == self.written[message.offset()], f"another record at {message.offset()}")
            self.assertNotIn(message.offset(), found)
            found[message.offset()] = entry

    def consumer(self, isolation=READ_COMMITTED, rack=""):
        if (isolation, rack) not in self.consumers:
            def note(statistics):
                partition = json.loads(statistics)["topics"].get("t", {}).get("partitions", {}).get("0", {})
                self.served_by.setdefault(rack, set()).add(partition.get("broker"))
            consumer = self.consumers[isolation, rack] = Consumer({
                "bootstrap.servers": self.broker.bootstrap, "group.id": "g", "isolation.level": isolation,
                "enable.auto.commit": False, "enable.partition.eof": True, "check.crcs": True,
                "auto.offset.reset": "error", "reconnect.backoff.max.ms": 200, "fetch.wait.max.ms": 20,
                "client.rack": rack, "statistics.interval.ms": 50, "stats_cb": note})
        return self.consumers[isolation, rack]

    def close_consumers(self):
        while self.consumers:
            self.consumers.popitem()[1].close()

    def last_offsets(self, end):
        """Of each key, of what was written before `end`."""
        last = {}
        for offset in sorted(self.written):
            if offset < end:
                last[self.written[offset][0]] = offset
        return last

    def wait_until_compacted(self, end, gone=()):
        """Before `end` stays the last record of each key, but for those that are gone."""
        expected = sorted(offset for key, offset in self.last_offsets(end).items() if key not in (FILLER, *gone))

        def left():
            found = self.read()
            return [offset for offset in sorted(found) if offset < end and found[offset][0] != FILLER]
        wait_until(lambda: left() == expected, what=lambda: f"{left()} is left instead of {expected}")

    def fill_segment(self):
        """Begins a new one; returns what is behind all that was written before."""
        end = max(self.written) + 1
        self.produce([FILLER.decode()] * 22)
        return end

    def fill_before_it_is_compacted(self):
        """So that one round finds all of it, up to the offset that is returned."""
        self.create(cleanup_policy="delete")
        self.produce([f"key-{i % 7}" for i in range(100)])
        end = self.fill_segment()
        self.assertNotIn("t-0", self.broker.cleaner_status())
        self.alter(cleanup_policy="compact", min_cleanable_dirty_ratio=0.01, segment_bytes=1048576)
        return end

    def status(self, field=None):
        """Of the topic's log; of that a field, if it is there yet."""
        told = self.broker.cleaner_status().get("t-0", {})
        return told.get(field) if field else told

    def rounds(self):
        return self.broker.log().count("compacted partition=t-0")

    def wait_for_a_look(self):
        """Until the cleaner of each node has looked at all logs: a new topic was compacted by each."""
        nodes = range(self.broker.nodes)
        config = {"cleanup.policy": "compact", "segment.bytes": "1048576"}
        self.admin.create_topics([NewTopic("canary", len(nodes), config=config)])["canary"].result(30)
        for node in nodes:
            for _ in range(22):
                self.producer.produce("canary", os.urandom(SIZE), "key", node)
        self.producer.flush(30)
        for node in nodes:
            wait_until(lambda node=node: f"compacted partition=canary-{node}" in self.broker.log())

    def test_the_last_record_of_each_key_stays_where_it_was(self):
        self.create()
        self.produce([f"key-{i % 7}" for i in range(100)])
        end = self.fill_segment()
        self.wait_until_compacted(end)
        # From any offset one comes to the next that is there; what is behind the end may go meanwhile.
        everything = self.read()
        for start in range(end):
            self.assertEqual([o for o in self.read(start) if o < end], [o for o in everything if start <= o < end])
        # Again, with what was compacted before.
        self.produce([f"key-{i % 5}" for i in range(40)])
        end = self.fill_segment()
        self.wait_until_compacted(end)
        self.assertIn("compacted partition=t-0", self.broker.log())
        self.broker.kill()
        self.broker.start()
        self.wait_until_compacted(end)

    def test_what_was_done_can_be_asked(self):
        self.wait_until_compacted(self.fill_before_it_is_compacted())
        wait_until(lambda: self.status("state") == "compacted")
        told = self.status()
        left = [offset for offset in self.read() if offset < int(told["to"])]
        self.assertEqual(int(told["records_after"]), len(left))
        self.assertEqual(int(told["keys"]), 7 if int(told["to"]) <= 100 else 8)
        self.assertGreater(int(told["bytes_before"]), int(told["bytes_after"]))
        self.assertGreater(float(told["dirty_before"]), float(told["dirty_after"]))
        self.assertEqual((told["dirty_after"], told["failures"]), ("0.00", "0"))
        self.assertLess(int(told["map_bytes"]), 10_000)
        self.close_consumers()  # Debian's librdkafka does not always end while its topic is being deleted
        self.admin.delete_topics(["t"])["t"].result(30)
        wait_until(lambda: "t-0" not in self.broker.cleaner_status())

    def test_a_round_takes_its_time_if_it_has_to(self):
        self.start("log.cleaner.io.max.bytes.per.second=50000")  # 20 seconds for each slice of it
        self.fill_before_it_is_compacted()
        wait_until(lambda: int(self.status("bytes_read") or 0) > 0)
        self.produce(["new"] * 30)
        self.assertEqual(len(self.read()), len(self.written))
        told = self.status()
        self.assertEqual((told["state"], told["rounds"]), ("compacting", "0"))
        self.assertLess(int(told["bytes_read"]), int(told["bytes_to_read"]))

    def test_what_cannot_be_read_is_left_alone(self):
        self.create(min_cleanable_dirty_ratio=1)
        self.produce([f"key-{i % 7}" for i in range(30)])
        end = self.fill_segment()
        with open(os.path.join(self.broker.data, "t-0", "00000000000000000000.log"), "r+b") as segment:
            segment.seek(5 * SIZE)
            segment.write(b"another")
        self.alter(cleanup_policy="compact", min_cleanable_dirty_ratio=0.01, segment_bytes=1048576)
        wait_until(lambda: self.status("state") == "uncleanable")
        self.wait_for_a_look()
        self.assertIn("damaged", self.status("reason"))
        self.assertEqual((self.status("failures"), self.status("rounds")), ("1", "0"))
        self.assertEqual(self.broker.log().count("cannot compact, until the next start partition=t-0"), 1)
        # What is not damaged is read and written as ever.
        self.produce(["new"])
        after = {offset: entry for offset, entry in self.written.items() if offset >= end}
        self.assertEqual(self.read(end), after)

    def test_a_reader_goes_on_from_where_it_was(self):
        self.create()
        self.produce([f"key-{i % 7}" for i in range(100)])
        reader = Consumer({"bootstrap.servers": self.broker.bootstrap, "group.id": "slow", "enable.partition.eof": True,
                           "fetch.message.max.bytes": SIZE, "queued.max.messages.kbytes": 1, "fetch.wait.max.ms": 20})
        self.addCleanup(reader.close)
        reader.assign([TopicPartition("t", 0, 0)])
        before = [reader.poll(30).offset() for _ in range(10)]
        self.wait_until_compacted(self.fill_segment())
        after = []
        while not after or after[-1] < max(self.written):
            message = reader.poll(30)
            if message.error() is None:
                after.append(message.offset())
        self.assertEqual(before, list(range(10)))
        self.assertEqual(after, sorted(set(after)))
        self.assertGreater(after[0], 9)
        self.assertEqual({offset for offset in self.read() if offset > 9} - set(after), set())
        self.assertLess(len(after), 90)

    def test_what_is_left_can_be_too_old(self):
        self.start("log.initial.task.delay.ms=100", "log.retention.check.interval.ms=50")
        self.create(cleanup_policy="compact,delete", retention_ms=3_600_000)
        self.produce([f"old-{i}" for i in range(60)])
        self.clock = int(time.time() * 1000)
        first_new = max(self.written) + 1
        self.produce(["new-1", "new-2"] * 30)
        end = self.fill_segment()

        def start():
            return self.consumer().get_watermark_offsets(TopicPartition("t", 0), 30)[0]
        # Of segments that have old ones alone nothing is left, of new ones the last of each key.
        wait_until(lambda: start() > first_new - 22)
        wait_until(lambda: [offset for offset in self.read(start()) if first_new <= offset < end] == [end - 2, end - 1])

    def test_followers_serve_what_is_left(self):
        racks = {"a": 1, "b": 2, "c": 3}
        self.start(nodes=3, arguments=["--racks", ",".join(racks)])
        self.create()
        for _ in range(8):
            self.produce([f"key-{random.randrange(9)}" for _ in range(40)])
            end = max(self.written) + 1
            for rack in racks:
                # Between two rounds or in the middle of one.
                self.assertEqual(set(self.last_offsets(end).values()) - set(self.read(rack=rack)), set())
        end = self.fill_segment()
        self.wait_until_compacted(end)
        left = self.read()
        for rack, node in racks.items():
            wait_until(lambda rack=rack: self.read(rack=rack) == left)
            wait_until(lambda rack=rack, node=node: self.read(rack=rack) and node in self.served_by[rack])

    def test_each_codec_stays(self):
        self.create()
        for codec in ("none", "gzip", "snappy", "lz4", "zstd"):
            producer = Producer({"bootstrap.servers": self.broker.bootstrap, "compression.type": codec,
                                 "linger.ms": 20})
            self.produce([f"{codec}-{i % 9}" for i in range(90)], producer=producer, size=15_000)
        self.wait_until_compacted(self.fill_segment())

    def test_a_deleted_key_goes_with_its_tombstone(self):
        self.create(delete_retention_ms=0)
        self.produce(["a", "b", "c"] * 10)
        self.produce(["b"], value=b"")
        # The first round decides how long it stays, a later one finds that this is over.
        end = self.fill_segment()
        self.wait_until_compacted(end)
        self.fill_segment()
        self.wait_until_compacted(end, gone=(b"b",))

    def test_a_tombstone_stays_for_its_time(self):
        self.create(delete_retention_ms=3_600_000)
        self.produce(["a", "b", "c"] * 10)
        self.produce(["b"], value=b"")
        end = self.fill_segment()
        self.wait_until_compacted(end)
        self.assertIn((b"b", None), [entry[:2] for entry in self.read().values()])
        self.alter(cleanup_policy="compact", min_cleanable_dirty_ratio=0.01, segment_bytes=1048576,
                   delete_retention_ms=0)
        # Its time was decided in the first round.
        self.fill_segment()
        self.wait_for_a_look()
        self.wait_until_compacted(end)

    def test_what_was_aborted_goes(self):
        self.create(delete_retention_ms=0)
        producer = Producer({"bootstrap.servers": self.broker.bootstrap, "transactional.id": "x"})
        producer.init_transactions()
        aborted = set()
        for i in range(30):
            producer.begin_transaction()
            before = set(self.written)
            self.produce([f"key-{i % 4}", f"only-{i}"], producer=producer)
            if i % 3 == 0:
                producer.abort_transaction()
                aborted |= set(self.written) - before
            else:
                producer.commit_transaction()
        everything = dict(self.written)
        self.written = {offset: entry for offset, entry in everything.items() if offset not in aborted}
        end = self.fill_segment()
        self.wait_until_compacted(end)
        self.written.update(everything)
        uncommitted = self.read(isolation=READ_UNCOMMITTED)
        self.assertFalse(aborted & set(uncommitted))
        self.assertEqual(uncommitted, self.read())

    def test_nothing_of_an_open_transaction_or_behind_it_is_compacted(self):
        self.create()
        self.produce(["a"] * 25)
        open_one = Producer({"bootstrap.servers": self.broker.bootstrap, "transactional.id": "x"})
        open_one.init_transactions()
        open_one.begin_transaction()
        self.produce(["b"], producer=open_one)
        first = max(self.written)
        self.produce(["a"] * 50)
        everything = sorted(offset for offset in self.written if offset >= first)
        wait_until(lambda: len(self.read(isolation=READ_UNCOMMITTED)) < len(self.written))
        found = self.read(isolation=READ_UNCOMMITTED)
        self.assertEqual([offset for offset in sorted(found) if offset >= first], everything)
        open_one.commit_transaction()
        self.wait_until_compacted(self.fill_segment())

    def test_the_policy_can_be_changed(self):
        self.create(cleanup_policy="delete", retention_ms=-1)
        self.produce([f"key-{i % 3}" for i in range(60)])
        end = self.fill_segment()
        self.wait_for_a_look()
        self.assertEqual(len(self.read()), len(self.written))
        self.alter(cleanup_policy="compact", min_cleanable_dirty_ratio=0.01, segment_bytes=1048576)
        self.wait_until_compacted(end)

    def test_young_records_stay(self):
        self.create(min_compaction_lag_ms=3_600_000)
        self.clock = int(time.time() * 1000)
        self.produce([f"key-{i % 3}" for i in range(60)])
        end = self.fill_segment()
        self.wait_for_a_look()
        self.assertEqual(len(self.read()), len(self.written))
        self.alter(cleanup_policy="compact", min_cleanable_dirty_ratio=0.01, segment_bytes=1048576)
        self.wait_until_compacted(end)

    def test_records_that_waited_too_long_do_not_wait_for_their_share(self):
        self.create(min_cleanable_dirty_ratio=1, max_compaction_lag_ms=1000)
        self.produce([f"key-{i % 3}" for i in range(60)])
        self.wait_until_compacted(self.fill_segment())

    def test_lags_that_contradict_each_other_are_refused(self):
        with self.assertRaises(KafkaException) as refused:
            self.create(min_compaction_lag_ms=2, max_compaction_lag_ms=1)
        self.assertEqual(refused.exception.args[0].code(), KafkaError.INVALID_CONFIG)
        self.create(max_compaction_lag_ms=1)
        with self.assertRaises(KafkaException) as refused:
            self.alter(max_compaction_lag_ms=1, min_compaction_lag_ms=2)
        self.assertEqual(refused.exception.args[0].code(), KafkaError.INVALID_CONFIG)
        self.alter(min_compaction_lag_ms=2)

    def test_committed_offsets_are_compacted(self):
        self.admin.create_topics([NewTopic("many", 100)])["many"].result(30)
        consumer = Consumer({"bootstrap.servers": self.broker.bootstrap, "group.id": "busy"})
        self.addCleanup(consumer.close)
        for i in range(300):
            consumer.commit(offsets=[TopicPartition("many", id, i) for id in range(100)], asynchronous=False)

        def size():
            return sum(os.path.getsize(os.path.join(folder, name))
                       for folder, _, names in os.walk(self.broker.data) if "__consumer_offsets" in folder
                       for name in names if name.endswith(".log"))
        wait_until(lambda: size() < 1.2 * (1 << 20))
        self.broker.kill()
        self.broker.start()
        committed = consumer.committed([TopicPartition("many", id) for id in range(100)], 30)
        self.assertEqual({each.offset for each in committed}, {299})

    def test_kills_lose_nothing(self):
        self.start("log.cleaner.io.max.bytes.per.second=20000000")  # so that a round takes its time
        self.create()
        for i in range(int(os.environ.get("KILL_ROUNDS", "6"))):
            rounds = self.rounds()
            self.produce([f"key-{random.randrange(40)}" for _ in range(60)])
            if i % 2 == 0:
                wait_until(lambda: self.rounds() > rounds)
            self.broker.kill()
            self.broker.start()
            self.assertEqual(set(self.last_offsets(max(self.written) + 1).values()) - set(self.read()), set())
        self.wait_until_compacted(self.fill_segment())


if __name__ == "__main__":
    unittest.main()
