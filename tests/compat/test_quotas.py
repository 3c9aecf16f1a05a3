# SPDX-License-Identifier: Apache-2.0
"""Clients are held to their quotas: they are told at once for how long they rest, and rest that long; nobody else does.
How exactly a rate is kept is measured by `./dev compat quotas`."""

import threading
import time
import unittest

from admin_requests import ALTER_QUOTAS, CONNECTIONS, INCREMENTAL, MUTATIONS, RATE, READ_RATE, TIME, entity
from answer_script import NO_ID
from broker import Broker
from confluent_kafka import Producer
from raw_client import batch, record
from shaped_client import ShapedClient
from wait import wait_until

PRODUCE, FETCH, METADATA, CREATE, DELETE, PARTITIONS = 0, 1, 3, 19, 20, 37
EXCEEDED = 89


class QuotasTest(unittest.TestCase):
    def setUp(self):
        self.broker = self.enterContext(Broker("num.partitions=1", nodes=1))
        self.admin = self.enterContext(ShapedClient(self.broker.port, 30))
        self.create("t", 1)

    def client(self, name):
        client = self.enterContext(ShapedClient(self.broker.port, 60))
        client.client_id = name
        return client

    def create(self, name, partitions, client=None, version=5):
        return (client or self.admin).ask(CREATE, version, [[[name, partitions, 1, [], []]], 30000, False])

    def limit(self, parts, **limits):
        ops = [[key, float(value or 0), value is None] for key, value in limits.items()]
        answer = self.admin.ask(ALTER_QUOTAS, 1, [[[parts, ops]], False])
        self.assertEqual(answer[1][0][0], 0, answer)

    @staticmethod
    def produce(client, size, acks=-1):
        client.start(PRODUCE, 9, [None, acks, 30000, [["t", [[0, batch(record(b"x" * size))]]]]])
        return client.finish()[1] if acks else None

    @staticmethod
    def fetch(client, offset=0, session=(0, -1)):
        values = [-1, 0, 1, 50 << 20, 0, *session, [["t", [[0, -1, offset, -1, -1, 50 << 20]]]], [], ""]
        answer = client.ask(FETCH, 12, values)
        records = [partition[-1] for topic in answer[3] for partition in topic[1]]
        return answer[0], sum(len(each or b"") for each in records)

    def assert_rests(self, client, began, milliseconds):
        """It is not answered before the time is up; it `began` before the request that was too much."""
        client.ask(METADATA, 12, [[], False, False])
        self.assertGreaterEqual((time.monotonic() - began) * 1000, milliseconds)

    def test_who_produces_too_much_is_told_and_rests(self):
        self.limit(entity(client_id="held"), **{RATE: 100_000})
        held, free = self.client("held"), self.client("free")
        began = time.monotonic()
        throttle = self.produce(held, 100_000)
        self.assertGreater(throttle, 900)
        self.assertLess(throttle, 1100)
        self.assertEqual(self.produce(free, 100_000), 0)
        self.assert_rests(held, began, throttle)

    def test_clients_of_an_id_share_its_quota(self):
        self.limit(entity(client_id="held"), **{RATE: 100_000})
        first, second = self.client("held"), self.client("held")
        self.assertGreater(self.produce(first, 100_000), 0)
        self.assertGreater(self.produce(second, 1000), self.produce(self.client("free"), 1000))

    def test_the_nearest_quota_counts(self):
        self.limit(entity(client_id=None), **{RATE: 1000})
        self.limit(entity(client_id="a"), **{RATE: 1e9})
        self.limit(entity(user="ANONYMOUS", client_id="b"), **{RATE: 1e9})
        for name, rests in (("a", False), ("b", False), ("c", True), ("", True)):
            self.assertEqual(self.produce(self.client(name), 2000) > 0, rests, name)
        self.limit(entity(user="ANONYMOUS"), **{RATE: 1000})  # before any of the client id alone
        self.assertGreater(self.produce(self.client("a"), 5000), 0)
        self.assertEqual(self.produce(self.client("b"), 5000), 0)
        self.limit(entity(user="ANONYMOUS"), **{RATE: None})
        self.assertEqual(self.produce(self.client("a"), 5000), 0)

    def test_without_answers_the_connection_rests_all_the_same(self):
        self.limit(entity(client_id="held"), **{RATE: 100_000})
        held = self.client("held")
        began = time.monotonic()
        held.send_bytes(held.frame(PRODUCE, 9, [None, 0, 30000, [["t", [[0, batch(record(b"x" * 60_000))]]]]]))
        self.assert_rests(held, began, 590)

    def test_who_fetches_too_much_gets_nothing_for_a_while(self):
        for _ in range(4):
            self.produce(self.admin, 50_000)
        self.limit(entity(client_id="held"), **{READ_RATE: 100_000})
        held = self.client("held")
        throttle, size = self.fetch(held)
        self.assertEqual(throttle, 0)
        self.assertTrue(0 < size <= 100_000, size)  # what it may have in a second
        began = time.monotonic()
        throttle, nothing = self.fetch(held)
        self.assertEqual(nothing, 0)
        self.assertGreater(throttle, 0)
        self.assert_rests(held, began, throttle)
        self.assertEqual(self.fetch(self.client("free"))[0], 0)

    def test_a_session_goes_on_where_it_was(self):
        for _ in range(4):
            self.produce(self.admin, 50_000)
        held = self.client("held")
        answer = held.ask(FETCH, 12, [-1, 0, 1, 50 << 20, 0, 0, 0, [["t", [[0, -1, 0, -1, -1, 1]]]], [], ""])
        session = answer[2]
        self.assertNotEqual(session, 0)
        self.limit(entity(client_id="held"), **{READ_RATE: 10_000})
        held.ask(FETCH, 12, [-1, 0, 1, 50 << 20, 0, session, 1, [["t", [[0, -1, 0, -1, -1, 1]]]], [], ""])
        resting = held.ask(FETCH, 12, [-1, 0, 1, 50 << 20, 0, session, 2, [], [], ""])
        self.assertEqual((resting[1], resting[2], resting[3]), (0, session, []))
        self.assertGreater(resting[0], 0)
        self.limit(entity(client_id="held"), **{READ_RATE: None})
        again = held.ask(FETCH, 12, [-1, 0, 1, 50 << 20, 0, session, 3, [["t", [[0, -1, 0, -1, -1, 1]]]], [], ""])
        self.assertEqual((again[1], again[2], len(again[3])), (0, session, 1))

    def test_time_is_counted(self):
        self.limit(entity(client_id="held"), **{TIME: 0.001})
        held = self.client("held")
        throttles = [held.ask(METADATA, 12, [None, False, False])[0]]
        self.assertGreater(throttles[0], 0)
        self.assertLessEqual(throttles[0], 1000)  # a window at most
        self.assertEqual(self.client("free").ask(METADATA, 12, [None, False, False])[0], 0)

    def test_partitions_are_counted(self):
        self.limit(entity(client_id="held"), **{MUTATIONS: 1})
        held = self.client("held")
        self.assertEqual(self.create("many", 30, held, 7)[0], 0)
        refused = self.create("more", 1, held, 7)
        self.assertEqual(refused[1][0][2], EXCEEDED)
        self.assertGreater(refused[0], 0)
        held = self.client("held")
        deleted = self.client("held").ask(DELETE, 6, [[["many", NO_ID]], 30000])
        self.assertEqual(deleted[1][0][2], EXCEEDED)
        grown = held.ask(PARTITIONS, 3, [[["t", 2, None]], 30000, False])
        self.assertEqual(grown[1][0][1], EXCEEDED)
        # Older clients do not know the error: it is done, and they rest.
        made = self.create("old", 1, self.client("held"), 5)
        self.assertEqual(made[1][0][1], 0)
        self.assertGreater(made[0], 0)
        self.assertEqual(self.create("free", 30, self.client("free"), 7)[1][0][2], 0)

    def test_librdkafka_sees_it(self):
        self.limit(entity(client_id="held"), **{RATE: 200_000})
        seen = []
        producer = Producer({"bootstrap.servers": self.broker.bootstrap, "client.id": "held",
                             "throttle_cb": lambda event: seen.append(event.throttle_time)})
        for _ in range(300):
            producer.produce("t", b"x" * 1000)
        self.assertEqual(producer.flush(60), 0)
        wait_until(lambda: producer.poll(0.01) or seen)
        self.assertGreater(max(seen), 0)


