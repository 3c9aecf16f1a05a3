# SPDX-License-Identifier: Apache-2.0
"""node-rdkafka's npm package. It carries librdkafka whole, with rdkafka_performance."""

import os

from cache import npm_package

VERSION = os.environ.get("NODE_RDKAFKA_VERSION", "3.6.1")


def fetch(folder):
    """The folder of the package, below the one that is given."""
    return npm_package(f"node-rdkafka@{VERSION}", folder)
