# SPDX-License-Identifier: Apache-2.0
"""Kafka's own command-line tools against Apache Kafka and against us: they print the same, ids, times and addresses aside.

What differs on purpose is in EXPLAINED, with the reason; anything else fails."""

import contextlib
import difflib
import json
import pathlib
import re
import subprocess
import tempfile

import apache_kafka
from broker import BINARY, Broker
from external import Suite, expect, need
from wait import wait_until

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


# What ours are asked that go by the names of Kafka's; each line is one of a life, with input behind a bar: "~" ends a line of
# it, and "FOLDER" is one with files.
BY_NAME = """
kafka-topics --create --topic t --partitions 3 --config retention.ms=86400000
kafka-topics --create --topic a.b
kafka-topics --create --topic t
kafka-topics --create --topic t --if-not-exists
kafka-topics --create --topic bad/name
kafka-topics --create --topic u --config cleanup.policy=compact --replica-assignment 1,1
kafka-topics --create --topic v --config nonsense
kafka-topics --create --topic v --partitions 0
kafka-topics --create --topic v --replica-assignment 1:1
kafka-topics --create --topic v --replica-assignment 1 --partitions 2
kafka-topics --create --topic v --replication-factor 3
kafka-topics --create --topic v --replication-factor 0
kafka-topics --create --topic v --if-exists
kafka-topics --create --topic v --exclude-internal
kafka-topics --create
kafka-topics --list
kafka-topics --list --topic [t-u].*
kafka-topics --list --topic t,u --exclude-internal
kafka-topics --list --partitions 3
kafka-topics --list --create
kafka-topics --describe --topic t
kafka-topics --describe --topic none
kafka-topics --describe --topic none --if-exists
kafka-topics --describe --if-exists
kafka-topics --describe --topic-id AAAAAAAAAAAAAAAAAAAAAQ
kafka-topics --describe --topic t|u
kafka-topics --describe --topics-with-overrides
kafka-topics --describe --under-replicated-partitions
kafka-topics --describe --unavailable-partitions
kafka-topics --describe --under-min-isr-partitions
kafka-topics --describe --at-min-isr-partitions
kafka-topics --describe --partition-size-limit-per-response 1
kafka-topics --describe --topics-with-overrides --unavailable-partitions
kafka-topics --alter --topic t --partitions 4
kafka-topics --alter --topic t --partitions 2
kafka-topics --alter --topic t
kafka-topics --alter --topic none --partitions 2
kafka-topics --alter --topic none --partitions 2 --if-exists
kafka-topics --alter --topic u --partitions 3 --replica-assignment 1,1,1
kafka-topics --alter --partitions 3
kafka-topics --delete --topic none --if-exists
kafka-topics --delete
kafka-topics --delete --topic u --partitions 1
kafka-topics --delete --topic u
kafka-topics --version
kafka-topics --create --topic h
kafka-topics --create --topic stamped --config message.timestamp.type=LogAppendTime
kafka-console-producer --topic stamped | one
kafka-topics --no-such-flag
kafka-console-producer --topic t --reader-property parse.key=true --reader-property key.separator=: | k1:one~k2:two~k3:three
kafka-console-producer --topic t --property parse.key=true --property key.separator=: | k4:four~none~k5:five
kafka-console-producer --topic h --reader-property parse.headers=true --reader-property null.marker=N --compression-codec zstd | a:1,b:N\tv1~N\tv2~:x\tN
kafka-console-producer --topic h --reader-property parse.headers=true | a1\tv
kafka-console-producer --topic h --reader-property parse.headers=true --reader-property parse.key=true --reader-property headers.delimiter=/ --reader-property headers.separator=; --reader-property headers.key.separator== | a=1;b=2/k\tv
kafka-console-producer --topic h --reader-property parse.headers=true --reader-property ignore.error=true | plain~bare\tv
kafka-console-producer --topic h --reader-property headers.separator=: | x
kafka-console-producer --topic h --reader-config FOLDER/reader.properties | key|value
kafka-console-producer --topic h --compression-codec | gzipped
kafka-console-producer --topic h --compression-codec lzma | x
kafka-console-producer --topic h --request-required-acks 7 | x
kafka-console-producer --topic h --request-required-acks 0 | unseen
kafka-console-producer --topic h --command-property acks=1 --command-config FOLDER/client.properties --batch-size 100 --sync | sync
kafka-console-producer --topic h --producer-property acks=1 --command-property acks=1 | x
kafka-console-producer --topic h --timeout 10 --max-block-ms 5000 --request-timeout-ms 3000 --message-send-max-retries 1 --retry-backoff-ms 5 --metadata-expiry-ms 1000 --max-memory-bytes 1000000 --socket-buffer-size 1000 | tuned
kafka-console-producer
kafka-console-producer --topic
kafka-console-consumer --topic t --from-beginning --timeout-ms 2000 --formatter-property print.key=true --formatter-property print.partition=true
kafka-console-consumer --topic t --group g --from-beginning --max-messages 4
kafka-console-consumer --topic t --partition 0 --offset earliest --timeout-ms 2000 --formatter-property print.offset=true --formatter-property print.headers=true
kafka-console-consumer --topic h --partition 0 --offset 1 --timeout-ms 2000 --property print.headers=true --property print.key=true --property print.epoch=true --property print.delivery=true --property headers.separator=; --property null.literal=NULL
kafka-console-consumer --topic h --from-beginning --timeout-ms 2000 --formatter-config FOLDER/formatter.properties
kafka-console-consumer --include [ht] --from-beginning --timeout-ms 3000
kafka-console-consumer --include h|t --group i --command-property auto.offset.reset=earliest --timeout-ms 4000
kafka-console-consumer --topic h --from-beginning --max-messages 2 --formatter org.apache.kafka.tools.consumer.NoOpMessageFormatter
kafka-console-consumer --topic h --from-beginning --max-messages 1 --value-deserializer org.apache.kafka.common.serialization.LongDeserializer
kafka-console-consumer --topic h --from-beginning --timeout-ms 2000 --skip-message-on-error --value-deserializer org.apache.kafka.common.serialization.ShortDeserializer
kafka-console-consumer --topic h --from-beginning --max-messages 2 --value-deserializer org.apache.kafka.common.serialization.StringDeserializer --key-deserializer org.apache.kafka.common.serialization.StringDeserializer --isolation-level read_committed
kafka-console-consumer --topic h --from-beginning --max-messages 1 --enable-systest-events --consumer.config FOLDER/client.properties
kafka-console-consumer --topic h --isolation-level some
kafka-console-consumer --topic h --offset 3
kafka-console-consumer --topic h --partition 0 --offset -3
kafka-console-consumer --topic h --partition 0 --offset soon
kafka-console-consumer --topic h --partition 0 --offset 3 --from-beginning
kafka-console-consumer --topic h --partition 0 --group g
kafka-console-consumer --topic h --group g --command-property group.id=other
kafka-console-consumer --topic h --from-beginning --command-property auto.offset.reset=latest
kafka-console-consumer --include h --partition 0
kafka-console-consumer --topic h --include h
kafka-console-consumer --from-beginning
kafka-console-consumer --topic stamped --from-beginning --max-messages 1 --formatter-property print.timestamp=true
kafka-get-offsets --topic t
kafka-get-offsets --topic t --time earliest
kafka-get-offsets --topic t --time -2 --partitions 0,2
kafka-get-offsets --topic stamped --time -3
kafka-get-offsets --topic stamped --time max-timestamp
kafka-get-offsets --topic t --time earliest-local
kafka-get-offsets --topic t --time latest-tiered
kafka-get-offsets --topic t --time earliest-pending-upload
kafka-get-offsets --topic t --time 4000000000000
kafka-get-offsets --topic t --time 1
kafka-get-offsets --topic t --time soon
kafka-get-offsets --topic t|h
kafka-get-offsets --topic-partitions t:0-2,h:0
kafka-get-offsets --topic-partitions t:1-,:0 --exclude-internal-topics
kafka-get-offsets --topic-partitions t:-2
kafka-get-offsets --topic-partitions t:x
kafka-get-offsets --topic-partitions t --topic t
kafka-get-offsets --topic t --partitions x
kafka-get-offsets --topic none
kafka-consumer-groups --list
kafka-consumer-groups --list --state
kafka-consumer-groups --list --state stable
kafka-consumer-groups --list --state Empty,Dead --type
kafka-consumer-groups --list --type classic
kafka-consumer-groups --list --type consumer
kafka-consumer-groups --list --group g
kafka-consumer-groups --describe --group g
kafka-consumer-groups --describe --group g --offsets --verbose
kafka-consumer-groups --describe --group g --state
kafka-consumer-groups --describe --group g --state --verbose
kafka-consumer-groups --describe --group g --state Empty
kafka-consumer-groups --describe --group g --members --verbose
kafka-consumer-groups --describe --group g --members --state
kafka-consumer-groups --describe --all-groups --timeout 10000
kafka-consumer-groups --describe --all-groups --group g
kafka-consumer-groups --describe --group none
kafka-consumer-groups --describe
kafka-consumer-groups --describe --group live
kafka-consumer-groups --describe --group live --members
kafka-consumer-groups --describe --group live --members --verbose
kafka-consumer-groups --describe --group live --state
kafka-consumer-groups --reset-offsets --group live --topic t --to-earliest --execute
kafka-consumer-groups --reset-offsets --group g --topic t --to-earliest --dry-run
kafka-consumer-groups --reset-offsets --group g --topic t --to-earliest --execute
kafka-consumer-groups --reset-offsets --group g --topic t --to-earliest --execute --dry-run
kafka-consumer-groups --reset-offsets --group g --topic t --shift-by 1 --dry-run
kafka-consumer-groups --reset-offsets --group g --topic t --shift-by -50
kafka-consumer-groups --reset-offsets --group g --topic h --shift-by 1 --dry-run
kafka-consumer-groups --reset-offsets --group g --topic t:0 --to-datetime 2020-01-01T00:00:00.000 --execute
kafka-consumer-groups --reset-offsets --group g --topic t:0 --to-datetime 2099-01-01T00:00:00.000+02:00 --dry-run
kafka-consumer-groups --reset-offsets --group g --topic t --by-duration PT0S --dry-run
kafka-consumer-groups --reset-offsets --group g --topic t --by-duration P1DT1H1M1.5S --dry-run
kafka-consumer-groups --reset-offsets --group g --topic t:0,1 --to-offset 99 --execute
kafka-consumer-groups --reset-offsets --group g --topic t:0,7 --to-offset 1 --dry-run
kafka-consumer-groups --reset-offsets --group g --topic t:x --to-offset 1 --dry-run
kafka-consumer-groups --reset-offsets --group g --topic t: --to-offset 1 --dry-run
kafka-consumer-groups --reset-offsets --group g --topic t --to-current --to-latest --dry-run
kafka-consumer-groups --reset-offsets --group g --topic t --dry-run
kafka-consumer-groups --reset-offsets --group g --to-latest --dry-run
kafka-consumer-groups --reset-offsets --to-latest --dry-run
kafka-consumer-groups --reset-offsets --group g --all-topics --to-latest --dry-run
kafka-consumer-groups --reset-offsets --group g --topic t:0,1 --to-current --export --dry-run
kafka-consumer-groups --reset-offsets --all-groups --all-topics --to-current --export --dry-run
kafka-consumer-groups --reset-offsets --group g --from-file FOLDER/offsets.csv --execute
kafka-consumer-groups --reset-offsets --group new --from-file FOLDER/groups.csv --dry-run
kafka-consumer-groups --reset-offsets --group other --from-file FOLDER/groups.csv --dry-run
kafka-consumer-groups --reset-offsets --group new --topic t --to-earliest --execute
kafka-consumer-groups --describe --group g
kafka-consumer-groups --delete-offsets --group g --topic t:1
kafka-consumer-groups --delete-offsets --group g --topic t
kafka-consumer-groups --delete-offsets --group g
kafka-consumer-groups --delete --group g --topic t
kafka-consumer-groups --delete --group g --group new
kafka-consumer-groups --delete
kafka-consumer-groups --list --describe --group g
kafka-consumer-groups
kafka-consumer-groups --validate-regex a.*
kafka-configs --describe --entity-type topics --entity-name t
kafka-configs --alter --entity-type topics --entity-name t --add-config cleanup.policy=[compact,delete],segment.bytes=2000000
kafka-configs --describe --topic t
kafka-configs --describe --entity-type topics --entity-name t --all
kafka-configs --describe --entity-type topics
kafka-configs --describe --topic none
kafka-configs --alter --entity-type brokers --entity-name 1 --add-config log.cleaner.backoff.ms=20000
kafka-configs --describe --entity-type brokers --entity-name 1
kafka-configs --alter --entity-type brokers --entity-default --add-config log.cleaner.backoff.ms=20000
kafka-configs --describe --entity-type brokers --entity-default
kafka-configs --describe --broker-defaults
kafka-configs --describe --entity-type brokers
kafka-configs --describe --entity-type brokers --entity-name 9
kafka-configs --describe --entity-type brokers --entity-name x
kafka-configs --alter --broker 1 --delete-config log.cleaner.backoff.ms
kafka-configs --alter --entity-type topics --entity-name t --delete-config segment.bytes
kafka-configs --alter --topic t --add-config-file FOLDER/topic.properties
kafka-configs --describe --topic t
kafka-configs --alter --topic t --add-config no.such=1
kafka-configs --alter --topic t --add-config segment.bytes
kafka-configs --alter --topic t --add-config a=b=c
kafka-configs --alter --topic t --add-config a,b=c
kafka-configs --alter --topic t --add-config a!b=c
kafka-configs --alter --topic t
kafka-configs --alter --entity-type topics --add-config retention.ms=1
kafka-configs --alter --topic t --add-config retention.ms=1 --add-config-file FOLDER/topic.properties
kafka-configs --alter --entity-type users --entity-name u --add-config producer_byte_rate=1000,request_percentage=12.5
kafka-configs --alter --client-defaults --add-config consumer_byte_rate=100000000
kafka-configs --alter --entity-type users --entity-name u --entity-type clients --entity-name c --add-config producer_byte_rate=5
kafka-configs --alter --entity-type users --entity-default --entity-type clients --entity-name c --add-config producer_byte_rate=0.0001
kafka-configs --alter --user u --client-defaults --add-config consumer_byte_rate=123456789.25
kafka-configs --alter --ip 127.0.0.9 --add-config connection_creation_rate=10
kafka-configs --alter --ip 127.0.0.9 --add-config producer_byte_rate=10
kafka-configs --alter --user u --add-config no.such=1
kafka-configs --alter --user u --add-config producer_byte_rate=much
kafka-configs --alter --client c --add-config SCRAM-SHA-256=[password=x]
kafka-configs --describe --entity-type users
kafka-configs --describe --entity-type clients
kafka-configs --describe --entity-type users --entity-type clients
kafka-configs --describe --entity-type users --entity-name u --entity-type clients
kafka-configs --describe --entity-type users --entity-default --entity-type clients --entity-name c
kafka-configs --describe --user u
kafka-configs --describe --client-defaults
kafka-configs --describe --entity-type ips
kafka-configs --alter --user u --delete-config producer_byte_rate
kafka-configs --alter --user u --delete-config producer_byte_rate,request_percentage
kafka-configs --describe --user u
kafka-configs --alter --entity-type broker-loggers --entity-name 1 --add-config no.such=WARN
kafka-configs --describe --entity-type broker-loggers
kafka-configs --alter --group gg --add-config consumer.session.timeout.ms=50000
kafka-configs --describe --group gg
kafka-configs --describe --entity-type groups
kafka-configs --describe --group none
kafka-configs --alter --client-metrics s --add-config interval.ms=5000
kafka-configs --describe --entity-type client-metrics
kafka-configs --describe --client-metrics none
kafka-configs --describe --entity-type nonsense
kafka-configs --describe --entity-type topics --entity-type topics
kafka-configs --describe --entity-type topics --entity-type users
kafka-configs --describe --entity-type topics --topic t
kafka-configs --describe --entity-type topics --entity-default
kafka-configs --describe
kafka-configs --describe --alter --topic t
kafka-configs --describe --topic t --add-config a=b
kafka-broker-api-versions
kafka-topics --delete --topic t
kafka-topics --delete --topic none
"""

