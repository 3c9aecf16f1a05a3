# SPDX-License-Identifier: Apache-2.0
"""A proxy that notes which APIs a client really uses, and in which versions, and that may lose answers. The broker
behind it has to advertise the tap's address, so that the client comes this way again."""

import collections
import random
import socket
import struct
import threading


class WireTap:
    def __init__(self, port=0, loss=0.0):
        """`loss` is how many of the answers are lost, each with its connection."""
        self._listener = socket.create_server(("127.0.0.1", port))
        self.port = self._listener.getsockname()[1]
        self.broker_port = None
        self.loss = loss
        self.lost = 0
        self._random = random.Random(1)
        self.used = collections.defaultdict(collections.Counter)  # API key -> version -> requests
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def bootstrap(self):
        return f"127.0.0.1:{self.port}"

    def versions(self, key):
        return set(self.used[key])

    def close(self):
        self._listener.close()

    def _accept(self):
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            try:
                broker = socket.create_connection(("127.0.0.1", self.broker_port))
            except OSError:
                client.close()
                continue
            threading.Thread(target=self._requests, args=(client, broker), daemon=True).start()
            threading.Thread(target=self._pass_on, args=(broker, client, self._lose), daemon=True).start()

    def _requests(self, client, broker):
        pending = b""

        def note(data):
            nonlocal pending
            pending += data
            while len(pending) >= 8:
                size, key, version = struct.unpack(">ihh", pending[:8])
                if len(pending) < 4 + size:
                    return
                self.used[key][version] += 1
                pending = pending[4 + size:]

        self._pass_on(client, broker, note)

    def _lose(self, _):
        if self._random.random() < self.loss:
            self.lost += 1
            raise ConnectionError("lost")

    @staticmethod
    def _pass_on(source, target, note=lambda data: None):
        try:
            while data := source.recv(65536):
                note(data)
                target.sendall(data)
        except OSError:
            pass
        for each in (source, target):
            try:
                each.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
