# SPDX-License-Identifier: Apache-2.0
"""Requests of producers and consumers that are wrong, or seldom, whose answers are compared with those of Apache Kafka
(tests/golden/data_answers.txt). A differential run against it found them."""

import itertools

from answer_script import NO_ID, AnswerScript
from raw_client import batch, record
from wait import wait_until

PRODUCE, FETCH, LIST_OFFSETS, METADATA, COMMIT, EPOCHS = 0, 1, 2, 3, 8, 23
FAR = 1 << 40


class DataRequests(AnswerScript):
    def script(self):
        self.make_topics("t")
        wait_until(lambda: self.client.ask(PRODUCE, 9, self.produce("t", batch()))[0][0][1][0][1] == 0)
        self.new_topics()
        self.batches()
        self.errors_before_others()
        self.fetches()
        self.sessions()
        self.positions()

    def new_topics(self):
        """A topic that is made for an answer is told of in a later one."""
        def show(answer):
            return str([[each[0], len(each[4])] for each in answer[4]])
        for name in ("fresh", "fresher"):
            self.ask(name, METADATA, 12, [[[NO_ID, name]], True, False], show)
            wait_until(lambda: self.client.ask(METADATA, 12, [[[NO_ID, name]], False, False])[4][0][0] == 0)
            self.ask(f"{name} again", METADATA, 12, [[[NO_ID, name]], True, False], show)
        self.ask("operations of nobody", METADATA, 12, [[[NO_ID, "nobody"]], False, True], lambda answer: str(answer[4][0][-1]))
        self.ask("names beside an id", METADATA, 12, [[[self.ids["t"], None], [NO_ID, "nobody"]], False, False], show)

    @staticmethod
    def produce(topic, records, acks=-1, partition=0):
        return [None, acks, 30000, [[topic, [[partition, records]]]]]

    def show_produced(self, answer):
        """Error, and where the log begins; where the batch went depends on those before it."""
        return str([[index, error, start] for _, partitions in answer[0] for index, error, _, _, start, *_ in partitions])

    def batches(self):
        good = batch()
        for label, records in (("good", good), ("crc", batch(crc=1)), ("magic 1", batch(magic=1)), ("magic 3", batch(magic=3)),
                               ("magic -1", batch(magic=-1)), ("short", batch(length=20)), ("no length", batch(length=-1)),
                               ("two", good + good), ("cut", good[:-1]), ("a bit more", good + b"short"),
                               ("rubbish behind", good + b"\0" * 14), ("empty", b""), ("too large", batch(record(b"x" * 1_100_000)))):
            for topic in ("t", "nobody"):
                self.ask(f"{label} to {topic}", PRODUCE, 9, self.produce(topic, records), self.show_produced)

    def errors_before_others(self):
        for acks, topic in itertools.product((2, -2), ("t", "nobody")):
            self.ask(f"acks {acks} to {topic}", PRODUCE, 9, self.produce(topic, batch(), acks), self.show_produced)
        two = [None, -1, 30000, [["t", [[0, batch(magic=7)]]], ["nobody", [[0, batch()]]]]]
        self.ask("one that cannot be searched", PRODUCE, 9, two, self.show_produced)

    def fetch(self, label, offset=0, isolation=0, session=(0, -1), epochs=(-1, -1), topic="t", topics=None, version=12):
        """The error of all, and of each partition: error, and whether there are records and a list of aborted transactions."""
        def show(answer):
            return str([answer[1], [[error, bool(records), aborted is None] for _, partitions in answer[3]
                                    for _, error, _, _, _, aborted, _, records in partitions]])
        asked = [[topic, [[0, epochs[0], offset, epochs[1], -1, 1 << 20]]]] if topics is None else topics
        return self.ask(label, FETCH, version, [-1, 0, 0, 1 << 20, isolation, *session, asked, [], ""], show)

    def fetches(self):
        for isolation in (0, 1, 7):
            for topic, offset in (("t", 0), ("t", FAR), ("nobody", 0)):
                self.fetch(f"isolation {isolation}, {topic} at {offset}", offset, isolation, topic=topic)
            self.fetch(f"isolation {isolation}, by id", isolation=isolation, topic=self.ids["t"], version=13)
            self.ask(f"isolation {isolation}", LIST_OFFSETS, 7, [-1, isolation, [["t", [[0, -1, -2]]]]], lambda answer: str(answer[1]))
        self.fetch("negative epochs", epochs=(-2, -2))
        self.fetch("no partitions", topics=[["t", []]])
        self.ask("no partitions", LIST_OFFSETS, 7, [-1, 0, [["t", []]]], lambda answer: str(answer[1]))

    def sessions(self):
        opened = self.fetch("a session of nothing", session=(0, 0), topics=[])
        self.fetch("goes on with ids", session=(opened[2], 1), topics=[], version=13)

    def positions(self):
        for epoch in (-2, -1, 0, 5):
            self.ask(f"epoch {epoch}", EPOCHS, 4, [-1, [["t", [[0, -1, epoch]]]]], lambda answer: str([part[3] for part in answer[1][0][1]]))
        for topics in ([["t", []]], [["nobody", []]]):
            self.ask(str(topics), COMMIT, 8, ["g", -1, "", None, topics], lambda answer: str(answer[1]))
