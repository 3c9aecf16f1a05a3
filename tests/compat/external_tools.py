# SPDX-License-Identifier: Apache-2.0
"""Kafka's own command-line tools against Apache Kafka and against us: they print the same, ids, times and addresses aside.

What differs on purpose is in EXPLAINED, with the reason; anything else fails."""

import difflib
import json
import pathlib
import re
import subprocess
import tempfile

import apache_kafka
from broker import BINARY, Broker
from external import expect, need

# By tool and arguments as in script(), shortened to their first words: why the answers may differ.
EXPLAINED = {
    "kafka-features describe": "we have two features, Kafka has seven",
    "kafka-broker-api-versions": "we serve other versions of some APIs, and not those of features that are not there",
    "kafka-configs --describe --entity-type brokers --entity-name 1 --all": "settings have other defaults here",
    "kafka-metadata-quorum describe --status": "nobody votes here, so there is no epoch to tell, nor a controller's address",
    "kafka-metadata-quorum describe --replication": "offsets of another log",
    "kafka-log-dirs --describe": "a batch takes the same bytes; Kafka has its metadata log beside them",
    "kafka-cluster list-endpoints": "Kafka tells of the listener, we of the address by which one came",
}


def script(folder):
    """(tool, arguments, input) in the order of one life; each sees what those before it did."""
    def file(name, content):
        path = pathlib.Path(folder, name)
        path.write_text(content if isinstance(content, str) else json.dumps(content))
        return str(path)

    topics, configs, groups = "kafka-topics", "kafka-configs", "kafka-consumer-groups"
    yield topics, "--create --topic t --partitions 3 --config retention.ms=86400000"
    yield topics, "--create --topic t"
    yield topics, "--create --topic t --if-not-exists"
    yield topics, "--create --topic u --replication-factor 1 --config cleanup.policy=compact"
    yield topics, "--create --topic bad/name"
    yield topics, "--create --topic many --replication-factor 3"
    yield topics, "--create --topic odd --config no.such=1"
    yield topics, "--list"
    yield topics, "--describe --topic t"
    yield topics, "--describe"
    yield topics, "--describe --topic none"
    yield topics, "--describe --topics-with-overrides"
    yield topics, "--describe --under-replicated-partitions"
    yield topics, "--alter --topic t --partitions 4"
    yield topics, "--alter --topic t --partitions 2"
    yield topics, "--alter --topic none --partitions 2"
    yield "kafka-console-producer", "--topic t --reader-property parse.key=true --reader-property key.separator=:", "".join(
        f"k{i}:line {i}\n" for i in range(100))
    yield "kafka-console-consumer", "--topic t --partition 0 --offset earliest --timeout-ms 4000 --formatter-property print.key=true"
    yield "kafka-console-consumer", "--topic t --group g --from-beginning --max-messages 100 --timeout-ms 10000"
    yield "kafka-get-offsets", "--topic t"
    yield "kafka-get-offsets", "--topic t --time earliest"
    yield "kafka-get-offsets", "--topic-partitions t:0-2 --time latest"
    yield "kafka-get-offsets", "--topic none"
    yield configs, "--describe --entity-type topics --entity-name t"
    yield configs, "--describe --entity-type topics --entity-name t --all"
    yield configs, "--describe --entity-type topics"
    yield configs, "--alter --entity-type topics --entity-name t --add-config segment.bytes=2000000,cleanup.policy=[compact,delete]"
    yield configs, "--alter --entity-type topics --entity-name t --add-config no.such=1"
    yield configs, "--alter --entity-type topics --entity-name none --add-config retention.ms=1"
    yield configs, "--alter --entity-type topics --entity-name t --delete-config segment.bytes"
    yield configs, "--describe --entity-type topics --entity-name t"
    yield configs, "--describe --entity-type brokers --entity-name 1"
    yield configs, "--describe --entity-type brokers --entity-name 1 --all"
    yield configs, "--alter --entity-type brokers --entity-name 1 --add-config log.cleaner.backoff.ms=20000"
    yield configs, "--alter --entity-type brokers --entity-default --add-config log.cleaner.backoff.ms=30000"
    yield configs, "--describe --entity-type brokers --entity-name 1"
    yield configs, "--describe --entity-type brokers --entity-default"
    yield configs, "--alter --entity-type brokers --entity-name 1 --add-config node.id=7"
    yield configs, "--alter --entity-type users --entity-name u --add-config producer_byte_rate=1000,request_percentage=12.5"
    yield configs, "--alter --entity-type clients --entity-default --add-config consumer_byte_rate=100000000"
    yield configs, "--alter --entity-type users --entity-name u --entity-type clients --entity-name c --add-config producer_byte_rate=5"
    yield configs, "--alter --entity-type ips --entity-name 127.0.0.9 --add-config connection_creation_rate=10"
    yield configs, "--describe --entity-type users"
    yield configs, "--describe --entity-type clients"
    yield configs, "--describe --entity-type users --entity-type clients"
    yield configs, "--describe --entity-type ips"
    yield configs, "--alter --entity-type users --entity-name u --delete-config producer_byte_rate"
    yield configs, "--describe --entity-type users --entity-name u"
    yield configs, "--alter --entity-type broker-loggers --entity-name 1 --add-config root=WARN"
    yield configs, "--alter --entity-type groups --entity-name g --add-config consumer.session.timeout.ms=50000"
    yield configs, "--describe --entity-type groups --entity-name g"
    yield configs, "--describe --entity-type groups"
    yield configs, "--alter --entity-type client-metrics --entity-name s --add-config interval.ms=5000"
    yield configs, "--describe --entity-type client-metrics --entity-name s"
    yield "kafka-client-metrics", "--list"
    yield groups, "--list"
    yield groups, "--list --state"
    yield groups, "--describe --group g"
    yield groups, "--describe --group g --state"
    yield groups, "--describe --group g --members --verbose"
    yield groups, "--describe --group none"
    for how in ("--to-earliest", "--to-latest", "--shift-by -5", "--to-offset 3", "--to-current", "--by-duration PT0S",
                "--to-datetime 2020-01-01T00:00:00.000"):
        yield groups, f"--reset-offsets --group g --topic t {how} --dry-run"
    yield groups, "--reset-offsets --group g --topic t:0,1 --to-offset 1 --execute"
    yield groups, "--reset-offsets --group g --all-topics --to-current --export --dry-run"
    yield groups, f"--reset-offsets --group g --from-file {file('offsets.csv', 't,0,2' + chr(10))} --execute"
    yield groups, "--describe --group g"
    yield groups, "--delete-offsets --group g --topic t:1"
    yield groups, "--delete --group g"
    yield groups, "--delete --group none"
    yield "kafka-groups", "--list"
    yield "kafka-delete-records", "--offset-json-file " + file("delete.json", {"version": 1, "partitions": [
        {"topic": "t", "partition": 0, "offset": 1}, {"topic": "t", "partition": 3, "offset": 0}]})
    yield "kafka-delete-records", "--offset-json-file " + file("above.json", {"version": 1, "partitions": [
        {"topic": "u", "partition": 0, "offset": 99999}]})
    yield "kafka-log-dirs", "--describe --topic-list t"
    yield "kafka-transactions", "list"
    yield "kafka-transactions", "describe --transactional-id none"
    yield "kafka-transactions", "describe-producers --topic t --partition 0"
    yield "kafka-transactions", "find-hanging --broker-id 1"
    yield "kafka-cluster", "cluster-id"
    yield "kafka-cluster", "list-endpoints"
    yield "kafka-cluster", "unregister --id 77"
    yield "kafka-features", "describe"
    yield "kafka-features", "downgrade --feature transaction.version=1"
    yield "kafka-features", "upgrade --feature transaction.version=2"
    yield "kafka-features", "upgrade --feature transaction.version=9"
    yield "kafka-features", "upgrade --feature nonsense=1"
    yield "kafka-metadata-quorum", "describe --status"
    yield "kafka-metadata-quorum", "describe --replication"
    yield "kafka-leader-election", "--election-type preferred --topic t --partition 0"
    yield "kafka-leader-election", "--election-type preferred --all-topic-partitions"
    yield "kafka-leader-election", "--election-type unclean --topic none --partition 0"
    moves = {"version": 1, "partitions": [{"topic": "t", "partition": 0, "replicas": [1], "log_dirs": ["any"]}]}
    plan = file("plan.json", moves)
    yield "kafka-reassign-partitions", "--list"
    yield "kafka-reassign-partitions", f"--generate --broker-list 1 --topics-to-move-json-file {file('move.json', {'version': 1, 'topics': [{'topic': 'u'}]})}"
    yield "kafka-reassign-partitions", f"--execute --reassignment-json-file {plan}"
    yield "kafka-reassign-partitions", f"--verify --reassignment-json-file {plan}"
    yield "kafka-reassign-partitions", f"--cancel --reassignment-json-file {plan}"
    yield "kafka-broker-api-versions", ""
    yield topics, "--delete --topic u"
    yield topics, "--delete --topic none"
    yield topics, "--list"


