# SPDX-License-Identifier: Apache-2.0
"""`odradek log verify` says what a start would say, and `odradek log repair` saves what can be saved."""

import pathlib
import subprocess
import unittest

from broker import BINARY, Broker
from confluent_kafka import Consumer, KafkaError, TopicPartition
from raw_client import batch, record
from shaped_client import ShapedClient
from transaction_requests import FETCH, PRODUCE

STORAGE_ERROR = 56


class LogCommandTest(unittest.TestCase):
    def setUp(self):
        self.broker = Broker("num.partitions=2", nodes=1)
        self.broker.__enter__()
        self.addCleanup(self.broker.__exit__)
        self.first = pathlib.Path(self.broker.data, "t-0", f"{0:020}.log")
        with ShapedClient(self.broker.port) as client:
            client.make_topic("t")
            for partition in (0, 1):
                for i in range(5):
                    data = batch(record(b"value %d" % i))
                    self.size = len(data)
                    answer = client.ask(PRODUCE, 9, [None, -1, 5000, [["t", [[partition, data]]]]])
                    self.assertEqual(answer[0][0][1][0][1], 0)

    def log(self, *arguments):
        done = subprocess.run([BINARY, "log", *arguments, "--data", self.broker.data], capture_output=True, text=True,
                              timeout=60)
        return done.returncode, done.stdout + done.stderr

    def test_dump_prints_what_stands_in_the_files(self):
        """While the broker runs, too."""
        code, words = self.log("dump", "t-0", "--records")
        lines = words.splitlines()
        self.assertEqual(code, 0, words)
        self.assertEqual(lines[0], f"t-0/{0:020}.log")
        self.assertEqual(lines[1], f"  at 0, {self.size} bytes: offsets 0 to 0: 1 records, uncompressed, CreateTime 1700000000000, "
                                   "leader epoch 0")
        self.assertEqual(lines[2], '    0 time 1700000000000 key null value "value 0"')
        self.assertEqual(len(lines), 1 + 2 * 5)
        code, words = self.log("dump", "none-0")
        self.assertEqual(code, 2, words)
        self.assertIn("there is no partition none-0", words)
        self.broker.stop()
        with open(self.first, "r+b") as file:
            file.seek(2 * self.size + 30)
            file.write(b"\xff")
        code, words = self.log("dump", "t-0")
        self.assertEqual(code, 2, words)
        self.assertIn(f"no batch at byte {2 * self.size}", words)
        self.assertEqual(words.count("  at "), 2)
        self.broker.start()

    def offsets(self, partition, offset):
        """Those that a fetch from `offset` gives, or its error."""
        with ShapedClient(self.broker.port) as client:
            request = [-1, 0, 1, 1 << 20, 0, 0, -1, [["t", [[partition, -1, offset, -1, 1 << 20]]]], [], ""]
            _, error, _, _, _, _, _, data = client.ask(FETCH, 11, request)[3][0][1][0]
        return error or [int.from_bytes(data[at:at + 8], "big") for at in range(0, len(data or b""), self.size)]

    def values(self, partition):
        """What a stock client reads."""
        consumer = Consumer({"bootstrap.servers": self.broker.bootstrap, "group.id": "g", "enable.partition.eof": True,
                             "check.crcs": True})
        self.addCleanup(consumer.close)
        consumer.assign([TopicPartition("t", partition, 0)])
        values = []
        while not (message := consumer.poll(20)).error():
            values.append(message.value().decode())
        self.assertEqual(message.error().code(), KafkaError._PARTITION_EOF)
        return values

    def damage(self, position):
        content = bytearray(self.first.read_bytes())
        content[position] ^= 1
        self.first.write_bytes(content)

    def test_a_running_broker_is_left_alone(self):
        code, said = self.log("verify")
        self.assertEqual(code, 2)
        self.assertIn(f"in use by process {self.broker.process.pid}", said)

    def test_whole_logs_are_whole_and_stay_clean(self):
        self.broker.stop()
        code, said = self.log("verify")
        self.assertEqual(code, 0, said)
        self.assertIn(f"t-0: 1 segments, 5 batches, {5 * self.size} bytes: whole\n", said)
        self.assertIn("t-1: ", said)
        self.broker.start()
        self.assertNotIn("the last stop was not in order", self.broker.log())

    def test_damage_is_named_and_what_is_behind_it_is_saved(self):
        self.broker.stop()
        self.damage(2 * self.size + 70)
        code, said = self.log("verify", "t-0")
        self.assertEqual(code, 1)
        where = f"{self.first.name} bytes {2 * self.size} to {3 * self.size - 1}, offsets 2 to 2"
        self.assertIn(f"damaged: {where}\n", said)
        self.assertNotIn("t-1", said)
        self.broker.start()
        self.assertEqual(self.offsets(0, 2), STORAGE_ERROR)
        self.assertEqual(self.offsets(1, 0), [0, 1, 2, 3, 4])
        self.broker.stop()
        code, said = self.log("repair", "t-0")
        self.assertEqual(code, 0, said)
        beside = self.first.with_name(f"{self.first.name}.damaged-{2 * self.size}")
        self.assertEqual(len(beside.read_bytes()), self.size)
        self.assertEqual(self.log("verify")[0], 0)
        self.broker.start()
        self.assertEqual(self.values(0), ["value 0", "value 1", "value 3", "value 4"])

    def test_a_short_log_is_damaged_until_somebody_accepts_it(self):
        self.broker.stop()
        self.first.write_bytes(self.first.read_bytes()[:3 * self.size])
        code, said = self.log("verify")
        self.assertEqual(code, 1)
        self.assertIn("damaged: offsets 3 to 4 were on the disk, and are gone\n", said)
        self.broker.start()
        self.assertEqual(self.offsets(0, 0), STORAGE_ERROR)
        self.broker.stop()
        self.assertEqual(self.log("repair", "t-0")[0], 0)
        self.broker.start()
        self.assertEqual(self.offsets(0, 0), [0, 1, 2])

    def test_a_torn_end_is_no_damage(self):
        self.broker.kill()
        with self.first.open("ab") as file:
            file.write(b"\0" * 100)
        code, said = self.log("verify")
        self.assertEqual(code, 0, said)
        self.assertIn(f"torn, and cut off at the next start: {self.first.name} bytes {5 * self.size} to", said)
        self.broker.start()
        self.assertEqual(self.offsets(0, 0), [0, 1, 2, 3, 4])
        self.assertRegex(self.broker.log(), "cut a torn end off a log file=.*t-0/0+.log offset=5 bytes=100")

    def test_what_is_not_there_is_said(self):
        self.broker.stop()
        self.assertIn("there is no partition t-7", self.log("verify", "t-7")[1])
        code, said = self.log("repair")
        self.assertNotEqual(code, 0)
        self.assertIn("PARTITION is required", said)


if __name__ == "__main__":
    unittest.main()
