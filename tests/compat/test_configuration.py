# SPDX-License-Identifier: Apache-2.0
"""Configurations that were made for other images start the broker as they are; those that contradict themselves are
refused in one line that says what to write instead."""

import os
import pathlib
import subprocess
import tempfile
import unittest

from broker import BINARY, free_ports
from shaped_client import ShapedClient

METADATA = 3

# What compose files set, by whose image they were made for; PORT is a free one. The names are those that occur in a
# sample of 192 such files.
CONFLUENT_ZOOKEEPER = """
KAFKA_BROKER_ID=1
KAFKA_ZOOKEEPER_CONNECT=zookeeper:2181
KAFKA_LISTENER_SECURITY_PROTOCOL_MAP=PLAINTEXT:PLAINTEXT,PLAINTEXT_HOST:PLAINTEXT
KAFKA_ADVERTISED_LISTENERS=PLAINTEXT://broker:29092,PLAINTEXT_HOST://localhost:PORT
KAFKA_OFFSETS_TOPIC_REPLICATION_FACTOR=1
KAFKA_GROUP_INITIAL_REBALANCE_DELAY_MS=0
KAFKA_CONFLUENT_LICENSE_TOPIC_REPLICATION_FACTOR=1
KAFKA_CONFLUENT_BALANCER_TOPIC_REPLICATION_FACTOR=1
KAFKA_TRANSACTION_STATE_LOG_MIN_ISR=1
KAFKA_TRANSACTION_STATE_LOG_REPLICATION_FACTOR=1
KAFKA_JMX_PORT=9101
KAFKA_JMX_HOSTNAME=localhost
KAFKA_METRIC_REPORTERS=io.confluent.metrics.reporter.ConfluentMetricsReporter
KAFKA_CONFLUENT_METRICS_ENABLE=true
CONFLUENT_METRICS_REPORTER_BOOTSTRAP_SERVERS=broker:29092
CONFLUENT_SUPPORT_CUSTOMER_ID=anonymous
KAFKA_LOG4J_ROOT_LOGLEVEL=WARN
KAFKA_LOG4J_LOGGERS=kafka.cluster=WARN,kafka.controller=WARN
KAFKA_TOOLS_LOG4J_LOGLEVEL=ERROR
"""
CONFLUENT_KRAFT = """
KAFKA_NODE_ID=1
KAFKA_PROCESS_ROLES=broker,controller
KAFKA_LISTENERS=PLAINTEXT://127.0.0.1:OTHER,CONTROLLER://broker:29093,PLAINTEXT_HOST://0.0.0.0:PORT
KAFKA_ADVERTISED_LISTENERS=PLAINTEXT://broker:OTHER,PLAINTEXT_HOST://localhost:PORT
KAFKA_LISTENER_SECURITY_PROTOCOL_MAP=CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT,PLAINTEXT_HOST:PLAINTEXT
KAFKA_INTER_BROKER_LISTENER_NAME=PLAINTEXT
KAFKA_CONTROLLER_LISTENER_NAMES=CONTROLLER
KAFKA_CONTROLLER_QUORUM_VOTERS=1@broker:29093
KAFKA_OFFSETS_TOPIC_REPLICATION_FACTOR=1
KAFKA_TRANSACTION_STATE_LOG_REPLICATION_FACTOR=1
KAFKA_TRANSACTION_STATE_LOG_MIN_ISR=1
KAFKA_SHARE_COORDINATOR_STATE_TOPIC_REPLICATION_FACTOR=1
KAFKA_SHARE_COORDINATOR_STATE_TOPIC_MIN_ISR=1
KAFKA_GROUP_INITIAL_REBALANCE_DELAY_MS=0
KAFKA_AUTO_CREATE_TOPICS_ENABLE=true
KAFKA_NUM_PARTITIONS=3
KAFKA_LOG_RETENTION_HOURS=24
KAFKA_MESSAGE_MAX_BYTES=50000000
KAFKA_OFFSETS_TOPIC_NUM_PARTITIONS=5
CLUSTER_ID=MkU3OEVBNTcwNTJENDM2Qk
"""
BITNAMI = """
KAFKA_CFG_NODE_ID=1
KAFKA_CFG_PROCESS_ROLES=controller,broker
KAFKA_CFG_LISTENERS=PLAINTEXT://:PORT,CONTROLLER://:9093
KAFKA_CFG_ADVERTISED_LISTENERS=PLAINTEXT://127.0.0.1:PORT
KAFKA_CFG_LISTENER_SECURITY_PROTOCOL_MAP=CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT
KAFKA_CFG_CONTROLLER_QUORUM_VOTERS=1@kafka:9093
KAFKA_CFG_CONTROLLER_LISTENER_NAMES=CONTROLLER
KAFKA_CFG_AUTO_CREATE_TOPICS_ENABLE=true
ALLOW_PLAINTEXT_LISTENER=yes
BITNAMI_DEBUG=yes
"""
WURSTMEISTER = """
KAFKA_ADVERTISED_LISTENERS=INSIDE://127.0.0.1:PORT,OUTSIDE://localhost:OTHER
KAFKA_LISTENERS=INSIDE://0.0.0.0:PORT,OUTSIDE://0.0.0.0:OTHER
KAFKA_LISTENER_SECURITY_PROTOCOL_MAP=INSIDE:PLAINTEXT,OUTSIDE:PLAINTEXT
KAFKA_INTER_BROKER_LISTENER_NAME=INSIDE
KAFKA_ZOOKEEPER_CONNECT=zookeeper:2181
KAFKA_CREATE_TOPICS=orders:3:1,state:1:1:compact
KAFKA_SSL_KEYSTORE_FILENAME=kafka.keystore.jks
KAFKA_SSL_KEYSTORE_CREDENTIALS=credentials
KAFKA_SSL_KEY_CREDENTIALS=credentials
KAFKA_SSL_TRUSTSTORE_FILENAME=kafka.truststore.jks
KAFKA_SSL_TRUSTSTORE_CREDENTIALS=credentials
KAFKA_SSL_CLIENT_AUTH=requested
KAFKA_SASL_ENABLED_MECHANISMS=PLAIN
KAFKA_AUTHORIZER_CLASS_NAME=org.apache.kafka.metadata.authorizer.StandardAuthorizer
KAFKA_SUPER_USERS=User:admin
KAFKA_ALLOW_EVERYONE_IF_NO_ACL_FOUND=true
KAFKA_HEAP_OPTS=-Xmx256m
"""


