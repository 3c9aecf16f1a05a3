# SPDX-License-Identifier: Apache-2.0
"""kcat sends a corpus of a million lines in and gets it out again, in every codec."""

import hashlib
import random
import subprocess
import unittest

from broker import Broker

LINES = 1_000_000


def corpus(lines, seed=20):
    """A seeded text with a skew like that of words: a few lines are everywhere, most are rare."""
    rng = random.Random(seed)
    words = ["".join(rng.choices("etaoinshrdlucmfwypvbgkjqxz", k=rng.randint(2, 11))) for _ in range(5000)]
    weights = [1 / (rank + 1) for rank in range(len(words))]
    picked = rng.choices(words, weights, k=lines * 4)
    numbers = rng.choices(range(10**6), k=lines)
    return "".join(
        f"{numbers[i]} {picked[4 * i]} {picked[4 * i + 1]} {picked[4 * i + 2]} {picked[4 * i + 3]}\n"
        for i in range(lines)
    ).encode()


class KcatTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.text = corpus(LINES)
        cls.digest = hashlib.sha256(cls.text).hexdigest()

    def round_trip(self, codec):
        with Broker() as broker:
            subprocess.run(
                ["kcat", "-b", broker.bootstrap, "-t", "corpus", "-P", "-z", codec, "-X", "acks=all"],
                input=self.text, check=True, timeout=200)
            out = subprocess.run(
                ["kcat", "-b", broker.bootstrap, "-t", "corpus", "-C", "-e", "-q", "-X", "check.crcs=true"],
                capture_output=True, check=True, timeout=200).stdout
        self.assertEqual(hashlib.sha256(out).hexdigest(), self.digest)
        print(f"kcat {codec}: {LINES} lines, {len(self.text)} bytes, sha256 equal", flush=True)

    def test_none(self):
        self.round_trip("none")

    def test_gzip(self):
        self.round_trip("gzip")

    def test_snappy(self):
        self.round_trip("snappy")

    def test_lz4(self):
        self.round_trip("lz4")

    def test_zstd(self):
        self.round_trip("zstd")


if __name__ == "__main__":
    unittest.main()
