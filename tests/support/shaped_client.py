# SPDX-License-Identifier: Apache-2.0
"""A client for every API at every version, by the shapes in tests/golden/shapes.txt (which are compared with Kafka's
own schemas): a request is a list of values in the order of the fields, an answer too. Tagged fields are left out."""

import functools
import pathlib
import re
import struct
import uuid

from raw_client import UNKNOWN_TOPIC_OR_PARTITION, RawClient
from wait import wait_until

METADATA = 3
SHAPES = pathlib.Path(__file__).resolve().parent.parent / "golden/shapes.txt"
INTEGERS = {"i8": ">b", "i16": ">h", "i32": ">i", "i64": ">q", "bool": ">?", "f64": ">d"}


class Struct(list):
    """The types of the fields, and whether tagged fields stand behind them."""

    flexible = False


class Array:
    def __init__(self, element):
        self.element = element


def parse(words):
    """The fields up to the bracket that ends them."""
    fields = Struct()
    while words and words[0] not in ("]", "]?", ")"):
        word = words.pop(0)
        if word == "tags":
            fields.flexible = True
        elif word == "[":
            inner = parse(words)
            words.pop(0)
            fields.append(Array(inner if len(inner) > 1 or inner.flexible else inner[0]))
        elif word == "(":
            fields.append(parse(words))
            words.pop(0)
        else:
            fields.append(word.rstrip("?"))
    return fields


@functools.lru_cache(maxsize=None)
def shapes():
    found = {}
    for line in SHAPES.read_text().splitlines():
        key, version, kind, *rest = line.split(" ", 3)
        text = re.sub(r"\{[^}]*\}", "", rest[0] if rest else "")  # tagged fields
        words = re.findall(r"\]\??|[\[()]|[^\s\[\]()]+", text)
        found[int(key), int(version[1:]), kind] = parse(words)
    return found


def unsigned_varint(value):
    out = bytearray()
    while value >= 0x80:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes(out) + bytes([value])


def encode_length(size, flexible, code):
    if flexible:
        return unsigned_varint(0 if size is None else size + 1)
    return struct.pack(code, -1 if size is None else size)


def encode(kind, value, flexible):
    if isinstance(kind, Struct):
        if len(kind) != len(value):
            raise ValueError(f"{value} is not {kind}")
        fields = b"".join(encode(each, part, flexible) for each, part in zip(kind, value))
        return fields + (b"\0" if kind.flexible else b"")
    if isinstance(kind, Array):
        if value is None:
            return encode_length(None, flexible, ">i")
        return encode_length(len(value), flexible, ">i") + b"".join(encode(kind.element, v, flexible) for v in value)
    if kind == "uuid":
        return value.bytes
    if kind in ("str", "bytes"):
        data = value.encode() if isinstance(value, str) else value
        return encode_length(None if data is None else len(data), flexible, ">h" if kind == "str" else ">i") + (data or b"")
    return struct.pack(INTEGERS[kind], value)


class Decoder:
    def __init__(self, data, flexible):
        self.data, self.at, self.flexible = data, 0, flexible

    def take(self, size):
        if self.at + size > len(self.data):
            raise ValueError("the answer is too short")
        self.at += size
        return self.data[self.at - size:self.at]

    def unsigned_varint(self):
        value = shift = 0
        while True:
            byte = self.take(1)[0]
            value |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                return value

    def length(self, code):
        if self.flexible:
            return self.unsigned_varint() - 1
        return struct.unpack(code, self.take(struct.calcsize(code)))[0]

    def decode(self, kind):
        if isinstance(kind, Struct):
            fields = [self.decode(each) for each in kind]
            if kind.flexible:
                self.skip_tags()
            return fields
        if isinstance(kind, Array):
            size = self.length(">i")
            return None if size < 0 else [self.decode(kind.element) for _ in range(size)]
        if kind == "uuid":
            return uuid.UUID(bytes=self.take(16))
        if kind in ("str", "bytes"):
            size = self.length(">h" if kind == "str" else ">i")
            data = None if size < 0 else self.take(size)
            return data.decode() if data is not None and kind == "str" else data
        return struct.unpack(INTEGERS[kind], self.take(struct.calcsize(INTEGERS[kind])))[0]

    def skip_tags(self):
        for _ in range(self.unsigned_varint()):
            self.unsigned_varint()
            self.take(self.unsigned_varint())


class ShapedClient(RawClient):
    def frame(self, key, version, values):
        """A request with its header and size, to be sent with send_bytes()."""
        shape = shapes()[key, version, "request"]
        return self.request(key, version, encode(shape, values, shape.flexible), shape.flexible)

    def start(self, key, version, values):
        """Sends a request; finish() reads its answer."""
        self.pending = (key, version)
        self.send_bytes(self.frame(key, version, values))

    def finish(self):
        key, version = self.pending
        shape = shapes()[key, version, "response"]
        decoder = Decoder(self.receive()[1], shape.flexible)
        if shape.flexible and key != 18:
            decoder.skip_tags()  # of the header
        answer = decoder.decode(shape)
        if decoder.at != len(decoder.data):
            raise ValueError(f"{len(decoder.data) - decoder.at} bytes behind the answer")
        return answer

    def ask(self, key, version, values):
        self.start(key, version, values)
        return self.finish()

    def make_topic(self, name):
        """Asks for it, which makes it, until it is there."""
        wait_until(lambda: self.ask(METADATA, 4, [[name], True])[4][0][0] != UNKNOWN_TOPIC_OR_PARTITION)
