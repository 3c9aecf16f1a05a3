# SPDX-License-Identifier: Apache-2.0
"""Moves leaders and replicas of a cluster by Kafka's own admin requests, over a bare socket."""

import random
import struct

from raw_client import Fields, RawClient, text
from wait import wait_until


def compact(items):
    """A compact array of things that are encoded already (fewer than 127)."""
    return bytes([len(items) + 1]) + b"".join(items)


def compact_text(value):
    return bytes([len(value) + 1]) + value.encode()


class Partition:
    def __init__(self, error, index, leader, epoch, replicas, isr, offline):
        self.error, self.index, self.leader, self.epoch = error, index, leader, epoch
        self.replicas, self.isr, self.offline = replicas, isr, offline


class ClusterAdmin:
    """Speaks to whichever node is up."""

    def __init__(self, broker):
        self.broker = broker

    def call(self, key, version, body, flexible=False):
        ports = [self.broker.port + i for i in range(self.broker.nodes)]
        random.shuffle(ports)
        for port in ports:
            try:
                with RawClient(port) as client:
                    return client.call(key, version, body, flexible)
            except ConnectionError:
                continue
        raise ConnectionError("no node is up")

    def describe(self, topic, create=False):
        """The partitions of a topic, which may be made for it: it is told of when one asks again."""
        return wait_until(lambda: self.partitions(topic, create)) if create else self.partitions(topic)

    def partitions(self, topic, create=False):
        """By Metadata version 7."""
        fields = Fields(self.call(3, 7, struct.pack(">i", 1) + text(topic) + (b"\1" if create else b"\0")))
        fields.number("i")  # throttle
        fields.array(lambda: (fields.number("i"), fields.text(), fields.number("i"), fields.text()))
        fields.text(), fields.number("i")

        def numbers():
            return fields.array(lambda: fields.number("i"))

        def partition():
            return Partition(fields.number("h"), fields.number("i"), fields.number("i"), fields.number("i"), numbers(),
                             numbers(), numbers())

        fields.number("i"), fields.number("h"), fields.text(), fields.number("b")
        return fields.array(partition)

    def brokers(self):
        """The ids of the nodes that are up, with their racks."""
        fields = Fields(self.call(3, 1, struct.pack(">i", 0)))
        return {node: rack for node, _, _, rack in fields.array(
            lambda: (fields.number("i"), fields.text(), fields.number("i"), fields.text()))}

    def elect(self, topic, partitions):
        """ElectLeaders for preferred leaders; returns the error of each partition."""
        body = struct.pack(">bi", 0, 1) + text(topic) + struct.pack(f">i{len(partitions)}i", len(partitions), *partitions)
        fields = Fields(self.call(43, 1, body + struct.pack(">i", 10000)))
        fields.number("i")
        assert fields.number("h") == 0
        errors = {}

        def result():
            index = fields.number("i")
            errors[index] = fields.number("h")
            fields.text()

        fields.array(lambda: (fields.text(), fields.array(result)))
        return errors

    def reassign(self, topic, replicas):
        """AlterPartitionReassignments; `replicas` by partition, None cancels. Returns the whole answer."""
        partitions = []
        for index, nodes in replicas.items():
            wanted = b"\0" if nodes is None else compact([struct.pack(">i", node) for node in nodes])
            partitions.append(struct.pack(">i", index) + wanted + b"\0")
        topics = compact([compact_text(topic) + compact(partitions) + b"\0"])
        return self.call(45, 0, struct.pack(">i", 10000) + topics + b"\0", flexible=True)

    def reassignments(self):
        """ListPartitionReassignments of everything: the whole answer."""
        return self.call(46, 0, struct.pack(">i", 10000) + b"\0" + b"\0", flexible=True)

    def lead(self, topic, leaders):
        """Makes nodes the leaders of partitions: first in the list of replicas, then elected."""
        described = {p.index: p for p in self.describe(topic)}
        wanted = {}
        for index, leader in leaders.items():
            others = [node for node in described[index].replicas if node != leader]
            wanted[index] = [leader, *others]
        self.reassign(topic, wanted)
        return self.elect(topic, list(wanted))
