# SPDX-License-Identifier: Apache-2.0
"""Peers that lie, stall and flood: each gets Kafka's error or a closed connection, memory stays
bounded, and a client beside them is served as ever (reliability tests 29-41)."""

import os
import random
import socket
import struct
import threading
import unittest
import zlib

from broker import MEMORY_FACTOR, Broker
from raw_client import RawClient, batch, record, text, varint

UNKNOWN_TOPIC_OR_PARTITION, CORRUPT_MESSAGE, MESSAGE_TOO_LARGE = 3, 2, 10
INVALID_TOPIC, INVALID_REQUIRED_ACKS, INVALID_TIMESTAMP, UNSUPPORTED_VERSION = 17, 21, 32, 35
OFFSET_OUT_OF_RANGE, INVALID_RECORD, UNSUPPORTED_COMPRESSION = 1, 87, 76
TRANSACTIONAL_ID_AUTHORIZATION_FAILED = 53


class BadInputTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.broker = Broker().start()
        with RawClient(cls.broker.port) as client:
            client.metadata("good")
            assert client.produce("good", batch()) == (0, 0)

    @classmethod
    def tearDownClass(cls):
        cls.broker.__exit__()

    def tearDown(self):
        """Whatever happened, another client is served and nothing was lost."""
        with self.client(topic="good") as client:
            self.assertEqual(client.produce("good", batch())[0], 0)
            error, _, records = client.fetch("good", 0)
            self.assertEqual((error, records[:8]), (0, b"\0" * 8))

    def client(self, timeout=10, topic=None):
        """A connection, to the leader of `topic` where one is named."""
        client = RawClient(self.broker.port, timeout)
        if topic:
            client.metadata(topic)
        return client

    def assert_memory_grows_less_than(self, mebibytes, before):
        grown = (self.broker.memory_kib() - before) / 1024
        limit = mebibytes * MEMORY_FACTOR
        self.assertLess(grown, limit, f"memory grew by {grown:.1f} MiB")

    def test_frame_lengths_that_cannot_be(self):
        for data in [struct.pack(">i", n) for n in (-1, -2**31, 2**31 - 1, (100 << 20) + 1)] + [
                b"\x16\x03\x01\0" * 4, b"GET / HTTP/1.1\r\n\r\n"]:
            with self.client() as client:
                client.send_bytes(data)
                self.assertTrue(client.is_closed(), data)

    def test_frames_too_short_for_a_header(self):
        for size in range(0, 10):
            with self.client() as client:
                client.send_bytes(struct.pack(">i", size) + b"\0" * size)
                self.assertTrue(client.is_closed(), size)

    def test_unknown_keys_and_versions_close(self):
        for key, version in [(4, 0), (99, 0), (-1, 0), (32767, 0), (0, 2), (0, 14), (1, 3), (3, 99), (3, -1)]:
            with self.client() as client:
                client.send(key, version, b"")
                self.assertTrue(client.is_closed(), (key, version))

    def test_api_versions_in_an_unknown_version_is_answered(self):
        with self.client() as client:
            for version in (5, 99, -1):
                body = client.call(18, version, b"")
                self.assertEqual(struct.unpack(">h", body[:2])[0], UNSUPPORTED_VERSION)
                self.assertIn(struct.pack(">hhh", 18, 0, 4), body)
            self.assertEqual(client.api_versions()[:2], b"\0\0")  # the same connection goes on

    def test_lying_lengths_close_and_reserve_nothing(self):
        before = self.broker.memory_kib()
        lies = [
            (3, 1, struct.pack(">i", 2**31 - 1)), (3, 1, struct.pack(">i", 1) + b"\x7f\xffab"),
            (0, 3, text(None) + struct.pack(">hii", 1, 1, 2**31 - 1)),
            (0, 3, text(None) + struct.pack(">hii", 1, 1, 1) + text("t") + struct.pack(">iii", 1, 0, 2**31 - 1)),
            (1, 4, struct.pack(">iiiibi", -1, 0, 0, 0, 0, 2**31 - 1)), (2, 1, struct.pack(">ii", -1, 2**31 - 1)),
            (19, 2, struct.pack(">i", 2**31 - 1)), (32, 1, struct.pack(">i", 2**31 - 1)),
            (19, 2, struct.pack(">i", -1)), (3, 1, struct.pack(">i", 1) + b"\xff\xff"),
        ]
        for key, version, body in lies:
            with self.client() as client:
                client.send(key, version, body)
                self.assertTrue(client.is_closed(), (key, version, body))
        self.assert_memory_grows_less_than(8, before)

    def test_claims_of_large_frames_reserve_nothing(self):
        before = self.broker.memory_kib()
        clients = [self.client() for _ in range(500)]
        for client in clients:
            client.send_bytes(struct.pack(">i", 100 << 20) + b"x")
        with self.client() as other:
            other.api_versions()
        self.assert_memory_grows_less_than(32, before)
        for client in clients:
            client.socket.close()

    def test_every_truncation_of_a_request_is_survived(self):
        with self.client() as client:
            whole = client.request(0, 3, client.produce_body("cut", batch()))
        for size in range(len(whole)):
            with self.client() as client:
                client.send_bytes(whole[:size])
        # The same with a length that fits what is there, so that the decoder sees it.
        for size in range(4, len(whole)):
            with self.client() as client:
                client.send_bytes(struct.pack(">i", size - 4) + whole[4:size])
                client.socket.shutdown(socket.SHUT_WR)
                self.assertTrue(client.is_closed(), size)

    def test_batches_that_lie(self):
        good = batch()
        cases = [
            (batch(crc=1), CORRUPT_MESSAGE), (batch(magic=1), INVALID_RECORD), (batch(magic=3), CORRUPT_MESSAGE),
            (batch(magic=-1), CORRUPT_MESSAGE), (batch(base_offset=7), INVALID_RECORD), (good + good, INVALID_RECORD),
            (good[:-1], INVALID_RECORD), (good[:60], INVALID_RECORD), (b"", INVALID_RECORD), (None, INVALID_RECORD),
            (batch(count=0), INVALID_RECORD), (batch(count=-5), INVALID_RECORD), (batch(last_delta=9), INVALID_RECORD),
            (batch(attributes=0x20), INVALID_RECORD), (batch(attributes=7), INVALID_RECORD),
            (batch(attributes=8), INVALID_TIMESTAMP),
            # Transactional, in a request that names no transactional id.
            (batch(attributes=16, producer=(5, 0, 0)), TRANSACTIONAL_ID_AUTHORIZATION_FAILED),
            (batch(producer=(5, 0, -1)), INVALID_RECORD), (batch(timestamp=2**62), INVALID_TIMESTAMP),
            (batch(payload=b"\xff" * 30), INVALID_RECORD), (batch(length=2**31 - 1), INVALID_RECORD),
            (batch(length=-1), CORRUPT_MESSAGE), (batch(length=20), CORRUPT_MESSAGE), (batch(payload=record(b"y") + b"left over"), INVALID_RECORD),
            (batch(payload=record(b"x" * 1_100_000)), MESSAGE_TOO_LARGE),
        ]
        with self.client() as client:
            client.metadata("lies")
            for data, expected in cases:
                self.assertEqual(client.produce("lies", data)[0], expected, data and data[:40])
            self.assertEqual(client.produce("lies", batch(attributes=4), version=6)[0], UNSUPPORTED_COMPRESSION)
            self.assertEqual(client.produce("lies", batch(), acks=2)[0], INVALID_REQUIRED_ACKS)
            self.assertEqual(client.produce("lies", batch(), partition=5)[0], UNKNOWN_TOPIC_OR_PARTITION)
            self.assertEqual(client.produce("nowhere", batch())[0], UNKNOWN_TOPIC_OR_PARTITION)
            # None of them left a trace; and what is too short for a second batch is left out.
            self.assertEqual(client.produce("lies", good + b"short"), (0, 0))
            self.assertEqual(client.fetch("lies", 0)[2][16:], good[16:])

    def test_acks_zero_has_no_answer_but_an_error_closes(self):
        with self.client() as client:
            client.metadata("zero")
            client.send(0, 3, client.produce_body("zero", batch(), acks=0))
            client.api_versions()  # answered next
            client.send(0, 3, client.produce_body("zero", batch(crc=1), acks=0))
            self.assertTrue(client.is_closed())

    def test_decompression_bombs(self):
        before = self.broker.memory_kib()
        zeros = b"\0" * (1 << 20)
        packer = zlib.compressobj(9, zlib.DEFLATED, 31)
        bomb = b"".join(packer.compress(zeros) for _ in range(600)) + packer.flush()
        with self.client(60) as client:
            body = struct.pack(">i", 1) + text("compacted") + struct.pack(">ihi", 1, 1, 0) + struct.pack(">i", 1)
            body += text("cleanup.policy") + text("compact") + struct.pack(">ib", 5000, 0)
            client.call(19, 2, body)
            client.metadata("compacted")
            # Keys have to be looked at, so the batch is unpacked: as far as the limit allows.
            error, _ = client.produce("compacted", batch(payload=bomb, attributes=1))
            self.assertEqual(error, MESSAGE_TOO_LARGE)
            garbage = random.Random(1).randbytes(1000)
            for codec in (1, 2, 3, 4):
                error, _ = client.produce("compacted", batch(payload=garbage, attributes=codec), version=7)
                self.assertIn(error, (CORRUPT_MESSAGE, INVALID_RECORD), codec)
        self.assert_memory_grows_less_than(150, before)

    def test_keyless_records_on_a_compacted_topic(self):
        with self.client() as client:
            body = struct.pack(">i", 1) + text("keyed") + struct.pack(">ihi", 1, 1, 0) + struct.pack(">i", 1)
            client.call(19, 2, body + text("cleanup.policy") + text("compact") + struct.pack(">ib", 5000, 0))
            client.metadata("keyed")
            self.assertEqual(client.produce("keyed", batch())[0], INVALID_RECORD)
            self.assertEqual(client.produce("keyed", batch(payload=record(b"v", key=b"k")))[0], 0)

    def test_answers_to_long_texts_are_cut(self):
        long = "x" * 32760
        with self.client() as client:
            for config in [(long, "1"), ("retention.ms", long)]:
                body = struct.pack(">i", 1) + text("long") + struct.pack(">ihi", 1, 1, 0) + struct.pack(">i", 1)
                answer = client.call(19, 2, body + text(config[0]) + text(config[1]) + struct.pack(">ib", 5000, 0))
                self.assertIn(struct.pack(">h", 40), answer)  # INVALID_CONFIG
            for kind in (2, 4):
                body = struct.pack(">ib", 1, kind) + text(long) + struct.pack(">i", 1) + text("a") + b"\0" + text("b")
                self.assertIn(text(long), client.call(44, 0, body + b"\0"))
            self.assertIn(text(long), client.call(32, 1, struct.pack(">ib", 1, 4) + text(long) + b"\xff\xff\xff\xff\0"))

    def test_many_names_in_one_request(self):
        with self.client(60) as client:
            names = b"".join(text("good") for _ in range(100_000))
            self.assertLess(len(client.call(3, 1, struct.pack(">i", 100_000) + names)), 1000)
            wishes = b"".join(text(f"n{i % 50_000}") + struct.pack(">ihii", 0, 1, 0, 0) for i in range(60_000))
            answer = client.call(19, 2, struct.pack(">i", 60_000) + wishes + struct.pack(">ib", 5000, 0))
            self.assertGreater(len(answer), 1_000_000)

    def test_a_session_that_forgets_the_same_twice(self):
        with self.client(topic="good") as client:
            head = struct.pack(">iiiib", -1, 0, 0, 1 << 20, 0)
            topic = struct.pack(">i", 1) + text("good") + struct.pack(">i", 2) + struct.pack(">iqqi", 0, 0, 0, 1) * 2
            body = client.call(1, 7, head + struct.pack(">ii", 0, 0) + topic + struct.pack(">i", 0))
            session = struct.unpack(">i", body[6:10])[0]
            forgotten = struct.pack(">i", 1) + text("good") + struct.pack(">iiii", 3, 0, 0, 0)
            body = client.call(1, 7, head + struct.pack(">ii", session, 1) + struct.pack(">i", 0) + forgotten)
            self.assertEqual(struct.unpack(">h", body[4:6])[0], 0)

    def test_names_stay_in_the_data_directory(self):
        with self.client() as client:
            before = sorted(os.listdir(self.broker.data))
            for name in [b"..", b".", b"../evil", b"/etc/evil", b"a/b", b"a\0b", b"", b"x" * 250, b"\xff\xfe", b"a b"]:
                body = client.metadata(name)
                self.assertIn(struct.pack(">h", INVALID_TOPIC) + text(name), body, name)
                answer = client.call(19, 2, struct.pack(">i", 1) + text(name) + struct.pack(">ihii", 1, 1, 0, 0)
                                     + struct.pack(">ib", 5000, 0))
                self.assertIn(text(name) + struct.pack(">h", INVALID_TOPIC), answer, name)
            self.assertEqual(sorted(os.listdir(self.broker.data)), before)

    def test_fetches_that_ask_too_much(self):
        with self.client() as client:
            client.metadata("big")
            for _ in range(100):
                client.produce("big", batch(payload=record(b"x" * 900_000)))
            error, _, records = client.fetch("big", 0, max_bytes=2**31 - 1, partition_max=2**31 - 1)
            self.assertEqual(error, 0)
            self.assertLessEqual(len(records), 55 << 20)
            self.assertEqual(client.fetch("big", 2**62)[0], OFFSET_OUT_OF_RANGE)
            self.assertEqual(client.fetch("big", -5)[0], OFFSET_OUT_OF_RANGE)
            # The first batch comes although it is larger than what was asked for.
            self.assertGreater(len(client.fetch("big", 0, max_bytes=10, partition_max=10)[2]), 900_000)
            # A minimum that nothing can meet is answered when the time is up.
            self.assertEqual(client.fetch("big", 100, max_wait=200, min_bytes=2**31 - 1)[0], 0)

    def test_slow_readers_hold_little_memory(self):
        with self.client() as client:
            client.metadata("slow")
            for _ in range(60):
                client.produce("slow", batch(payload=record(b"x" * 1_000_000)))
            client.fetch("slow", 0, max_bytes=1)
            before = self.broker.memory_kib()
            slow = [self.client(topic="slow") for _ in range(100)]
            for each in slow:
                if each is not slow[50]:
                    each.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
                each.send(1, 4, each.fetch_body("slow", 0, max_bytes=55 << 20, partition_max=55 << 20))
            for each in slow[:20]:
                self.assertTrue(each.receive_exactly(10))
            self.assertEqual(client.produce("slow", batch())[0], 0)
            self.assert_memory_grows_less_than(64, before)
            # One of them begins to read after all, and gets everything whole.
            body = slow[50].receive()[1]
            self.assertGreater(len(body), 50 << 20)
            for each in slow:
                each.socket.close()

    def test_a_hundred_thousand_pipelined_requests(self):
        before = self.broker.memory_kib()
        count = 100_000
        with self.client(120) as client:
            flood = b"".join(client.request(18, 0, b"") for _ in range(count))
            sender = threading.Thread(target=client.send_bytes, args=(flood,))
            sender.start()
            for expected in range(1, count + 1):
                self.assertEqual(client.receive()[0], expected)
            sender.join()
        self.assert_memory_grows_less_than(32, before)

    def test_pipelined_produces_are_answered_in_order(self):
        count = 5_000
        with self.client(120) as client:
            client.metadata("pipeline")
            data = batch()
            flood = b"".join(client.request(0, 3, client.produce_body("pipeline", data)) for _ in range(count))
            sender = threading.Thread(target=client.send_bytes, args=(flood,))
            sender.start()
            for expected in range(count):
                correlation, body = client.receive()
                at = 4 + 2 + len("pipeline") + 4 + 4
                self.assertEqual(struct.unpack(">hq", body[at:at + 10]), (0, expected))
            sender.join()

    def test_answers_keep_their_order_behind_a_long_poll(self):
        with self.client() as client:
            client.metadata("poll")
            client.send(1, 4, client.fetch_body("poll", 0, max_wait=300, min_bytes=1))
            client.send(18, 0, b"")
            first, second = client.receive()[0], client.receive()[0]
            self.assertEqual(second, first + 1)

    def test_a_long_poll_is_woken_by_the_append_that_satisfies_it(self):
        with self.client(30, "wake") as waiting, self.client(topic="wake") as other:
            waiting.send(1, 4, waiting.fetch_body("wake", 0, max_wait=60_000, min_bytes=150))
            other.produce("wake", batch())  # too little yet
            other.produce("wake", batch())
            body = waiting.receive()[1]
            self.assertEqual(body.count(b"x" * 10), 2)

    def test_a_client_that_leaves_while_it_waits(self):
        with self.client() as other:
            other.metadata("gone")
            for _ in range(200):
                with self.client(topic="gone") as client:
                    client.send(1, 4, client.fetch_body("gone", 0, max_wait=60_000))
            self.assertEqual(other.produce("gone", batch())[0], 0)

    def test_random_bytes(self):
        rng = random.Random(7)
        for _ in range(300):
            with self.client() as client:
                body = rng.randbytes(rng.randint(0, 200))
                client.send(rng.choice([*range(4), *range(8, 17), 18, 19, 20, 21, 22, 23, 32, 33, 35, 37, 42, 43, 44, 45, 46, 47, 60, 75]),
                            rng.randint(0, 13), body)
                client.socket.shutdown(socket.SHUT_WR)
                self.assertTrue(client.is_closed())

    def test_varint_helper_is_right(self):
        self.assertEqual(varint(-1), b"\x01")


if __name__ == "__main__":
    unittest.main()
