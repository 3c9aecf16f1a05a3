# SPDX-License-Identifier: Apache-2.0
"""Groups whose coordinators move from node to node, and stop and start: members go on in their generation, what was
acknowledged stays, and every record is read."""

import os
import threading
import unittest

from broker import Broker
from cluster_admin import ClusterAdmin
from group_life import GroupLife
from test_nodes import PARTITIONS, Unrest

SECONDS = int(os.environ.get("GROUP_MOVES_SECONDS", "20"))


class GroupMovesTest(unittest.TestCase):
    def test_groups_follow_their_leaders(self):
        with Broker(f"offsets.topic.num.partitions={PARTITIONS}", "group.initial.rebalance.delay.ms=0", nodes=3) as broker:
            self.assertEqual(len(ClusterAdmin(broker).describe("t", create=True)), 1)
            life = GroupLife(broker, groups=20, readers=4)
            life.start()
            self.assertEqual([len(p.replicas) for p in ClusterAdmin(broker).describe("__consumer_offsets")], [3] * PARTITIONS)
            unrest = Unrest(broker, ["__consumer_offsets"])
            unrest.start()
            threading.Event().wait(SECONDS)
            unrest.finish()
            life.finish(self)
            print(f"{unrest.moves} coordinators moved, {unrest.stops} nodes stopped; {life}", flush=True)
            self.assertGreater(unrest.moves, SECONDS)
            broker.stop()


if __name__ == "__main__":
    unittest.main()
