# SPDX-License-Identifier: Apache-2.0
"""Random requests, mostly sensible: what a field is given depends on its name and on what it stands for (entityType)."""

import dataclasses
import functools
import random

from messages import NO_ID, NUMBERS
from raw_client import batch, record

# Not sent: ApiVersions, which is compared with Kafka's schemas.
LEFT_OUT = {18}
PRODUCE, FETCH, METADATA, JOIN_GROUP, INIT_PRODUCER_ID = 0, 1, 3, 11, 22


@dataclasses.dataclass(frozen=True)
class Known:
    """Stands for what each broker told in an answer of its own: an id, an epoch, a generation."""
    kind: str
    of: str


@dataclasses.dataclass
class Request:
    key: int
    version: int
    values: dict
    # What is done to the encoded body: ("cut", n), ("append", n) or nothing.
    harm: tuple = ()


RARE = 0.12  # how likely something odd is, for each thing


class Requests:
    def __init__(self, messages, served, seed):
        """`messages` by (key, "request"), `served` as pairs of key and version that both brokers have."""
        self.random = random.Random(seed)
        # JoinGroup v0 has no rebalance timeout: members wait for each other until their sessions end.
        self.messages, self.served = messages, [each for each in served if each != (JOIN_GROUP, 0)]
        self.prefix = f"s{seed}-"
        self.topics = [self.prefix + each for each in ("a", "b", "c")]
        self.groups = [self.prefix + each for each in ("g", "h")]
        self.transactions = [self.prefix + each for each in ("t", "u")]
        self.keys = sorted({key for key, _ in served} - LEFT_OUT)
        # Those that a history is made of come more often.
        self.weights = [{PRODUCE: 5, FETCH: 4, JOIN_GROUP: 4, 14: 3, 8: 3, 9: 2, 22: 3, 24: 2, 26: 2, 19: 2, 20: 0.4, 27: 0.5}.get(key, 1) for key in self.keys]

    def beginning(self):
        """Topics for what follows."""
        for number, topic in enumerate(self.topics[:2]):
            yield Request(19, 5, {"Topics": [{"Name": topic, "NumPartitions": 2 - number, "ReplicationFactor": 1,
                                                           "Assignments": [], "Configs": []}], "timeoutMs": 30000})
        yield Request(METADATA, 12, {"Topics": [{"Name": topic} for topic in self.topics[:2]], "AllowAutoTopicCreation": False})

    def next(self):
        key = self.random.choices(self.keys, self.weights)[0]
        version = self.random.choice([version for each, version in self.served if each == key])
        fields = self.messages[key, "request"].fields(version)
        values = self.struct(fields, self.messages[key, "request"].definition["name"])
        harm = ()
        if self.random.random() < 0.02:
            harm = self.random.choice([("cut", self.random.randint(1, 6)), ("append", self.random.randint(1, 6))])
        return Request(key, version, values, harm)

    def rarely(self):
        return self.random.random() < RARE

    def struct(self, fields, path):
        values = {each.name: self.field(each, f"{path}.{each.name}") for each in fields if each.name not in OF_BROKERS and (each.tag is None or self.rarely())}
        if path == "MetadataRequest.Topics" and "TopicId" in values:
            values.update({"Name": None} if self.random.random() < 0.5 else {"TopicId": NO_ID})  # one of the two
        return values

    def field(self, field, path):
        if path in NEVER_NULL:
            pass
        elif field.is_nullable and (self.rarely() or path in USUALLY_NULL and not self.rarely()):
            return None
        if not field.is_array:
            return self.one(field, path)
        if path in USUALLY_EMPTY and not self.rarely():
            return []
        found = {}  # by what it is about: no client names a thing twice, and Kafka answers that now this way and now another
        for _ in range(self.random.choices([0, 1, 2], [0.01 if path.count(".") > 1 else RARE, 1, RARE])[0]):
            element = self.one(field, path)
            found.setdefault(repr(next(iter(element.values()))) if isinstance(element, dict) else repr(element), element)
        return list(found.values())

    def one(self, field, path):
        if field.fields is not None:
            return self.struct(field.fields, path)
        for known in (path, field.definition.get("entityType"), field.name, field.name.rstrip("s")):
            if known in CHOICES:
                usual, odd = CHOICES[known]
                chosen = self.random.choice(odd if odd and self.rarely() else usual)
                return chosen(self) if callable(chosen) else chosen
        return self.anything(field)

    def anything(self, field):
        if field.base == "bool":
            return self.random.random() < 0.5
        if field.base in NUMBERS:
            return self.random.choice([field.default(), field.default(), 0, 1, 7, -1] if not field.base.startswith("u") else [0, 1, 7])
        if field.base == "uuid":
            return NO_ID
        if field.base == "string":
            return self.random.choice([field.default() or "", "x", ""])
        return self.random.choice([b"", b"some bytes"])

    # What stands for something

    def topic(self):
        return self.random.choice(self.topics)

    def nobody(self):
        return self.prefix + "nobody"

    def topic_id(self):
        return Known("topic", self.topic())

    def group(self):
        return self.random.choice(self.groups)

    def transaction(self):
        return self.random.choice(self.transactions)

    def records(self, kind="good"):
        values = [record(self.random.choice([b"one", b"another"]), delta, self.random.choice([None, b"k"])) for delta in range(self.random.choice([1, 1, 3]))]
        whole = functools.partial(batch, b"".join(values), len(values))
        if kind == "good":
            return whole()
        if kind == "idempotent":
            return Batch(len(values), b"".join(values), self.transaction(), self.random.choice([0, 0, 1, 3]), self.random.random() < 0.7)
        return {"two": lambda: whole() + whole(), "crc": lambda: whole(crc=1), "magic 1": lambda: whole(magic=1), "magic 7": lambda: whole(magic=7),
                "cut": lambda: whole()[:-3], "count": lambda: whole(last_delta=9), "control": lambda: whole(attributes=32),
                "codec": lambda: whole(attributes=6), "timestamp": lambda: whole(timestamp=-1), "empty": lambda: b"", "length": lambda: whole(length=20),
                "rubbish": lambda: b"rubbish", "base": lambda: whole(base_offset=7)}[kind]()


