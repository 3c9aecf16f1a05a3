# SPDX-License-Identifier: Apache-2.0
"""A bare socket that speaks just enough Kafka to be rude in it."""

import socket
import struct

from wait import wait_until

UNKNOWN_TOPIC_OR_PARTITION = 3


def text(value):
    if value is None:
        return b"\xff\xff"
    data = value if isinstance(value, bytes) else value.encode()
    return struct.pack(">h", len(data)) + data


def crc32c(data):
    crc = 0xFFFFFFFF
    for byte in data:
        crc = (crc >> 8) ^ _TABLE[(crc ^ byte) & 255]
    return crc ^ 0xFFFFFFFF


def _table():
    table = []
    for i in range(256):
        for _ in range(8):
            i = (i >> 1) ^ 0x82F63B78 if i & 1 else i >> 1
        table.append(i)
    return table


_TABLE = _table()


def varint(value):
    bits = (value << 1) ^ (value >> 63)
    out = bytearray()
    while bits >= 0x80:
        out.append(bits & 0x7F | 0x80)
        bits >>= 7
    out.append(bits)
    return bytes(out)


def record(value, delta=0, key=None):
    body = b"\0" + varint(0) + varint(delta)
    body += varint(-1) if key is None else varint(len(key)) + key
    body += varint(len(value)) + value + varint(0)
    return varint(len(body)) + body


def batch(payload=None, count=1, attributes=0, base_offset=0, magic=2, timestamp=1700000000000,
          producer=(-1, -1, -1), last_delta=None, crc=None, length=None):
    payload = record(b"x" * 10) if payload is None else payload
    covered = struct.pack(">hiqqqhii", attributes, count - 1 if last_delta is None else last_delta,
                          timestamp, timestamp, *producer, count) + payload
    head = struct.pack(">ibI", -1, magic, crc32c(covered) if crc is None else crc)
    size = len(head) + len(covered) if length is None else length
    return struct.pack(">qi", base_offset, size) + head + covered


class Fields:
    """Reads an answer in one of the old, simple versions."""

    def __init__(self, body):
        self.body, self.at = body, 0

    def number(self, code):
        value, = struct.unpack_from(">" + code, self.body, self.at)
        self.at += struct.calcsize(">" + code)
        return value

    def text(self):
        size = self.number("h")
        if size < 0:
            return None
        self.at += size
        return self.body[self.at - size:self.at]

    def array(self, read):
        return [read() for _ in range(self.number("i"))]


def error_and_leader_port(metadata):
    """Of the one topic in an answer to Metadata of version 1; the port is that of its first partition's leader."""
    fields = Fields(metadata)
    ports = {}

    def broker():
        node = fields.number("i")
        fields.text()
        ports[node] = fields.number("i")
        fields.text()

    fields.array(broker)
    fields.number("i")  # controller
    fields.number("i")  # one topic
    error = fields.number("h")
    fields.text(), fields.number("b")
    if fields.number("i") == 0:
        return error, None
    fields.number("h"), fields.number("i")
    return error, ports.get(fields.number("i"))


class RawClient:
    client_id = "raw"

    def __init__(self, port, timeout=10):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout)
        self.correlation = 0

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def send_bytes(self, data):
        self.socket.sendall(data)

    def request(self, key, version, body, flexible=False):
        self.correlation += 1
        header = struct.pack(">hhi", key, version, self.correlation) + text(self.client_id)
        frame = header + (b"\0" if flexible else b"") + body
        return struct.pack(">i", len(frame)) + frame

    def send(self, key, version, body, flexible=False):
        self.send_bytes(self.request(key, version, body, flexible))

    def receive_exactly(self, size):
        data = bytearray()
        while len(data) < size:
            part = self.socket.recv(min(size - len(data), 1 << 20))
            if not part:
                raise ConnectionError("closed")
            data += part
        return bytes(data)

    def receive(self):
        """The next answer: its correlation id and body."""
        size = struct.unpack(">i", self.receive_exactly(4))[0]
        frame = self.receive_exactly(size)
        return struct.unpack(">i", frame[:4])[0], frame[4:]

    def call(self, key, version, body, flexible=False):
        self.send(key, version, body, flexible)
        return self.receive()[1]

    def is_closed(self):
        """Whether the broker closes the connection; waits for it."""
        try:
            while self.socket.recv(65536):
                pass
            return True
        except ConnectionError:
            return True
        except socket.timeout:
            return False

    # A few requests in old, simple versions.

    def api_versions(self):
        return self.call(18, 0, b"")

    def metadata(self, topic):
        """Asks for a topic, which may create it, until it is there, and goes on with the leader of its first partition."""
        def told():
            body = self.call(3, 1, struct.pack(">i", 1) + text(topic))
            return None if error_and_leader_port(body)[0] == UNKNOWN_TOPIC_OR_PARTITION else body

        body = wait_until(told)
        port = error_and_leader_port(body)[1]
        if port and port != self.socket.getpeername()[1]:
            timeout = self.socket.gettimeout()
            self.socket.close()
            self.socket = socket.create_connection(("127.0.0.1", port), timeout)
        return body

    def produce_body(self, topic, records, partition=0, acks=-1):
        size = struct.pack(">i", len(records)) if records is not None else b"\xff\xff\xff\xff"
        return (text(None) + struct.pack(">hi", acks, 5000) + struct.pack(">i", 1) + text(topic)
                + struct.pack(">ii", 1, partition) + size + (records or b""))

    def produce(self, topic, records, partition=0, acks=-1, version=3):
        """The error code and base offset of a produce of one batch."""
        body = self.call(0, version, self.produce_body(topic, records, partition, acks))
        at = 4 + 2 + len(topic.encode() if isinstance(topic, str) else topic) + 4 + 4
        return struct.unpack(">hq", body[at:at + 10])

    def fetch_body(self, topic, offset, max_wait=0, min_bytes=1, max_bytes=1 << 20, partition=0,
                   partition_max=1 << 20):
        return (struct.pack(">iiiib", -1, max_wait, min_bytes, max_bytes, 0) + struct.pack(">i", 1)
                + text(topic) + struct.pack(">iiqi", 1, partition, offset, partition_max))

    def fetch(self, topic, offset, **options):
        """The error code, high watermark and records of a fetch from one partition."""
        body = self.call(1, 4, self.fetch_body(topic, offset, **options))
        at = 4 + 4 + 2 + len(topic) + 4 + 4
        error, watermark, _, aborted = struct.unpack(">hqqi", body[at:at + 22])
        size = struct.unpack(">i", body[at + 22:at + 26])[0]
        return error, watermark, body[at + 26:at + 26 + max(0, size)]
