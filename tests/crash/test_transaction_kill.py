# SPDX-License-Identifier: Apache-2.0
"""kill -9 of the broker, or its orderly stop, and kill -9 of processes that consume, transform and produce in transactions: what a reader of
committed records finds in the end is what was written in the beginning, each record once."""

import collections
import os
import pathlib
import random
import subprocess
import sys
import threading
import time
import unittest

from broker import Broker
from confluent_kafka import Consumer, Producer, TopicPartition
from wait import wait_until
from confluent_kafka.admin import AdminClient, NewTopic

SECONDS = int(os.environ.get("TRANSACTION_KILL_SECONDS", "25"))
COPIER = pathlib.Path(__file__).resolve().parents[1] / "support/copier.py"
SOURCES, SINKS = 4, 3


class Writer(threading.Thread):
    """Writes numbers until it is told to stop."""

    def __init__(self, broker):
        super().__init__()
        self.producer = Producer({"bootstrap.servers": broker.bootstrap, "enable.idempotence": True, "linger.ms": 5,
                                  "log_level": 0})
        self.stopping = threading.Event()
        self.written, self.failed = 0, []

    def run(self):
        while not self.stopping.wait(0.01):
            for _ in range(10):
                self.producer.produce("source", str(self.written), partition=self.written % SOURCES,
                                      on_delivery=lambda error, _: self.failed.extend([error] if error else []))
                self.written += 1
            self.producer.poll(0)
        self.producer.flush(60)


class Copiers:
    """Processes that copy; one that is gone is followed by another of the same transactional id."""

    def __init__(self, broker, count):
        self.broker = broker
        self.processes = [None] * count
        self.started = 0

    def start(self, i):
        self.started += 1
        self.processes[i] = subprocess.Popen([sys.executable, "-W", "ignore", COPIER, self.broker.bootstrap, f"copier-{i}",
                                              str(self.started)], stderr=subprocess.DEVNULL)

    def look(self):
        for i, process in enumerate(self.processes):
            if not process or process.poll() is not None:
                self.start(i)

    def kill(self, i):
        if self.processes[i]:
            self.processes[i].kill()
            self.processes[i].wait()


def committed(broker, seconds=60):
    """How often each number stands in the sink for a reader of committed records."""
    client = Consumer({"bootstrap.servers": broker.bootstrap, "group.id": "none", "enable.auto.commit": False,
                       "isolation.level": "read_committed", "enable.partition.eof": True, "log_level": 0})
    client.assign([TopicPartition("sink", i, 0) for i in range(SINKS)])
    found, ended, limit = collections.Counter(), set(), time.monotonic() + seconds
    while len(ended) < SINKS and time.monotonic() < limit:
        for message in client.consume(10000, 0.5):
            if not message.error():
                found[int(message.value())] += 1
            elif message.error().code() == -191:
                ended.add(message.partition())
    client.close()
    return found


class TransactionKillTest(unittest.TestCase):
    def test_each_record_is_copied_once(self):
        with Broker("group.initial.rebalance.delay.ms=0") as broker:
            admin = AdminClient({"bootstrap.servers": broker.bootstrap})
            made = admin.create_topics([NewTopic("source", SOURCES, 1), NewTopic("sink", SINKS, 1)])
            for each in made.values():
                each.result(30)
            writer, copiers = Writer(broker), Copiers(broker, 3)
            writer.start()
            try:
                kills = self.kill_for(SECONDS, broker, copiers)
                writer.stopping.set()
                writer.join()
                self.assertEqual(writer.failed, [])
                found = collections.Counter()

                def is_complete():
                    nonlocal found
                    copiers.look()
                    found = committed(broker)
                    return len(found) >= writer.written

                wait_until(is_complete, 120)
            finally:
                writer.stopping.set()
                for i in range(len(copiers.processes)):
                    copiers.kill(i)
            found = committed(broker)
            twice = {number: count for number, count in found.items() if count != 1}
            self.assertEqual(twice, {})
            self.assertEqual(set(found), set(range(writer.written)))
            print(f"{kills} kills and stops of the broker, {copiers.started} copiers: {writer.written} records, each once",
                  flush=True)

    def kill_for(self, seconds, broker, copiers):
        kills, deadline = 0, time.monotonic() + seconds
        pause = threading.Event()
        while time.monotonic() < deadline:
            copiers.look()
            pause.wait(random.uniform(0.5, 3))
            if random.randrange(3) == 0:
                copiers.kill(random.randrange(len(copiers.processes)))
            else:
                broker.kill() if random.randrange(3) else broker.stop()
                broker.start()
                kills += 1
        return kills


if __name__ == "__main__":
    unittest.main()
