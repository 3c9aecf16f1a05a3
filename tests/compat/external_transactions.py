# SPDX-License-Identifier: Apache-2.0
"""Transactions with the clients and tools that do not come from Debian; run_external runs these suites."""

import os
import pathlib
import re
import struct

import apache_kafka
from broker import Broker
from external import Suite, expect, golden_answers, need, run, tool
from raw_client import RawClient, batch, text
from transaction_requests import TransactionRequests
from wire_tap import WireTap

HERE = pathlib.Path(__file__).resolve().parent
PRODUCE, INIT_PRODUCER_ID, ADD_PARTITIONS_TO_TXN, ADD_OFFSETS_TO_TXN, END_TXN, TXN_OFFSET_COMMIT = 0, 22, 24, 25, 26, 28


def tapped(client):
    """Runs a client against a broker that it only reaches by way of a tap."""
    tap = WireTap()
    try:
        with Broker(f"advertised.listeners=PLAINTEXT://127.0.0.1:{tap.port}", "group.initial.rebalance.delay.ms=0",
                    nodes=1) as broker:
            tap.broker_port = broker.port
            print(run(*client(tap.bootstrap)).strip())
    finally:
        tap.close()
    return tap


def java_transactions(_):
    """Version 2: the newest requests, and none to add partitions."""
    need("java", "mvn")
    tap = tapped(lambda bootstrap: ["java", "-cp", f"{apache_kafka.jars()}/*", HERE / "java/Transactions.java", bootstrap])
    expect(max(tap.versions(PRODUCE)) == 13, tap.used[PRODUCE])
    expect(tap.versions(END_TXN) == {5}, tap.used[END_TXN])
    expect(tap.versions(TXN_OFFSET_COMMIT) == {5}, tap.used[TXN_OFFSET_COMMIT])
    expect(not tap.versions(ADD_PARTITIONS_TO_TXN) and not tap.versions(ADD_OFFSETS_TO_TXN), tap.used)
    print("on the wire: Produce v13, EndTxn v5, TxnOffsetCommit v5, no AddPartitionsToTxn, no AddOffsetsToTxn")


def old_java_transactions(_):
    """Version 1, with clients that know no other."""
    need("java", "mvn")
    for version in apache_kafka.OLD_CLIENTS:
        jars = apache_kafka.old_client_jars(version)
        tap = tapped(lambda bootstrap: ["java", "-cp", f"{jars}/*", HERE / "java/Transactions.java", bootstrap])
        expect(max(tap.versions(PRODUCE)) <= 11 and max(tap.versions(END_TXN)) <= 4, tap.used)
        expect(tap.versions(ADD_PARTITIONS_TO_TXN) == {3} and tap.versions(ADD_OFFSETS_TO_TXN), tap.used)
        print(f"Java {version} on the wire: Produce v{max(tap.versions(PRODUCE))}, EndTxn v{max(tap.versions(END_TXN))}, "
              f"AddPartitionsToTxn v{max(tap.versions(ADD_PARTITIONS_TO_TXN))}")


def streams(broker):
    need("java", "mvn")
    print(run("java", "-cp", f"{apache_kafka.streams_jars()}/*", HERE / "java/StreamsExactlyOnce.java", broker.bootstrap).strip())


def franz_go_transactions(broker):
    need("go")
    print(run("go", "run", "./transactions", broker.bootstrap, cwd=HERE / "go", env={**os.environ, "GOFLAGS": "-mod=mod"}).strip())


def message_copier(broker):
    """Kafka's own TransactionalMessageCopier, which aborts at random."""
    need("java", "mvn")
    server = ("--bootstrap-server", broker.bootstrap)
    for topic in ("input", "output"):
        tool("kafka-topics", *server, "--create", "--topic", topic, "--partitions", "1")
    lines = [f"line {i}" for i in range(10_000)]
    tool("kafka-console-producer", *server, "--topic", "input", input="".join(f"{line}\n" for line in lines))
    copied = apache_kafka.java("org.apache.kafka.tools.TransactionalMessageCopier", "--broker-list", broker.bootstrap,
                               "--input-topic", "input", "--input-partition", 0, "--output-topic", "output",
                               "--max-messages", len(lines), "--consumer-group", "copier", "--transactional-id", "copier",
                               "--transaction-size", 200, "--enable-random-aborts", capture_output=True, text=True, timeout=300)
    expect(copied.returncode == 0, copied.stdout[-1500:] + copied.stderr[-1500:])
    read = tool("kafka-console-consumer", *server, "--topic", "output", "--from-beginning", "--isolation-level",
                "read_committed", "--timeout-ms", "5000").splitlines()
    expect(read == lines, f"{len(read)} lines, {len(set(read))} different")
    ends = tool("kafka-get-offsets", *server, "--topic", "output").strip()
    print(f"TransactionalMessageCopier: {len(read)} lines once and in order, in a log that ends at {ends}")


