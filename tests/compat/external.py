# SPDX-License-Identifier: Apache-2.0
"""What the suites of run_external have in common."""

import collections.abc
import contextlib
import dataclasses
import os
import shutil
import socket
import subprocess

import apache_kafka
from answer_script import GOLDEN, differences


class Skipped(Exception):
    pass


@dataclasses.dataclass
class Suite:
    """What `./dev compat NAME` runs: a function that gets a broker, or None where it starts those it needs. It fails by an
    exception, is left out by Skipped, and tells of many cases by returning Cases."""
    run: collections.abc.Callable
    needs_broker: bool = True
    settings: tuple = ()  # of the broker
    nodes: int = 1
    port: int = None  # that is written into its tests
    is_quick: bool = True  # belongs to the set for every day


class Cases:
    """What became of the cases of a suite. One that was skipped has not passed; one that passed without having looked at
    anything, or not at all of it, is vacuous. Each is told with a mark, for whoever watches."""

    def __init__(self):
        self.passed, self.vacuous, self.failed, self.skipped = [], [], {}, {}

    def succeed(self, name, is_vacuous=False):
        self.passed.append(name)
        if is_vacuous:
            self.vacuous.append(name)
        return "."

    def fail(self, name, why):
        self.failed[name] = str(why)
        return "F"

    def skip(self, name, why):
        self.skipped[name] = str(why)
        return "s"

    def join(self, again):
        """Another run of the same cases: one has passed when it passed every time."""
        self.failed, self.skipped = {**again.failed, **self.failed}, {**again.skipped, **self.skipped}
        together = dict.fromkeys([*self.passed, *again.passed])
        self.passed = [name for name in together if name not in self.failed and name not in self.skipped]
        self.vacuous = [name for name in dict.fromkeys([*self.vacuous, *again.vacuous]) if name in self.passed]


def is_free(port):
    try:
        with socket.create_server(("127.0.0.1", port)):
            return True
    except OSError:
        return False


def need(*commands):
    for command in commands:
        if not shutil.which(command):
            raise Skipped(f"{command} is not installed")


def run(*command, timeout=400, **options):
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True, timeout=timeout, **options)
    if done.returncode != 0:
        raise AssertionError(f"{command[0]} ended with {done.returncode}\n{done.stdout[-2000:]}\n{done.stderr[-3000:]}")
    return done.stdout


@contextlib.contextmanager
def running(said, *command):
    """A process that is asked to end when we are done with it; what it says goes into the file `said`."""
    with open(said, "w") as output:
        process = subprocess.Popen(list(map(str, command)), stdout=output, stderr=output)
    try:
        yield process
    finally:
        end(process)


def end(process):
    process.terminate()
    try:
        process.wait(120)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def expect(condition, what):
    if not condition:
        raise AssertionError(what)


def tool(name, *arguments, **options):
    done = apache_kafka.tool(name, *arguments, **options)
    expect(done.returncode == 0, f"{name}: {done.stdout[-1500:]}{done.stderr[-1500:]}")
    return done.stdout


def golden_answers(name, script, *settings):
    """What a test takes for Kafka's answers to a script is what Kafka says."""
    need("java", "mvn")
    with apache_kafka.ApacheKafka(*settings) as kafka:
        answers = script(kafka.port).run()
    if os.environ.get("UPDATE_GOLDEN"):
        (GOLDEN / name).write_text("\n".join(answers) + "\n")
    different = differences(name, answers, "Apache Kafka")
    expect(not different, different)
    print(f"Apache Kafka {apache_kafka.VERSION}: {len(answers)} answers, as in tests/golden/{name}")
