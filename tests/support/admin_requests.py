# SPDX-License-Identifier: Apache-2.0
"""Requests of administrators, at every version, good and bad, whose answers are compared with those of Apache Kafka
(tests/golden/admin_answers.txt)."""

import re

from answer_script import NO_ID, AnswerScript
from wait import wait_until

DESCRIBE, ALTER, LOG_DIRS, DESCRIBE_DIRS, INCREMENTAL, QUOTAS, ALTER_QUOTAS, QUORUM, FEATURES, UNREGISTER, LIST = (
    32, 33, 34, 35, 44, 48, 49, 55, 57, 64, 74)
METADATA, CREATE, REASSIGN = 3, 19, 45
TOPIC, BROKER, LOGGER, METRICS, GROUP = 2, 4, 8, 16, 32
SET, REMOVE, APPEND, SUBTRACT = range(4)
EXACT, DEFAULT, ANY = range(3)
RATE, READ_RATE, TIME, MUTATIONS, CONNECTIONS = ("producer_byte_rate", "consumer_byte_rate", "request_percentage",
                                                 "controller_mutation_rate", "connection_creation_rate")


def entity(**parts):
    return [[kind.replace("_", "-"), name] for kind, name in sorted(parts.items())]


def show_errors(answer):
    return str([each[0] for each in answer[1]])


