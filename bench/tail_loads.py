# SPDX-License-Identifier: Apache-2.0
"""Records that somebody waits for: many consumers at the end of one partition, and a producer beside one who reads all from the
start."""

import contextlib
import json
import os
import pathlib
import subprocess
import sys
import tempfile

from process_costs import cpu_seconds
from raw_client import RawClient
from results import keep
from wire_loads import BUILD, Load, fetch, prepare, produce

CONSUMERS, RATE = 100, 100
BESIDE_RATE = 1000
FILL = 2000  # MB that are read from the start
LATENCIES = ("p50 us", "p99 us", "p99.9 us")


@contextlib.contextmanager
def files(*frames):
    """Their names."""
    with tempfile.TemporaryDirectory() as folder:
        paths = [pathlib.Path(folder, str(number)) for number in range(len(frames))]
        for path, frame in zip(paths, frames):
            path.write_bytes(frame)
        yield list(map(str, paths))


def program(name, *arguments):
    return subprocess.Popen([os.path.join(BUILD, "tests", name), *map(str, arguments)], stdout=subprocess.PIPE, text=True)


def told(process):
    out, _ = process.communicate()
    assert process.returncode == 0, process.args
    return json.loads(out)


def end_of(client, topic):
    error, end, _ = client.fetch(topic, 0)
    assert error == 0, error
    return end


def latencies(figures):
    return {"p50 us": figures["p50_us"], "p99 us": figures["p99_us"], "p99.9 us": figures["p999_us"]}


def fan_out(broker, topic, seconds):
    prepare(broker, Load(None), topic)
    with RawClient(broker.port) as client:
        end = end_of(client, topic)
        wait = client.request(1, 4, client.fetch_body(topic, end, max_wait=500))
        with files(produce(100)(client, topic), wait) as (record, waiting):
            before = cpu_seconds(broker.process.pid)
            done = told(program("fan_out", seconds, RATE, CONSUMERS, broker.port, record, waiting, end))
    cpu = cpu_seconds(broker.process.pid) - before
    return {**latencies(done), "CPU us/delivery": cpu / done["deliveries"] * 1e6}


def beside_catch_up(broker, topic, seconds):
    """A producer and consumers at the end, and one who reads another topic from its start, as fast as it can."""
    prepare(broker, Load(None), topic)
    prepare(broker, Load(None, fill=FILL), topic + "-old")
    with RawClient(broker.port) as client:
        end = end_of(client, topic)
        frames = (produce(1000)(client, topic), client.request(1, 4, client.fetch_body(topic, end, max_wait=500)), fetch(1 << 20)(client, topic + "-old"))
    with files(*frames) as (record, waiting, old):
        reader = program("wire", seconds, 0, 2, broker.port, old)
        tail = program("fan_out", seconds, BESIDE_RATE, 1, broker.port, record, waiting, end)
        delivered, read = told(tail), told(reader)
    return {**latencies(delivered), "catch-up MB/s": read["bytes_received"] / read["seconds"] / 1e6}


LOADS = {
    f"fan-out: {RATE}/s to {CONSUMERS} consumers": (fan_out, (*LATENCIES, "CPU us/delivery")),
    f"mixed: {BESIDE_RATE}/s to one consumer, beside a catch-up read": (beside_catch_up, (*LATENCIES, "catch-up MB/s")),
}


def figures(brokers, rounds, seconds):
    """{(load, figure): {peer: values}}; the peers take turns, and one round warms up."""
    found = {}
    for number in range(rounds + 1):
        for index, (name, (load, wanted)) in enumerate(LOADS.items()):
            print(f"round {number}: {name}", file=sys.stderr, flush=True)
            for peer, broker in brokers.items():
                measured = load(broker, f"tail-{index}-{number}", seconds)
                if number:
                    keep(found, name, peer, {figure: measured[figure] for figure in wanted})
    return found
