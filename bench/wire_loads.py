# SPDX-License-Identifier: Apache-2.0
"""Raw-wire loads: a client that costs next to nothing sends the same frames to both brokers, in turns."""

import dataclasses
import json
import os
import pathlib
import subprocess
import sys
import tempfile

from group_requests import COMMIT, commit
from process_costs import cpu_seconds
from raw_client import RawClient, batch, record
from results import FLOOR, keep
from shaped_client import ShapedClient

BUILD = os.environ.get("ODRADEK_BUILD", "build/release")


@dataclasses.dataclass
class Load:
    """What each connection sends again and again."""
    frame: object  # (client, topic) -> bytes
    connections: int = 1
    window: int = 1  # requests under way on each connection
    rate: float = 0  # requests a second over all connections, whatever is under way; 0: as many as the windows allow
    payload: int = 0  # bytes of records in a request, or in its answer
    figures: tuple = ("requests/s", "CPU us/request")
    fill: int = 0  # MB that are produced first, for loads that read


def produce(size, count=1, acks=1):
    values = b"".join(record(b"x" * size, delta) for delta in range(count))

    def frame(client, topic):
        return client.request(0, 3, client.produce_body(topic, batch(values, count), acks=acks))
    return frame


def fetch(size):
    def frame(client, topic):
        return client.request(1, 4, client.fetch_body(topic, 0, max_bytes=size, partition_max=size))
    return frame


def offset_commit(client, topic):
    with ShapedClient(client.socket.getpeername()[1]) as shaped:
        return shaped.frame(COMMIT, 5, commit(5, "committers", -1, "", {topic: [(0, 7, "")]}))


LATENCIES = ("p50 us", "p99 us", "p99.9 us", "CPU us/request")
BYTES = ("MB/s", "CPU s/GB")
LOADS = {
    "wire-bulk: 1 MB, 5 under way": Load(produce(1000, 950), window=5, payload=950_000, figures=BYTES),
    "wire-16k: 16 KB, 5 under way": Load(produce(16000), window=5, payload=16_000, figures=BYTES),
    "wire-1k-batch: 1 KB, 16 connections": Load(produce(1000), connections=16, payload=1000),
    "wire-tiny: 100 B, 5 connections, 16 under way": Load(produce(100), connections=5, window=16, payload=100),
    "latency: 100 B, 1000/s": Load(produce(100), connections=4, rate=1000, figures=LATENCIES),
    "latency: 1 KB, 5000/s": Load(produce(1000), connections=8, rate=5000, figures=LATENCIES),
    "offset commits: 16 connections": Load(offset_commit, connections=16, figures=("requests/s", "p50 us", "CPU us/request")),
    "catch-up read: 64 KiB": Load(fetch(65536), window=2, payload=65536, figures=BYTES, fill=64),
    "catch-up read: 1 MiB": Load(fetch(1 << 20), window=2, payload=1 << 20, figures=BYTES, fill=64),
}


def prepare(broker, load, topic):
    """The topic, led, and what is to be read from it."""
    with RawClient(broker.port, 60) as client:
        while client.produce(topic, batch())[0] != 0:
            client.metadata(topic)
        big = batch(b"".join(record(b"x" * 1000, delta) for delta in range(900)), 900)
        for _ in range(load.fill):
            assert client.produce(topic, big)[0] == 0


class BareServer:
    """The floor: it answers each frame with so many bytes, and does nothing else."""

    def __init__(self, answer_bytes):
        self.process = subprocess.Popen([os.path.join(BUILD, "tests/bare_server"), str(answer_bytes)], stdout=subprocess.PIPE, text=True)
        self.port = int(self.process.stdout.readline())

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.communicate()


def measure(server, load, frame, seconds):
    """Figures by their names, and the bytes of an answer."""
    with tempfile.NamedTemporaryFile() as file:
        pathlib.Path(file.name).write_bytes(frame)
        before = cpu_seconds(server.process.pid)
        done = subprocess.run([os.path.join(BUILD, "tests/wire"), str(seconds), str(load.rate), str(load.window),
                               *[str(server.port), file.name] * load.connections], capture_output=True, text=True, check=True)
        cpu = cpu_seconds(server.process.pid) - before
    told = json.loads(done.stdout)
    requests = max(1, told["requests"])
    return {"requests/s": requests / told["seconds"], "CPU us/request": cpu / requests * 1e6,
            "MB/s": requests * load.payload / told["seconds"] / 1e6, "CPU s/GB": cpu / max(1, requests * load.payload) * 1e9,
            "p50 us": told["p50_us"], "p99 us": told["p99_us"], "p99.9 us": told["p999_us"]}, told["bytes_received"] // requests


def measure_all(brokers, load, topic, seconds):
    """Figures by their names, of each peer and of the floor."""
    found = {}
    for peer, broker in brokers.items():
        prepare(broker, load, topic)
        with RawClient(broker.port) as client:
            frame = load.frame(client, topic)
        found[peer], answer = measure(broker, load, frame, seconds)
        subprocess.run(["sync"], check=True)
    with BareServer(answer) as floor:
        found[FLOOR], _ = measure(floor, load, frame, seconds)
    return found


def figures(brokers, rounds, seconds):
    """{(load, figure): {peer: values}}; the peers take turns, and one round warms up."""
    found = {}
    for number in range(rounds + 1):
        for index, (name, load) in enumerate(LOADS.items()):
            print(f"round {number}: {name}", file=sys.stderr, flush=True)
            for peer, measured in measure_all(brokers, load, f"wire-{index}-{number}", seconds).items():
                if number:
                    keep(found, name, peer, {figure: measured[figure] for figure in load.figures})
    return found