def masked(text, broker):
    text = text.replace(str(broker.port), "PORT").replace(str(broker.data), "DATA")
    text = re.sub(r"\b(localhost|127\.0\.0\.1)\b", "HOST", text)
    text = re.sub(r"TopicId: \S+", "TopicId: ID", text)
    text = re.sub(r"\b[\w-]{22}\b(?=\s*$|,|\)|\s)", "ID", text, flags=re.M) if "luster" in text else text
    text = re.sub(r"\[?20\d\d-\d\d-\d\d[ T][\d:.,]+\]?", "TIME", text)
    text = re.sub(r"\b17\d{11}\b", "TIME", text).replace("DATA/logs", "DATA")
    # Kafka has this as a setting of all brokers, of its own accord, with the feature ELR.
    text = re.sub(r"^\s*min\.insync\.replicas=1 sensitive=false synonyms=\{DYNAMIC_DEFAULT_BROKER_CONFIG:min.insync.replicas=1\}\n",
                  "", text, flags=re.M)
    text = text.replace("DYNAMIC_DEFAULT_BROKER_CONFIG:min.insync.replicas=1, ", "")
    text = re.sub(r"Configs: min\.insync\.replicas=1,?", "Configs: ", text)
    text = re.sub(r" are (\S+=\S+, )+\S+=\S+$", lambda m: " are " + ", ".join(sorted(m[0][5:].split(", "))), text, flags=re.M)
    text = re.sub(r"console-consumer-[\w-]+", "MEMBER", text)
    text = re.sub(r"odradek\.durability=\S+ sensitive=\S+ synonyms=\{.*\}\n\s*", "", text)
    # Stack traces name lines of Kafka's; the first line says what happened.
    lines = [line.rstrip() for line in text.splitlines() if not re.match(r"\s+at |\s*\.\.\. \d+ more|SLF4J|.*log4j.*|WARNING: ", line)]
    return [re.sub(r"\s+", " ", line) for line in lines if line.strip()]


