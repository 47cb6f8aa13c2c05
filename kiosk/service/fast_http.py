"""HTTP/1.1 by a parser in C, which reads requests as long as they like: here they end."""

from __future__ import annotations

import asyncio
from typing import Any, Final, cast

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

_FINAL_HEAD: Final = tuple(f"HTTP/1.1 {first}".encode() for first in "2345")
"""How the head of an answer begins, and that of `100 Continue` does not."""

MAX_HEADERS: Final = 16 * 1024
"""Bytes of the request line and the headers together."""


class _Corked:
    """A transport that writes the head of an answer together with what follows at once: one record of TLS, not two."""

    def __init__(self, transport: asyncio.Transport, loop: asyncio.AbstractEventLoop) -> None:
        self._transport, self._loop = transport, loop
        self._held = b""

    def write(self, data: bytes) -> None:
        """Write it, soon."""
        if not self._held and data.startswith(_FINAL_HEAD):
            self._held = data
            self._loop.call_soon(self._let_go)
        else:
            held, self._held = self._held, b""
            self._transport.write(held + data)

    def close(self) -> None:
        """Close it when all is written."""
        self._let_go()
        self._transport.close()

    def _let_go(self) -> None:
        if self._held:
            self.write(b"")

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)


class BoundedHttp(HttpToolsProtocol):
    """Refuses a request whose head is too long, whether it comes at once or drop by drop."""

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self._head = self._unfinished = 0
        self._in_head = False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # all that a protocol asks of one
        """Somebody is there."""
        super().connection_made(cast(asyncio.Transport, _Corked(transport, self.loop)))

    def data_received(self, data: bytes) -> None:
        """The parser collects an unfinished line without telling, so what does not finish a head is counted here."""
        super().data_received(data)
        self._unfinished = self._unfinished + len(data) if self._in_head else 0
        if self._unfinished > MAX_HEADERS and not self.transport.is_closing():
            self.send_400_response("Invalid HTTP request received.")

    def on_message_begin(self) -> None:
        """A new head."""
        super().on_message_begin()
        self._in_head, self._head = True, 0

    def on_url(self, url: bytes) -> None:
        """Part of the request line."""
        self._count(len(url))
        super().on_url(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        """One line, with its colon and its end."""
        self._count(len(name) + len(value) + 4)
        super().on_header(name, value)

    def on_headers_complete(self) -> None:
        """The head has ended."""
        self._in_head = False
        super().on_headers_complete()

    def _count(self, more: int) -> None:
        """Raises ValueError, which the parser tells as a broken request."""
        self._head += more
        if self._head > MAX_HEADERS:
            raise ValueError("the head is too long")
