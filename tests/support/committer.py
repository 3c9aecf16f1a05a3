# SPDX-License-Identifier: Apache-2.0
"""A group of one member that commits all the time, over a bare socket: it knows what it sent and what was acknowledged."""

import random
import threading

from group_requests import COMMIT, FETCH, FIND, JOIN, SYNC, commit, fetch, join, joined, sync
from shaped_client import ShapedClient
from wait import wait_until

RETRIABLE = (14, 15, 16)  # loading, not available, not the coordinator


def coordinator(broker, group):
    """A client of whoever coordinates the group."""
    with ShapedClient(broker.port + random.randrange(broker.nodes)) as client:
        _, error, _, _, _, port = client.ask(FIND, 1, [group, 0])
    if error:
        raise ConnectionError(f"no coordinator: error {error}")
    return ShapedClient(port, 30)


class Committer(threading.Thread):
    """A group of one member that commits the next offset every 100 ms, over a bare socket."""

    def __init__(self, broker, number, stopping):
        super().__init__(daemon=True)
        self.broker, self.group, self.stopping = broker, f"group-{number}", stopping
        self.client, self.member, self.generation = None, "", -1
        self.sent = self.acked = 0
        self.joins = 0
        self.faults = []

    def run(self):
        try:
            while not self.stopping.wait(0.1):
                try:
                    self.step()
                except OSError:
                    self.disconnect()  # killed, or not up yet
        except Exception as fault:
            self.faults.append(f"{self.group}: {fault!r}")
        self.disconnect()

    def disconnect(self):
        if self.client:
            self.client.socket.close()
        self.client = None

    def connect(self):
        self.client = coordinator(self.broker, self.group)

    def step(self):
        if not self.client:
            self.connect()
        if self.generation < 0:
            return self.enter()
        self.sent += 1
        answer = self.client.ask(COMMIT, 5, commit(5, self.group, self.generation, self.member, {"t": [(0, self.sent, "")]}))
        error = answer[1][0][1][0][1]
        if error == 0:
            self.acked = self.sent
        elif error in RETRIABLE:
            self.disconnect()
        else:
            self.faults.append(f"{self.group}: a commit was answered with {error}")
            self.generation = -1

    def enter(self):
        self.joins += 1
        self.member, self.generation, error = joined(3, self.client.ask(JOIN, 3, join(3, self.group, self.member, session=30000)))
        if error in RETRIABLE:
            self.generation = -1
            return self.disconnect()
        answer = self.client.ask(SYNC, 3, sync(3, self.group, self.generation, self.member, [[self.member, b"all"]]))
        if answer[1] != 0:
            self.generation = -1

    def committed(self):
        with coordinator(self.broker, self.group) as client:
            answer = client.ask(FETCH, 5, fetch(5, {self.group: {"t": [0]}}))
        return answer[1][0][1][0][1] if answer[2] == 0 else None

    def check_offset(self, test, lowest):
        """The committed offset is at least `lowest`, and one that was sent."""
        committed = None

        def is_loaded():
            nonlocal committed
            committed = self.committed()
            return committed is not None

        wait_until(is_loaded)
        test.assertGreaterEqual(committed, lowest, f"{self.group}: an acknowledged commit is gone")
        test.assertLessEqual(committed, self.sent, f"{self.group}: nobody ever sent that")
