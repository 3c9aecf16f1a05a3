# SPDX-License-Identifier: Apache-2.0
"""The clients that do not come from Debian: Java, Go and Node; each writes, reads and joins groups."""

import atexit
import os
import pathlib
import sys
import tempfile

import apache_kafka
from admin_requests import AdminRequests
from broker import Broker
from cluster_admin import ClusterAdmin
from data_requests import DataRequests
from external import Suite, expect, golden_answers, need, run
from group_requests import GroupRequests
from test_nodes import Unrest

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent


def shapes(_):
    need("java", "mvn")
    jar = next(apache_kafka.jars().glob("kafka-clients-*.jar"))
    print(run(sys.executable, ROOT / "tools/check_shapes", jar).strip().splitlines()[-1])


def java_client(broker):
    need("java", "mvn")
    done = apache_kafka.java(HERE / "java/RoundTrip.java", broker.bootstrap, capture_output=True, text=True, timeout=300)
    expect(done.returncode == 0, done.stdout + done.stderr[-3000:])
    print(done.stdout.strip())


def java_groups(broker):
    need("java", "mvn")
    done = apache_kafka.java(HERE / "java/GroupLife.java", broker.bootstrap, capture_output=True, text=True, timeout=300)
    expect(done.returncode == 0, done.stdout + done.stderr[-3000:])
    print(done.stdout.strip())


def franz_go_groups(broker):
    need("go")
    print(run("go", "run", "./groups", broker.bootstrap, cwd=HERE / "go", env={**os.environ, "GOFLAGS": "-mod=mod"}).strip())


def group_answers(_):
    golden_answers("group_answers.txt", GroupRequests, "num.partitions=4")


def admin_answers(_):
    golden_answers("admin_answers.txt", AdminRequests)


def data_answers(_):
    golden_answers("data_answers.txt", DataRequests, "log.initial.task.delay.ms=86400000")


def franz_go(broker):
    need("go")
    print(run("go", "run", ".", broker.bootstrap, cwd=HERE / "go", env={**os.environ, "GOFLAGS": "-mod=mod"}).strip())


def node(script):
    def suite(broker):
        need("node", "npm")
        if not (HERE / "node/node_modules").exists():
            run("npm", "install", "--no-audit", "--no-fund", "--no-package-lock", cwd=HERE / "node")
        print(run("node", script, broker.bootstrap, cwd=HERE / "node").strip())
    return suite


def ordered_java(*arguments):
    need("java", "mvn")
    return ["java", "-cp", f"{apache_kafka.jars()}/*", HERE / "java/Ordered.java", *arguments]


def ordered_go(*arguments):
    need("go")
    binary = pathlib.Path(tempfile.gettempdir(), f"odradek-ordered-{os.getpid()}")
    if not binary.exists():
        run("go", "build", "-o", binary, "./ordered", cwd=HERE / "go", env={**os.environ, "GOFLAGS": "-mod=mod"})
        atexit.register(binary.unlink)
    return [binary, *arguments]


def unrest(client):
    """A client writes and reads while leaders move and nodes stop, and then reads from the replica of its rack."""
    def suite(_):
        client()
        with Broker("num.partitions=4", nodes=3, arguments=["--racks", "a,b,c"]) as broker:
            admin = ClusterAdmin(broker)
            for topic in ("unrest", "rack"):
                admin.describe(topic, create=True)
            mover = Unrest(broker, ["unrest"])
            mover.start()
            try:
                print(run(*client(broker.bootstrap, "unrest", "4", os.environ.get("NODES_SECONDS", "60"))).strip())
            finally:
                mover.finish()
            print(f"{mover.moves} leaders moved, {mover.stops} nodes stopped meanwhile")
            admin.lead("rack", {partition: 1 for partition in range(4)})
            print(run(*client(broker.bootstrap, "rack", "4", "10", "c", "3")).strip())
    return suite


SUITES = {
    "shapes": Suite(shapes, needs_broker=False),
    "group-answers": Suite(group_answers, needs_broker=False),
    "admin-answers": Suite(admin_answers, needs_broker=False),
    "data-answers": Suite(data_answers, needs_broker=False),
    "java": Suite(java_client),
    "java-groups": Suite(java_groups),
    "franz-go": Suite(franz_go),
    "franz-go-groups": Suite(franz_go_groups),
    "kafkajs": Suite(node("kafkajs.mjs")),
    "platformatic": Suite(node("platformatic.mjs")),
    "java-unrest": Suite(unrest(ordered_java), needs_broker=False),
    "franz-go-unrest": Suite(unrest(ordered_go), needs_broker=False, is_quick=False),
}
