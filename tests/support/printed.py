# SPDX-License-Identifier: Apache-2.0
"""What a process has printed so far, while it goes on printing."""

import contextlib
import pathlib
import tempfile


@contextlib.contextmanager
def printed():
    """A file for the process, and a function that reads it: by its name, as the position in the open file is the process's too."""
    with tempfile.NamedTemporaryFile() as output:
        yield output, pathlib.Path(output.name).read_text
