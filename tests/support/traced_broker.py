# SPDX-License-Identifier: Apache-2.0
"""A broker whose calls to the kernel are watched, or made to fail, by strace."""

import os
import re
import shutil
import subprocess

import process_costs
from broker import BUILD, Broker
from wait import wait_until


def why_not():
    """Why nothing can be traced here, or nothing."""
    if "asan" in BUILD or "tsan" in BUILD:
        return "the sanitizers do not live with a tracer"
    if not shutil.which("strace"):
        return "strace is not there"
    done = subprocess.run(["strace", "-o", "/dev/null", "true"], capture_output=True, text=True)
    return done.stderr if done.returncode else ""


class TracedBroker(Broker):
    def __init__(self, *settings, nodes=1, **more):
        super().__init__(*settings, nodes=nodes, **more)
        self.tracer = None

    def trace(self, *calls, inject=None):
        """From now on; `inject` is what happens to them, in strace's words: error=EIO:when=3+"""
        self.trace_log = self.data + ".trace"
        names = ",".join(calls)
        injected = ["-e", f"inject={names}:{inject}"] if inject else []
        self.tracer = subprocess.Popen(["strace", "-f", "-qq", "-o", self.trace_log, "-e", f"trace={names}", *injected,
                                        "-p", str(self.process.pid)])
        wait_until(lambda: process_costs.status(self.process.pid, "TracerPid") != "0")

    def end(self):
        """Of the tracing. Returns the calls that succeeded: (name, descriptor, result)."""
        if not self.tracer:
            return []
        self.tracer.terminate()
        self.tracer.wait()
        self.tracer = None
        with open(self.trace_log) as log:
            found = re.findall(r"(\w+)\((\d+),.* = (\d+)$", log.read(), re.M)
        os.unlink(self.trace_log)
        return [(name, int(descriptor), int(result)) for name, descriptor, result in found]
