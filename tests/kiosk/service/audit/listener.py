"""A log server for tests: takes messages over TLS, TCP or UDP, or goes away with them unread."""

from __future__ import annotations

import re
import socket
import ssl
from contextlib import suppress
from dataclasses import dataclass, field
from threading import Thread
from types import TracebackType

_FRAME = re.compile(rb"([1-9][0-9]{0,5}) ")


def unframed(content: bytes) -> list[bytes]:
    """What octet counting (RFC 6587, 3.4.1) wrapped."""
    found = []
    while content:
        size = _FRAME.match(content)
        assert size is not None, content[:20]
        end = size.end() + int(size[1])
        assert end <= len(content), "a message is cut off"
        found.append(content[size.end() : end])
        content = content[end:]
    return found


@dataclass
class LogListener:
    """Use it as a context; a `deaf` one closes every connection before it has read anything."""

    tls: ssl.SSLContext | None = None
    datagrams: bool = False
    port: int = 0
    deaf: bool = False
    messages: list[bytes] = field(default_factory=list)
    connections: int = 0

    def __enter__(self) -> LogListener:
        kind = socket.SOCK_DGRAM if self.datagrams else socket.SOCK_STREAM
        self._socket = socket.socket(socket.AF_INET, kind)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._socket.bind(("127.0.0.1", self.port))
        self.port = self._socket.getsockname()[1]
        if not self.datagrams:
            self._socket.listen()
        self._thread = Thread(target=self._take if self.datagrams else self._accept, name="log-listener")
        self._thread.start()
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        with suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        if self.datagrams:
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as waker:
                waker.sendto(b"", ("127.0.0.1", self.port))
        self._thread.join()
        self._socket.close()

    def _take(self) -> None:
        while message := self._socket.recv(65536):
            self.messages.append(message)

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            self.connections += 1
            with suppress(OSError), connection:
                self._serve(connection)

    def _serve(self, connection: socket.socket) -> None:
        if self.deaf:
            connection.recv(1)
            return
        if self.tls is None:
            self.messages += unframed(_all(connection))
            return
        with self.tls.wrap_socket(connection, server_side=True) as secured:
            self.messages += unframed(_all(secured))
            secured.unwrap()


def _all(connection: socket.socket) -> bytes:
    content = b""
    while some := connection.recv(65536):
        content += some
    return content
