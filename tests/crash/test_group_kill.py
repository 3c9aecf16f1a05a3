# SPDX-License-Identifier: Apache-2.0
"""kill -9 of the broker under groups that commit all the time: committed offsets never go back behind what was
acknowledged nor beyond what was sent, members go on in their generation, and consumers without being restarted."""

import os
import random
import time
import unittest

from broker import Broker
from group_life import GroupLife

SECONDS = int(os.environ.get("GROUP_KILL_SECONDS", "25"))


class GroupKillTest(unittest.TestCase):
    def test_offsets_and_members_outlive_kills(self):
        with Broker("group.initial.rebalance.delay.ms=0") as broker:
            life = GroupLife(broker, groups=50, readers=8)
            life.start()
            kills, deadline = 0, time.monotonic() + SECONDS
            while time.monotonic() < deadline:
                life.stopping.wait(random.uniform(1, 4))
                broker.kill()
                acked = [each.acked for each in life.committers]
                broker.start()
                kills += 1
                for each, lowest in zip(life.committers, acked):
                    each.check_offset(self, lowest)
            life.finish(self)
            print(f"{kills} kills, {life}", flush=True)
            broker.stop()


if __name__ == "__main__":
    unittest.main()
