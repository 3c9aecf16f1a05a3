# SPDX-License-Identifier: Apache-2.0
"""A real file system in a file, which can be full, and whose power can be cut. Needs root."""

import fcntl
import os
import pathlib
import shutil
import struct
import subprocess
import tempfile

SHUTDOWN, WITHOUT_LOG = 0x8004587D, 2  # EXT4_IOC_SHUTDOWN, which is XFS_IOC_GOINGDOWN


def run(*command):
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True)
    if done.returncode != 0:
        raise OSError(f"{command[0]}: {done.stderr.strip()}")


class LoopDisk:
    def __init__(self, kind, size):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="odradek-disk-"))
        self.image, self.mounted = self.folder / "image", self.folder / "mounted"
        self.mounted.mkdir()
        with open(self.image, "wb") as image:
            image.truncate(size)
        run(f"mkfs.{kind}", "-q", *(["-F"] if kind == "ext4" else []), self.image)
        self.mount()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.unmount()
        shutil.rmtree(self.folder)

    def mount(self):
        run("mount", "-o", "loop", self.image, self.mounted)

    def unmount(self):
        run("umount", self.mounted)

    def cut(self):
        """Nothing reaches the disk from here on, and what had not is gone."""
        folder = os.open(self.mounted, os.O_RDONLY)
        fcntl.ioctl(folder, SHUTDOWN, struct.pack("I", WITHOUT_LOG))
        os.close(folder)

    def free(self):
        status = os.statvfs(self.mounted)
        return status.f_bavail * status.f_frsize


def why_not():
    """Why there cannot be one here; empty where there can."""
    try:
        with LoopDisk("ext4", 16 << 20):
            return ""
    except OSError as wrong:
        return str(wrong)