class AdminRequests(AnswerScript):
    def script(self):
        self.make_topics("t")
        self.group_configs()
        self.client_metrics()
        self.loggers()
        self.lists()
        self.quotas()
        self.filters()
        self.features()
        self.quorum()
        self.unregister()
        self.log_dirs()
        self.order_of_checks()

    # Configurations of groups, subscriptions and loggers

    def alter(self, label, kind, name, *ops, validate=False, version=1):
        return self.ask(label, INCREMENTAL, version, [[[kind, name, [list(op) for op in ops]]], validate], show_errors)

    def described(self, label, kind, name, keys=None, version=4):
        def show(answer):
            return str([[each[0], *each[2:4], sorted(config[:7] for config in each[4])] for each in answer[1]])
        request = [[[kind, name, keys]], *([True] if version >= 1 else []), *([False] if version >= 3 else [])]
        return self.ask(label, DESCRIBE, version, request, show)

    def group_configs(self):
        timeout = "consumer.session.timeout.ms"
        self.described("fresh group", GROUP, "g")
        self.described("one key", GROUP, "g", [timeout], 1)
        self.described("no name", GROUP, "")
        self.alter("set", GROUP, "g", (timeout, SET, "50000"), ("share.isolation.level", SET, "read_committed"))
        self.alter("no name", GROUP, "", (timeout, SET, "50000"))
        self.alter("not a number", GROUP, "g", (timeout, SET, "x"))
        self.alter("too small", GROUP, "g", ("consumer.heartbeat.interval.ms", SET, "0"))
        self.alter("unknown", GROUP, "g", ("retention.ms", SET, "1"))
        self.alter("no list", GROUP, "g", (timeout, APPEND, "1"))
        self.alter("null", GROUP, "g", (timeout, SET, None))
        self.alter("twice", GROUP, "g", (timeout, SET, "50000"), (timeout, SET, "50001"))
        self.alter("only checked", GROUP, "g", (timeout, SET, "55000"), validate=True)
        self.catch_up()
        self.described("set", GROUP, "g")
        self.alter("remove", GROUP, "g", (timeout, REMOVE, None))
        self.catch_up()
        self.described("removed", GROUP, "g", [timeout])
        self.ask("replace", ALTER, 2, [[[GROUP, "g", [[timeout, "46000"]]]], False], show_errors)
        self.catch_up()
        self.described("replaced", GROUP, "g", [timeout, "share.isolation.level"])

    def client_metrics(self):
        self.described("fresh subscription", METRICS, "s")
        self.described("no name", METRICS, "")
        self.alter("set", METRICS, "s", ("interval.ms", SET, "5000"), ("metrics", SET, "org.apache.kafka."))
        self.alter("too small", METRICS, "s", ("interval.ms", SET, "99"))
        self.alter("unknown", METRICS, "s", ("retention.ms", SET, "1"))
        self.alter("no name", METRICS, "", ("interval.ms", SET, "5000"))
        self.catch_up()
        self.described("set", METRICS, "s")

    def loggers(self):
        self.described("no id", LOGGER, "")
        self.described("another", LOGGER, "7")
        self.alter("unknown logger", LOGGER, "1", ("no.such.logger", SET, "INFO"))
        self.alter("unknown level", LOGGER, "1", ("root", SET, "LOUD"))
        self.alter("append", LOGGER, "1", ("root", APPEND, "INFO"))
        self.alter("remove root", LOGGER, "1", ("root", REMOVE, None))
        self.alter("set", LOGGER, "1", ("root", SET, "ERROR"))
        self.described("set", LOGGER, "1", ["root"])
        self.alter("only checked", LOGGER, "1", ("root", SET, "INFO"), validate=True)
        self.described("only checked", LOGGER, "1", ["root"])
        self.alter("back", LOGGER, "1", ("root", SET, "INFO"))
        self.alter("another", LOGGER, "2", ("root", SET, "INFO"))
        self.ask("replace", ALTER, 2, [[[LOGGER, "1", [["root", "INFO"]]]], False], show_errors)

    def lists(self):
        self.ask("client metrics", LIST, 0, [])
        for kinds in ([], [TOPIC], [BROKER], [LOGGER], [METRICS], [GROUP], [GROUP, TOPIC], [1], [TOPIC, 99]):
            self.ask(str(kinds), LIST, 1, [kinds])

    # Quotas

    def alter_quotas(self, label, parts, *ops, version=1, validate=False):
        """Operations are (key, value), with None to remove."""
        sent = [[key, 0.0 if value is None else value, value is None] for key, value in ops]
        return self.ask(label, ALTER_QUOTAS, version, [[[parts, sent]], validate],
                        lambda answer: str([[entry[0], entry[2]] for entry in answer[1]]))

    def show_quotas(self, label, components, strict=False, version=1):
        return self.ask(label, QUOTAS, version, [components, strict],
                        lambda answer: str([answer[1], answer[3] if answer[1] == 0 else None]))

    def quotas(self):
        for version in (0, 1):
            self.show_quotas("none", [], version=version)
        user, address = entity(user="u"), entity(ip="127.0.0.9")
        self.alter_quotas("user", user, (RATE, 1000.0), (READ_RATE, 2000.0), (TIME, 12.5), (MUTATIONS, 3.25), version=0)
        self.alter_quotas("default user", entity(user=None), (RATE, 5e9))
        self.alter_quotas("client id", entity(client_id="c"), (RATE, 100.0))
        self.alter_quotas("both", entity(client_id="c", user="u"), (RATE, 10.0))
        self.alter_quotas("default of both", entity(client_id=None, user=None), (RATE, 6e9))
        self.alter_quotas("address", address, (CONNECTIONS, 7.0))
        self.alter_quotas("default address", entity(ip=None), (CONNECTIONS, 1000.0))
        self.alter_quotas("only checked", entity(user="v"), (RATE, 1.0), validate=True)
        self.alter_quotas("nobody", [], (RATE, 1.0))
        self.alter_quotas("unknown kind", [["group", "g"]], (RATE, 1.0))
        self.alter_quotas("address and user", entity(ip="127.0.0.9", user="u"), (RATE, 1.0))
        self.alter_quotas("not an address", entity(ip="not an address"), (CONNECTIONS, 1.0))
        self.alter_quotas("unknown key", user, ("nonsense", 1.0))
        self.alter_quotas("key of addresses", user, (CONNECTIONS, 1.0))
        self.alter_quotas("key of users", address, (RATE, 1.0))
        self.alter_quotas("zero", user, (RATE, 0.0))
        self.alter_quotas("negative", user, (TIME, -1.0))
        self.alter_quotas("fraction", user, (RATE, 1.5))
        self.alter_quotas("fraction of connections", entity(ip=None), (CONNECTIONS, 1.5))
        self.alter_quotas("too large", user, (RATE, 1e19))
        self.alter_quotas("too many connections", entity(ip=None), (CONNECTIONS, 3e9))
        self.alter_quotas("twice", user, (RATE, 1.0), (RATE, 2.0))
        self.alter_quotas("nothing to remove", entity(user="w"), (RATE, None))
        self.alter_quotas("remove unknown", user, ("nonsense", None))
        self.alter_quotas("nothing to do", user)
        self.alter_quotas("empty name", entity(user=""), (RATE, 9.0))
        self.alter_quotas("remove one", user, (TIME, None))

    def catch_up(self):
        """Waits until Kafka's broker has what its controller wrote: that comes in order, so what is written last comes last."""
        marker, there = entity(user="marker"), [[["user", EXACT, "marker"]], True]
        for is_gone in (False, True):
            self.client.ask(ALTER_QUOTAS, 1, [[[marker, [[RATE, 1.0, is_gone]]]], False])
            wait_until(lambda: bool(self.client.ask(QUOTAS, 1, there)[3]) != is_gone)

    def filters(self):
        self.catch_up()
        user, client, ip = "user", "client-id", "ip"
        for label, components in (
                ("all", []), ("exact user", [[user, EXACT, "u"]]), ("default user", [[user, DEFAULT, None]]),
                ("any user", [[user, ANY, None]]), ("any client", [[client, ANY, None]]),
                ("both", [[user, EXACT, "u"], [client, EXACT, "c"]]),
                ("any both", [[user, ANY, None], [client, ANY, None]]), ("ip", [[ip, EXACT, "127.0.0.9"]]),
                ("default ip", [[ip, DEFAULT, None]]), ("nobody", [[user, EXACT, "nobody"]]),
                ("exact without name", [[user, EXACT, None]]), ("default with name", [[user, DEFAULT, "u"]]),
                ("any with name", [[user, ANY, "u"]]), ("unknown match", [[user, 3, None]]),
                ("unknown kind", [["group", EXACT, "g"]]), ("no kind", [["", EXACT, "g"]]),
                ("twice", [[user, EXACT, "u"], [user, EXACT, "v"]]), ("ip and user", [[ip, ANY, None], [user, ANY, None]])):
            for strict in (False, True):
                self.show_quotas(f"{label} {strict}", components, strict)

    # The cluster

    def features(self):
        def show(answer):
            return str([answer[1], answer[3] if len(answer) > 3 else None])

        def ask(label, version, name, level, kind, validate=True):
            self.ask(label, FEATURES, version, [60000, [[name, level, kind]], *([validate] if version else [])], show)
        name = "transaction.version"
        for version in (0, 1, 2):
            kinds = [(2, 1), (1, 1), (3, 1), (-1, 1), (2, 0), (2, 9)] if version else [(2, False), (1, False), (3, True), (-1, True)]
            for level, kind in kinds:
                ask(f"level {level} by {kind}", version, name, level, kind)
            ask("unknown", version, "nonsense", 1, 1 if version else False)
            self.ask("none", FEATURES, version, [60000, [], *([False] if version else [])], show)
        ask("down", 1, name, 1, 2, False)
        ask("down again", 1, name, 1, 1, False)
        ask("up by going down", 1, name, 2, 2)
        ask("up", 1, name, 2, 1, False)

    def quorum(self):
        def show(answer):
            has_messages = len(answer) == 4
            shown = [answer[0]]
            for name, partitions in answer[2 if has_messages else 1]:
                for index, error, *rest in partitions:
                    leader, _, _, voters, _ = rest[1:] if has_messages else rest
                    shown.append([name, index, error, leader, [voter[0] for voter in voters]])
            return str(shown)
        for version in (0, 1, 2):
            for topic, partition in (("__cluster_metadata", 0), ("__cluster_metadata", 1), ("t", 0)):
                self.ask(f"{topic}-{partition}", QUORUM, version, [[[topic, [[partition]]]]], show)

    def unregister(self):
        self.ask("unknown", UNREGISTER, 0, [77], lambda answer: str(answer[1]))
        self.ask("negative", UNREGISTER, 0, [-1], lambda answer: str(answer[1]))

    def log_dirs(self):
        here = self.client.ask(DESCRIBE_DIRS, 4, [None])[2][0][1]
        for version in (1, 2):
            for label, path, topics in (("where it is", here, [["t", [0]]]), ("elsewhere", "/nowhere", [["t", [0]]]),
                                        ("unknown", here, [["t", [99]], ["nope", [0]]]), ("nothing", here, [])):
                self.ask(label, LOG_DIRS, version, [[[path, topics]]])

    def order_of_checks(self):
        """What is said of requests that are wrong in two ways; a differential run against Kafka found these."""
        self.alter("null for nobody", TOPIC, "nobody", ("retention.ms", SET, None))
        self.alter("no list for nobody", TOPIC, "nobody", ("retention.ms", APPEND, "1"))
        self.alter("no list without name", TOPIC, "", ("retention.ms", APPEND, "1"))
        self.alter("bad value for nobody", TOPIC, "nobody", ("retention.ms", SET, "x"))
        self.alter("good value for nobody", TOPIC, "nobody", ("retention.ms", SET, "1"))
        self.alter("bad name", TOPIC, "bad/name", ("retention.ms", SET, "1"))
        self.alter("nothing appended", TOPIC, "nobody", ("cleanup.policy", APPEND, ""))
        self.alter("second is null", GROUP, "g", ("retention.ms", SET, "1"), ("share.isolation.level", SET, None))
        self.described("bad name", TOPIC, "bad/name")
        self.ask("unknown type and topic", DESCRIBE, 4, [[[0, "x", None], [TOPIC, "nobody", None]], False, False],
                 lambda answer: str(sorted(each[0] for each in answer[1])))
        for label, count, factor, configs in (("config and count", -2, 1, [["nonsense", "1"]]), ("count and factor", 0, -2, []),
                                              ("factor", 1, 7, []), ("fine", 1, 1, [])):
            self.ask(label, CREATE, 5, [[["new", count, factor, [], configs]], 30000, True],
                     lambda answer: str([[each[1], each[5] == []] for each in answer[1]]))
        self.ask("no topics", QUORUM, 2, [[]], lambda answer: str(answer[3:]))
        self.ask("id too early", METADATA, 11, [[[NO_ID, None]], False, False], lambda answer: str([answer[1], [each[:2] for each in answer[4]]]))
        self.ask("folder too long", LOG_DIRS, 2, [[["/nowhere", [["x" * 240, [0]]]]]])
        self.ask("nothing to reassign", REASSIGN, 1, [30000, False, []], lambda answer: str(answer[1:]))

    def same_for_every_broker(self, shown):
        return re.sub(r"'[^']*/(logs|odradek-test-\w+)'", "'DIRECTORY'", shown)
