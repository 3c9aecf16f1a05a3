# SPDX-License-Identifier: Apache-2.0
"""What consumer groups cost: members that are there, a rebalance of many, commits."""

import json
import os
import pathlib
import statistics
import subprocess
import tempfile
import time

from broker import BUILD
from group_requests import COMMIT, DESCRIBE, FIND, HEARTBEAT, JOIN, METADATA, SYNC, commit, heartbeat, join, joined, sync
from process_costs import cpu_seconds, memory_kib
from shaped_client import ShapedClient

GROUPS, MEMBERS = 1000, 10
LARGE, REBALANCES = 500, 5
SECONDS = 3
SETTINGS = ("group.initial.rebalance.delay.ms=1000", "num.partitions=1", "socket.listen.backlog.size=4096")


def wait_for_coordinators(broker):
    with ShapedClient(broker.port, 60) as client:
        while client.ask(METADATA, 4, [["t"], True])[4][0][0] != 0 or client.ask(FIND, 1, ["g", 0])[1] != 0:
            pass
        probes = [f"probe {i}" for i in range(400)]
        while any(each[0] for each in client.ask(DESCRIBE, 5, [probes, False])[1]):
            pass


def start_join(client, group, member):
    client.start(JOIN, 3, join(3, group, member, session=1800000, rebalance=300000))


def all_join(clients, groups, members, started=0):
    """The member, generation and error of each; the first `started` have sent their JoinGroup."""
    for client, group, member in list(zip(clients, groups, members))[started:]:
        start_join(client, group, member)
    places = []
    for client in clients:
        answer = client.finish()
        client.leader = answer[4]
        places.append(joined(3, answer))
    return places


def all_sync(clients, groups, places):
    """Every member has its assignment, which the leader of its group gave."""
    members = {}
    for group, (member, _, _) in zip(groups, places):
        members.setdefault(group, []).append(member)
    for client, group, (member, generation, error) in zip(clients, groups, places):
        assert error == 0, error
        assignments = [[each, b"x" * 50] for each in members[group]] if member == client.leader else []
        client.start(SYNC, 3, sync(3, group, generation, member, assignments))
    for client in clients:
        _, error, assignment = client.finish()
        assert (error, assignment) == (0, b"x" * 50), (error, assignment)


def many_members(broker):
    """Memory for each member beside its connection, and the time for all groups to form."""
    groups = [f"group-{i // MEMBERS}" for i in range(GROUPS * MEMBERS)]
    clients = [ShapedClient(broker.port, 120) for _ in groups]
    for client in clients:
        client.api_versions()
    before = memory_kib(broker.process.pid)
    places = all_join(clients, groups, [""] * len(groups))
    all_sync(clients, groups, places)
    grown = memory_kib(broker.process.pid) - before
    for client in clients:
        client.socket.close()
    return grown * 1024 / len(groups)


def large_rebalance(broker):
    """From the leader's JoinGroup to the last assignment, all members being there, ms; the broker's CPU for it, ms."""
    groups = ["large"] * LARGE
    clients = [ShapedClient(broker.port, 120) for _ in groups]
    places = all_join(clients, groups, [""] * LARGE)
    all_sync(clients, groups, places)
    leader = next(i for i, client in enumerate(clients) if places[i][0] == client.leader)
    order = [leader, *(i for i in range(LARGE) if i != leader)]
    ordered, members = [clients[i] for i in order], [places[i][0] for i in order]
    generation, times = places[0][1], []
    cpu = cpu_seconds(broker.process.pid)
    for _ in range(REBALANCES):
        began = time.perf_counter()
        start_join(ordered[0], "large", members[0])
        # The others hear of it as members do; a JoinGroup that came before the leader's changes nothing.
        while ordered[1].ask(HEARTBEAT, 3, heartbeat(3, "large", generation, members[1]))[1] == 0:
            pass
        again = all_join(ordered, groups, members, started=1)
        all_sync(ordered, groups, again)
        generation = again[0][1]
        times.append((time.perf_counter() - began) * 1000)
    cpu = cpu_seconds(broker.process.pid) - cpu
    for client in clients:
        client.socket.close()
    return statistics.median(times), cpu / REBALANCES * 1000


def commits(broker):
    """Commits a second by eight groups, one offset each, and the broker's CPU for one."""
    with tempfile.TemporaryDirectory() as folder:
        arguments = []
        for i in range(8):
            with ShapedClient(broker.port) as client:
                frame = pathlib.Path(folder, str(i))
                frame.write_bytes(client.frame(COMMIT, 5, commit(5, f"committer-{i}", -1, "", {"t": [(0, 7, "")]})))
            arguments += [str(broker.port), str(frame)]
        before = cpu_seconds(broker.process.pid)
        done = subprocess.run([os.path.join(BUILD, "tests/wire"), str(SECONDS), "0", "32", *arguments], capture_output=True, text=True, check=True)
        cpu = cpu_seconds(broker.process.pid) - before
    result = json.loads(done.stdout)
    return result["requests"] / result["seconds"], cpu / result["requests"] * 1e6


def figures(brokers):
    """The rows of the table; `brokers` by name."""
    columns = {}
    for name, broker in brokers.items():
        wait_for_coordinators(broker)
        # The JVM's heap is as large as it was told, whatever is in it.
        member = f"{many_members(broker):.0f}" if name == "Odradek" else (many_members(broker), "-")[1]
        rebalance, cpu = large_rebalance(broker)
        commits(broker)  # warms up
        runs = [commits(broker) for _ in range(3)]
        rate = statistics.median(each[0] for each in runs)
        cost = statistics.median(each[1] for each in runs)
        columns[name] = [member, f"{rebalance:.0f}", f"{cpu:.0f}", f"{rate:.0f}", f"{cost:.1f}"]
    labels = [f"memory for each of {GROUPS * MEMBERS} members in {GROUPS} groups, bytes",
              f"rebalance of {LARGE} members (a client in Python), ms", "CPU for that rebalance, ms",
              "commits/s of 8 groups", "CPU for one commit, us"]
    return [["figure", *columns], *([label, *(column[i] for column in columns.values())] for i, label in enumerate(labels))]
