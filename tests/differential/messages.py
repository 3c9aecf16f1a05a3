# SPDX-License-Identifier: Apache-2.0
"""Messages by the names of their fields, at every version, encoded and decoded as Kafka's schemas say: a struct is a dict."""

import struct
import uuid

from kafka_schemas import has, versions
from shaped_client import Decoder, encode_length, unsigned_varint

NUMBERS = {"bool": ">?", "int8": ">b", "int16": ">h", "uint16": ">H", "int32": ">i", "uint32": ">I", "int64": ">q", "float64": ">d"}
NO_ID = uuid.UUID(int=0)


class Field:
    """One field as it is at one version."""

    def __init__(self, message, definition, version):
        self.name, self.definition, self.version = definition["name"], definition, version
        kind = definition["type"]
        self.is_array = kind.startswith("[]")
        self.base = kind.removeprefix("[]")
        self.is_nullable = has(definition.get("nullableVersions"), version)
        self.tag = definition["tag"] if has(definition.get("taggedVersions"), version) else None
        self.fields = None
        if self.base not in NUMBERS and self.base not in ("string", "bytes", "records", "uuid"):
            self.fields = message.fields_of(definition.get("fields") or message.common[self.base], version)

    def default(self):
        told = self.definition.get("default")
        if told == "null":
            return None
        if self.is_array:
            return []
        if self.fields is not None:
            return {}
        if self.base == "uuid":
            return NO_ID
        if self.base in ("bytes", "records"):
            return b""
        if self.base == "string":
            return told or ""
        if self.base == "bool":
            return told in (True, "true")
        return int(str(told), 0) if told is not None else 0


class Message:
    def __init__(self, definition):
        self.definition = definition
        self.common = {each["name"]: each["fields"] for each in definition.get("commonStructs", [])}
        self.versions = range(versions(definition["validVersions"])[0], versions(definition["validVersions"])[1] + 1)

    def is_flexible(self, version):
        return has(self.definition["flexibleVersions"], version)

    def fields(self, version):
        return self.fields_of(self.definition["fields"], version)

    def fields_of(self, definitions, version):
        return [Field(self, each, version) for each in definitions if has(each.get("versions"), version)]

    def encode(self, version, values):
        return Encoder(self.is_flexible(version)).struct(self.fields(version), values)

    def decode(self, version, data):
        decoder = NamedDecoder(data, self.is_flexible(version))
        values = decoder.struct(self.fields(version))
        if decoder.at != len(data):
            raise ValueError(f"{len(data) - decoder.at} bytes behind the answer")
        return values


class Encoder:
    def __init__(self, is_flexible):
        self.is_flexible = is_flexible

    def struct(self, fields, values):
        plain = b"".join(self.field(each, values.get(each.name, each.default())) for each in fields if each.tag is None)
        if not self.is_flexible:
            return plain
        tagged = sorted((each.tag, each) for each in fields if each.tag is not None and each.name in values)
        parts = [(tag, self.field(each, values[each.name], is_tagged=True)) for tag, each in tagged]
        return plain + unsigned_varint(len(parts)) + b"".join(unsigned_varint(tag) + unsigned_varint(len(part)) + part for tag, part in parts)

    def field(self, field, value, is_tagged=False):
        if not field.is_array:
            return self.one(field, value, is_tagged)
        if value is None:
            return encode_length(None, self.is_flexible, ">i")
        return encode_length(len(value), self.is_flexible, ">i") + b"".join(self.one(field, each, True) for each in value)

    def one(self, field, value, is_element):
        if field.fields is not None:
            if field.is_nullable and not is_element:
                return b"\xff" if value is None else b"\x01" + self.struct(field.fields, value)
            return self.struct(field.fields, value)
        if field.base == "uuid":
            return value.bytes
        if field.base in NUMBERS:
            return struct.pack(NUMBERS[field.base], value)
        data = value.encode(errors="surrogateescape") if isinstance(value, str) else value
        return encode_length(None if data is None else len(data), self.is_flexible, ">h" if field.base == "string" else ">i") + (data or b"")


class NamedDecoder(Decoder):
    def struct(self, fields):
        values = {each.name: self.field(each) for each in fields if each.tag is None}
        if self.flexible:
            by_tag = {each.tag: each for each in fields if each.tag is not None}
            for _ in range(self.unsigned_varint()):
                tag, size = self.unsigned_varint(), self.unsigned_varint()
                end = self.at + size
                if tag in by_tag:
                    values[by_tag[tag].name] = self.field(by_tag[tag], is_tagged=True)
                self.at = end
        return values

    def field(self, field, is_tagged=False):
        if not field.is_array:
            return self.one(field, is_tagged)
        size = self.length(">i")
        return None if size < 0 else [self.one(field, True) for _ in range(size)]

    def one(self, field, is_element):
        if field.fields is not None:
            if field.is_nullable and not is_element and self.take(1) == b"\xff":
                return None
            return self.struct(field.fields)
        if field.base in NUMBERS:
            return struct.unpack(NUMBERS[field.base], self.take(struct.calcsize(NUMBERS[field.base])))[0]
        return self.decode({"string": "str", "records": "bytes"}.get(field.base, field.base))
