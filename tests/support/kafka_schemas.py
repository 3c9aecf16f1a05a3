# SPDX-License-Identifier: Apache-2.0
"""Kafka's message schemas, as its kafka-clients jar carries them."""

import json
import pathlib
import re
import zipfile


def versions(text):
    """"3-5", "7+", "2" or "none" as a pair of ends."""
    if not text or text == "none":
        return (1, 0)
    first, plus, _ = text.partition("+")
    if plus:
        return (int(first), 32767)
    first, _, last = text.partition("-")
    return (int(first), int(last or first))


def has(text, version):
    first, last = versions(text)
    return first <= version <= last


class KafkaSchemas:
    """The definitions in a jar, by the names of the APIs."""

    def __init__(self, path):
        self.jar = zipfile.ZipFile(path)
        self.names = {}  # of APIs by their keys
        for entry in self.jar.namelist():
            if entry.startswith("common/message/") and entry.endswith("Request.json"):
                name = pathlib.PurePath(entry).stem
                self.names[self.load(name)["apiKey"]] = name.removesuffix("Request")

    def load(self, name):
        """JSON with comments."""
        text = self.jar.read(f"common/message/{name}.json").decode()
        text = re.sub(r"^\s*//.*$", "", text, flags=re.M)
        text = re.sub(r'([\]}",\[{])\s+//[^\n]*$', r"\1", text, flags=re.M)
        return json.loads(text)

    def request(self, key):
        return self.load(self.names[key] + "Request")

    def response(self, key):
        return self.load(self.names[key] + "Response")
