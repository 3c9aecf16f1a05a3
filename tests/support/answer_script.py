# SPDX-License-Identifier: Apache-2.0
"""Scripts of requests, good and bad, whose answers are compared line by line with those of Apache Kafka."""

import difflib
import pathlib
import re
import time
import uuid

from shaped_client import METADATA, ShapedClient

GOLDEN = pathlib.Path(__file__).resolve().parent.parent / "golden"
NO_ID = uuid.UUID(int=0)


def differences(golden, answers, whose):
    """What is different from a file of tests/golden, as one text: empty where nothing is."""
    expected = (GOLDEN / golden).read_text().splitlines()
    return "\n".join(difflib.unified_diff(expected, answers, golden, whose, n=0, lineterm=""))[:8000]


def in_order(answer):
    """Kafka answers lists of structures in the order of a hash."""
    if not isinstance(answer, list):
        return answer
    parts = [in_order(each) for each in answer]
    if len(parts) > 1 and all(isinstance(each, list) for each in parts):
        parts.sort(key=lambda each: re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}", "", repr(each)))
    return parts


class AnswerScript:
    """Runs against one broker; `answers` are the lines to compare."""

    def __init__(self, port):
        self.port = port
        self.client = ShapedClient(port, 30)
        self.answers = []
        self.ids = {}  # of topics

    def run(self):
        self.script()
        self.client.socket.close()
        return self.answers

    def script(self):
        raise NotImplementedError

    def same_for_every_broker(self, shown):
        """The text of an answer without what is random in it."""
        return shown

    def ask(self, label, key, version, values, show=repr):
        """The answer, noted; None where the connection was closed instead, which is noted too."""
        try:
            self.client.start(key, version, values)
            answer = self.client.finish()
            shown = show(in_order(answer))
        except OSError as error:
            answer, shown = None, type(error).__name__
            self.client.socket.close()
            self.client = ShapedClient(self.port, 30)
        self.note(f"{key} v{version} {label}", shown)
        return answer

    def note(self, label, shown):
        line = f"{label}: {self.same_for_every_broker(shown)}"
        self.answers.append(line.replace(str(self.port), "PORT").replace("localhost", "127.0.0.1"))

    def make_topics(self, *names):
        deadline = time.monotonic() + 30
        while len(self.ids) < len(names) and time.monotonic() < deadline:
            answer = self.client.ask(METADATA, 12, [[[NO_ID, name] for name in names], True, False])
            self.ids = {name: topic_id for error, name, topic_id, *_ in answer[4] if error == 0}