def in_order(lines):
    """Lists come in the order of hashes."""
    return sorted(lines)


def answers(broker, folder):
    """What each tool printed, by its name and arguments."""
    found = []
    for tool, arguments, *rest in script(folder):
        words = arguments.split()
        server = ["--bootstrap-server", broker.bootstrap]
        if tool == "kafka-cluster" or tool == "kafka-metadata-quorum" or tool == "kafka-transactions" or tool == "kafka-features":
            words = [*server, *words] if tool != "kafka-cluster" else [*words, *server]
        else:
            words = [*server, *words]
        done = apache_kafka.tool(tool, *words, **({"input": rest[0]} if rest else {}))
        label = f"{tool} {arguments.replace(folder, 'FOLDER')}".strip()
        found.append((label, done.returncode, in_order(masked(done.stdout + done.stderr, broker))))
        print(".", end="", flush=True)
    print()
    return found


# What ours are asked that go by the names of Kafka's; each line is one of a life, with input behind a bar.
BY_NAME = """
kafka-topics --create --topic t --partitions 3 --config retention.ms=86400000
kafka-topics --create --topic a.b
kafka-topics --create --topic t
kafka-topics --create --topic t --if-not-exists
kafka-topics --list
kafka-topics --describe --topic t
kafka-topics --describe --topic none
kafka-topics --describe --topics-with-overrides
kafka-topics --alter --topic t --partitions 4
kafka-topics --alter --topic t --partitions 2
kafka-console-producer --topic t --reader-property parse.key=true --reader-property key.separator=: | k1:one,k2:two,k3:three
kafka-console-consumer --topic t --from-beginning --max-messages 3 --formatter-property print.key=true --formatter-property print.partition=true
kafka-console-consumer --topic t --group g --from-beginning --max-messages 3
kafka-console-consumer --topic t --partition 0 --offset earliest --timeout-ms 2000 --formatter-property print.offset=true --formatter-property print.headers=true
kafka-get-offsets --topic t
kafka-get-offsets --topic t --time earliest
kafka-get-offsets --topic none
kafka-consumer-groups --list
kafka-consumer-groups --list --state
kafka-consumer-groups --describe --group g
kafka-consumer-groups --reset-offsets --group g --topic t --to-earliest --dry-run
kafka-consumer-groups --reset-offsets --group g --topic t --to-earliest --execute
kafka-consumer-groups --reset-offsets --group g --topic t --shift-by 1 --dry-run
kafka-consumer-groups --reset-offsets --group g --topic t:0 --to-datetime 2020-01-01T00:00:00.000 --execute
kafka-consumer-groups --describe --group g
kafka-consumer-groups --delete --group g
kafka-configs --describe --entity-type topics --entity-name t
kafka-configs --alter --entity-type topics --entity-name t --add-config cleanup.policy=[compact,delete],segment.bytes=2000000
kafka-configs --describe --topic t
kafka-configs --describe --entity-type topics --entity-name t --all
kafka-configs --alter --entity-type brokers --entity-name 1 --add-config log.cleaner.backoff.ms=20000
kafka-configs --describe --entity-type brokers --entity-name 1
kafka-configs --alter --entity-type brokers --entity-default --add-config log.cleaner.backoff.ms=20000
kafka-configs --describe --entity-type brokers --entity-default
kafka-configs --alter --entity-type topics --entity-name t --delete-config segment.bytes
kafka-broker-api-versions
kafka-topics --delete --topic t
kafka-topics --delete --topic none
"""


