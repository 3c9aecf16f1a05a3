# SPDX-License-Identifier: Apache-2.0
"""librdkafka's C++ client with idempotence on, in every codec."""

import os
import subprocess
import unittest

from broker import BUILD, Broker


class LibrdkafkaTest(unittest.TestCase):
    def test_every_codec(self):
        with Broker("num.partitions=4", "log.segment.bytes=4194304") as broker:
            for codec in ["none", "gzip", "snappy", "lz4", "zstd"]:
                with self.subTest(codec=codec):
                    done = subprocess.run(
                        [os.path.join(BUILD, "tests/librdkafka_client"), broker.bootstrap,
                         f"topic-{codec}", "4", "100000", codec],
                        capture_output=True, text=True, timeout=120)
                    self.assertEqual(done.returncode, 0, done.stderr)
                    print(done.stdout.strip(), flush=True)


if __name__ == "__main__":
    unittest.main()
