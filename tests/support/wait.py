# SPDX-License-Identifier: Apache-2.0
"""Waiting for what takes its time."""

import threading
import time


def wait_until(condition, seconds=30, what="what was waited for did not come"):
    """Looks again and again until there is something, and returns it; a test fails by the deadline and by nothing else."""
    deadline = time.monotonic() + seconds
    pause = threading.Event()
    while not (found := condition()):
        if time.monotonic() > deadline:
            raise AssertionError(what() if callable(what) else what)
        pause.wait(0.02)
    return found