@dataclasses.dataclass
class Batch:
    """Records of a producer, whose id and epoch each broker chose."""
    count: int
    payload: bytes
    transaction: str
    sequence: int
    is_transactional: bool

    def encoded(self, producer, epoch):
        return batch(self.payload, self.count, 16 if self.is_transactional else 0, producer=(producer, epoch, self.sequence))


def records(kind):
    return lambda requests: requests.records(kind)


def known(kind, of):
    return lambda requests: Known(kind, getattr(requests, of)())


CONFIG_KEYS = ("retention.ms", "cleanup.policy", "max.message.bytes", "min.insync.replicas", "compression.type", "segment.bytes")
CONFIG_VALUES = ("1000000", "compact", "delete", "1", "gzip", "1048576", "x", "-1", "0", "")
PARTITION = ([0, 0, 0, 1], [-1, 2, 7, 2147483647])
TOPIC = ([Requests.topic], ["", Requests.nobody, "bad/name", "..", "x" * 250])
GROUP = ([Requests.group], ["", Requests.nobody])
TRANSACTION = ([Requests.transaction], ["", Requests.nobody])
RESOURCE_NAME = ([Requests.topic, Requests.topic, Requests.group], ["", "1", "7", "x"])
EPOCH = ([-1, -1, 0], [1, 5, -2])
OFFSET = ([0, 0, 1, 2], [-1, 100, -2, 1 << 40])

