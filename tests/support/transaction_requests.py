# SPDX-License-Identifier: Apache-2.0
"""The requests of transactions, at every version, good and bad, whose answers are compared with those of Apache Kafka
(tests/golden/transaction_answers.txt)."""

import re
import time

from answer_script import AnswerScript
from raw_client import batch

PRODUCE, FETCH, LIST_OFFSETS, METADATA, FIND, INIT, ADD, ADD_OFFSETS, END, MARKERS, COMMIT, PRODUCERS, DESCRIBE, LIST = (
    0, 1, 2, 3, 10, 22, 24, 25, 26, 27, 28, 61, 65, 66)
COORDINATOR_NOT_AVAILABLE, LOADING, NOT_COORDINATOR, CONCURRENT = 15, 14, 16, 51


def java_hash(text):
    value = 0
    for character in text:
        value = (value * 31 + ord(character)) & 0x7FFFFFFF
    return value


def wait_for_coordinators(client):
    """Until every transactional id has one that is ready: each partition of theirs has some of these."""
    while client.ask(FIND, 1, ["x", 1])[1] != 0:
        pass
    for number in range(400):
        while client.ask(INIT, 4, [f"probe {number}", 1000, -1, -1])[1] in (LOADING, NOT_COORDINATOR, CONCURRENT):
            pass


