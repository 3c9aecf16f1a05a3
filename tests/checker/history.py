# SPDX-License-Identifier: Apache-2.0
"""What concurrent clients did and saw, and what in it no broker may do. The anomalies are those of Jepsen's Kafka
workload (jepsen.tests.kafka), as far as Kafka promises their absence."""

import collections
import dataclasses


@dataclasses.dataclass
class Write:
    """One record; values are never written twice."""
    writer: str
    partition: int
    value: str
    acked: bool = False  # else it is not known what became of it
    offset: int = -1  # where it was acknowledged
    transaction: int = -1  # its index; -1 for none


@dataclasses.dataclass
class Transaction:
    outcome: str = "unknown"  # or "committed", "aborted"
    commit_began: float = float("inf")


@dataclasses.dataclass
class Read:
    """A record as a reader that follows along saw it; readers never go back by themselves."""
    reader: str
    is_committed: bool  # isolation.level=read_committed
    partition: int
    offset: int
    value: str
    time: float


@dataclasses.dataclass
class Commit:
    """An offset that the only member of a group commits; each is greater than those before."""
    group: str
    offset: int
    began: float
    ended: float = float("inf")
    outcome: str = "unknown"  # or "acked", "aborted"


@dataclasses.dataclass
class Look:
    """What the group's committed offset was for somebody who asked."""
    group: str
    offset: int
    began: float
    ended: float


class History:
    def __init__(self):
        self.writes = []
        self.transactions = []
        self.reads = []
        self.commits = []
        self.looks = []
        # Everything there is in the end, in order: partition -> [(offset, value)], and what did not come in time.
        self.final_committed = collections.defaultdict(list)
        self.final_all = collections.defaultdict(list)
        self.stuck = []

    def check(self):
        """The anomalies, each with its kind first."""
        found = [f"stuck: {each}" for each in self.stuck]
        for check in (self._lost, self._duplicated, self._reordered, self._inconsistent_offsets, self._aborted_reads,
                      self._torn, self._early_reads, self._backward_reads, self._backward_offsets):
            found += check()
        return found

    def _outcome(self, write):
        if write.transaction < 0:
            return "committed" if write.acked else "unknown"
        return self.transactions[write.transaction].outcome

    def _places(self, final):
        places = collections.defaultdict(list)
        for partition, records in final.items():
            for offset, value in records:
                places[value].append((partition, offset))
        return places

    def _lost(self):
        places = self._places(self.final_committed)
        for write in self.writes:
            if self._outcome(write) == "committed" and write.value not in places:
                yield f"lost: {write.value} of partition {write.partition} was acknowledged at {write.offset}"

    def _duplicated(self):
        for value, places in self._places(self.final_all).items():
            if len(places) > 1:
                yield f"duplicated: {value} stands at {places}"

    def _reordered(self):
        places = self._places(self.final_all)
        last = {}
        for write in self.writes:
            for partition, offset in places.get(write.value, [])[:1]:
                before = last.get((write.writer, partition), -1)
                if offset < before:
                    yield f"reordered: {write.value} stands at {offset}, what was sent before it at {before}"
                last[write.writer, partition] = max(before, offset)

    def _inconsistent_offsets(self):
        known = {}
        for partition, records in self.final_all.items():
            known.update({(partition, offset): value for offset, value in records})
        seen = [(each.partition, each.offset, each.value) for each in self.reads]
        seen += [(partition, *record) for partition, records in self.final_committed.items() for record in records]
        seen += [(each.partition, each.offset, each.value) for each in self.writes if each.acked and each.offset >= 0]
        for partition, offset, value in seen:
            other = known.setdefault((partition, offset), value)
            if other != value:
                yield f"inconsistent-offsets: {partition}/{offset} is {value} and {other}"

    def _transactions_of_values(self):
        return {each.value: each.transaction for each in self.writes if each.transaction >= 0}

    def _aborted_reads(self):
        belongs = self._transactions_of_values()
        values = {each.value for each in self.reads if each.is_committed}
        values |= {value for records in self.final_committed.values() for _, value in records}
        for value in sorted(values):
            if value in belongs and self.transactions[belongs[value]].outcome == "aborted":
                yield f"aborted-read: {value}"

    def _torn(self):
        values = collections.defaultdict(list)
        for value, transaction in self._transactions_of_values().items():
            values[transaction].append(value)
        there = self._places(self.final_committed)
        for transaction, its in values.items():
            missing = [each for each in its if each not in there]
            if missing and len(missing) < len(its):
                yield f"torn: of transaction {transaction} {missing} are missing"

    def _early_reads(self):
        belongs = self._transactions_of_values()
        for read in self.reads:
            if read.is_committed and read.value in belongs:
                if read.time < self.transactions[belongs[read.value]].commit_began:
                    yield f"early-read: {read.value} was read before anybody had asked to commit it"

    def _backward_reads(self):
        last = {}
        for read in self.reads:
            place = (read.reader, read.partition)
            if read.offset <= last.get(place, -1):
                yield f"backward-read: {read.reader} was given {read.partition}/{read.offset} after {last[place]}"
            last[place] = max(read.offset, last.get(place, -1))

    def _backward_offsets(self):
        commits = collections.defaultdict(list)
        for commit in self.commits:
            commits[commit.group].append(commit)
        for look in self.looks:
            acked = [each.offset for each in commits[look.group] if each.outcome == "acked" and each.ended <= look.began]
            lowest = max(acked, default=-1)
            possible = {each.offset for each in commits[look.group] if each.outcome != "aborted" and each.began <= look.ended}
            if look.offset < lowest:
                yield f"backward-offset: {look.group} is at {look.offset}, {lowest} had been acknowledged"
            elif look.offset >= 0 and look.offset not in possible:
                yield f"aborted-offset: {look.group} is at {look.offset}, which was aborted or never committed"
