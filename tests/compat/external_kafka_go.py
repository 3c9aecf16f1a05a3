# SPDX-License-Identifier: Apache-2.0
"""The tests of segmentio's kafka-go."""

import os
import subprocess

import apache_kafka
from cache import built_once
from external import Suite, need, run
from external_go import go_module, outcomes_of_go

VERSION = os.environ.get("KAFKA_GO_VERSION", "v0.4.51")
# Those for a listener with SASL, which neither broker has here; what looks at the library alone.
LEFT_OUT = "^(TestSASL|TestNetDial|TestProtocol)"


def build(folder):
    print(f"fetching kafka-go {VERSION}", flush=True)
    source = go_module("github.com/segmentio/kafka-go", VERSION, folder / "source")
    run("go", "mod", "tidy", cwd=source)


def kafka_go(_):
    need("go")
    source = built_once(f"kafka-go-{VERSION}", build) / "source"
    # Their own runs leave nettest out: it wants a connection to be a stream that never times out.
    environment = {**os.environ, "KAFKA_VERSION": apache_kafka.VERSION, "KAFKA_SKIP_NETTEST": "1"}
    done = subprocess.run(["go", "test", "-v", "-count=1", "-timeout=900s", f"-skip={LEFT_OUT}", "."], cwd=source,
                          env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    cases = outcomes_of_go(done.stdout)
    if not cases.passed:
        raise AssertionError(done.stdout[-3000:])
    return cases


SUITES = {"kafka-go": Suite(kafka_go, settings=("message.max.bytes=200000000", "auto.create.topics.enable=true"), port=9092, is_quick=False)}