def by_name(_):
    """Kafka's tools and ours of the same names, each against a broker of its own of ours."""
    need("java", "mvn")

    def run_all(broker, call):
        found = []
        for line in BY_NAME.strip().splitlines():
            command, _, given = line.partition(" | ")
            name, *words = command.split()
            text = given.replace(",", "\n") + "\n" if given else ""
            done = call(name, ["--bootstrap-server", broker.bootstrap, *words], text)
            lines = [each for each in masked(done.stdout + done.stderr, broker)
                     if not re.match(r"MEMBER\b|The consumer rebalance protocol|.*: UNSUPPORTED|(Caused by|java\.|org\.apache)|\(org\.apache|\[?TIME.*ERROR", each)]
            found.append((line, done.returncode, in_order(each.rstrip(",") for each in lines)))
            print(".", end="", flush=True)
        print()
        return found

    settings = ("group.initial.rebalance.delay.ms=0", "num.partitions=1")
    with Broker(*settings, nodes=1) as broker:
        expected = run_all(broker, lambda name, words, text: apache_kafka.tool(name, *words, input=text))
    with Broker(*settings, nodes=1) as broker:
        ours = run_all(broker, lambda name, words, text: subprocess.run([BINARY, name, *words], input=text, capture_output=True,
                                                                        text=True, timeout=60))
    problems = []
    for (label, code, lines), (_, our_code, our_lines) in zip(expected, ours):
        if (code, lines) != (our_code, our_lines):
            difference = "\n".join(difflib.unified_diff(lines, our_lines, "Kafka's tool", "ours", n=0, lineterm=""))
            problems.append(f"== {label}: {code} and {our_code}\n{difference[:1500]}")
    expect(not problems, f"{len(problems)} differ:\n" + "\n".join(problems))
    print(f"{len(ours)} commands print the same, by Kafka's tools and by ours of their names")


def tools(_):
    """The whole comparison."""
    need("java", "mvn")
    with tempfile.TemporaryDirectory() as folder:
        settings = ("group.initial.rebalance.delay.ms=0", "offsets.topic.num.partitions=1")
        with apache_kafka.ApacheKafka(*settings) as kafka:
            expected = answers(kafka, folder)
        with Broker(*settings, nodes=1) as broker:
            ours = answers(broker, folder)
    problems, explained = [], 0
    for (label, code, lines), (_, our_code, our_lines) in zip(expected, ours):
        if (code, lines) == (our_code, our_lines):
            continue
        if any(label.startswith(known) for known in EXPLAINED):
            explained += 1
            continue
        difference = "\n".join(difflib.unified_diff(lines, our_lines, "kafka", "odradek", n=0, lineterm=""))
        problems.append(f"== {label}: {code} and {our_code}\n{difference[:1500]}")
    expect(not problems, f"{len(problems)} differ:\n" + "\n".join(problems))
    print(f"{len(expected)} commands of Kafka {apache_kafka.VERSION}'s tools: the same output but for {explained} that are explained")