# Files that those lines are about.
FILES = {
    "reader.properties": "parse.key=true\nkey.separator=|\n",
    "formatter.properties": "print.key = true\nkey.separator = \\t|\\t\n",
    "client.properties": "client.id=from-file\nacks=all\n",
    "offsets.csv": "t,0,2\nt,1,0\n",
    "groups.csv": "new,t,0,1\nmore,t,1,1\n",
    "topic.properties": "# of the topic\nflush.messages=12345\n",
}

# Where the words differ on purpose: ours name what may be given, or the error by its name.
OWN_WORDS = [
    "kafka-topics --version",
    "kafka-console-producer --topic",
    "kafka-console-consumer --topic h --isolation-level some",
    "kafka-console-consumer --topic h --from-beginning --max-messages 1 --value-deserializer",
    "kafka-console-consumer --topic h --from-beginning --timeout-ms 2000 --skip-message-on-error",
    # Sets of Java's, in any order.
    "kafka-console-consumer --topic h --group g --command-property group.id=other",
    "kafka-consumer-groups --describe",
    "kafka-consumer-groups --reset-offsets --group g --topic t --dry-run",
    "kafka-consumer-groups --reset-offsets --to-latest --dry-run",
    "kafka-consumer-groups --delete-offsets --group g",
    "kafka-consumer-groups --delete",
    "kafka-consumer-groups --delete --group g --group new",
]


