# SPDX-License-Identifier: Apache-2.0
"""The requests of consumer groups, at any version, and a long script of good and bad ones whose answers are compared
with those of Apache Kafka (tests/golden/group_answers.txt)."""

import re
import struct
import time
import uuid

from answer_script import AnswerScript

METADATA, COMMIT, FETCH, FIND, JOIN, HEARTBEAT, LEAVE, SYNC, DESCRIBE, LIST, DELETE, OFFSET_DELETE = (
    3, 8, 9, 10, 11, 12, 13, 14, 15, 16, 42, 47)


def subscription(*topics):
    names = b"".join(struct.pack(">h", len(topic)) + topic.encode() for topic in topics)
    return struct.pack(">hi", 0, len(topics)) + names + struct.pack(">i", -1)


def join(version, group, member="", instance=None, session=10000, rebalance=20000, kind="consumer",
         protocols=(("range", subscription("t")),)):
    return [group, session, *([rebalance] if version >= 1 else []), member, *([instance] if version >= 5 else []), kind,
            [list(each) for each in protocols], *([None] if version >= 8 else [])]


def joined(version, answer):
    """Member id, generation and error of an answer to JoinGroup."""
    error = 0 if version < 2 else 1
    member = 4 + (version >= 2) + (version >= 7) + (version >= 9)
    return answer[member], answer[error + 1], answer[error]


def sync(version, group, generation, member, assignments=(), instance=None, kind="consumer", protocol="range"):
    return [group, generation, member, *([instance] if version >= 3 else []),
            *([kind, protocol] if version >= 5 else []), [list(each) for each in assignments]]


def heartbeat(version, group, generation, member, instance=None):
    return [group, generation, member, *([instance] if version >= 3 else [])]


def leave(version, group, *members):
    if version < 3:
        return [group, members[0][0]]
    return [group, [[*member, *([None] if version >= 5 else [])] for member in members]]


def commit(version, group, generation, member, topics, instance=None, retention=-1, ids=None):
    """`topics`: name to [(partition, offset, metadata)]; `ids`: name to topic id, for versions that need it."""
    return [group, generation, member, *([instance] if version >= 7 else []), *([retention] if version <= 4 else []),
            [[ids[name] if version >= 10 else name,
              [[partition, offset, *([3] if version >= 6 else []), metadata] for partition, offset, metadata in partitions]]
             for name, partitions in topics.items()]]


def fetch(version, groups, stable=False, ids=None):
    """`groups`: name to None for all that is committed, or {topic: [partition]}."""
    if version < 8:
        (group, topics), = groups.items()
        return [group, None if topics is None else [[name, ids] for name, ids in topics.items()],
                *([stable] if version >= 7 else [])]
    return [[[group, *([None, -1] if version >= 9 else []), None if topics is None else
              [[ids[name] if version >= 10 else name, partitions] for name, partitions in topics.items()]]
             for group, topics in groups.items()], stable]


