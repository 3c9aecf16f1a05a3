# SPDX-License-Identifier: Apache-2.0
"""One broker as a script of requests sees it: what it said is remembered by name, and shown without what is its own."""

import re
import threading
import time
import uuid

from messages import NO_ID
from raw_client import RawClient
from random_requests import FETCH, INIT_PRODUCER_ID, JOIN_GROUP, Batch, Known

NEVER_KNOWN = {"topic": uuid.UUID(int=4242), "producer": 4242, "epoch": 0, "member": "", "generation": 1, "session": 0}
PASSING = {5, 6, 14, 15, 16, 51}  # errors of a broker that is not ready yet; also CONCURRENT_TRANSACTIONS
CHANGES = {3, 19, 20, 33, 37, 43, 44, 45, 49}  # requests after which Apache Kafka's broker lags behind its controller
FIND_COORDINATOR, END_TXN, DESCRIBE_QUOTAS, ALTER_QUOTAS, DESCRIBE_TRANSACTIONS = 10, 26, 48, 49, 65
# Fields that are a broker's own, or that are not compared.
OWN = {"ThrottleTimeMs", "ErrorMessage", "Host", "Port", "ClusterId", "Rack", "SessionId", "ControllerId", "LogAppendTimeMs", "ClientHost",
       "Documentation", "StartTimestamp", "LastTimestamp", "TransactionStartTimeMs", "CoordinatorEpoch", "LogDir", "TotalBytes", "UsableBytes", "ControlRecords"}


