# SPDX-License-Identifier: Apache-2.0
"""What a process has cost so far, and how it is, read from /proc."""

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


def status(pid, name):
    """The first word of a line of its status: status(pid, "State") is T where it is stopped."""
    with open(f"/proc/{pid}/status") as lines:
        return next(line.split()[1] for line in lines if line.startswith(f"{name}:"))


def memory_kib(pid):
    """Resident memory."""
    return int(status(pid, "VmRSS"))


def write_calls(pid):
    with open(f"/proc/{pid}/io") as lines:
        return next(int(line.split()[1]) for line in lines if line.startswith("syscw:"))
