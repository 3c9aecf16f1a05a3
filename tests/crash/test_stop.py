# SPDX-License-Identifier: Apache-2.0
"""SIGTERM under load: the broker stops soon, in order, and the next start has nothing to check."""

import multiprocessing
import os
import random
import time
import unittest

from broker import Broker
from confluent_kafka import Producer

ROUNDS = int(os.environ.get("STOP_ROUNDS", "15"))
LIMIT = 5  # seconds that a stop may take
PRODUCERS, PARTITIONS = 3, 4


def produce(bootstrap, number, stop, results):
    producer = Producer({"bootstrap.servers": bootstrap, "enable.idempotence": True, "linger.ms": number, "log_level": 0,
                         "message.timeout.ms": 120000, "reconnect.backoff.ms": 5, "reconnect.backoff.max.ms": 20,
                         "error_cb": lambda error: None})
    failed, sent = [], 0
    while not stop.is_set():
        producer.produce("t", f"{number}:{sent}", partition=sent % PARTITIONS,
                         on_delivery=lambda error, _: failed.append(str(error)) if error else None)
        sent += 1
        producer.poll(0 if len(producer) < 1000 else 0.01)
    producer.flush(60)
    results.put((sent, failed))


class StopTest(unittest.TestCase):
    def test_it_stops_in_order(self):
        context = multiprocessing.get_context("spawn")
        stop, results = context.Event(), context.Queue()
        with Broker(f"num.partitions={PARTITIONS}") as broker:
            workers = [context.Process(target=produce, args=(broker.bootstrap, i, stop, results), daemon=True)
                       for i in range(PRODUCERS)]
            for worker in workers:
                worker.start()
            taken = []
            for _ in range(ROUNDS):
                stop.wait(random.uniform(0, 0.3))
                began = time.monotonic()
                broker.process.terminate()
                self.assertEqual(broker.process.wait(LIMIT), 0)
                taken.append(time.monotonic() - began)
                broker.process.stdout.close()
                broker.start()
                self.assertNotIn("recovered", broker.ready)
            self.assertNotIn("the last stop was not in order", broker.log())
            stop.set()
            reports = [results.get(timeout=120) for _ in workers]
            self.assertEqual([failed for _, failed in reports], [[]] * PRODUCERS)
            print(f"{ROUNDS} stops under load, {sum(sent for sent, _ in reports)} records; the slowest took "
                  f"{max(taken):.2f} s", flush=True)


if __name__ == "__main__":
    unittest.main()