class GroupRequests(AnswerScript):
    def __init__(self, port):
        super().__init__(port)
        self.names = {}  # of what is random: the order in which it came up

    def script(self):
        self.make_topics("t", "u")
        self.ids["nope"] = uuid.UUID(int=77)
        self.find_coordinators()
        self.wait_for_coordinators()
        self.without_a_group()
        self.commits_without_members()
        self.fetches()
        for version in range(5, 10):
            self.static_member(version)
        for version in range(10):
            self.dynamic_member(version)
        self.members_that_are_no_consumers()
        self.offset_deletes()
        self.large_metadata()
        self.lists()
        self.deletes()
        self.long_names()

    def same_for_every_broker(self, shown):
        def number(found):
            return self.names.setdefault(found[0], f"#{len(self.names)}")

        shown = re.sub(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", number, shown)
        return re.sub(r"(.)\1{50,}", r"\1...", shown)

    def find_coordinators(self):
        deadline = time.monotonic() + 30
        while self.client.ask(FIND, 1, ["g", 0])[1] != 0 and time.monotonic() < deadline:
            pass
        for version in range(7):
            for kind in (0, 2, 9):  # groups, share groups, nothing that there is
                if version == 0 and kind:
                    continue
                keys = ["g"] if version == 0 else ["g", kind] if version < 4 else [kind, ["g", "", "h"]]
                self.ask(f"kind {kind}", FIND, version, keys)

    def wait_for_coordinators(self):
        probes = [f"probe {i}" for i in range(400)]
        deadline = time.monotonic() + 30
        while any(each[0] for each in self.client.ask(DESCRIBE, 5, [probes, False])[1]) and time.monotonic() < deadline:
            pass

    def without_a_group(self):
        for version in range(6):
            for group in ("none", ""):
                self.ask(f"of {group!r}", SYNC, version, sync(version, group, 1, "m"))
                self.ask(f"of {group!r}", LEAVE, version, leave(version, group, ["m", None]))
                if version < 5:
                    self.ask(f"of {group!r}", HEARTBEAT, version, heartbeat(version, group, 1, "m"))
        self.ask("without a type", SYNC, 5, sync(5, "none", 1, "m", kind=None))
        self.ask("without a protocol", SYNC, 5, sync(5, "none", 1, "m", protocol=None))
        for version in range(10):
            self.ask("short session", JOIN, version, join(version, "none", session=100))
            self.ask("long session", JOIN, version, join(version, "none", session=1800001))
            self.ask("no group", JOIN, version, join(version, ""))
            self.ask("unknown member", JOIN, version, join(version, "none", "m"))
            self.ask("no protocols", JOIN, version, join(version, f"np{version}", protocols=()))
            self.ask("no type", JOIN, version, join(version, f"nt{version}", kind=""))
        for version in range(7):
            self.ask("none, empty", DESCRIBE, version, [["none", "np0", ""], *([True] if version >= 3 else [])])

    def commits_without_members(self):
        for version in range(2, 11):
            def ask(label, group, generation, member, topics, **options):
                self.ask(label, COMMIT, version, commit(version, group, generation, member, topics, ids=self.ids, **options))

            group = f"cg{version}"
            ask("generation of no group", group, 3, "m", {"t": [(0, 5, "meta")]})
            ask("no member", group, -1, "", {"t": [(0, 5, "meta"), (1, 6, None), (99, 1, "")], "nope": [(0, 1, "")]})
            ask("only an unknown topic", "cq", 5, "m", {"nope": [(0, 1, "")]})
            ask("nothing", "cq", 5, "m", {})
            ask("group without a name", "", -1, "", {"t": [(0, 5, "meta")]})
            ask("long metadata", group, -1, "", {"t": [(0, 6, "x" * 4097), (1, 7, "y" * 4096)]})
            ask("negative offsets", group, -1, "", {"u": [(0, -1, ""), (0, -5, "")]})
            ask("unknown member", group, 0, "m", {"t": [(0, 6, "")]})
            ask("member without a generation", group, -1, "m", {"t": [(0, 8, "")]})
            if version >= 7:
                ask("instance without a generation", group, -1, "m", {"t": [(0, 8, "")]}, instance="i")
            if version <= 4:
                ask("retention", group, -1, "", {"t": [(2, 9, "r")]}, retention=1000000)

    def fetches(self):
        for version in range(1, 11):
            for stable in (False, True) if version >= 7 else (False,):
                for group in ("none", "cg8", ""):
                    def ask(label, topics):
                        self.ask(f"{label} of {group!r}", FETCH, version, fetch(version, {group: topics}, stable, self.ids))

                    ask("some", {"t": [0, 1, 2, 77], "nope": [0]})
                    ask("nothing", {})
                    if version >= 2:
                        ask("all", None)
            if version >= 8:
                self.ask("many groups", FETCH, version,
                         fetch(version, {"cg8": None, "none": None, "cg9": {"t": [0]}}, ids=self.ids))
                self.ask("no groups", FETCH, version, fetch(version, {}))

    def static_member(self, version):
        group = f"static {version}"
        one = {"t": [(0, 1, "")]}
        old, generation, _ = joined(version, self.ask("static", JOIN, version, join(version, group, instance="i1")))
        self.ask("assign", SYNC, 5, sync(5, group, generation, old, [[old, b"A"]], "i1"))
        new, _, _ = joined(version, self.ask("again", JOIN, version, join(version, group, instance="i1")))
        for label, member, instance in (("old", old, "i1"), ("old, no instance", old, None), ("new", new, "i1")):
            self.ask(label, HEARTBEAT, 4, heartbeat(4, group, generation, member, instance))
            self.ask(label, COMMIT, 8, commit(8, group, generation, member, one, instance))
            self.ask(label, SYNC, 5, sync(5, group, generation, member, (), instance))
        self.ask("later generation", COMMIT, 8, commit(8, group, generation + 1, new, one, "i1"))
        self.ask("no member", COMMIT, 8, commit(8, group, -1, "", one))
        self.ask("old", JOIN, version, join(version, group, old, "i1"))
        self.ask("another instance", JOIN, version, join(version, group, new, "i9"))
        self.ask("another type", SYNC, 5, sync(5, group, generation, new, (), "i1", kind="x"))
        self.ask("another protocol", SYNC, 5, sync(5, group, generation, new, (), "i1", protocol="x"))
        self.ask("later generation", SYNC, 5, sync(5, group, generation + 5, new, (), "i1"))
        self.ask("with operations", DESCRIBE, 6, [[group], True])
        self.ask("without", DESCRIBE, 4, [[group], False])
        self.ask("with members", DELETE, 2, [[group, "none", group]])
        self.ask("subscribed", OFFSET_DELETE, 0, [group, [["t", [0, 9]], ["u", [0]], ["nope", [0]]]])
        self.ask("nobody", LEAVE, 5, leave(5, group, [old, "i1"], [old, None], ["", "i7"], ["", None], [new, "i9"]))
        self.ask("by instance", LEAVE, 5, leave(5, group, ["", "i1"]))
        self.ask("empty", DESCRIBE, 6, [[group], False])
        self.ask("empty", COMMIT, 8, commit(8, group, generation, new, one))
        self.ask("empty", HEARTBEAT, 4, heartbeat(4, group, generation + 1, new))
        self.ask("empty", JOIN, version, join(version, group, new))
        self.ask("empty", SYNC, 4, sync(4, group, generation + 1, new))

    def dynamic_member(self, version):
        group = f"dynamic {version}"
        answer = self.ask("new", JOIN, version, join(version, group))
        member, generation, _ = joined(version, answer)
        if version >= 4:
            answer = self.ask("with its id", JOIN, version, join(version, group, member))
            member, generation, _ = joined(version, answer)
        beat, give, go = min(version, 4), min(version, 5), min(version, 5)
        self.ask("completing", HEARTBEAT, beat, heartbeat(beat, group, generation, member))
        self.ask("completing", COMMIT, 5, commit(5, group, generation, member, {"t": [(0, 1, "")]}))
        self.ask("completing", JOIN, version, join(version, group, member))
        self.ask("completing", DESCRIBE, 5, [[group], False])
        self.ask("forgets itself", SYNC, give, sync(give, group, generation, member, [["other", b"zz"]]))
        self.ask("again", SYNC, give, sync(give, group, generation, member, [["other", b"zz"]]))
        self.ask("stable", DESCRIBE, 5, [[group], True])
        self.ask("leader again", JOIN, version, join(version, group, member))
        self.ask("generation before", HEARTBEAT, beat, heartbeat(beat, group, generation, member))
        self.ask("other protocol", JOIN, version, join(version, group, member, protocols=[["other", b""]]))
        self.ask("other type", JOIN, version, join(version, group, member, kind="connect"))
        self.ask("new, other protocol", JOIN, version, join(version, group, protocols=[["other", b""]]))
        self.ask("stranger", LEAVE, go, leave(go, group, ["stranger", None]))
        self.ask("member", LEAVE, go, leave(go, group, [member, None]))
        self.ask("twice", LEAVE, go, leave(go, group, [member, None]))

    def members_that_are_no_consumers(self):
        def settle(group, **options):
            member, generation, _ = joined(3, self.ask("new", JOIN, 3, join(3, group, **options)))
            self.ask("assign", SYNC, 3, sync(3, group, generation, member, [[member, b"B"]]))
            self.ask("member", COMMIT, 5, commit(5, group, generation, member, {"t": [(0, 1, "")]}))
            self.ask("with members", OFFSET_DELETE, 0, [group, [["t", [0]]]])

        settle("connect", kind="connect", protocols=[["c", b"\1"]])
        settle("malformed subscription", protocols=[["range", b"\0"]])
        self.ask("nobody", LEAVE, 5, leave(5, "connect"))
        self.ask("nobody of none", LEAVE, 5, leave(5, "none"))

    def offset_deletes(self):
        self.ask("none", OFFSET_DELETE, 0, ["none", [["t", [0]]]])
        self.ask("no name", OFFSET_DELETE, 0, ["", [["t", [0]]]])
        self.ask("some", OFFSET_DELETE, 0, ["cg5", [["t", [0, 1, 55]], ["nope", [0]]]])
        self.ask("after it", FETCH, 5, fetch(5, {"cg5": None}))
        self.ask("none, nothing", OFFSET_DELETE, 0, ["none", []])
        self.ask("only unknown", OFFSET_DELETE, 0, ["cg5", [["nope", [0]]]])

    def large_metadata(self):
        """More than the log takes: Kafka lets the member in and fails when the group is to be recorded."""
        answer = self.ask("large", JOIN, 3, join(3, "large", protocols=[["range", subscription("t") + b"x" * 1200000]]),
                          show=lambda answer: str(joined(3, answer)[2]))
        member, generation, _ = joined(3, answer)
        self.ask("large", SYNC, 3, sync(3, "large", generation, member, [[member, b"B"]]))
        self.ask("large", DESCRIBE, 4, [["large"], False], show=lambda answer: str(answer[1][0][:5]))

    def lists(self):
        filters = (([], []), (["Stable"], []), ([" emPty "], ["Classic"]), (["bogus"], []), ([], ["consumer"]),
                   ([], ["bogus"]))
        for version in range(6):
            for states, kinds in filters:
                if (states and version < 4) or (kinds and version < 5):
                    continue
                self.ask(f"{states} {kinds}", LIST, version,
                         [*([states] if version >= 4 else []), *([kinds] if version >= 5 else [])])

    def deletes(self):
        for version in range(3):
            group = f"cg{version + 2}"
            self.ask("some", DELETE, version, [[group, "none", "", group]])
        self.ask("again", DELETE, 2, [["cg2"]])
        self.ask("deleted", FETCH, 5, fetch(5, {"cg2": None}))

    def long_names(self):
        one = {"t": [(0, 5, "meta")]}
        self.ask("as long as can be", COMMIT, 5, commit(5, "n" * 32767, -1, "", one))
        self.ask("longer", COMMIT, 8, commit(8, "n" * 40000, -1, "", one))
        self.ask("long instance", JOIN, 5, join(5, "long", instance="i" * 30000),
                 show=lambda answer: str(joined(5, answer)[1:]))
