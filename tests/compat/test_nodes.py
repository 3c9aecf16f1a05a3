# SPDX-License-Identifier: Apache-2.0
"""Three brokers in one process: leaders move and nodes come and go under real clients, and every record is there
once and in order."""

import multiprocessing
import os
import random
import subprocess
import threading
import time
import unittest

from broker import BUILD, Broker
from cluster_admin import ClusterAdmin
from confluent_kafka import Consumer, KafkaError, Producer, TopicPartition

SECONDS = float(os.environ.get("NODES_SECONDS", "60"))
MOVE_INTERVAL = 0.2
PARTITIONS = 4


def produce_in_order(bootstrap, topic, stop, results):
    """Sends 0, 1, 2, … to each partition in turn; tells how many there are, or what went wrong."""
    problems = []
    producer = Producer({"bootstrap.servers": bootstrap, "enable.idempotence": True, "linger.ms": 2, "log_level": 0,
                         "message.timeout.ms": 120000, "reconnect.backoff.max.ms": 200, "retry.backoff.ms": 20,
                         "queue.buffering.max.messages": 5000, "error_cb": lambda error: None})

    def delivered(error, message):
        if error is not None:
            problems.append(f"{message.partition()}: {error}")

    sent = 0
    while not stop.is_set() and not problems:
        try:
            producer.produce(topic, str(sent), partition=sent % PARTITIONS, on_delivery=delivered)
            sent += 1
            producer.poll(0)
            if sent % 200 == 0:
                stop.wait(0.01)  # to be read back in a few seconds
        except BufferError:
            producer.poll(0.02)
    left = producer.flush(100)
    if left:
        problems.append(f"{left} were not sent")
    results.put((topic, sent, problems))


class OrderedReader:
    """Reads a topic from its start and checks that each partition holds its numbers, once and in order."""

    def __init__(self, bootstrap, topic):
        self.consumer = Consumer({"bootstrap.servers": bootstrap, "group.id": "none", "enable.auto.commit": False,
                                  "check.crcs": True, "fetch.wait.max.ms": 50, "log_level": 0,
                                  "reconnect.backoff.max.ms": 200, "error_cb": lambda error: None})
        self.consumer.assign([TopicPartition(topic, p, 0) for p in range(PARTITIONS)])
        self.next = list(range(PARTITIONS))
        self.seen = 0

    def read(self, seconds):
        for message in self.consumer.consume(5000, seconds):
            if message.error() is not None:
                if message.error().code() == KafkaError._PARTITION_EOF:
                    continue
                raise AssertionError(message.error())
            number, partition = int(message.value()), message.partition()
            assert number == self.next[partition], \
                f"partition {partition} offset {message.offset()}: {number}, expected {self.next[partition]}"
            self.next[partition] += PARTITIONS
            self.seen += 1

    def read_until(self, count, seconds=60):
        deadline = time.monotonic() + seconds
        while self.seen < count and time.monotonic() < deadline:
            self.read(0.2)
        assert self.seen == count, f"{self.seen} of {count}"
        self.consumer.close()


def read_along(bootstrap, topic, total, results):
    """Reads while the records are being written; `total` is told when all were."""
    reader = OrderedReader(bootstrap, topic)
    try:
        while total.value < 0:
            reader.read(0.1)
        reader.read_until(total.value)
        results.put((topic, reader.seen, []))
    except AssertionError as problem:
        results.put((topic, reader.seen, [str(problem)]))