# By the path of a field, what it stands for, or its name: what it usually gets, and what is odd.
CHOICES = {
    "topicName": TOPIC, "groupId": GROUP, "transactionalId": TRANSACTION, "brokerId": ([1], [0, 7, -1]),
    "TopicId": ([Requests.topic_id], [NO_ID]), "TopicIds": ([Requests.topic_id], [NO_ID]),
    "PartitionIndex": PARTITION, "PartitionIndexe": PARTITION, "Partition": PARTITION, "Index": PARTITION,
    "producerId": ([known("producer", "transaction")], [-1, 0, 987654]), "ProducerId": ([known("producer", "transaction")], [-1, 0, 987654]),
    "ProducerEpoch": ([known("epoch", "transaction")], [-1, 0, 7]),
    "MemberId": ([known("member", "group"), known("member", "group"), ""], ["nobody"]),
    "GenerationId": ([known("generation", "group")], [-1, 0, 7]),
    "GenerationIdOrMemberEpoch": ([known("generation", "group"), -1], [0, 7]),
    "GroupInstanceId": ([None], ["instance-1", "instance-2"]),
    "ProtocolType": (["consumer"], ["", "connect", None]), "ProtocolName": (["range", None], ["", "x"]),
    "JoinGroupRequest.ProtocolType": (["consumer"], ["", "connect"]),
    "JoinGroupRequest.Protocols.Name": (["range"], ["roundrobin"]),
    # No topics, no user data. Kafka never answers to some bytes that are none.
    "JoinGroupRequest.Protocols.Metadata": ([b"\0\0" + b"\0\0\0\0" + b"\xff\xff\xff\xff"], []),
    "JoinGroupRequest.SessionTimeoutMs": ([30000], [1, 100000000]), "JoinGroupRequest.RebalanceTimeoutMs": ([2000], []),
    "Acks": ([-1, 1], [2, -2]), "TimeoutMs": ([30000], []), "timeoutMs": ([30000], []),
    "Records": ([records("good"), records("good"), records("idempotent"), records("idempotent")],
                [records(each) for each in ("two", "crc", "magic 1", "magic 7", "cut", "count", "control", "codec", "timestamp", "empty", "length", "rubbish", "base")]),
    "DescribeTopicPartitionsRequest.Cursor.PartitionIndex": ([0], [1, 7, -1]), "FetchRequest.ReplicaId": ([-1], []), "ListOffsetsRequest.ReplicaId": ([-1], []),
    "OffsetForLeaderEpochRequest.ReplicaId": ([-1, -2], []),
    "MaxWaitMs": ([0, 20], [-1]), "MinBytes": ([0, 1], [-1]), "MaxBytes": ([1 << 20], [0, 1, 70]), "PartitionMaxBytes": ([1 << 20], [0, 1, 70]),
    "IsolationLevel": ([0, 1], [7]), "SessionId": ([0, Known("session", "")], [99]), "SessionEpoch": ([-1, 0, 1], [2, 7]), "FetchOffset": OFFSET,
    "CurrentLeaderEpoch": EPOCH, "LastFetchedEpoch": ([-1], [0, 5]), "LogStartOffset": ([-1], [0]), "LeaderEpoch": EPOCH, "RackId": ([""], ["r"]),
    "FetchRequest.ForgottenTopicsData.Partitions": PARTITION, "CommittedOffset": OFFSET, "Offset": OFFSET, "CommittedLeaderEpoch": EPOCH,
    "CommitTimestamp": ([-1], [0]), "RetentionTimeMs": ([-1], [0, 1000]), "CommittedMetadata": (["", "metadata"], [None]),
    "Timestamp": ([-1, -2, 0, 1700000000000], [-3, -4, -5, 1 << 50, -9]),
    "FindCoordinatorRequest.Key": ([Requests.group, Requests.transaction], [""]), "CoordinatorKey": ([Requests.group, Requests.transaction], [""]),
    "KeyType": ([0, 1], [7, -1]),
    "NumPartitions": ([1, 2, -1], [0, -2]), "ReplicationFactor": ([1, -1], [0, 2, -2]), "Count": ([2, 3], [1, 0, -1]),
    "CreateTopicsRequest.Topics.Assignments.BrokerIds": ([1], [2]), "BrokerId": ([1], [7]), "Replica": ([1], [7, -1]),
    "ResourceType": ([2, 2, 32], [4, 16, 7, 0]), "ResourceName": RESOURCE_NAME,
    "ConfigurationKey": (CONFIG_KEYS, ["nonsense", ""]), "ConfigOperation": ([0, 1, 2, 3], [9]),
    "CreateTopicsRequest.Topics.Configs.Name": (CONFIG_KEYS, ["nonsense", ""]), "CreateTopicsRequest.Topics.Configs.Value": (CONFIG_VALUES, [None]),
    "AlterConfigsRequest.Resources.Configs.Name": (CONFIG_KEYS, ["nonsense", ""]), "AlterConfigsRequest.Resources.Configs.Value": (CONFIG_VALUES, [None]),
    "IncrementalAlterConfigsRequest.Resources.Configs.Name": (CONFIG_KEYS, ["nonsense", ""]),
    "IncrementalAlterConfigsRequest.Resources.Configs.Value": (CONFIG_VALUES, [None]),
    "AlterConfigsRequest.Resources.ResourceType": ([2, 2, 32], [16, 7, 0]), "IncrementalAlterConfigsRequest.Resources.ResourceType": ([2, 2, 32], [16, 7, 0]),
    "TransactionTimeoutMs": ([60000], [0, -1, 100000000]), "InitProducerIdRequest.ProducerId": ([-1, -1, known("producer", "transaction")], [7]),
    "InitProducerIdRequest.ProducerEpoch": ([-1, -1, known("epoch", "transaction")], [7]),
    "EntityType": (["user", "client-id"], ["ip", "nonsense"]), "EntityName": ([lambda requests: requests.prefix + "user"], [None, ""]),
    "AlterClientQuotasRequest.Entries.Entity.EntityName": ([lambda requests: requests.prefix + "user"], [""]),
    "MatchType": ([0], [1, 2, 7]), "Match": ([lambda requests: requests.prefix + "user"], [None, ""]),
    "AlterClientQuotasRequest.Entries.Ops.Key": (["producer_byte_rate", "request_percentage"], ["nonsense"]),
    "AlterClientQuotasRequest.Entries.Ops.Value": ([1000000.0], [0.0, -1.0, 1.5]),
    "DescribeClientQuotasRequest.Components.Match": ([lambda requests: requests.prefix + "user"], [None]),
    "AlterReplicaLogDirsRequest.Dirs.Path": (["/nowhere"], [""]), "DescribeConfigsRequest.Resources.ConfigurationKeys": (CONFIG_KEYS, ["nonsense"]),
    "StatesFilter": (["Stable", "Empty"], ["nonsense"]), "TypesFilter": (["classic", "Classic"], ["nonsense"]),
    "StateFilters": (["Ongoing", "Empty"], ["nonsense"]), "DurationFilter": ([-1], [0, 100000]), "TransactionalIdPattern": ([None], ["s.*", "["]),
    "ElectionType": ([0], [1, 7]), "ResponsePartitionLimit": ([2000], [0, 1, -1]), "ClientSoftwareName": (["raw"], ["", "-"]),
    "ClientSoftwareVersion": (["1"], ["", "-"]), "EndpointType": ([1], [2, 7]), "WriteTxnMarkersRequest.Markers.CoordinatorEpoch": ([0], [5]), "TransactionVersion": ([0, 2], [1, 7]),
    # What would change the broker for the other scripts of a run is not among these.
    "UnregisterBrokerRequest.BrokerId": ([7], [0, -1]), "MaxVersionLevel": ([99], [-1, 1000]), "UpgradeType": ([1, 2, 3], [0, 7]),
    "UpdateFeaturesRequest.FeatureUpdates.Feature": (["metadata.version", "nonsense"], ["", "kraft.version"]),
}
OF_BROKERS = {"ReplicaState"}  # fields that only brokers send
USUALLY_EMPTY = {"CreateTopicsRequest.Topics.Assignments", "CreateTopicsRequest.Topics.Configs", "FetchRequest.ForgottenTopicsData"}
USUALLY_NULL = {"ProduceRequest.TransactionalId", "DescribeTopicPartitionsRequest.Cursor", "CreatePartitionsRequest.Topics.Assignments",
                "ElectLeadersRequest.TopicPartitions"}
NEVER_NULL = {"ProduceRequest.TopicData.PartitionData.Records"}  # which Kafka never answers
