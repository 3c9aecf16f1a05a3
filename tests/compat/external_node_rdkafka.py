# SPDX-License-Identifier: Apache-2.0
"""The end-to-end tests of node-rdkafka."""

import json
import os
import subprocess

from cache import built_once
from external import Cases, Suite, need, run, tool
from node_rdkafka import VERSION, fetch

SECONDS = 120  # that one file of theirs may take
TOPICS = ("test", "test2", "test3", "test4", "test5", "test6", "test7")  # that they find, as their own runs make them


def build(folder):
    print(f"fetching node-rdkafka {VERSION} with npm, and building it", flush=True)
    run("npm", "install", "--no-audit", "--no-fund", cwd=fetch(folder), timeout=1800, env={**os.environ, "JOBS": "1"})  # its rules race each other


def node_rdkafka(broker):
    need("node", "npm", "g++", "make")
    source = built_once(f"node-rdkafka-{VERSION}", build) / "package"
    for topic in TOPICS:
        tool("kafka-topics", "--bootstrap-server", broker.bootstrap, "--create", "--topic", topic, "--partitions", "1")
    cases = Cases()
    for spec in sorted((source / "e2e").glob("*.spec.js")):
        run_spec(broker, source, spec, cases)
    return cases


def run_spec(broker, source, spec, cases):
    """One file in a process of its own, which tells of each test when it ends: some never come to their end."""
    command = [source / "node_modules/.bin/mocha", "--exit", "--timeout", "30000", "--reporter", "json-stream", spec]
    try:
        done = subprocess.run(command, cwd=source, env={**os.environ, "KAFKA_HOST": broker.bootstrap}, capture_output=True, text=True, timeout=SECONDS)
        said, end = done.stdout, "" if done.returncode >= 0 else f"died of signal {-done.returncode}"
    except subprocess.TimeoutExpired as late:
        said, end = (late.stdout or b"").decode(), f"did not end within {SECONDS} s"
    for kind, test in (json.loads(line) for line in said.splitlines() if line.startswith(('["pass"', '["fail"'))):
        if kind == "pass":
            cases.succeed(test["fullTitle"])
        else:
            cases.fail(test["fullTitle"], test.get("err", "failed"))
    if end:
        cases.fail(spec.name, end)


SUITES = {"node-rdkafka": Suite(node_rdkafka, is_quick=False)}
