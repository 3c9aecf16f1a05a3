# SPDX-License-Identifier: Apache-2.0
"""What is fetched, and built of it, once for all build folders."""

import os
import pathlib
import shutil

CACHE = pathlib.Path(os.environ.get("XDG_CACHE_HOME", os.path.expanduser("~/.cache"))) / "odradek"


def built_once(name, build):
    """A folder of the cache, into which build(folder) fetched and built what somebody needs; it begins anew where it was
    interrupted."""
    folder = CACHE / name
    if not (folder / "complete").exists():
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        build(folder)
        (folder / "complete").touch()
    return folder
