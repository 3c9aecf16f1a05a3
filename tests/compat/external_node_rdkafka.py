# SPDX-License-Identifier: Apache-2.0
"""The end-to-end tests of node-rdkafka."""

import json
import os
import subprocess
import tempfile

from external import Cases, Suite, built_once, need, run, tool

VERSION = os.environ.get("NODE_RDKAFKA_VERSION", "3.6.1")
TOPICS = ("test", "test2", "test3", "test4", "test5", "test6", "test7")  # that they find, as their own runs make them


def build(folder):
    print(f"fetching node-rdkafka {VERSION} with npm, and building it", flush=True)
    run("npm", "pack", f"node-rdkafka@{VERSION}", cwd=folder)
    run("tar", "xzf", next(folder.glob("*.tgz")), cwd=folder)
    run("npm", "install", "--no-audit", "--no-fund", cwd=folder / "package", timeout=1800, env={**os.environ, "JOBS": "1"})  # its rules race each other


def node_rdkafka(broker):
    need("node", "npm", "g++", "make")
    source = built_once(f"node-rdkafka-{VERSION}", build) / "package"
    for topic in TOPICS:
        tool("kafka-topics", "--bootstrap-server", broker.bootstrap, "--create", "--topic", topic, "--partitions", "1")
    with tempfile.NamedTemporaryFile("r") as report:
        done = subprocess.run([source / "node_modules/.bin/mocha", "--exit", "--timeout", "120000", "--reporter", "json",
                               "--reporter-option", f"output={report.name}", *sorted((source / "e2e").glob("*.spec.js"))],
                              cwd=source, env={**os.environ, "KAFKA_HOST": broker.bootstrap}, capture_output=True, text=True, timeout=1200)
        told = report.read()
    if not told:
        raise AssertionError(done.stdout[-1500:] + done.stderr[-1500:])
    told, cases = json.loads(told), Cases()
    for test in told["passes"]:
        cases.succeed(test["fullTitle"])
    for test in told["failures"]:
        cases.fail(test["fullTitle"], test["err"].get("message", "failed"))
    for test in told["pending"]:
        cases.skip(test["fullTitle"], "left out by its author")
    return cases


SUITES = {"node-rdkafka": Suite(node_rdkafka, is_quick=False)}
