# SPDX-License-Identifier: Apache-2.0
"""kill -9 of the broker under groups that commit all the time: committed offsets never go back behind what was
acknowledged nor beyond what was sent, members go on in their generation, and consumers without being restarted."""

import collections
import os
import random
import threading
import time
import unittest

from confluent_kafka import Producer

from broker import Broker
from committer import Committer
from group_members import Member, wait_until

SECONDS = int(os.environ.get("GROUP_KILL_SECONDS", "25"))
GROUPS = 50


class GroupKillTest(unittest.TestCase):
    def test_offsets_and_members_outlive_kills(self):
        with Broker("group.initial.rebalance.delay.ms=0") as broker:
            stopping, sent = threading.Event(), []
            seen = [collections.Counter() for _ in range(4)]
            producer = Producer({"bootstrap.servers": broker.bootstrap, "enable.idempotence": True,
                                 "reconnect.backoff.max.ms": 200, "message.timeout.ms": 120000})
            producer.produce("t", "0")
            sent.append(1)
            producer.flush(20)

            def steady_producer():
                while not stopping.wait(0.005):
                    producer.produce("t", str(len(sent)))
                    sent.append(1)
                    producer.poll(0)

            def reader(i):
                return Member(f"reader-{i}", broker, f"readers-{i // 2}", ["t"], **{"session.timeout.ms": 30000},
                              handle=lambda message: seen[i // 2].update([int(message.value())]))

            readers = [reader(i) for i in range(8)]
            committers = [Committer(broker, i, stopping) for i in range(GROUPS)]
            threads = readers + committers + [threading.Thread(target=steady_producer)]
            for thread in threads:
                thread.start()
            wait_until(lambda: all(each.acked > 0 for each in committers), 60)
            kills, deadline = 0, time.monotonic() + SECONDS
            while time.monotonic() < deadline:
                stopping.wait(random.uniform(1, 4))
                broker.kill()
                acked = [each.acked for each in committers]
                broker.start()
                kills += 1
                for each, lowest in zip(committers, acked):
                    self.check_offset(each, lowest)
            # All go on, in the generation they were in.
            acked = [each.acked for each in committers]
            wait_until(lambda: all(each.acked > before for each, before in zip(committers, acked)), 60)
            stopping.set()
            threads[-1].join()
            self.assertEqual(producer.flush(60), 0)
            for i, values in enumerate(seen):
                wait_until(lambda: len(values) == len(sent), 60, lambda: f"readers-{i}: {len(values)} of {len(sent)}")
            for thread in readers:
                thread.stop()
            for thread in committers:
                thread.join()
            self.assertEqual([fault for thread in readers + committers for fault in thread.faults], [])
            self.assertEqual([each.joins for each in committers], [1] * GROUPS, "nobody had to join again")
            print(f"{kills} kills, {sum(each.acked for each in committers)} commits by {GROUPS} groups, {len(sent)} records read "
                  f"by {len(seen)} groups", flush=True)
            broker.stop()

    def check_offset(self, committer, lowest):
        committed = None

        def is_loaded():
            nonlocal committed
            committed = committer.committed()
            return committed is not None

        wait_until(is_loaded)
        highest = committer.sent
        self.assertGreaterEqual(committed, lowest, f"{committer.group}: an acknowledged commit is gone")
        self.assertLessEqual(committed, highest, f"{committer.group}: nobody ever sent that")


if __name__ == "__main__":
    unittest.main()
