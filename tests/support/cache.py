# SPDX-License-Identifier: Apache-2.0
"""What is fetched, and built of it, once for all build folders."""

import os
import pathlib
import shutil
import subprocess

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


def npm_package(package, folder):
    """What is in a package, name@version, as it is: below the folder."""
    subprocess.run(["npm", "pack", "--silent", package], cwd=folder, check=True, stdout=subprocess.DEVNULL)
    subprocess.run(["tar", "xzf", next(folder.glob("*.tgz"))], cwd=folder, check=True)
    return folder / "package"