class TransactionRequests(AnswerScript):
    def __init__(self, port):
        super().__init__(port)
        self.producers = {}  # ids, in the order in which they came up
        self.sequences = {}

    def script(self):
        self.prepare()
        for version in range(7):
            self.ask("transaction", FIND, version, ["x"] if version == 0 else ["x", 1] if version < 4 else [1, ["x", "y", ""]])
        self.inits()
        for version in range(4):
            self.added_partitions(version)
        for version in (4, 5):
            self.many_added(version)
        for version in range(5):
            self.added_offsets(version)
        for version in range(6):
            self.ends(version)
        for version in range(3, 14):
            self.produces(version)
        for version in range(6):
            self.offset_commits(version)
        self.fenced_producers()
        self.refused_in_part()
        self.times_of_duplicates()
        self.markers()
        self.descriptions()
        self.nothing_is_stuck()

    def prepare(self):
        self.make_topics("t", "u")
        wait_for_coordinators(self.client)
        self.client.ask(FIND, 1, ["g", 0])
        for number in range(400):
            while self.client.ask(9, 5, [f"probe {number}", [["t", [0]]]])[2] in (LOADING, NOT_COORDINATOR):
                pass

    def same_for_every_broker(self, shown):
        for producer, name in self.producers.items():
            shown = re.sub(rf"\b{producer}\b", name, shown) if producer > 999 else shown
        return shown

    @staticmethod
    def masked(*values):
        """A way to show an answer without them."""
        def show(answer):
            shown = repr(answer)
            for value in values:
                shown = shown.replace(str(value), "MASKED")
            return shown
        return show

    def init(self, name, version=4, timeout=60000, producer=-1, epoch=-1):
        """The id and epoch of a producer, once whatever was open before has ended."""
        answer = [0, CONCURRENT]
        while answer[1] == CONCURRENT:
            answer = self.client.ask(INIT, version, [name, timeout, producer, epoch])
        if answer[1] == 0 and answer[2] not in self.producers:
            self.producers[answer[2]] = f"P{len(self.producers)}"
        return answer[2], answer[3]

    def settle(self, name):
        """Waits until the markers are written."""
        deadline = time.monotonic() + 30
        while self.client.ask(DESCRIBE, 0, [[name]])[1][0][2].startswith("Prepare"):
            if time.monotonic() > deadline:
                raise AssertionError(f"{name} does not end")

    def state(self, label, name):
        self.settle(name)
        answer = self.client.ask(DESCRIBE, 0, [[name]])
        partitions = sorted((topic, sorted(its)) for topic, its in answer[1][0][7])
        self.answers.append(f"state {label}: {answer[1][0][2]} epoch {answer[1][0][6]} {partitions}")

    def add(self, label, version, name, producer, epoch, topics):
        return self.ask(label, ADD, version, [name, producer, epoch, topics])

    def end(self, label, version, name, producer, epoch, commits):
        answer = self.client.ask(END, version, [name, producer, epoch, commits])
        shown = answer[1:] if answer[1] else [0, *([self.producers.get(answer[2], "?"), answer[3]] if version >= 5 else [])]
        self.answers.append(f"26 v{version} {label}: {shown}")
        return answer

    def produce(self, label, version, name, producer, epoch, sequence=None, topic="t", partition=0, attributes=16, acks=-1):
        place = (producer, epoch, topic, partition)
        if sequence is None:
            sequence = self.sequences.get(place, 0)
        records = batch(attributes=attributes, producer=(producer, epoch, sequence))
        answer = self.client.ask(PRODUCE, version, [name, acks, 5000, [
            [self.ids[topic] if version >= 13 else topic, [[partition, records]]]]])
        error = answer[0][0][1][0][1]
        if error == 0:
            self.sequences[place] = sequence + 1
        message = answer[0][0][1][0][6] if version >= 8 and len(answer[0][0][1][0]) > 6 else ""
        self.answers.append(f"0 v{version} {label}: {error} {message}")
        return error

    def inits(self):
        for version in range(6):
            more = [-1, -1] if version >= 3 else []
            for timeout in (0, -1, 900001, 2**31 - 1):
                self.ask(f"timeout {timeout}", INIT, version, [f"bad {version}", timeout, *more])
            self.ask("empty id", INIT, version, ["", 60000, *more])
            if version < 3:
                continue
            name = f"init {version}"
            self.ask("half", INIT, version, [name, 60000, 5, -1])
            self.ask("other half", INIT, version, [name, 60000, -1, 5])
            self.ask("half without id", INIT, version, [None, 60000, 5, -1])
            producer, epoch = self.init(name, version)
            self.answers.append(f"init v{version}: epoch {epoch}")
            for wrong_producer, wrong_epoch in ((producer + 7777, epoch), (producer, epoch + 1), (producer, 32767)):
                self.ask("wrong producer", INIT, version, [name, 60000, wrong_producer, wrong_epoch])
            for _ in range(2):  # bumps, and is told again
                again = self.init(name, version, producer=producer, epoch=epoch)
                self.answers.append(f"init v{version}: same producer {again[0] == producer}, epoch {again[1]}")
            self.init(name, version)
            self.ask("fenced", INIT, version, [name, 60000, producer, epoch])

    def added_partitions(self, version):
        name = f"add {version}"
        t = [["t", [0, 1]], ["u", [0]]]
        self.add("unknown id", version, name, 5, 0, t)
        self.add("empty id", version, "", 5, 0, t)
        producer, epoch = self.init(name)
        self.add("other producer", version, name, producer + 7777, epoch, t)
        self.add("old epoch", version, name, producer, epoch - 1, t)
        self.add("new epoch", version, name, producer, epoch + 1, t)
        self.add("no such partition", version, name, producer, epoch, [["t", [0, 99]], ["nope", [0]], ["u", [-1]]])
        self.add("a topic without partitions, and no such topic", version, name, producer, epoch, [["t", []], ["nope", [0]]])
        self.state("nothing added", name)
        self.add("good", version, name, producer, epoch, t)
        self.add("again", version, name, producer, epoch, t)
        self.add("nothing", version, name, producer, epoch, [])
        self.add("a topic without partitions", version, name, producer, epoch, [["t", [0]], ["u", []]])
        self.add("internal", version, name, producer, epoch, [["__consumer_offsets", [0]]])
        self.state("added", name)
        self.end("abort", 1, name, producer, epoch, False)
        self.state("aborted", name)

    def many_added(self, version):
        one, other = f"one {version}", f"other {version}"
        first, second = self.init(one), self.init(other)
        self.ask("verify before", ADD, version, [[[one, *first, True, [["t", [0]]]]]])
        self.ask("two", ADD, version, [[[one, *first, False, [["t", [0]]]], [other, *second, False, [["t", [1]], ["nope", [0]]]]]])
        self.ask("a topic without partitions", ADD, version, [[[one, *first, False, [["t", []]]], [other, *second, False, [["t", []], ["nope", [0]]]]]])
        self.ask("verify", ADD, version, [[[one, *first, True, [["t", [0, 1]], ["u", []]]]]])
        self.ask("verify wrong epoch", ADD, version, [[[one, first[0], first[1] + 1, True, [["t", [0]]]]]])
        self.ask("verify wrong producer", ADD, version, [[[one, first[0] + 7777, first[1], True, [["t", [0]]]]]])
        self.ask("verify unknown", ADD, version, [[["nobody", *first, True, [["t", [0]]]]]])
        self.end("commit", 5, one, *first, True)
        self.state("committed", one)

    def added_offsets(self, version):
        name = f"offsets {version}"
        self.ask("unknown id", ADD_OFFSETS, version, [name, 5, 0, "g"])
        self.ask("empty id", ADD_OFFSETS, version, ["", 5, 0, "g"])
        producer, epoch = self.init(name)
        self.ask("other producer", ADD_OFFSETS, version, [name, producer + 7777, epoch, "g"])
        self.ask("old epoch", ADD_OFFSETS, version, [name, producer, epoch - 1, "g"])
        self.ask("good", ADD_OFFSETS, version, [name, producer, epoch, "g"])
        self.ask("again", ADD_OFFSETS, version, [name, producer, epoch, "g"])
        self.end("commit", 1, name, producer, epoch, True)
        self.state("committed", name)

    def ends(self, version):
        name = f"end {version}"
        self.end("unknown id", version, name, 5, 0, True)
        self.end("empty id", version, "", 5, 0, True)
        for commits in (True, False):
            producer, epoch = self.init(name)
            self.end(f"nothing open, {commits}", version, name, producer, epoch, commits)
            producer, epoch = self.init(name)
            self.client.ask(ADD, 3, [name, producer, epoch, [["t", [0]]]])
            self.end("other producer", version, name, producer + 7777, epoch, commits)
            self.end("old epoch", version, name, producer, epoch - 1, commits)
            self.end("new epoch", version, name, producer, epoch + 1, commits)
            self.end(f"good, {commits}", version, name, producer, epoch, commits)
            self.state("ended", name)
            self.end("again", version, name, producer, epoch, commits)
            self.end("the opposite", version, name, producer, epoch, not commits)
            self.state("still", name)

    def produces(self, version):
        name = f"produce {version}"
        producer, epoch = self.init(name)
        self.produce("without an id", version, None, producer, epoch)
        self.produce("without partitions", version, name, producer, epoch)
        producer, epoch = self.init(name)  # the newest versions have added it
        self.client.ask(ADD, 3, [name, producer, epoch, [["t", [0]]]])
        self.produce("partition of another", version, name, producer, epoch, partition=1)
        self.produce("good", version, name, producer, epoch)
        self.produce("good", version, name, producer, epoch)
        self.produce("duplicate", version, name, producer, epoch, sequence=0)
        self.produce("gap", version, name, producer, epoch, sequence=9)
        self.produce("old epoch", version, name, producer, epoch - 1, sequence=0)
        self.produce("new epoch", version, name, producer, epoch + 1, sequence=0)
        self.produce("not transactional", version, None, producer, epoch, sequence=2, attributes=0)
        self.produce("unknown producer", version, name, producer + 7777, 0)
        self.produce("another's id", version, "nobody", producer, epoch, topic="u")
        self.end("commit", 4, name, producer, epoch, True)
        self.settle(name)
        self.produce("after the end", version, name, producer, epoch)
        again = self.init(name)
        self.client.ask(ADD, 3, [name, *again, [["t", [0]]]])
        self.produce("by who was fenced", version, name, producer, epoch)
        self.produce("next", version, name, *again)
        self.end("abort", 4, name, *again, False)
        self.settle(name)

    def offset_commits(self, version):
        def values(transactional_id, group, producer, epoch, topics, generation=-1, member="", instance=None):
            return [transactional_id, group, producer, epoch, *([generation, member, instance] if version >= 3 else []),
                    [[name, [[partition, offset, *([3] if version >= 2 else []), metadata]
                             for partition, offset, metadata in partitions]] for name, partitions in topics.items()]]

        name, group = f"commit {version}", f"group {version}"
        good = {"t": [(0, 5, "m"), (1, 6, None)]}
        producer, epoch = self.init(name)
        self.ask("not added", COMMIT, version, values(name, group, producer, epoch, good))
        producer, epoch = self.init(name)
        self.client.ask(ADD_OFFSETS, 3, [name, producer, epoch, group])
        self.ask("good", COMMIT, version, values(name, group, producer, epoch, good))
        self.ask("no such topic", COMMIT, version, values(name, group, producer, epoch, {"nope": [(0, 1, "")], "t": [(0, 7, ""), (99, 1, "")]}))
        self.ask("only such", COMMIT, version, values(name, group, producer, epoch, {"nope": [(0, 1, "")]}))
        self.ask("empty group", COMMIT, version, values(name, "", producer, epoch, good))
        self.ask("old epoch", COMMIT, version, values(name, group, producer, epoch - 1, good))
        self.ask("large metadata", COMMIT, version, values(name, group, producer, epoch, {"t": [(0, 8, "x" * 5000)]}))
        self.ask("nothing", COMMIT, version, values(name, group, producer, epoch, {}))
        if version >= 3:
            self.ask("unknown member", COMMIT, version, values(name, group, producer, epoch, good, 1, "somebody"))
            self.ask("generation of no group", COMMIT, version, values(name, group + "x", producer, epoch, good, 1, "somebody"))
        for stable in (False, True):
            self.ask(f"stable {stable}", 9, 7, [group, [["t", [0, 1]]], stable])
        self.end("commit", 4, name, producer, epoch, True)
        self.settle(name)
        self.ask("after", 9, 7, [group, [["t", [0, 1]]], True])
        producer, epoch = self.init(name)
        self.client.ask(ADD_OFFSETS, 3, [name, producer, epoch, group])
        self.client.ask(COMMIT, version, values(name, group, producer, epoch, {"t": [(0, 100, "")]}))
        self.end("abort", 4, name, producer, epoch, False)
        self.settle(name)
        self.ask("aborted", 9, 7, [group, [["t", [0, 1]]], True])

    def fenced_producers(self):
        first = self.init("fence")
        self.client.ask(ADD, 3, ["fence", *first, [["u", [0]]]])
        self.produce("open", 9, "fence", *first, topic="u")
        second = self.init("fence")
        self.answers.append(f"fence: epoch {first[1]}, then {second[1]}, same id {first[0] == second[0]}")
        for version in range(4):
            self.add("fenced", version, "fence", *first, [["u", [0]]])
        for version in range(5):
            self.ask("fenced", ADD_OFFSETS, version, ["fence", *first, "g"])
        for version in range(6):
            self.end("fenced", version, "fence", *first, True)
        for version in (3, 9, 11, 12, 13):
            self.produce("fenced", version, "fence", *first, topic="u")
        for version in (0, 3, 4, 5):
            more = [-1, "", None] if version >= 3 else []
            leader = [3] if version >= 2 else []
            self.ask("fenced", COMMIT, version, ["fence", "g", *first, *more, [["t", [[0, 1, *leader, ""]]]]])

    def refused_in_part(self):
        """What Kafka takes out of a produce before it looks at transactions is no part of one."""
        for version in (9, 12):
            name = f"part {version}"
            producer, epoch = self.init(name)
            if version == 9:
                self.client.ask(ADD, 3, [name, producer, epoch, [["t", [1]]]])
            good = batch(attributes=16, producer=(producer, epoch, 0))
            others = batch(attributes=16, producer=(producer + 7777, 0, 0))
            for label, partitions in (("two batches", [[0, good + good], [1, good]]), ("no such partition", [[99, others]]),
                                      ("empty", [[0, b""]]), ("old", [[0, good[:16] + b"\1" + good[17:]]])):
                answer = self.client.ask(PRODUCE, version, [name, -1, 5000, [["t", partitions]]])
                self.answers.append(f"0 v{version} {label}: {[[each[0], each[1]] for each in answer[0][0][1]]}")
                self.state(label, name)
            self.end("abort", 4, name, producer, epoch, False)
            self.settle(name)

    def times_of_duplicates(self):
        producer, epoch = self.init("twice")
        for version in range(3, 13):
            for label in ("first", "duplicate"):
                records = batch(producer=(producer, epoch, version - 3))
                answer = self.client.ask(PRODUCE, version, [None, -1, 5000, [["u", [[0, records]]]]])[0][0][1][0]
                self.answers.append(f"0 v{version} {label}: {answer[1]} {answer[3]}")

    def markers(self):
        self.init("marked")
        producer, epoch = self.init("marked")
        self.client.ask(ADD, 3, ["marked", producer, epoch, [["u", [0]]]])
        self.produce("open", 9, "marked", producer, epoch, topic="u")
        for version in (1, 2):
            def marker(result, topics, producer=producer, epoch=epoch, coordinator=0):
                return [producer, epoch, result, topics, coordinator, *([0] if version >= 2 else [])]

            self.ask("none", MARKERS, version, [[]])
            self.ask("old epoch", MARKERS, version, [[marker(False, [["u", [0]]], epoch=epoch - 1)]],
                     show=self.masked(producer))
            self.ask("no such partition", MARKERS, version, [[marker(False, [["u", [99]], ["nope", [0]]])]],
                     show=self.masked(producer))
            self.ask("abort", MARKERS, version, [[marker(False, [["u", [0]]])]], show=self.masked(producer))
            for bad in ((-1, 0), (producer + 999, -1), (producer, -1)):
                self.ask("negative", MARKERS, version, [[marker(False, [["u", [0]], ["nope", [0]]], *bad)]],
                         show=self.masked(producer + 999, producer))
                self.ask("negative, and no such partition", MARKERS, version, [[marker(False, [["nope", [0]]], *bad)]],
                         show=self.masked(producer + 999, producer))
                self.ask("negative, and others", MARKERS, version,
                         [[marker(False, [["nope", [0]]]), marker(False, [["u", [0]]], *bad), marker(False, [["nope", [1]]])]],
                         show=self.masked(producer + 999, producer))
            other = producer + 7777 + version  # who has no coordinator that would be fenced
            for coordinator in (5, 1, 6):
                self.ask(f"coordinator {coordinator}", MARKERS, version,
                         [[marker(False, [["u", [0]]], other, 0, coordinator)]], show=self.masked(other))

    def descriptions(self):
        producer, epoch = self.init("described")
        self.client.ask(ADD, 3, ["described", producer, epoch, [["t", [1]], ["u", [0]]]])
        self.produce("open", 9, "described", producer, epoch, topic="u")
        self.ask("out of range", FETCH, 4, [-1, 0, 0, 1 << 20, 1, [["u", [[0, 1 << 40, 1 << 20]]]]])
        self.ask("no such partition", FETCH, 4, [-1, 0, 0, 1 << 20, 1, [["u", [[99, 0, 1 << 20]]]]])
        self.client.ask(ADD_OFFSETS, 3, ["described", producer, epoch, "g"])
        for offset in (1, 2):
            self.client.ask(COMMIT, 2, ["described", "g", producer, epoch, [["t", [[0, offset, -1, ""]]]]])
        group = java_hash("g") % 50
        entries = self.client.ask(PRODUCERS, 0, [[["__consumer_offsets", [group]]]])[1][0][1][0][3]
        self.answers.append(f"producer of offsets: {[each[1:3] for each in entries if each[0] == producer]}")
        answer = self.client.ask(DESCRIBE, 0, [["described"]])[1][0]
        self.ask("described", DESCRIBE, 0, [["described", "nobody", ""]], show=self.masked(answer[4], answer[5]))
        for topics in ([["nope", [0]]], [["u", [99]]], [["", [0]]], [["bad name", [0]]], []):
            self.ask(f"{topics}", PRODUCERS, 0, [topics])
        entry = [each for each in self.client.ask(PRODUCERS, 0, [[["u", [0]]]])[1][0][1][0][3] if each[0] == producer][0]
        self.answers.append(f"producer: epoch {entry[1]} sequence {entry[2]} coordinator {entry[4]} is open {entry[5] >= 0}")

        def listed(label, version, states=(), ids=(), *more):
            answer = self.client.ask(LIST, version, [list(states), list(ids), *more])
            names = sorted(each[0] for each in answer[3] if not each[0].startswith("probe"))
            self.answers.append(f"66 v{version} {label}: {answer[1]} {sorted(answer[2])} {names}")

        for version, more in ((0, []), (1, [-1]), (2, [-1, None])):
            listed("ongoing", version, ["Ongoing"], [], *more)
            listed("states", version, ["Nonsense", "Dead", "PrepareEpochFence", "empty"], [], *more)
            listed("one", version, [], [producer], *more)
            listed("another", version, ["Empty"], [producer], *more)
        listed("long", 1, ["Ongoing"], [], 100000)
        for pattern in ("descr.*", "descr", "", "(", "d(e|x)scribed", "[a-z]+"):
            listed(f"like {pattern}", 2, ["Ongoing"], [], -1, pattern)
        self.end("commit", 4, "described", producer, epoch, True)
        self.settle("described")

    def nothing_is_stuck(self):
        """The last stable offset is the end of the log, whatever was asked above, once open transactions are over."""
        names = [each[0] for each in self.client.ask(LIST, 0, [["Ongoing"], []])[3]]
        for name in names:
            self.init(name)
            self.settle(name)
        for topic, partition in (("t", 0), ("t", 1), ("u", 0)):
            ends = [self.client.ask(LIST_OFFSETS, 6, [-1, isolation, [[topic, [[partition, -1, -1]]]]])[1][0][1][0][3]
                    for isolation in (0, 1)]
            self.answers.append(f"stuck {topic}-{partition}: {ends[0] != ends[1]}")