class ConnectionLimitsTest(unittest.TestCase):
    def connect(self, broker):
        """Whether a new connection is served."""
        client = ShapedClient(broker.port, 10)
        self.addCleanup(client.socket.close)
        try:
            client.ask(METADATA, 12, [[], False, False])
            return client
        except OSError:
            return None

    def test_connections_of_an_address(self):
        with Broker("max.connections.per.ip=2", nodes=1) as broker:
            first, second = self.connect(broker), self.connect(broker)
            self.assertTrue(first and second)
            self.assertIsNone(self.connect(broker))
            first.socket.close()
            wait_until(lambda: self.connect(broker))

    def test_addresses_of_their_own(self):
        with Broker("max.connections.per.ip=0", "max.connections.per.ip.overrides=127.0.0.1:1", nodes=1) as broker:
            self.assertTrue(self.connect(broker))
            self.assertIsNone(self.connect(broker))

    def test_while_the_broker_runs(self):
        with Broker(nodes=1) as broker:
            admin = self.connect(broker)
            for key, value, error in (("max.connections.per.ip", "1", 0), ("max.connections.per.ip.overrides", "here:1", 40),
                                      ("max.connections.per.ip.overrides", "127.0.0.1:2", 0)):
                answer = admin.ask(INCREMENTAL, 1, [[[4, "", [[key, 0, value]]]], False])
                self.assertEqual(answer[1][0][0], error, (key, value))
            self.assertTrue(self.connect(broker))
            self.assertIsNone(self.connect(broker))

    def test_an_address_that_comes_too_often(self):
        with Broker(nodes=1) as broker:
            admin = self.connect(broker)
            answer = admin.ask(ALTER_QUOTAS, 1, [[[entity(ip="127.0.0.1"), [[CONNECTIONS, 1.0, False]]]], False])
            self.assertEqual(answer[1][0][0], 0)
            self.assertTrue(self.connect(broker))
            self.assertIsNone(self.connect(broker))  # kept waiting, then closed
            wait_until(lambda: self.connect(broker))

    def test_new_connections_wait_for_their_turn(self):
        with Broker("max.connection.creation.rate=5", nodes=1) as broker:
            began = time.monotonic()
            threads = [threading.Thread(target=self.connect, args=(broker,)) for _ in range(15)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            self.assertGreaterEqual(time.monotonic() - began, 1.5)  # five at once, ten in two seconds
            self.assertTrue(self.connect(broker))


if __name__ == "__main__":
    unittest.main()
