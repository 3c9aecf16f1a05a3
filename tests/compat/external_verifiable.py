# SPDX-License-Identifier: Apache-2.0
"""The clients that Kafka's own system tests drive: VerifiableProducer, VerifiableConsumer, ClientCompatibilityTest."""

import json
import re
import subprocess

import apache_kafka
from broker import Broker
from external import Suite, expect, need, tool

PACKAGE = "org.apache.kafka.tools."
RECORDS = 100_000


def run_class(name, *arguments):
    done = apache_kafka.java(PACKAGE + name, *arguments, capture_output=True, text=True, timeout=300)
    expect(done.returncode == 0, f"{name}: {done.stdout[-1500:]}{done.stderr[-1500:]}")
    return [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]


def verifiable(broker):
    """100,000 records with acks=all, read by two members of a group, each once, and committed."""
    need("java", "mvn")
    server = ("--bootstrap-server", broker.bootstrap)
    tool("kafka-topics", *server, "--create", "--topic", "verifiable", "--partitions", "4")
    events = run_class("VerifiableProducer", *server, "--topic", "verifiable", "--max-messages", RECORDS, "--acks", "-1", "--repeating-keys", "1000")
    acked = sum(event["name"] == "producer_send_success" for event in events)
    told = next(event for event in events if event["name"] == "tool_data")
    expect((acked, told["acked"], told["sent"]) == (RECORDS, RECORDS, RECORDS), told)
    members = [subprocess.Popen(["java", "-cp", f"{apache_kafka.jars()}/*", PACKAGE + "VerifiableConsumer", *server, "--topic", "verifiable",
                                 "--group-id", "verifiable", "--reset-policy", "earliest", "--max-messages", str(RECORDS // 2)],
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) for _ in range(2)]
    read, committed = 0, {}
    for member in members:
        output, errors = member.communicate(timeout=300)
        expect(member.returncode == 0, errors[-1500:])
        for event in map(json.loads, output.splitlines()):
            if event["name"] == "records_consumed":
                read += event["count"]
            if event["name"] == "offsets_committed" and event["success"]:
                committed.update({each["partition"]: max(each["offset"], committed.get(each["partition"], 0)) for each in event["offsets"]})
    expect(read >= RECORDS, (read, committed))
    described = tool("kafka-consumer-groups", *server, "--describe", "--group", "verifiable")
    lags = [int(lag) for lag in re.findall(r"verifiable +verifiable +\d+ +\d+ +\d+ +(\d+)", described)]
    expect(len(lags) == 4 and sum(lags) <= RECORDS, described)
    print(f"{acked} acked, {read} read by two members")


def client_compatibility(broker):
    """What Kafka asks of every client and broker of any two ages; it has an answer for each feature that is not there."""
    need("java", "mvn")
    is_ours = isinstance(broker, Broker)
    server = ("--bootstrap-server", broker.bootstrap)
    tool("kafka-topics", *server, "--create", "--topic", "compatible")
    done = apache_kafka.java(
        PACKAGE + "ClientCompatibilityTest", *server, "--topic", "compatible", "--offsets-for-times-supported", "true", "--cluster-id-supported",
        "true", "--expect-record-too-large-exception", "false", "--num-cluster-nodes", "1", "--create-topics-supported", "true",
        "--describe-acls-supported", "false" if is_ours else "true", "--describe-configs-supported", "true",
        "--idempotent-producer-supported", "true", capture_output=True, text=True, timeout=300)
    expect(done.returncode == 0 and "SUCCESS" in done.stdout, done.stdout[-2000:] + done.stderr[-2000:])
    print(done.stdout.strip().splitlines()[-1])


SUITES = {"verifiable": Suite(verifiable), "client-compatibility": Suite(client_compatibility)}
