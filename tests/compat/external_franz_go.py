# SPDX-License-Identifier: Apache-2.0
"""franz-go's own tests of its client (pkg/kgo), against a broker that lives, and one that is killed again and again."""

import os
import subprocess
import tempfile
import threading

from broker import Broker
from cache import built_once
from external import Cases, Suite, need, run
from external_go import go_module, outcomes_of_go

VERSION = os.environ.get("FRANZ_GO_VERSION", "v1.22.2")
RECORDS = os.environ.get("KGO_TEST_RECORDS", "500000")
SECONDS = int(os.environ.get("FRANZ_GO_SECONDS", "1800"))
KILLS = int(os.environ.get("FRANZ_GO_KILLS", "10"))  # at least
SESSION_SECONDS = 20  # of the members in these tests


def built():
    """The tests, as a program."""
    need("go")
    return built_once(f"franz-go-{VERSION}", build) / "kgo.test"


def build(folder):
    print(f"fetching franz-go {VERSION}, and building its tests", flush=True)
    source = go_module("github.com/twmb/franz-go", VERSION, folder / "source")
    run("go", "test", "-c", "-o", folder / "kgo.test", "./pkg/kgo", cwd=source)


def run_tests(broker, *options, **environment):
    """Each test of the program by what became of it, and what the program said."""
    program = built()
    with tempfile.NamedTemporaryFile("w+") as output:
        try:
            subprocess.run([program, "-test.v", "-test.failfast=false", f"-test.timeout={SECONDS}s", *options], stdout=output, stderr=output,
                           timeout=SECONDS + 60, cwd=program.parent / "source/pkg/kgo",
                           env={**os.environ, "KGO_SEEDS": broker.bootstrap, "KGO_TEST_RF": str(getattr(broker, "nodes", 1)),
                                "KGO_TEST_RECORDS": RECORDS, "KGO_LOG_LEVEL": os.environ.get("KGO_LOG_LEVEL", "none"), **environment})
        except subprocess.TimeoutExpired:
            pass
        output.seek(0)
        return outcomes_of_go(output.read())


def whole(broker):
    return run_tests(broker)


def killed(_):
    """The tests of transactions and groups, again and again, while the broker is killed with -9 and comes back. Between two
    kills there is time for members that have left to be missed. A client that waits for an answer to the first request
    of a connection takes the end of it for want of SASL and gives up: such a case has to pass another time."""
    with Broker("group.initial.rebalance.delay.ms=0") as broker:
        enough, kills, rounds, cases, gave_up = threading.Event(), 0, 0, Cases(), {}

        def kill():
            nonlocal kills
            while not enough.wait(SESSION_SECONDS + 3):
                broker.kill()
                broker.start()
                kills += 1

        killer = threading.Thread(target=kill)
        killer.start()
        try:
            while kills < KILLS:
                found = run_tests(broker, "-test.run=^(TestGroupETL|TestTxnEtl)", "-test.timeout=300s")
                gave_up |= {name: found.failed.pop(name) for name, why in list(found.failed.items()) if "is SASL missing?" in why}
                cases.join(found)
                rounds += 1
                print(f"round {rounds}: {kills} kills so far", flush=True)
        finally:
            enough.set()
            killer.join()
        for name, why in gave_up.items():
            if name not in cases.passed:
                cases.fail(name, why)
        return cases


SUITES = {
    "franz-go-tests": Suite(whole, is_quick=False),
    "franz-go-tests-killed": Suite(killed, needs_broker=False, is_quick=False),
}
