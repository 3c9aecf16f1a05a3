# SPDX-License-Identifier: Apache-2.0
"""What it costs to wait for the disk: the time from a request with a record for each of so many partitions to its answer,
with acks=all."""

import statistics
import time

from raw_client import batch, record
from shaped_client import ShapedClient
from transaction_requests import PRODUCE

CREATE = 19
SPREADS = (1, 10, 100, 1000)  # partitions
SECONDS, LEAST = 2.0, 5  # of one measurement, and requests
ROUNDS = 3
TOPIC = "durability"


def create(client):
    error = client.ask(CREATE, 7, [[[TOPIC, max(SPREADS), 1, [], []]], 60000, False])[1][0][2]
    assert error == 0, error


def wait_until_led(client):
    """All partitions have a leader and an open log; with Kafka it takes a while."""
    while any(each[1] for each in client.ask(PRODUCE, 9, request(max(SPREADS)))[0][0][1]):
        pass


def request(partitions):
    data = batch(record(b"x" * 100))
    return [None, -1, 60000, [[TOPIC, [[i, data] for i in range(partitions)]]]]


def latencies(client, partitions):
    """Seconds of one request after the other."""
    frame = client.frame(PRODUCE, 9, request(partitions))
    taken, began = [], time.perf_counter()
    while len(taken) < LEAST or time.perf_counter() - began < SECONDS:
        sent = time.perf_counter()
        client.pending = (PRODUCE, 9)
        client.send_bytes(frame)
        answers = client.finish()[0][0][1]
        taken.append(time.perf_counter() - sent)
        errors = {each[1] for each in answers}
        assert errors == {0}, errors
    return taken


def figures(brokers):
    """The rows of the table; `brokers` by name, which take turns."""
    clients = {name: ShapedClient(broker.port, 120) for name, broker in brokers.items()}
    taken = {}
    for name, client in clients.items():
        create(client)
        wait_until_led(client)
        latencies(client, max(SPREADS))
    for _ in range(ROUNDS):
        for partitions in SPREADS:
            for name, client in clients.items():
                taken.setdefault((partitions, name), []).extend(latencies(client, partitions))
    rows = [["acks=all to", *clients]]
    for partitions in SPREADS:
        cells = [[1000 * each for each in taken[partitions, name]] for name in clients]
        rows.append([f"{partitions} partitions, ms: median (of 100 the slowest)",
                     *(f"{statistics.median(cell):.2f} ({statistics.quantiles(cell, n=100)[98]:.2f})" for cell in cells)])
    return rows
