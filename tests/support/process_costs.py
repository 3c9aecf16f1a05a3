# SPDX-License-Identifier: Apache-2.0
"""What a process has cost so far, read from /proc."""

import os


def cpu_seconds(pid):
    """CPU time of all its threads, to the nanosecond."""
    total = 0
    for thread in os.listdir(f"/proc/{pid}/task"):
        try:
            with open(f"/proc/{pid}/task/{thread}/schedstat") as stat:
                total += int(stat.read().split()[0])
        except FileNotFoundError:
            pass  # the thread has just ended
    return total / 1e9


def memory_kib(pid):
    """Resident memory."""
    with open(f"/proc/{pid}/status") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmRSS"))