def words_of(done, broker):
    """What a tool printed, without what Java, its log and its table of options say around it."""
    usage = re.split(r"^Option\s+Description", done.stderr, flags=re.M)[0]
    text = re.sub(r"^Caused by: .*$", "", done.stdout + usage, flags=re.M)
    text = re.sub(r"live-client-[0-9a-f-]{36}", "live-client-ID", text)
    text = re.sub(r"\b(?:java|org\.apache|joptsimple|kafka)\.[\w.$]+(?:Exception|Error): ", "", text)
    noise = (r".*MEMBER|com\.fasterxml|The consumer rebalance protocol|.*: UNSUPPORTED|\(org\.apache|\[?TIME.*(ERROR|WARN)|--help lists|"
             r".*--\S+ is deprecated|WARN: |New offset \(|joptsimple\.|(java|org\.apache)\.[\w.$]+$")
    lines = [line for line in masked(text, broker) if not re.match(noise, line)]
    # A stack trace says again what was said.
    lines = [line for line in lines if not any(other != line and other.endswith(line) and "Error" in other for other in lines)]
    return sorted(set(line.rstrip(",") for line in lines))


@contextlib.contextmanager
def member(broker):
    """A member of the group "live" that has h and commits nothing."""
    arguments = ["kcat", "-q", "-b", broker.bootstrap, "-X", "enable.auto.commit=false", "-X", "client.id=live-client", "-G", "live", "h"]
    with subprocess.Popen(arguments, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as client:
        try:
            def state():
                return subprocess.run([BINARY, "group", "describe", "live", "-b", broker.bootstrap], capture_output=True, text=True).stdout
            wait_until(lambda: "live-client" in state(), what="the member has no partition")
            yield
        finally:
            client.terminate()


# Where ours may differ when both ask Apache Kafka.
OF_KAFKA = {
    "kafka-broker-api-versions": "ours has no names for APIs that Odradek does not serve",
    # Its broker lags behind its controller, and what was altered is not told at once.
    "kafka-topics --describe --topic t|u": "lag",
    "kafka-topics --describe --topics-with-overrides": "lag",
    "kafka-topics --describe --partition-size-limit-per-response 1": "lag",
    "kafka-configs --describe --entity-type brokers --entity-name 1": "lag",
}


def by_name(start_broker, explained=()):
    """Kafka's tools and ours of the same names, each against a broker of its own."""
    need("java", "mvn", "kcat")

    def run_all(broker, call, folder):
        for name, content in FILES.items():
            pathlib.Path(folder, name).write_text(content)
        found, is_live = [], False
        with contextlib.ExitStack() as stack:
            for line in BY_NAME.strip().splitlines():
                command, _, given = line.partition(" | ")
                name, *words = command.replace("FOLDER", folder).split()
                if "live" in words and not is_live:
                    stack.enter_context(member(broker))
                    is_live = True
                text = given.replace("~", "\n").replace("\\t", "\t") + "\n" if given else ""
                done = call(name, ["--bootstrap-server", broker.bootstrap, *words], text)
                if "--reset-offsets --group live" in line:
                    stack.close()
                found.append((line, done.returncode, words_of(done, broker)))
                print(".", end="", flush=True)
        print()
        return found

    settings = ("group.initial.rebalance.delay.ms=0", "num.partitions=1")
    with tempfile.TemporaryDirectory() as folder:
        with start_broker(*settings) as broker:
            expected = run_all(broker, lambda name, words, text: apache_kafka.tool(name, *words, input=text), folder)
        with start_broker(*settings) as broker:
            ours = run_all(broker, lambda name, words, text: subprocess.run([BINARY, name, *words], input=text, capture_output=True,
                                                                            text=True, timeout=60), folder)
    problems = []
    for (label, code, lines), (_, our_code, our_lines) in zip(expected, ours):
        has_own_words = any(label == each or each.endswith(("-deserializer", "-error")) and label.startswith(each) for each in OWN_WORDS)
        if code == our_code and (lines == our_lines or has_own_words or label in explained):
            continue
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


SUITES = {
    "tools": Suite(tools, needs_broker=False, is_quick=False),
    "tools-by-name": Suite(lambda _: by_name(lambda *settings: Broker(*settings, nodes=1)), needs_broker=False, is_quick=False),
    "tools-by-name-against-kafka": Suite(lambda _: by_name(apache_kafka.ApacheKafka, OF_KAFKA), needs_broker=False, is_quick=False),
}
