"""HTTP/1.1 by a parser in C, which reads requests as long as they like: here they end."""

from __future__ import annotations

from typing import Any, Final

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

MAX_HEADERS: Final = 16 * 1024
"""Bytes of the request line and the headers together."""


class BoundedHttp(HttpToolsProtocol):
    """Refuses a request whose head is too long, whether it comes at once or drop by drop."""

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self._head = self._unfinished = 0
        self._in_head = False

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
