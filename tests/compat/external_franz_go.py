# SPDX-License-Identifier: Apache-2.0
"""franz-go's own tests of its client (pkg/kgo), against a broker that lives, and one that is killed again and again."""

import json
import os
import re
import shutil
import subprocess
import tempfile
import threading

import apache_kafka
from broker import Broker
from external import Cases, Suite, need, run

VERSION = os.environ.get("FRANZ_GO_VERSION", "v1.22.2")
RECORDS = os.environ.get("KGO_TEST_RECORDS", "500000")
SECONDS = int(os.environ.get("FRANZ_GO_SECONDS", "1800"))


def built():
    """The tests, as a program; built once."""
    need("go")
    folder = apache_kafka.CACHE / f"franz-go-{VERSION}"
    program = folder / "kgo.test"
    if not program.exists():
        folder.mkdir(parents=True, exist_ok=True)
        print(f"fetching franz-go {VERSION}, and building its tests", flush=True)
        with tempfile.TemporaryDirectory() as nowhere:
            run("go", "mod", "init", "nowhere", cwd=nowhere)
            module = json.loads(run("go", "mod", "download", "-json", f"github.com/twmb/franz-go@{VERSION}", cwd=nowhere))
        shutil.copytree(module["Dir"], folder / "source", dirs_exist_ok=True)
        run("chmod", "-R", "u+w", folder / "source")
        run("go", "test", "-c", "-o", program, "./pkg/kgo", cwd=folder / "source")
    return program


def run_tests(broker, *options, **environment):
    """Each test of the program by what became of it, and what the program said."""
    program = built()
    with tempfile.NamedTemporaryFile("w+") as output:
        try:
            subprocess.run([program, "-test.v", "-test.failfast=false", f"-test.timeout={SECONDS}s", *options], stdout=output, stderr=output,
                           timeout=SECONDS + 60, cwd=program.parent,
                           env={**os.environ, "KGO_SEEDS": broker.bootstrap, "KGO_TEST_RF": str(getattr(broker, "nodes", 1)),
                                "KGO_TEST_RECORDS": RECORDS, "KGO_LOG_LEVEL": "none", **environment})
        except subprocess.TimeoutExpired:
            pass
        output.seek(0)
        return outcomes(output.read())


def outcomes(text):
    cases, began = Cases(), re.findall(r"^=== RUN +(\S+)", text, re.M)
    ended = {name: (state, seconds) for state, name, seconds in re.findall(r"^ *--- (PASS|FAIL|SKIP): (\S+) \(([\d.]+)s\)", text, re.M)}
    parents = {name.rsplit("/", 1)[0] for name in began if "/" in name}
    for name in dict.fromkeys(began):
        if name in parents:
            continue
        state = ended.get(name, ("none", ""))[0]
        if state == "PASS":
            cases.succeed(name)
        elif state == "SKIP":
            cases.skip(name, told(text, name) or "skipped")
        else:
            cases.fail(name, told(text, name) or ("did not end" if state == "none" else "failed"))
    return cases


def told(text, name):
    """What a test said of itself, by lines of its source."""
    after = re.split(rf"^(?:=== (?:RUN|CONT|NAME)|--- \w+:) +{re.escape(name)}\b", text, flags=re.M)[1:]
    lines = [line.strip() for part in after for line in re.findall(r"^ +\w+_test\.go:\d+: .*$", part.split("\n=== ")[0], re.M)]
    return " / ".join(dict.fromkeys(lines[:3]))


def whole(broker):
    return run_tests(broker)


def killed(_):
    """The tests of transactions and groups while the broker is killed with -9 every few seconds and comes back."""
    with Broker("group.initial.rebalance.delay.ms=0") as broker:
        enough, kills = threading.Event(), []

        def kill():
            while not enough.wait(5):
                broker.kill()
                broker.start()
                kills.append(True)

        killer = threading.Thread(target=kill)
        killer.start()
        try:
            cases = run_tests(broker, "-test.run=^(TestGroupETL|TestTxnEtl)", KGO_TEST_RECORDS=os.environ.get("KGO_TEST_RECORDS", "100000"))
        finally:
            enough.set()
            killer.join()
        print(f"{len(kills)} kills meanwhile")
        return cases


SETTINGS = ("group.initial.rebalance.delay.ms=0",)
SUITES = {
    "franz-go-tests": Suite(whole, settings=SETTINGS, is_quick=False),
    "franz-go-tests-killed": Suite(killed, needs_broker=False, is_quick=False),
}
