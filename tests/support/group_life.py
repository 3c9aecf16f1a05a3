# SPDX-License-Identifier: Apache-2.0
"""Groups that live on while somebody disturbs their broker: committers over bare sockets, librdkafka members that read
what a steady producer writes, and what must be true of them in the end."""

import collections
import threading

from committer import Committer
from confluent_kafka import Producer
from group_members import Member
from wait import wait_until


class GroupLife:
    """Of `groups` committers, and `readers` members in groups of two that read topic "t"."""

    def __init__(self, broker, groups, readers):
        self.stopping, self.sent = threading.Event(), 0
        self.seen = [collections.Counter() for _ in range(readers // 2)]
        self.producer = Producer({"bootstrap.servers": broker.bootstrap, "enable.idempotence": True,
                                  "reconnect.backoff.max.ms": 200, "message.timeout.ms": 120000})
        self.producer.produce("t", "0")  # which makes the topic
        self.sent = 1
        self.producer.flush(20)
        self.committers = [Committer(broker, i, self.stopping) for i in range(groups)]
        self.readers = [Member(f"reader-{i}", broker, f"readers-{i // 2}", ["t"], **{"session.timeout.ms": 30000},
                               handle=lambda message, i=i: self.seen[i // 2].update([int(message.value())]))
                        for i in range(readers)]
        self.writer = threading.Thread(target=self.write)

    def start(self):
        for thread in [*self.readers, *self.committers, self.writer]:
            thread.start()
        wait_until(lambda: all(each.acked > 0 for each in self.committers), 60)

    def write(self):
        while not self.stopping.wait(0.005):
            self.producer.produce("t", str(self.sent))
            self.sent += 1
            self.producer.poll(0)

    def finish(self, test):
        """All have gone on, in the generation they were in, and every record was read."""
        acked = [each.acked for each in self.committers]
        wait_until(lambda: all(each.acked > before for each, before in zip(self.committers, acked)), 60)
        self.stopping.set()
        self.writer.join()
        test.assertEqual(self.producer.flush(60), 0)
        for i, values in enumerate(self.seen):
            wait_until(lambda: len(values) == self.sent, 60, lambda: f"readers-{i}: {len(values)} of {self.sent}")
        for thread in self.committers:
            thread.join()
        for each in self.committers:
            test.assertEqual(each.committed(), each.acked, each.group)
        for thread in self.readers:
            thread.stop()
        test.assertEqual([fault for thread in self.readers + self.committers for fault in thread.faults], [])
        test.assertEqual([each.joins for each in self.committers], [1] * len(self.committers), "nobody had to join again")

    def __str__(self):
        return (f"{sum(each.acked for each in self.committers)} commits by {len(self.committers)} groups, "
                f"{self.sent} records read by {len(self.seen)} groups")
