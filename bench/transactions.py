# SPDX-License-Identifier: Apache-2.0
"""What transactions cost: one record each, by one producer and by many at a time."""

import statistics
import time

from process_costs import cpu_seconds, memory_kib
from raw_client import batch
from shaped_client import ShapedClient
from transaction_requests import ADD, CONCURRENT, END, INIT, PRODUCE, wait_for_coordinators

PRODUCERS, EACH, ALONE, OPEN = 50, 200, 1000, 10000
SETTINGS = ("num.partitions=1",)


class Producer:
    """One connection that makes transactions of one record, with frames prepared beforehand."""

    def __init__(self, port, name, transactions):
        self.client = ShapedClient(port, 60)
        error, producer, epoch = self.client.ask(INIT, 4, [name, 600000, -1, -1])[1:]
        assert error == 0, error
        who = [name, producer, epoch]
        self.add = self.frame(ADD, 3, [*who, [["t", [0]]]])
        self.end = self.frame(END, 3, [*who, True])
        self.records = [self.frame(PRODUCE, 9, [name, -1, 30000, [["t", [[0, self.record(producer, epoch, i)]]]]])
                        for i in range(transactions)]

    @staticmethod
    def record(producer, epoch, sequence):
        return batch(attributes=16, producer=(producer, epoch, sequence))

    def frame(self, key, version, values):
        return key, version, self.client.frame(key, version, values)

    def send(self, frame):
        *self.client.pending, data = frame
        self.client.send_bytes(data)

    def error(self):
        key = self.client.pending[0]
        answer = self.client.finish()
        return answer[1] if key == END else answer[0][0][1][0][1] if key == PRODUCE else answer[1][0][1][0][1]


def step(producers, frame):
    """All of them send a request, and again where they are told to wait."""
    while producers:
        for producer in producers:
            producer.send(frame(producer))
        errors = [producer.error() for producer in producers]
        assert set(errors) <= {0, CONCURRENT}, errors
        producers = [producer for producer, error in zip(producers, errors) if error == CONCURRENT]


def one_transaction(producers, number):
    step(producers, lambda producer: producer.add)
    step(producers, lambda producer: producer.records[number])
    step(producers, lambda producer: producer.end)


def measured(broker, name, count, each):
    """Seconds of the transactions, one behind the other, and the broker's CPU seconds for one of one producer."""
    producers = [Producer(broker.port, f"{name} {i}", each) for i in range(count)]
    times = []
    before = cpu_seconds(broker.process.pid)
    for number in range(each):
        began = time.perf_counter()
        one_transaction(producers, number)
        times.append(time.perf_counter() - began)
    cpu = cpu_seconds(broker.process.pid) - before
    for producer in producers:
        producer.client.socket.close()
    return times, cpu / (count * each)


def open_transactions(broker):
    """What the broker grows by with each, bytes."""
    with ShapedClient(broker.port, 60) as client:
        before = memory_kib(broker.process.pid)
        for number in range(OPEN):
            _, error, producer, epoch = client.ask(INIT, 4, [f"open {number}", 600000, -1, -1])
            assert error == 0, error
            assert client.ask(ADD, 3, [f"open {number}", producer, epoch, [["t", [0]]]])[1][0][1][0][1] == 0
        return (memory_kib(broker.process.pid) - before) * 1024 / OPEN


def figures(brokers):
    """The rows of the table; `brokers` by name."""
    columns = {}
    for name, broker in brokers.items():
        with ShapedClient(broker.port, 60) as client:
            client.make_topic("t")
            wait_for_coordinators(client)
        measured(broker, "warms up", PRODUCERS, EACH)
        alone, alone_cpu = measured(broker, "alone", 1, ALONE)
        many, many_cpu = measured(broker, "many", PRODUCERS, EACH)
        # The JVM's heap is as large as it was told, whatever is in it.
        memory = f"{open_transactions(broker):.0f}" if name == "Odradek" else "-"
        alone = statistics.quantiles(alone, n=100)
        columns[name] = [f"{alone[49] * 1000:.2f}", f"{alone[98] * 1000:.2f}", f"{alone_cpu * 1e6:.0f}",
                         f"{PRODUCERS * EACH / sum(many):.0f}", f"{many_cpu * 1e6:.0f}", memory]
    labels = ["a transaction of one record, ms", "of 100, the slowest, ms", "CPU for it, us",
              f"transactions/s of {PRODUCERS} producers (clients in Python)", "CPU for one of them, us",
              "memory for an open transaction, bytes"]
    return [["figure", *columns], *([label, *(column[i] for column in columns.values())] for i, label in enumerate(labels))]
