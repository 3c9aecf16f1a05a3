# SPDX-License-Identifier: Apache-2.0
"""Histories of concurrent clients of the broker have no anomaly; those of brokers that are broken on purpose have the
right one, and so do small ones made by hand."""

import os
import random
import unittest

import workload
from broker import BUILD, Broker
from history import Commit, History, Look, Read, Transaction, Write

SECONDS = int(os.environ.get("CHECKER_SECONDS", "60"))
BREAKABLE = os.path.join(BUILD, "tests/odradek_breakable")

ATTEMPTS = 4  # on a busy machine three seconds may pass before the broker was asked to do what it is broken at

# What each broken broker (src/base/breakage.h) is found out by.
BROKEN = {
    "lost_append": {"lost"},
    "double_append": {"duplicated"},
    "reordered_appends": {"reordered"},
    "forgotten_commit": {"backward-offset"},
    "shown_abort": {"aborted-read"},
    "shown_open": {"early-read"},
    "torn_marker": {"torn"},
    "early_offsets": {"aborted-offset"},
}


def kinds(anomalies):
    return {each.split(":")[0] for each in anomalies}


def sound():
    """A small history without anomalies."""
    history = History()
    history.transactions = [Transaction("committed", 5.0), Transaction("aborted")]
    history.writes = [Write("w", 0, "a", True, 0), Write("w", 0, "b", True, 1), Write("t", 0, "c", True, 2, 0),
                      Write("t", 1, "d", True, 0, 0), Write("t", 0, "e", True, 4, 1)]
    history.reads = [Read("r", True, 0, 0, "a", 1.0), Read("r", True, 0, 1, "b", 1.0), Read("r", True, 0, 2, "c", 6.0),
                     Read("u", False, 0, 4, "e", 6.0)]
    history.final_committed = {0: [(0, "a"), (1, "b"), (2, "c")], 1: [(0, "d")]}
    history.final_all = {0: [(0, "a"), (1, "b"), (2, "c"), (4, "e")], 1: [(0, "d")]}
    history.commits = [Commit("g", 1, 1, 2, "acked"), Commit("g", 2, 3, 4, "aborted")]
    history.looks = [Look("g", -1, 0, 0.5), Look("g", 1, 5, 6)]
    return history


class HandmadeTest(unittest.TestCase):
    def test_a_sound_one(self):
        self.assertEqual(sound().check(), [])

    def check(self, kind, change):
        history = sound()
        change(history)
        self.assertIn(kind, kinds(history.check()))

    def test_each_anomaly(self):
        self.check("lost", lambda h: h.final_committed[0].pop(0))
        self.check("lost", lambda h: h.final_committed[1].pop(0))
        self.check("duplicated", lambda h: h.final_all[1].append((1, "a")))
        self.check("reordered", lambda h: h.final_all.update({0: [(0, "b"), (1, "a")]}))
        self.check("inconsistent-offsets", lambda h: h.reads.append(Read("r", True, 0, 3, "d", 7.0)) or
                   h.reads.append(Read("u", False, 0, 3, "x", 7.0)))
        self.check("inconsistent-offsets", lambda h: setattr(h.writes[0], "offset", 1))
        self.check("aborted-read", lambda h: h.final_committed[0].append((4, "e")))
        self.check("aborted-read", lambda h: h.reads.append(Read("r", True, 0, 4, "e", 7.0)))
        self.check("torn", lambda h: h.final_committed[1].pop(0))
        self.check("early-read", lambda h: setattr(h.reads[2], "time", 4.0))
        self.check("backward-read", lambda h: h.reads.append(Read("r", True, 0, 1, "b", 7.0)))
        self.check("backward-offset", lambda h: h.looks.append(Look("g", -1, 5, 6)))
        self.check("aborted-offset", lambda h: h.looks.append(Look("g", 2, 5, 6)))
        self.check("stuck", lambda h: h.stuck.append("somebody"))


class BrokerTest(unittest.TestCase):
    def test_no_anomaly_while_the_broker_is_killed(self):
        with Broker("group.initial.rebalance.delay.ms=0") as broker:
            kills = 0

            def unrest():
                nonlocal kills
                if random.randrange(25) == 0:
                    broker.kill() if random.randrange(2) else broker.stop()
                    broker.start()
                    kills += 1

            history = workload.run(broker, SECONDS, unrest)
            self.assertEqual(history.check(), [])
            print(f"{kills} kills, {len(history.writes)} records, {len(history.transactions)} transactions, "
                  f"{len(history.reads)} reads, {len(history.commits)} commits: no anomaly", flush=True)
            self.assertGreater(min(len(history.transactions), len(history.reads), len(history.looks)), 50)

    @unittest.skipUnless(os.path.exists(BREAKABLE), "built without the broken brokers")
    def test_each_broken_broker_is_found_out(self):
        for breakage, expected in BROKEN.items():
            with self.subTest(breakage):
                for _ in range(ATTEMPTS):
                    with BrokenBroker(breakage) as broker:
                        anomalies = workload.run(broker, 3, patience=5).check()
                    if expected <= kinds(anomalies):
                        break
                self.assertLessEqual(expected, kinds(anomalies), anomalies[:5])
                print(f"{breakage}: {len(anomalies)} anomalies: {', '.join(sorted(kinds(anomalies)))}", flush=True)


class BrokenBroker(Broker):
    def __init__(self, breakage):
        super().__init__("group.initial.rebalance.delay.ms=0", nodes=1)
        self.breakage = breakage

    def command(self, port):
        return ["env", f"ODRADEK_BREAK={self.breakage}", BREAKABLE, *super().command(port)[1:]]


if __name__ == "__main__":
    unittest.main()
