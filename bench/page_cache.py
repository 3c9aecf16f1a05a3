# SPDX-License-Identifier: Apache-2.0
"""A page cache that is full, as that of a server is which has run for a day.

While there is free memory, each page that is written is one that nobody has touched lately; on a virtual machine the host may
have to find it first. That costs several times what the write itself does, of both brokers, and ends when memory is full."""

import contextlib
import os
import shutil
import sys
import tempfile

PIECE = 1 << 20
ENOUGH = 512 << 20  # free bytes, below which the kernel takes pages back


def free_bytes():
    with open("/proc/meminfo") as file:
        return next(int(line.split()[1]) << 10 for line in file if line.startswith("MemFree:"))


@contextlib.contextmanager
def filled():
    """By a file, which goes with the context. Gives a function that fills it again."""
    with tempfile.TemporaryFile() as file:
        room = shutil.disk_usage(tempfile.gettempdir()).free - 2 * free_bytes()
        print("filling the page cache" if room > 0 else "the disk is too small to fill the page cache from", file=sys.stderr, flush=True)
        piece = os.urandom(PIECE)
        while room > 0 and free_bytes() > ENOUGH:
            room -= sum(os.write(file.fileno(), piece) for _ in range(64))
        os.fsync(file.fileno())  # or the first loads wait for the disk
        yield lambda: read_again(file)


def read_again(file):
    """Fills what became free since, where others have deleted files."""
    for position in range(0, os.fstat(file.fileno()).st_size, PIECE):
        if free_bytes() <= ENOUGH:
            break
        os.pread(file.fileno(), PIECE, position)