class Unrest(threading.Thread):
    """Moves leaders every 200 ms, and stops and starts nodes."""

    def __init__(self, broker, topics):
        super().__init__(daemon=True)  # a test that fails ends
        self.broker, self.topics = broker, topics
        self.stop = threading.Event()
        self.moves = self.stops = 0
        self.problem = None

    def run(self):
        rng = random.Random(3)
        admin = ClusterAdmin(self.broker)
        down, step = None, 0
        try:
            while not self.stop.wait(MOVE_INTERVAL):
                step += 1
                if step % 8 == 0 and down is None:
                    down = rng.randint(1, self.broker.nodes)
                    self.broker.node("stop", down)
                    self.stops += 1
                elif step % 8 == 4 and down is not None:
                    self.broker.node("start", down)
                    down = None
                up = [node for node in range(1, self.broker.nodes + 1) if node != down]
                for topic in self.topics:
                    chosen = rng.sample(range(PARTITIONS), PARTITIONS // 2)
                    errors = admin.lead(topic, {partition: rng.choice(up) for partition in chosen})
                    self.moves += sum(error == 0 for error in errors.values())
            if down is not None:
                self.broker.node("start", down)
        except Exception as problem:  # told to the test, which fails
            self.problem = problem

    def finish(self):
        self.stop.set()
        self.join()
        if self.problem:
            raise self.problem


class UnrestTest(unittest.TestCase):
    def test_every_record_once_and_in_order_while_leaders_move_and_nodes_stop(self):
        context = multiprocessing.get_context("spawn")
        with Broker(f"num.partitions={PARTITIONS}", "log.segment.bytes=1048576", nodes=3) as broker:
            admin = ClusterAdmin(broker)
            for topic in ("python-0", "python-1", "kcat"):
                self.assertEqual([len(p.replicas) for p in admin.describe(topic, create=True)], [3] * PARTITIONS)
            stop, results, read = context.Event(), context.Queue(), context.Queue()
            totals = {topic: context.Value("q", -1) for topic in ("python-0", "python-1")}
            workers = [context.Process(target=produce_in_order, args=(broker.bootstrap, topic, stop, results),
                                       daemon=True) for topic in totals]
            workers += [context.Process(target=read_along, args=(broker.bootstrap, topic, total, read), daemon=True)
                        for topic, total in totals.items()]
            for worker in workers:
                worker.start()
            unrest = Unrest(broker, ["python-0", "python-1", "kcat"])
            unrest.start()
            lines, rounds = self.kcat_and_librdkafka(broker, time.monotonic() + SECONDS)
            stop.set()
            produced = [results.get(timeout=150) for _ in totals]
            unrest.finish()
            for topic, sent, problems in produced:
                self.assertEqual(problems, [], topic)
                totals[topic].value = sent
            for topic, seen, problems in (read.get(timeout=150) for _ in totals):
                self.assertEqual(problems, [], f"{topic} as it was written, after {seen}")
            for worker in workers:
                worker.join()
            for topic, sent, _ in produced:
                OrderedReader(broker.bootstrap, topic).read_until(sent)
            self.check_kcat(broker, lines)
            self.assertGreater(unrest.moves, SECONDS)
            self.assertGreater(unrest.stops, SECONDS / 10)
            print(f"{unrest.moves} leaders moved, {unrest.stops} nodes stopped in {SECONDS:.0f} s; "
                  f"confluent-kafka-python {[sent for _, sent, _ in produced]} records, kcat {lines}, "
                  f"librdkafka {rounds} times 20000: once and in order", flush=True)

    def check_kcat(self, broker, lines):
        out = subprocess.run(["kcat", "-b", broker.bootstrap, "-t", "kcat", "-C", "-e", "-q", "-f", "%p %s\n"],
                             capture_output=True, text=True, check=True, timeout=100).stdout
        by_partition = [[] for _ in range(PARTITIONS)]
        for partition, number in (map(int, line.split()) for line in out.splitlines()):
            by_partition[partition].append(number)
        for numbers in by_partition:
            self.assertEqual(numbers, sorted(numbers))
        self.assertEqual(sorted(sum(by_partition, [])), list(range(lines)))

    def kcat_and_librdkafka(self, broker, deadline):
        """kcat sends a line now and then, and librdkafka's C++ client one topic after the other."""
        # It gives up when it has no connection at all, so it keeps one to every node.
        kcat = subprocess.Popen(
            ["kcat", "-b", broker.bootstrap, "-t", "kcat", "-P", "-K:", "-X", "enable.idempotence=true", "-X",
             "message.timeout.ms=120000", "-X", "linger.ms=1", "-X", "enable.sparse.connections=false",
             "-X", "reconnect.backoff.max.ms=100", "-q"],
            stdin=subprocess.PIPE, text=True)
        lines = rounds = 0
        while time.monotonic() < deadline:
            for _ in range(2000):
                kcat.stdin.write(f"{lines % 97}:{lines}\n")
                lines += 1
            kcat.stdin.flush()
            done = subprocess.run(
                [os.path.join(BUILD, "tests/librdkafka_client"), broker.bootstrap, f"librdkafka-{rounds}",
                 str(PARTITIONS), "20000", "lz4"], capture_output=True, text=True, timeout=100)
            self.assertEqual(done.returncode, 0, done.stderr)
            rounds += 1
        kcat.stdin.close()
        self.assertEqual(kcat.wait(120), 0)
        return lines, rounds


if __name__ == "__main__":
    unittest.main()
