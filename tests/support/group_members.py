# SPDX-License-Identifier: Apache-2.0
"""Members of consumer groups, with librdkafka: in threads of the test, and in processes that can be killed."""

import json
import subprocess
import sys
import threading

from confluent_kafka import Consumer

SETTINGS = {"auto.offset.reset": "earliest", "session.timeout.ms": 10000, "heartbeat.interval.ms": 500,
            "reconnect.backoff.max.ms": 200, "topic.metadata.refresh.interval.ms": 1000}


class Ownership:
    """Who owns which partition, in the view of the members: nobody owns what another one still has."""

    def __init__(self):
        self.lock = threading.Lock()
        self.owner = {}
        self.faults = []
        self.changes = 0

    def take(self, member, partitions):
        with self.lock:
            self.changes += 1
            for partition in partitions:
                other = self.owner.get(partition)
                if other is not None and other != member:
                    self.faults.append(f"{member} was given {partition} while {other} had it")
                self.owner[partition] = member

    def give_up(self, member, partitions):
        with self.lock:
            for partition in partitions:
                if self.owner.get(partition) == member:
                    del self.owner[partition]

    def of(self, member):
        with self.lock:
            return sorted(partition for partition, owner in self.owner.items() if owner == member)


class Member(threading.Thread):
    """Reads until it is told to stop, committing what it has handed to `handle` before it gives a partition up."""

    def __init__(self, name, broker, group, topics, handle=None, ownership=None, **settings):
        super().__init__(name=name, daemon=True)
        self.consumer = Consumer({"bootstrap.servers": broker.bootstrap, "group.id": group, "client.id": name,
                                  "enable.auto.commit": False, **SETTINGS, **settings})
        self.cooperative = settings.get("partition.assignment.strategy") == "cooperative-sticky"
        self.topics, self.handle, self.ownership = topics, handle or (lambda message: None), ownership or Ownership()
        self.is_static = "group.instance.id" in settings
        self.stopping, self.is_leaving = threading.Event(), False
        self.faults = []
        self.assigned = 0  # how often

    def run(self):
        self.consumer.subscribe(self.topics, on_assign=self.on_assign, on_revoke=self.on_revoke, on_lost=self.on_revoke)
        try:
            while not self.stopping.is_set():
                self.receive(self.consumer.poll(0.05))
            self.leave()
        finally:
            self.consumer.close()

    def receive(self, message):
        if message is None:
            return
        if not message.error():
            self.handle(message)
        elif not message.error().retriable() and message.error().name() not in (
                "_TRANSPORT", "_ALL_BROKERS_DOWN", "_RESOLVE", "UNKNOWN_TOPIC_OR_PART"):
            self.faults.append(message.error())

    def leave(self):
        """What close() does, but for an assignment that is on its way to the application: librdkafka leaves without
        it, and assign() in close() may then wait forever, with Python's lock (its issue 4884)."""
        if self.is_static:
            return  # says no good-bye
        self.is_leaving = True
        self.consumer.unsubscribe()
        while (message := self.consumer.poll(0.05)) is not None:
            self.receive(message)

    def on_assign(self, consumer, partitions):
        if self.is_leaving and not self.cooperative:
            consumer.unassign()  # the others were told already that they may have it
            return
        self.assigned += 1
        self.ownership.take(self.name, [(each.topic, each.partition) for each in partitions])
        if self.cooperative:
            consumer.incremental_assign(partitions)
        else:
            consumer.assign(partitions)

    def on_revoke(self, consumer, partitions):
        try:
            consumer.commit(asynchronous=False)
        except Exception:  # nothing to commit, or fenced by now: the next owner reads it again
            pass
        self.ownership.give_up(self.name, [(each.topic, each.partition) for each in partitions])
        if self.cooperative:
            consumer.incremental_unassign(partitions)
        else:
            consumer.unassign()

    def stop(self):
        self.stopping.set()
        self.join()


class MemberProcess:
    """A member that prints its assignments; kill() leaves the coordinator without a word."""

    def __init__(self, broker, group, topic, **settings):
        configuration = {"bootstrap.servers": broker.bootstrap, "group.id": group, **SETTINGS, **settings}
        self.process = subprocess.Popen([sys.executable, __file__, json.dumps(configuration), topic],
                                        stdout=subprocess.PIPE, text=True)

    def next_assignment(self):
        return json.loads(self.process.stdout.readline())

    def kill(self):
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()


def main():
    def tell(consumer, partitions):
        print(json.dumps(sorted(each.partition for each in partitions)), flush=True)
        consumer.assign(partitions)

    consumer = Consumer(json.loads(sys.argv[1]))
    consumer.subscribe([sys.argv[2]], on_assign=tell)
    while True:
        consumer.poll(1)


if __name__ == "__main__":
    main()
