# SPDX-License-Identifier: Apache-2.0
"""librdkafka's own tests, all that need a broker, each number in a process of its own.

The npm package of Confluent's JavaScript client carries the whole of librdkafka, tests included."""

import concurrent.futures
import json
import os
import pathlib
import re
import subprocess
import tempfile

import apache_kafka
from cache import built_once, npm_package
from external import Cases, Suite, need, run

PACKAGE = "@confluentinc/kafka-javascript"
VERSION = os.environ.get("KAFKA_JAVASCRIPT_VERSION", "1.10.1")
TESTS = "package/deps/librdkafka/tests"
SECONDS = int(os.environ.get("LIBRDKAFKA_SECONDS", "1500"))  # that a number may take: 0113 needs more than 600
AT_ONCE = int(os.environ.get("LIBRDKAFKA_AT_ONCE", "4"))  # numbers; most wait most of the time, and their own runner has five
ALONE = ("0055", "0150")  # they measure times
LONGEST = "0113"  # begins first, or all wait for it at the end
# A quarter of an hour's worth, for every day: one of each kind of thing.
QUICK = ("0001 0002 0005 0007 0008 0011 0012 0013 0015 0017 0018 0019 0022 0026 0029 0030 0031 0033 0034 0039 0040 0041 0045 0048 "
         "0050 0052 0054 0057 0061 0063 0067 0069 0070 0073 0074 0081 0082 0085 0086 0089 0091 0092 0094 0099 0100 0101 0102 0103 "
         "0107 0109 0110 0112 0117 0118 0119 0130 0137 0139 0140").split()


def built():
    """The folder of the tests."""
    need("npm", "make", "g++", "javac")  # 0098 compiles a producer in Java
    return built_once(f"librdkafka-of-{VERSION}", build) / TESTS


def build(folder):
    print(f"fetching {PACKAGE} {VERSION} with npm, and building the librdkafka in it", flush=True)
    npm_package(f"{PACKAGE}@{VERSION}", folder)
    source = (folder / TESTS).parent
    run("./configure", "--disable-gssapi", "--disable-curl", cwd=source)
    for part in (("src",), ("src-cpp",), ("tests", "test-runner")):
        run("make", "-s", "-j2", "-C", *part, cwd=source, timeout=1200)


def numbers(tests, scenario):
    """Those that need a broker and nobody who watches, in this scenario."""
    source = (tests / "test.c").read_text()
    found = []
    for name, rest in re.findall(r"^    _TEST\((\w+),(.*?)(?=^    _TEST\(|^    \{NULL\}|^\};)", source, re.M | re.S):
        if "TEST_F_LOCAL" in rest or "TEST_F_MANUAL" in rest:
            continue
        its = re.search(r'\.scenario = "([^"]*)"', rest)
        if scenario in (its[1] if its else "default"):
            found.append(name)
    return found


class Numbers:
    def __init__(self, broker, scenario="default", options=()):
        self.tests, self.broker, self.scenario, self.options = built(), broker, scenario, list(options)

    def environment(self, folder, number):
        configuration = pathlib.Path(folder, "test.conf")
        configuration.write_text(f"bootstrap.servers={self.broker.bootstrap}\nbroker.address.family=v4\n")
        return {**os.environ, "TESTS": number, "TEST_KAFKA_VERSION": apache_kafka.VERSION, "RDKAFKA_TEST_CONF": str(configuration),
                "TEST_REPORT": str(pathlib.Path(folder, "report.json")), "KAFKA_PATH": str(apache_kafka.home()),
                "BROKERS": self.broker.bootstrap, "TEST_LEVEL": "2",
                "LD_LIBRARY_PATH": f"{self.tests.parent}/src:{self.tests.parent}/src-cpp"}

    def run(self, number, names, cases):
        """The tests of one number, which the runner cannot tell apart; a mark for each."""
        with tempfile.TemporaryDirectory() as folder, open(f"{folder}/output", "w+b") as output:
            try:
                subprocess.run(["./test-runner", "-p1", "-L", "-s", self.scenario, *self.options], cwd=self.tests, stdout=output,
                               stderr=output, env=self.environment(folder, number), timeout=SECONDS)
            except subprocess.TimeoutExpired:
                pass
            output.seek(0)
            text = output.read().decode(errors="replace")
            try:
                report = json.loads(pathlib.Path(folder, "report.json").read_text())["tests"]
            except (OSError, KeyError, ValueError):
                report = {}
        return "".join(add_case(name, report.get(name, {}).get("state"), plain(text), cases) for name in names)


def add_case(name, state, text, cases):
    own = [line for line in text.splitlines() if line.startswith(f"[{name} ") or line.startswith(f"[{name}/")]
    if state == "PASSED":
        # Parts of it may have left themselves out.
        return cases.succeed(name, is_vacuous=any(re.search(r"\[ .*: SKIP: ", line) for line in own))
    if state == "SKIPPED":
        reasons = [line.split("SKIPPING TEST: ")[1] for line in own if "SKIPPING TEST: " in line]
        return cases.skip(name, reasons[0] if reasons else "skipped")
    return cases.fail(name, last_words(text, name) if state else f"did not end; {last_words(text, name)}")


def plain(text):
    return re.sub(r"\x1b\[[0-9;]*m", "", text)


def last_words(text, name):
    """The reason that a test gave, or else what was said last."""
    reasons = re.findall(rf'^### Test "{name}[^"]*" failed at \S+? at .*: ###\n(.*)$', text, re.M)
    lines = reasons or [line for line in text.splitlines() if line.strip()][-3:]
    return " / ".join(line.strip() for line in lines)[:600]


def suite(scenario="default", options=(), chosen=None):
    def go(broker):
        cases = Cases()
        numbers_of = Numbers(broker, scenario, options)
        wanted = os.environ.get("LIBRDKAFKA_TESTS", "").split() or chosen
        by_number = {}
        for name in numbers(numbers_of.tests, scenario):
            if not wanted or name[:4] in wanted:
                by_number.setdefault(name[:4], []).append(name)
        for number in [number for number in ALONE if number in by_number]:
            print(numbers_of.run(number, by_number.pop(number), cases), end="", flush=True)
        with concurrent.futures.ThreadPoolExecutor(AT_ONCE) as runners:
            ordered = sorted(by_number, key=lambda number: number != LONGEST)
            running = [runners.submit(numbers_of.run, number, by_number[number], cases) for number in ordered]
            for ended in concurrent.futures.as_completed(running):
                print(ended.result(), end="", flush=True)
        print()
        return cases
    return go


# As librdkafka's own runs have it: four partitions, topics that a test asks for by their names, and groups that wait for
# their first members (0113 counts assignments).
SETTINGS = ("num.partitions=4", "group.initial.rebalance.delay.ms=3000", "auto.create.topics.enable=true")
SUITES = {
    "librdkafka-quick": Suite(suite(chosen=QUICK), settings=SETTINGS),
    "librdkafka": Suite(suite(), settings=SETTINGS, is_quick=False),
    "librdkafka-idempotent": Suite(suite(options=["-P"]), settings=SETTINGS, is_quick=False),
    "librdkafka-noautocreate": Suite(suite("noautocreate"), is_quick=False,
                                     settings=("num.partitions=4", "auto.create.topics.enable=false")),
    "librdkafka-3": Suite(suite(), settings=SETTINGS, nodes=3, is_quick=False),
}
