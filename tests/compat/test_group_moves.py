# SPDX-License-Identifier: Apache-2.0
"""Groups whose coordinators move from node to node, and stop and start: members go on in their generation, what was
acknowledged stays, and every record is read."""

import collections
import os
import threading
import unittest

from confluent_kafka import Producer

from broker import Broker
from cluster_admin import ClusterAdmin
from committer import Committer
from group_members import Member, wait_until
from test_nodes import PARTITIONS, Unrest

SECONDS = int(os.environ.get("GROUP_MOVES_SECONDS", "20"))
GROUPS = 20


class GroupMovesTest(unittest.TestCase):
    def test_groups_follow_their_leaders(self):
        with Broker(f"offsets.topic.num.partitions={PARTITIONS}", "group.initial.rebalance.delay.ms=0", nodes=3) as broker:
            self.assertEqual(len(ClusterAdmin(broker).describe("t", create=True)), 1)
            stopping, sent = threading.Event(), []
            seen = [collections.Counter() for _ in range(2)]
            producer = Producer({"bootstrap.servers": broker.bootstrap, "reconnect.backoff.max.ms": 200})

            def steady_producer():
                while not stopping.wait(0.005):
                    producer.produce("t", str(len(sent)))
                    sent.append(1)
                    producer.poll(0)

            readers = [Member(f"reader-{i}", broker, f"readers-{i // 2}", ["t"], **{"session.timeout.ms": 30000},
                              handle=lambda message, i=i: seen[i // 2].update([int(message.value())])) for i in range(4)]
            committers = [Committer(broker, i, stopping) for i in range(GROUPS)]
            threads = readers + committers + [threading.Thread(target=steady_producer)]
            for thread in threads:
                thread.start()
            wait_until(lambda: all(each.acked > 0 for each in committers), 60)
            self.assertEqual([len(p.replicas) for p in ClusterAdmin(broker).describe("__consumer_offsets")], [3] * PARTITIONS)
            unrest = Unrest(broker, ["__consumer_offsets"])
            unrest.start()
            threading.Event().wait(SECONDS)
            unrest.finish()
            acked = [each.acked for each in committers]
            wait_until(lambda: all(each.acked > before for each, before in zip(committers, acked)), 60)
            stopping.set()
            threads[-1].join()
            self.assertEqual(producer.flush(60), 0)
            for i, values in enumerate(seen):
                wait_until(lambda: len(values) == len(sent), 60, lambda: f"readers-{i}: {len(values)} of {len(sent)}")
            for thread in committers:
                thread.join()
            for each in committers:
                self.assertEqual(each.committed(), each.acked, each.group)
            for thread in readers:
                thread.stop()
            self.assertEqual([fault for thread in readers + committers for fault in thread.faults], [])
            self.assertEqual([each.joins for each in committers], [1] * GROUPS, "nobody had to join again")
            print(f"{unrest.moves} coordinators moved, {unrest.stops} nodes stopped; {sum(each.acked for each in committers)} "
                  f"commits by {GROUPS} groups, {len(sent)} records read by {len(seen)}", flush=True)
            self.assertGreater(unrest.moves, SECONDS)
            broker.stop()


if __name__ == "__main__":
    unittest.main()