def transaction_tools(broker):
    """kafka-transactions, with a transaction that no coordinator knows of, as a broken producer would leave it."""
    need("java", "mvn")
    server = ("--bootstrap-server", broker.bootstrap)
    tool("kafka-topics", *server, "--create", "--topic", "t", "--partitions", "1")

    def transactions(*arguments):
        return tool("kafka-transactions", *server, *arguments)

    with RawClient(broker.port) as client:
        producer, epoch = begin(client, "mine", "t")
        listed = transactions("list")
        expect(re.search(rf"mine\s+\d+\s+{producer}\s+Ongoing", listed), listed)
        expect("mine" not in transactions("list", "--duration-filter", "100000"), "duration filter")
        expect("mine" in transactions("list", "--transactional-id-pattern", "m.*e"), "pattern")
        expect("mine" not in transactions("list", "--transactional-id-pattern", "m"), "pattern")
        described = transactions("describe", "--transactional-id", "mine")
        expect(re.search(rf"{producer}\s+{epoch}\s+Ongoing\s+60000\s+\d+\s+\d+\s+t-0", described), described)
        producers = transactions("describe-producers", "--topic", "t", "--partition", "0")
        expect(re.search(rf"{producer}\s+{epoch}\s+-1\s+0\s+\d+\s+0", producers), producers)
        expect(not re.search(rf"t\s+0\s+{producer}", transactions("find-hanging", "--topic", "t", "--max-transaction-timeout", "0")),
               "it is not hanging")
        transactions("abort", "--topic", "t", "--partition", "0", "--start-offset", "0")
        producers = transactions("describe-producers", "--topic", "t", "--partition", "0")
        expect(re.search(rf"{producer}\s+{epoch}\s+\S+\s+0\s+\d+\s+None", producers), producers)
    features = tool("kafka-features", *server, "describe")
    expect(re.search(r"transaction.version\s+SupportedMinVersion: 0\s+SupportedMaxVersion: 2\s+FinalizedVersionLevel: 2",
                     features), features)
    print("kafka-transactions: list with filters, describe, describe-producers, find-hanging, abort; kafka-features")


def transaction_answers(_):
    golden_answers("transaction_answers.txt", TransactionRequests, "num.partitions=2")


def coordinated(ask):
    """The answer, which begins with its error, when there is a coordinator that has loaded."""
    while (answer := ask())[0] in (14, 15, 16):
        pass
    expect(answer[0] == 0, answer)
    return answer


def begin(client, transactional_id, topic):
    """Opens a transaction of version 1 with one record in partition 0; the producer."""
    coordinated(lambda: struct.unpack(">h", client.call(10, 1, text(transactional_id) + b"\x01")[4:6]))
    _, producer, epoch = coordinated(lambda: struct.unpack(">hqh", client.call(22, 0, text(transactional_id) + struct.pack(">i", 60000))[4:]))
    topics = struct.pack(">i", 1) + text(topic) + struct.pack(">ii", 1, 0)
    added = client.call(24, 0, text(transactional_id) + struct.pack(">qh", producer, epoch) + topics)
    expect(added[-2:] == b"\0\0", added)
    records = batch(attributes=16, producer=(producer, epoch, 0))
    produced = client.call(0, 3, text(transactional_id) + client.produce_body(topic, records)[2:])
    expect(struct.unpack(">h", produced[4 + 2 + len(topic) + 4 + 4:][:2]) == (0,), produced)
    return producer, epoch


SUITES = {
    "java-transactions": Suite(java_transactions, needs_broker=False),
    "old-java-transactions": Suite(old_java_transactions, needs_broker=False),
    "transaction-answers": Suite(transaction_answers, needs_broker=False),
    "streams": Suite(streams),
    "franz-go-transactions": Suite(franz_go_transactions),
    "message-copier": Suite(message_copier),
    "transaction-tools": Suite(transaction_tools),
}