class ConfigurationTest(unittest.TestCase):
    def setUp(self):
        self.folder = self.enterContext(tempfile.TemporaryDirectory())
        self.port = free_ports(2)

    def environment(self, text):
        text = text.replace("PORT", str(self.port)).replace("OTHER", str(self.port + 1)) if "JMX_" not in text else (
            text.replace(":PORT", f":{self.port}"))
        variables = dict(line.split("=", 1) for line in text.strip().splitlines())
        return {**os.environ, **variables, "KAFKA_LOG_DIRS": self.folder + "/data"}

    def start(self, text):
        """The process, once it is ready, and where it says that clients may connect."""
        process = subprocess.Popen([BINARY, "--ready", "json"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                                   env=self.environment(text))

        def end():
            process.terminate()
            process.communicate(timeout=30)
        self.addCleanup(end)
        if not process.stdout.readline():
            self.fail(process.stderr.read())
        return process

    def told(self):
        """The address that a client is told who came by the port."""
        with ShapedClient(self.port) as client:
            answer = client.ask(METADATA, 9, [None, False, False, False])
        return answer[1][0][1:3], {topic[1]: len(topic[3]) for topic in answer[4]}

    def test_confluents_image_with_zookeeper(self):
        self.start(CONFLUENT_ZOOKEEPER.replace("29092", str(self.port + 1)))
        self.assertEqual(self.told()[0], ["localhost", self.port])

    def test_confluents_image_with_kraft(self):
        self.start(CONFLUENT_KRAFT)
        self.assertEqual(self.told()[0], ["localhost", self.port])

    def test_bitnamis_image(self):
        self.start(BITNAMI)
        self.assertEqual(self.told()[0], ["127.0.0.1", self.port])

    def test_wurstmeisters_image(self):
        process = self.start(WURSTMEISTER)
        self.assertEqual(self.told(), (["127.0.0.1", self.port], {"orders": 3, "state": 1}))
        process.terminate()
        words = process.stderr.read()
        for name in ("sasl.enabled.mechanisms", "authorizer.class.name", "ssl.client.auth"):
            self.assertIn(name, words)  # that they do nothing is told

    def refused(self, *settings):
        """The one line that it says."""
        words = [word for setting in settings for word in ("--set", setting)]
        done = subprocess.run([BINARY, "--data", self.folder + "/data", *words], capture_output=True, text=True, timeout=30)
        self.assertNotEqual(done.returncode, 0)
        lines = [line for line in done.stderr.splitlines() if " warning " not in line]
        self.assertEqual(len(lines), 1, done.stderr)
        self.assertFalse(os.path.exists(self.folder + "/data"))
        return lines[0]

    def test_listeners_that_contradict_themselves(self):
        port, other = self.port, self.port + 1
        for settings, words in (
                ([f"listeners=PLAINTEXT://:{port}", f"advertised.listeners=OUTSIDE://localhost:{port}"], f"add OUTSIDE://:{port}"),
                ([f"listeners=PLAINTEXT://:{port}", f"advertised.listeners=PLAINTEXT://0.0.0.0:{port}"], "name the host"),
                ([f"listeners=PLAINTEXT://:{port},PLAINTEXT://:{other}"], "twice"),
                ([f"listeners=A://:{port},B://:{port}", "listener.security.protocol.map=A:PLAINTEXT,B:PLAINTEXT"], "same port"),
                ([f"listeners=SSL://:{port}"], "only PLAINTEXT"),
                ([f"listeners=CONTROLLER://:{port}"], "no listener for clients"),
                (["listeners=nonsense"], "NAME://host:port")):
            self.assertIn(words, self.refused(*settings), settings)

    def test_a_store_that_only_java_reads(self):
        store = pathlib.Path(self.folder, "kafka.keystore.jks")
        store.write_bytes(b"\xfe\xed\xfe\xed\0\0\0\2")
        words = self.refused(f"listeners=SSL://:{self.port}", f"ssl.keystore.location={store}")
        self.assertIn("keytool -importkeystore", words)
        store.write_bytes(b"0\x82")
        self.assertNotIn("keytool", self.refused(f"listeners=SSL://:{self.port}", f"ssl.keystore.location={store}"))

    def test_values_that_cannot_be(self):
        for setting, words in (("num.partitions=many", "num.partitions"), ("group.share.max.size=x", "group.share.max.size"),
                               ("max.connections.per.ip.overrides=here:1", "here"), ("log.cleaner.io.buffer.load.factor=2", "0.99")):
            self.assertIn(words, self.refused(setting))


if __name__ == "__main__":
    unittest.main()
