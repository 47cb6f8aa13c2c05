"""A small HTTPS server of threads that can lose, cut and withhold its answers, and that stops at once."""

from __future__ import annotations

import json
import select
import socket
import ssl
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum, auto
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socketserver import TCPServer
from threading import Lock, Thread
from typing import Any
from urllib.parse import parse_qsl, urlsplit

Json = dict[str, Any]


class Refusal(Exception):
    """The vendor says no: `code` in its own words."""

    def __init__(self, status: int, code: str, message: str = "", **headers: str) -> None:
        super().__init__(message or code)
        self.status, self.code, self.message = status, code, message or code
        self.headers = {name.replace("_", "-"): value for name, value in headers.items()}


@dataclass
class Request:
    """One request. `parts` are the variable parts of its path, decoded."""

    method: str
    path: str
    pairs: list[tuple[str, str]]
    headers: Mapping[str, str]
    body: bytes
    parts: dict[str, str] = field(default_factory=dict)
    skew: timedelta = timedelta(0)

    def query(self, *allowed: str) -> dict[str, str]:
        """The parameters. Raises Refusal for one that is not allowed, or told twice."""
        names = [name for name, _ in self.pairs]
        for name in names:
            if name not in allowed or names.count(name) > 1:
                raise Refusal(400, "bad_query", f"the parameter {name!r} is unknown or told twice")
        return dict(self.pairs)

    def document(self, media_type: str = "application/json") -> Any:
        """The body. Raises Refusal: another media type, not JSON, a name told twice."""
        if self.media_type != media_type:
            raise Refusal(415, "bad_media_type", f"Content-Type must be {media_type}")
        try:
            return json.loads(self.body.decode("utf-8"), object_pairs_hook=_once)
        except ValueError as problem:
            raise Refusal(400, "bad_json", f"the body is not JSON: {problem}") from problem

    def form(self, *allowed: str) -> dict[str, str]:
        """The form in the body. Raises Refusal."""
        if self.media_type != "application/x-www-form-urlencoded":
            raise Refusal(415, "invalid_request", "Content-Type must be application/x-www-form-urlencoded")
        pairs = parse_qsl(self.body.decode("ascii", "replace"), keep_blank_values=True)
        names = [name for name, _ in pairs]
        if len(set(names)) != len(names) or not set(names) <= set(allowed):
            raise Refusal(400, "invalid_request", "a parameter is unknown or told twice")
        return dict(pairs)

    def told(self, moment: datetime) -> datetime:
        """A moment as the server tells it: its clock may be skewed."""
        return moment + self.skew

    @property
    def media_type(self) -> str:
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()


def _once(pairs: list[tuple[str, Any]]) -> Json:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name is told twice")
    return found


class Cut(Enum):
    """How an answer goes out."""

    WHOLE = auto()
    HALF = auto()
    DROPPED = auto()
    SILENT = auto()


@dataclass(frozen=True)
class Reply:
    """An answer, ready to go out."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    cut: Cut = Cut.WHOLE


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Server

    def _take(self) -> None:
        split = urlsplit(self.path)
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        headers = {name.lower(): value for name, value in self.headers.items()}
        pairs = parse_qsl(split.query, keep_blank_values=True)
        self._send(self.server.respond(Request(self.command, split.path, pairs, headers, body)))

    do_GET = do_POST = do_PUT = do_DELETE = do_PATCH = do_HEAD = _take  # noqa: N815

    def _send(self, reply: Reply) -> None:
        if reply.cut is not Cut.WHOLE:
            self.close_connection = True
        if reply.cut is Cut.SILENT:  # the client hangs up, or we shut the connection down: both can be read
            select.select([self.connection], [], [])
        if reply.cut in (Cut.SILENT, Cut.DROPPED):
            return
        head = f"HTTP/1.1 {reply.status} {self.responses.get(reply.status, ('?',))[0]}\r\n"
        length = {} if reply.status == 204 else {"Content-Length": str(len(reply.body))}
        head += "".join(f"{name}: {value}\r\n" for name, value in (length | dict(reply.headers)).items())
        raw = head.encode() + b"\r\n"
        if reply.cut is Cut.HALF:  # an answer without a body is cut in its first word
            self.wfile.write(raw + reply.body[: len(reply.body) // 2] if reply.body else raw[:6])
        else:
            self.wfile.write(raw + reply.body)

    def log_message(self, format: str, *args: object) -> None:
        pass


class Server(ThreadingHTTPServer):
    """Listens on loopback from `start` to `stop`, which ends every connection and waits for every thread."""

    daemon_threads = False
    block_on_close = True

    def __init__(self, tls: ssl.SSLContext, respond: Callable[[Request], Reply], name: str) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.respond = respond
        self._tls = tls
        self._open: set[socket.socket] = set()
        self._lock, self._stopping = Lock(), False
        self._thread = Thread(target=self.serve_forever, args=(0.01,), name=name)

    @property
    def url(self) -> str:
        return f"https://localhost:{self.server_address[1]}"

    def server_bind(self) -> None:
        """Without the look for a name of the address, which may take its time and which nobody needs."""
        TCPServer.server_bind(self)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self.shutdown()
        with self._lock:
            self._stopping = True
            for each in self._open:
                _shut(each)
        self.server_close()
        self._thread.join()

    def finish_request(self, request: Any, client_address: Any) -> None:
        with self._tls.wrap_socket(request, server_side=True, do_handshake_on_connect=False) as wrapped:
            with self._lock:
                if self._stopping:
                    return
                self._open.add(wrapped)
            try:
                wrapped.do_handshake()
                super().finish_request(wrapped, client_address)
            finally:
                with self._lock:
                    self._open.discard(wrapped)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hangs up, or does not trust us, is no news."""


def _shut(connection: socket.socket) -> None:
    """End it under the reading thread, which the method of the TLS socket must not be called for."""
    with suppress(OSError):  # it is closed already
        socket.socket.shutdown(connection, socket.SHUT_RDWR)
