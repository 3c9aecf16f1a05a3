# SPDX-License-Identifier: Apache-2.0
"""franz-go's own tests of its client (pkg/kgo), against a broker that lives, and one that is killed again and again."""

import concurrent.futures
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


class Killer:
    """Kills a broker with -9 and starts it again, in a thread. Between two kills there is time for members that have left to be
    missed. A broker that does not come back is told at the end."""

    def __init__(self, broker):
        self.broker, self.kills, self.enough = broker, 0, threading.Event()

    def __enter__(self):
        self.threads = concurrent.futures.ThreadPoolExecutor(1)
        self.killing = self.threads.submit(self.kill)
        return self

    def kill(self):
        while not self.enough.wait(SESSION_SECONDS + 3):
            self.broker.kill()
            self.broker.start()
            self.kills += 1

    def __exit__(self, *_):
        self.enough.set()
        self.threads.shutdown()
        self.killing.result()


def killed(_):
    """The tests of transactions and groups, again and again, while the broker is killed and comes back. A client that waits
    for an answer to the first request of a connection takes the end of it for want of SASL and gives up: such a case has
    to pass another time."""
    cases, gave_up, rounds = Cases(), {}, 0
    with Broker("group.initial.rebalance.delay.ms=0") as broker, Killer(broker) as killer:
        while killer.kills < KILLS and not killer.killing.done():
            found = run_tests(broker, "-test.run=^(TestGroupETL|TestTxnEtl)", "-test.timeout=300s")
            for name in [name for name, why in found.failed.items() if "is SASL missing?" in why]:
                gave_up[name] = found.failed.pop(name)
            cases.join(found)
            rounds += 1
            print(f"round {rounds}: {killer.kills} kills so far", flush=True)
    for name, why in gave_up.items():
        if name not in cases.passed:
            cases.fail(name, why)
    return cases


SUITES = {
    "franz-go-tests": Suite(whole, is_quick=False),
    "franz-go-tests-killed": Suite(killed, needs_broker=False, is_quick=False),
}
