# SPDX-License-Identifier: Apache-2.0
"""Members of consumer groups that stall, flood and vanish: the group goes on without them, and what they brought is
gone with them."""

import threading
import time
import unittest

from broker import MEMORY_FACTOR, Broker
from group_requests import (COMMIT, DESCRIBE, FIND, HEARTBEAT, JOIN, LEAVE, METADATA, SYNC, commit, heartbeat, join, joined,
                            leave, subscription, sync)
from shaped_client import ShapedClient

REBALANCE_IN_PROGRESS, MEMBER_ID_REQUIRED, UNKNOWN_MEMBER_ID = 27, 79, 25


class BadMembersTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.broker = Broker("group.initial.rebalance.delay.ms=0", "group.min.session.timeout.ms=100",
                            "message.max.bytes=2000000", nodes=1).start()
        with ShapedClient(cls.broker.port, 30) as client:
            while client.ask(METADATA, 4, [["t"], True])[4][0][0] or client.ask(FIND, 1, ["g", 0])[1]:
                pass

    @classmethod
    def tearDownClass(cls):
        cls.broker.__exit__()

    def client(self):
        return ShapedClient(self.broker.port, 30)

    def ask_until(self, client, accepted, *request):
        """The first answer that `accepted` takes; every one before it is asked again."""
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            answer = client.ask(*request)
            if accepted(answer):
                return answer
        self.fail(f"still {answer}")

    def two_members(self, group, **options):
        """Two connections, their member ids (the leader's first) and the generation, waiting for SyncGroup."""
        first, second = self.client(), self.client()
        member, generation, error = joined(3, first.ask(JOIN, 3, join(3, group, **options)))
        self.assertEqual(error, 0)
        second.start(JOIN, 3, join(3, group, **options))
        self.ask_until(first, lambda answer: answer[1] == REBALANCE_IN_PROGRESS, HEARTBEAT, 3,
                       heartbeat(3, group, generation, member))
        member, generation, error = joined(3, first.ask(JOIN, 3, join(3, group, member, **options)))
        other, same, _ = joined(3, second.finish())
        self.assertEqual((error, same), (0, generation))
        return (first, second), (member, other), generation

    def test_a_member_that_never_syncs_is_put_out(self):
        (first, second), (member, other), generation = self.two_members("never syncs", rebalance=500)
        with first, second:
            self.assertEqual(first.ask(SYNC, 3, sync(3, "never syncs", generation, member, [[member, b"A"]]))[1:], [0, b"A"])
            self.ask_until(first, lambda answer: answer[1] == REBALANCE_IN_PROGRESS, HEARTBEAT, 3,
                           heartbeat(3, "never syncs", generation, member))
            again, later, error = joined(3, first.ask(JOIN, 3, join(3, "never syncs", member, rebalance=500)))
            self.assertEqual((again, later, error), (member, generation + 1, 0))
            self.assertEqual(first.ask(SYNC, 3, sync(3, "never syncs", later, member, [[member, b"B"]]))[1:], [0, b"B"])
            self.assertEqual(second.ask(SYNC, 3, sync(3, "never syncs", generation, other))[1], UNKNOWN_MEMBER_ID)
            described = first.ask(DESCRIBE, 4, [["never syncs"], False])[1][0]
            self.assertEqual((described[2], [each[0] for each in described[5]]), ("Stable", [member]))

    def test_a_leader_that_never_syncs_is_put_out(self):
        (first, second), (member, other), generation = self.two_members("leader never syncs", rebalance=500)
        with first, second:
            answer = second.ask(SYNC, 3, sync(3, "leader never syncs", generation, other))
            self.assertEqual(answer[1], REBALANCE_IN_PROGRESS)
            again = second.ask(JOIN, 3, join(3, "leader never syncs", other, rebalance=500))
            self.assertEqual((joined(3, again), again[4]), ((other, generation + 1, 0), other))
            self.assertEqual(first.ask(HEARTBEAT, 3, heartbeat(3, "leader never syncs", generation, member))[1],
                             UNKNOWN_MEMBER_ID)

    def test_a_member_that_vanishes_while_it_waits(self):
        (first, second), (member, _), generation = self.two_members("vanishes", rebalance=60000, session=500)
        second.start(SYNC, 3, sync(3, "vanishes", generation, "nobody"))
        second.socket.close()
        with first:
            self.assertEqual(first.ask(SYNC, 3, sync(3, "vanishes", generation, member, [[member, b"A"]]))[1:], [0, b"A"])
            self.ask_until(first, lambda answer: answer[1] == REBALANCE_IN_PROGRESS, HEARTBEAT, 3,
                           heartbeat(3, "vanishes", generation, member))
            again = joined(3, first.ask(JOIN, 3, join(3, "vanishes", member, rebalance=60000, session=500)))
            self.assertEqual(again, (member, generation + 1, 0))

    def test_member_ids_that_nobody_comes_back_with(self):
        before = self.broker.memory_kib()
        with self.client() as client:
            for _ in range(5000):
                self.assertEqual(joined(4, client.ask(JOIN, 4, join(4, "flood", session=300)))[2], MEMBER_ID_REQUIRED)
            self.assertLess((self.broker.memory_kib() - before) / 1024, 8 * MEMORY_FACTOR)
            member, generation, error = joined(3, client.ask(JOIN, 3, join(3, "flood")))
            self.assertEqual(error, 0)
            self.assertEqual(client.ask(SYNC, 3, sync(3, "flood", generation, member, [[member, b"A"]]))[1:], [0, b"A"])

    def test_large_subscriptions_go_with_their_members(self):
        def generations(name):
            with self.client() as client:
                for _ in range(10):
                    protocols = [["range", subscription("t") + b"x" * 1_000_000]]
                    answer = client.ask(JOIN, 3, join(3, name, protocols=protocols))
                    member, generation, error = joined(3, answer)
                    assert error == 0, error
                    assert client.ask(SYNC, 3, sync(3, name, generation, member, [[member, b"A"]]))[1] == 0
                    assert client.ask(LEAVE, 2, leave(2, name, [member, None]))[1] == 0

        generations("warm")
        before = self.broker.memory_kib()
        threads = [threading.Thread(target=generations, args=(f"large {i}",)) for i in range(8)]
        for each in threads:
            each.start()
        for each in threads:
            each.join()
        # Of the 80 MB that came the heap keeps what eight requests and answers took at once, 24 MB and more.
        self.assertLess((self.broker.memory_kib() - before) / 1024, 40 * MEMORY_FACTOR)

    def test_groups_of_one_request_are_not_kept(self):
        """A commit to a group that is then deleted, a thousand times: the groups are gone and so is their memory."""
        with self.client() as client:
            for i in range(1000):
                name = f"passing {i}"
                client.ask(COMMIT, 5, commit(5, name, -1, "", {"t": [(0, i, "m" * 4000)]}))
                self.assertEqual(client.ask(42, 1, [[name]])[1], [[name, 0]])
            listed = client.ask(16, 2, [])[2]
            self.assertEqual([each for each in listed if each[0].startswith("passing")], [])


if __name__ == "__main__":
    unittest.main()