class Life:
    def __init__(self, messages, port, prefix):
        self.messages, self.port, self.prefix = messages, port, prefix
        self.client = RawClient(port, 20)
        self.known = {}
        self.symbols = {}
        self.sentinel = 0

    def close(self):
        self.client.socket.close()

    # Requests

    def wait_for_coordinators(self, keys):
        """Until there is one for each of these groups and transactional ids; for Apache Kafka it is much work to make
        the first."""
        for kind, key in keys:
            def is_there():
                return self.plain(FIND_COORDINATOR, 3, {"Key": key, "KeyType": kind})["ErrorCode"] == 0 and not PASSING & errors_in(
                    self.plain(*((15, 5, {"Groups": [key]}) if kind == 0 else (DESCRIBE_TRANSACTIONS, 0, {"TransactionalIds": [key]}))))
            self.wait_for(is_there)

    def ask(self, request):
        """The answer as it is shown; asked again while the broker is not ready."""
        body = self.messages[request.key, "request"].encode(request.version, self.resolved(request.values))
        for kind, size in [request.harm] if request.harm else []:
            body = body[:max(0, len(body) - size)] if kind == "cut" else body + b"\x01" * size
        pause, deadline = threading.Event(), time.monotonic() + 3
        while True:
            answer = self.exchange(request, body)
            if isinstance(answer, str) or not PASSING & errors_in(answer) or time.monotonic() > deadline:
                break
            pause.wait(0.03)
        if request.key in CHANGES:
            self.settle()
        if request.key == END_TXN:
            self.wait_for_markers()
        if isinstance(answer, str):
            return answer
        self.learn(request, answer)
        return self.shown(answer)

    def exchange(self, request, body):
        message = self.messages[request.key, "request"]
        try:
            self.client.send(request.key, request.version, body, message.is_flexible(request.version))
            data = self.client.receive()[1]
        except OSError as error:
            self.client.socket.close()
            self.client = RawClient(self.port, 20)
            return "no answer" if isinstance(error, TimeoutError) else "closed"
        response = self.messages[request.key, "response"]
        if request.key == 18 and data[:2] == b"\0\x23":
            return response.decode(0, data)  # whose version is not known
        if response.is_flexible(request.version) and request.key != 18:
            assert data[0] == 0, "tagged fields in a header"
            data = data[1:]
        return response.decode(request.version, data)

    def plain(self, key, version, values):
        message, response = self.messages[key, "request"], self.messages[key, "response"]
        data = self.client.call(key, version, message.encode(version, values), message.is_flexible(version))
        return response.decode(version, data[1:] if response.is_flexible(version) else data)

    def settle(self):
        """Until the broker has applied what its controller did: quotas that were set twice afterwards are there."""
        for _ in range(2):
            self.sentinel += 1
            entity = {"EntityType": "user", "EntityName": "sentinel"}
            self.plain(ALTER_QUOTAS, 1, {"Entries": [{"Entity": [entity], "Ops": [
                {"Key": "producer_byte_rate", "Value": 1e9 + self.sentinel, "Remove": False}]}], "ValidateOnly": False})
            self.wait_for(lambda: any(value["Value"] == 1e9 + self.sentinel for entry in self.plain(
                DESCRIBE_QUOTAS, 1, {"Components": [{"EntityType": "user", "MatchType": 0, "Match": "sentinel"}]})["Entries"] or [] for value in entry["Values"]))

    def wait_for_markers(self):
        ids = [f"{self.prefix}{each}" for each in ("t", "u")]
        self.wait_for(lambda: not any(each["TransactionState"].startswith("Prepare") for each in self.plain(
            DESCRIBE_TRANSACTIONS, 0, {"TransactionalIds": ids})["TransactionStates"]))

    @staticmethod
    def wait_for(condition):
        pause, deadline = threading.Event(), time.monotonic() + 10
        while not condition():
            assert time.monotonic() < deadline, "the broker does not come to rest"
            pause.wait(0.01)

    # Names for what the broker chose

    def resolved(self, value):
        if isinstance(value, Known):
            return self.known.get((value.kind, value.of), NEVER_KNOWN[value.kind])
        if isinstance(value, Batch):
            of = value.transaction
            return value.encoded(self.known.get(("producer", of), 4242), self.known.get(("epoch", of), 0))
        if isinstance(value, dict):
            return {name: self.resolved(each) for name, each in value.items()}
        if isinstance(value, list):
            return [self.resolved(each) for each in value]
        return value

    def learn(self, request, answer):
        for each in structs_in(answer):
            name = each.get("Name") or each.get("TopicName")
            if isinstance(each.get("TopicId"), type(NO_ID)) and isinstance(name, str) and each["TopicId"] != NO_ID:
                self.name(each["TopicId"], "topic", name, f"id of {name}")
        if request.key == JOIN_GROUP and answer["MemberId"]:
            group = request.values["GroupId"]
            self.name(answer["MemberId"], "member", group, f"member {len(self.symbols)}")
            if answer["ErrorCode"] == 0:
                self.known["generation", group] = answer["GenerationId"]
        if request.key == INIT_PRODUCER_ID and answer["ErrorCode"] == 0:
            of = request.values["TransactionalId"] or ""
            self.name(answer["ProducerId"], "producer", of, f"producer {len(self.symbols)}")
            self.known["epoch", of] = answer["ProducerEpoch"]
        if request.key == FETCH and answer.get("SessionId"):
            self.known["session", ""] = answer["SessionId"]

    def name(self, value, kind, of, symbol):
        self.known[kind, of] = value
        self.symbols.setdefault(value, symbol)

    # Answers as they are compared

    def shown(self, value, name=""):
        if isinstance(value, dict):
            return {key: self.shown(each, key) for key, each in value.items() if key not in OWN}
        if isinstance(value, list):
            parts = [self.shown(each, name) for each in value if not self.is_foreign(each)]
            return sorted(parts, key=without_errors) if parts and isinstance(parts[0], (dict, str)) else parts
        if isinstance(value, bytes):
            return batches_in(value, self.symbols) if name == "Records" else value
        if isinstance(value, (str, type(NO_ID))):
            return self.symbols.get(value, value)
        if name in ("ProducerId",):
            return self.symbols.get(value, value)
        return value

    def is_foreign(self, value):
        """Of another script, or the broker's own topics and settings; and min.insync.replicas, which Kafka's feature
        eligible.leader.replicas.version puts among the settings of the cluster."""
        if not isinstance(value, dict):
            return False
        if "ConfigSource" in value and value["Name"].startswith(("odradek.", "min.insync.replicas")):
            return True
        names = [each for key, each in value.items() if isinstance(each, str) and key in
                 ("Name", "TopicName", "GroupId", "TransactionalId", "ResourceName", "Topic")]
        if "Entity" in value:
            names += [each["EntityName"] or "" for each in value["Entity"]]
        return any(re.match(r"s\d+-|__|sentinel", each) and not each.startswith(self.prefix) for each in names)


def without_errors(value):
    """What brokers put in any order is compared by what it is about."""
    return repr({key: each for key, each in value.items() if "Error" not in key} if isinstance(value, dict) else value)


def structs_in(value):
    if isinstance(value, dict):
        yield value
    for each in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from structs_in(each)


def errors_in(answer):
    return {value for each in structs_in(answer) for name, value in each.items() if name in ("ErrorCode", "PartitionErrorCode")}


def batches_in(data, symbols):
    """Base offset, count, attributes and producer of each batch, and the payload of those that are not markers."""
    found, at = [], 0
    while at + 61 <= len(data):
        size = 12 + int.from_bytes(data[at + 8:at + 12], "big")
        attributes = int.from_bytes(data[at + 21:at + 23], "big")
        producer = int.from_bytes(data[at + 43:at + 51], "big", signed=True)
        is_control = attributes & 32
        found.append((int.from_bytes(data[at:at + 8], "big"), int.from_bytes(data[at + 57:at + 61], "big"), attributes,
                      symbols.get(producer, producer), b"" if is_control else data[at + 61:at + size]))
        at += size
    return found + ([f"{len(data) - at} bytes more"] if at < len(data) else [])
