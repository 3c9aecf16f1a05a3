# SPDX-License-Identifier: Apache-2.0
"""Starts the built broker for a test, and stops or kills it."""

import contextlib
import faulthandler
import fcntl
import json
import os
import pathlib
import random
import re
import select
import shutil
import signal
import socket
import subprocess
import tempfile

import process_costs
from wait import wait_until

# How many nodes a broker has, where a test does not say.
NODES = int(os.environ.get("ODRADEK_NODES", "1"))
BUILD = os.environ.get("ODRADEK_BUILD", os.path.join(os.path.dirname(__file__), "../../build/release"))
BINARY = os.path.join(BUILD, "odradek")
# How much more memory the address sanitizer takes.
MEMORY_FACTOR = 8 if "asan" in BUILD else 1
# It keeps what was freed, by default so much (256 MiB) that a test of memory would measure that alone.
os.environ.setdefault("ASAN_OPTIONS", "quarantine_size_mb=32")
START_SECONDS = 120  # until a broker is ready, at the most
# A test that hangs says where, on all its threads, before ctest kills it.
if "ODRADEK_TEST_SECONDS" in os.environ:
    faulthandler.dump_traceback_later(int(os.environ["ODRADEK_TEST_SECONDS"]) - 10)


_held_ports = []  # locks that are ours until the process ends


def free_ports(count):
    """The first of `count` free ports in a row, below those that the system gives to clients, which no other test
    that runs now will choose: a broker that is killed and started again finds them free."""
    locks = os.path.join(tempfile.gettempdir(), "odradek-test-ports")
    os.makedirs(locks, exist_ok=True)
    while True:
        first = random.randrange(20000, 32000, 16)
        lock = open(os.path.join(locks, str(first)), "w")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            for port in range(first, first + count):
                with socket.create_server(("127.0.0.1", port)):
                    pass
        except OSError:
            lock.close()
            continue
        _held_ports.append(lock)
        return first


class Broker:
    """One broker on free ports, with a data directory that survives restart() and kill()."""

    def __init__(self, *settings, data=None, arguments=(), nodes=NODES, port=None):
        self.data = data or tempfile.mkdtemp(prefix="odradek-test-")
        self.logs = pathlib.Path(self.data)  # the folder of the logs
        self._owns_data = data is None
        self._settings = list(settings)
        self._arguments = list(arguments)
        self.process = None
        self.nodes = nodes
        self.port = port or free_ports(nodes)  # of the first node
        self.log_path = self.data + ".log"

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        try:
            self.stop()
        finally:
            if self._owns_data:
                shutil.rmtree(self.data, ignore_errors=True)
                os.unlink(self.log_path)

    @property
    def bootstrap(self):
        return ",".join(f"127.0.0.1:{self.port + i}" for i in range(self.nodes))

    def command(self, port):
        command = [BINARY, "--port", str(port), "--data", self.data, "--ready", "json"]
        # The records of tests carry fixed times, which are long past: nobody looks for old ones.
        command += ["--set", "log.initial.task.delay.ms=86400000"]
        if self.nodes > 1:
            # Every node has a replica of everything, unless a test says otherwise.
            command += ["--nodes", str(self.nodes), "--set", f"default.replication.factor={self.nodes}"]
        for setting in self._settings:
            command += ["--set", setting]
        return command + self._arguments

    def start(self):
        # The same port again, so that clients find the broker they knew.
        with open(self.log_path, "ab") as log:
            self.process = subprocess.Popen(
                self.command(self.port), stdout=subprocess.PIPE, stderr=log, text=True
            )
        is_readable = select.select([self.process.stdout], [], [], START_SECONDS)[0]
        line = self.process.stdout.readline() if is_readable else None
        if not line:
            raise RuntimeError(f"the broker did not start: {self.log()}")
        self.ready = json.loads(line)
        self.port = int(self.ready["bootstrap"].split(",")[0].rsplit(":", 1)[1])
        return self

    def stop(self):
        """An orderly stop; anything but a clean exit is an error of the test."""
        if not self.process:
            return
        self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(60)
        self._forget()
        if code != 0:
            raise RuntimeError(f"the broker ended with {code}: {self.log()[-3000:]}")

    def kill(self):
        self.process.kill()
        self.process.wait()
        self._forget()

    @contextlib.contextmanager
    def frozen(self):
        """It does nothing meanwhile; what is sent to it is all there when it goes on."""
        self.process.send_signal(signal.SIGSTOP)
        wait_until(lambda: process_costs.status(self.process.pid, "State") == "T")
        try:
            yield
        finally:
            self.process.send_signal(signal.SIGCONT)

    def node(self, verb, number):
        """`odradek node stop|start ID`; the nodes are counted from 1."""
        self._ask("node", verb, str(number))

    def cleaner_status(self):
        """What `odradek cleaner status` says of each log, by its folder."""
        lines = [dict(re.findall(r'(\w+)=("[^"]*"|\S+)', line)) for line in self._ask("cleaner", "status").splitlines()]
        return {line["partition"]: line for line in lines}

    def _ask(self, *words):
        done = subprocess.run([BINARY, *words, "--data", self.data], capture_output=True, text=True, timeout=60)
        if done.returncode != 0:
            raise RuntimeError(done.stderr)
        return done.stdout

    def _forget(self):
        self.process.stdout.close()
        self.process = None

    def log(self):
        with open(self.log_path) as log:
            return log.read()

    def memory_kib(self):
        return process_costs.memory_kib(self.process.pid)
