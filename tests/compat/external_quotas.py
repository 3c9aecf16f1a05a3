# SPDX-License-Identifier: Apache-2.0
"""How exactly a rate is kept, and who notices: a producer and a consumer of librdkafka held to 1 MB/s for half a minute, a
Java producer that says for how long it was throttled, and a neighbour who is not held to anything."""

import re
import threading
import time

import apache_kafka
from confluent_kafka import Consumer, Producer
from external import Suite, expect, need, tool

RATE, SECONDS, SIZE = 1_000_000, 30, 1000
TOLERANCE = 0.05


def produced(broker, name, seconds, seen=None):
    """Bytes that were acknowledged in so many seconds, for each second."""
    done = 0

    def delivered(error, message):
        nonlocal done
        done += 0 if error else len(message)
    settings = {"bootstrap.servers": broker.bootstrap, "client.id": name, "queue.buffering.max.messages": 2000,
                "batch.size": 100_000}
    if seen is not None:
        settings["throttle_cb"] = lambda event: seen.append(event.throttle_time)
    producer = Producer(settings)
    producer.produce("held", b"warm")
    producer.flush(30)
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            producer.produce("held", b"x" * SIZE, on_delivery=delivered)
        except BufferError:
            producer.poll(0.01)
        producer.poll(0)
    rate = done / seconds
    producer.purge()
    producer.flush(30)
    return rate


def consumed(broker, name, seconds):
    consumer = Consumer({"bootstrap.servers": broker.bootstrap, "client.id": name, "group.id": name,
                         "auto.offset.reset": "earliest", "queued.max.messages.kbytes": 4000})
    consumer.subscribe(["filled"])
    while not consumer.poll(1):
        pass
    done, end = 0, time.monotonic() + seconds
    while time.monotonic() < end:
        for message in consumer.consume(100, 0.1):
            done += len(message)
    consumer.close()
    return done / seconds


def quotas(broker):
    need("java", "mvn")
    server = ("--bootstrap-server", broker.bootstrap)
    tool("kafka-topics", *server, "--create", "--topic", "held", "--partitions", "1")
    tool("kafka-topics", *server, "--create", "--topic", "filled", "--partitions", "1")
    tool("kafka-configs", *server, "--alter", "--entity-type", "clients", "--entity-name", "held", "--add-config",
         f"producer_byte_rate={RATE},consumer_byte_rate={RATE}")
    # A batch is not cut: at this rate one of the usual size is a second's worth, too coarse to measure with.
    filler = Producer({"bootstrap.servers": broker.bootstrap, "batch.size": 100_000})
    for _ in range(2 * SECONDS * RATE // SIZE):
        filler.produce("filled", b"x" * SIZE)
        filler.poll(0)
        if len(filler) > 50_000:
            filler.flush(60)
    filler.flush(60)
    alone = produced(broker, "free", 5)
    seen, free = [], []
    neighbour = threading.Thread(target=lambda: free.append(produced(broker, "free", SECONDS)))
    neighbour.start()
    written = produced(broker, "held", SECONDS, seen)
    neighbour.join()
    read = consumed(broker, "held", SECONDS)
    print(f"held to {RATE / 1e6} MB/s: {written / 1e6:.3f} produced, {read / 1e6:.3f} consumed; free beside it "
          f"{free[0] / 1e6:.1f}, alone {alone / 1e6:.1f}; librdkafka was told {len(seen)} times, {max(seen, default=0)} s at most")
    # Records have headers of their own: what counts is the request.
    expect(abs(written / RATE - 1) < TOLERANCE, f"{written} bytes/s")
    expect(abs(read / RATE - 1) < TOLERANCE, f"{read} bytes/s")
    expect(seen and max(seen) > 0, "librdkafka was not told")
    expect(free[0] > 3 * RATE, f"the neighbour had {free[0]} bytes/s")
    perf = apache_kafka.java(apache_kafka.TOOLS["kafka-producer-perf-test"], "--topic", "held", "--num-records", 5000,
                             "--record-size", SIZE, "--throughput", -1, "--print-metrics", "--producer-props",
                             f"bootstrap.servers={broker.bootstrap}", "client.id=held", capture_output=True, text=True, timeout=120)
    found = re.search(r"produce-throttle-time-max:\{client-id=held\}\s*:\s*([\d.]+)", perf.stdout)
    expect(found and float(found[1]) > 0, perf.stdout[-2000:] + perf.stderr[-500:])
    print(f"Java's producer was throttled for {found[1]} ms at most")


SUITES = {"quotas": Suite(quotas)}
