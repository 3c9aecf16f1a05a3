# SPDX-License-Identifier: Apache-2.0
"""What a second node gives on two cores: light clients, so that the broker is the limit."""

import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile

import broker as brokers
from broker import Broker
from process_costs import cpu_seconds
from raw_client import RawClient, batch, error_and_leader_port, record

PARTITIONS = 4
SECONDS = 2


def request(client, kind, topic, partition):
    """One frame, to be sent again and again."""
    if kind == "fetch 64 KB":
        return client.request(1, 4, client.fetch_body(topic, 0, partition=partition, partition_max=65536))
    size = 100 if kind == "produce 100 B" else 10_000
    return client.request(0, 3, client.produce_body(topic, batch(payload=record(b"x" * size)), partition))


KINDS = ["produce 100 B", "produce 10 KB", "fetch 64 KB"]


def ports_of(broker, topic):
    """Where each partition is led. The topics of this bench have one leader for each partition number."""
    ports = []
    for partition in range(PARTITIONS):
        with RawClient(broker.port) as client:
            # A topic for each partition: the old Metadata that the raw client reads tells of the first one.
            ports.append(error_and_leader_port(client.metadata(f"{topic}-{partition}"))[1])
    return ports


def measure(load, broker, kind, name):
    ports = ports_of(broker, name)
    with tempfile.TemporaryDirectory() as folder:
        arguments = []
        for number, port in enumerate(ports):
            topic = f"{name}-{number}"
            with RawClient(port) as client:
                if kind.startswith("fetch"):
                    for _ in range(10):
                        client.produce(topic, batch(payload=record(b"x" * 10_000)))
                frame = pathlib.Path(folder, str(number))
                frame.write_bytes(request(client, kind, topic, 0))
            arguments += [str(port), str(frame)]
        before = cpu_seconds(broker.process.pid)
        done = subprocess.run([load, str(SECONDS), "0", "64", *arguments], capture_output=True, text=True, check=True)
        cpu = cpu_seconds(broker.process.pid) - before
    result = json.loads(done.stdout)
    return result["requests"] / result["seconds"], cpu / result["requests"] * 1e6, cpu / result["seconds"]


def scaling(rounds, build, before):
    """Rows of a table: requests a second, CPU microseconds for each, and how many cores the broker used."""
    settings = [("1 node", build, 1), ("2 nodes", build, 2)]
    if before:
        settings.insert(0, ("before", pathlib.Path(before), 1))
    results = {}
    for number in range(rounds + 1):
        for name, folder, nodes in settings:
            brokers.BINARY = os.path.join(folder, "odradek")
            with Broker("default.replication.factor=1", nodes=nodes) as broker:
                for kind in KINDS:
                    print(f"round {number}: {kind}, {name}", file=sys.stderr, flush=True)
                    measured = measure(build / "tests/wire", broker, kind, kind.replace(" ", "-"))
                    if number > 0:
                        results.setdefault(kind, {}).setdefault(name, []).append(measured)
            subprocess.run(["sync"], check=True)
    rows = [["load", "figure", *(name for name, _, _ in settings), "2 nodes / 1"]]
    for kind, by_name in results.items():
        for index, figure, digits in ((0, "requests/s", 0), (1, "CPU us/request", 2), (2, "cores used", 2)):
            medians = {name: statistics.median(each[index] for each in runs) for name, runs in by_name.items()}
            cells = [f"{medians[name]:.{digits}f} ({min(each[index] for each in runs):.{digits}f}-"
                     f"{max(each[index] for each in runs):.{digits}f})" for name, runs in by_name.items()]
            rows.append([kind, figure, *cells, f"{medians['2 nodes'] / medians['1 node']:.2f}x"])
    return rows
