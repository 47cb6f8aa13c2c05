"""Servers of ours that look like those of others: mail, and anything that speaks HTTPS; on loopback, with real TLS."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import default
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword


@dataclass
class Mailbox:
    """An SMTP server and what it took. `mode` says how it behaves: a word, or an answer to MAIL, RCPT or DATA.

    `senders` are the connections that were made, each with how many messages came over it. `restart` makes it a new
    server at the same port, which knows nothing of the connections of the old one.
    """

    port: int = 0
    mode: str = "ok"
    taken: list[EmailMessage] = field(default_factory=list)
    recipients: list[str] = field(default_factory=list)
    raw: list[bytes] = field(default_factory=list)
    senders: list[int] = field(default_factory=list)
    lines: list[asyncio.Transport] = field(default_factory=list)
    partings: int = 0
    restart: Callable[..., None] = lambda: None

    async def handle_MAIL(  # noqa: N802
        self, server: Any, session: Any, envelope: Any, address: str, options: list[str]
    ) -> str:
        """`tired` takes one message on each connection, `gone` hangs up on the second one, `deaf` says nothing."""
        if not hasattr(session, "sender"):
            session.sender = len(self.senders)
            self.senders.append(0)
            self.lines.append(server.transport)
        again = self.senders[session.sender] > 0
        if again and self.mode == "gone":
            server.transport.abort()
        if again and self.mode in ("gone", "tired"):
            return "421 4.7.0 too many messages"
        if again and self.mode == "deaf":
            await asyncio.Event().wait()
        self.senders[session.sender] += 1
        envelope.mail_from, envelope.mail_options = address, options
        return "250 2.1.0 OK"

    async def handle_QUIT(self, _server: Any, _session: Any, _envelope: Any) -> str:  # noqa: N802
        self.partings += 1
        return "221 Bye"

    def hang_up(self) -> None:
        """End what is still connected, on the server's thread."""
        while self.lines:
            self.lines.pop().abort()

    async def handle_RCPT(self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any) -> str:  # noqa: N802
        if self.mode.startswith("rcpt "):
            return self.mode.removeprefix("rcpt ")
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_DATA(self, server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802
        if self.mode.startswith("data "):
            return self.mode.removeprefix("data ")
        self.raw.append(envelope.content)
        self.taken.append(BytesParser(_class=EmailMessage, policy=default).parsebytes(envelope.content))
        self.recipients += envelope.rcpt_tos
        if self.mode == "drop":
            server.transport.abort()
            await asyncio.sleep(0)
        if self.mode == "hang":
            await asyncio.Event().wait()
        return "250 2.0.0 queued as 4711"


@dataclass
class Request:
    """One request as our gateway saw it."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Web:
    """An HTTPS server: `answer` makes status, headers and body of each request; None hangs up without a word."""

    url: str = ""
    answer: Callable[[Request], tuple[int, dict[str, str], bytes] | None] = lambda _: (200, {}, b"")
    requests: list[Request] = field(default_factory=list)


class AnyPort(Controller):
    """A mail server on a port that the system chose."""

    def _trigger_server(self) -> None:
        assert isinstance(self.server, asyncio.Server)
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()  # type: ignore[no-untyped-call]  # the library is half typed


def check_password(_server: Any, _session: Any, _envelope: Any, _mechanism: str, data: Any) -> AuthResult:
    right = isinstance(data, LoginPassword) and (data.login, data.password) == (b"robot", b"mail-password")
    return AuthResult(success=right, handled=right)


@contextmanager
def serving(tls: ssl.SSLContext) -> Iterator[Web]:
    """An HTTPS server of ours."""
    running = Web()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def _take(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            request = Request(self.command, self.path, {k.lower(): v for k, v in self.headers.items()}, body)
            running.requests.append(request)
            answer = running.answer(request)
            if answer is None:
                self.close_connection = True
                return
            status, headers, content = answer
            self.send_response(status)
            for name, value in {"Content-Length": str(len(content)), **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _take  # noqa: N815

        def log_message(self, *_: object) -> None:
            pass

    class Server(ThreadingHTTPServer):
        daemon_threads = False
        block_on_close = True

        def finish_request(self, request: Any, client_address: Any) -> None:
            request.settimeout(5)
            with tls.wrap_socket(request, server_side=True) as wrapped:
                super().finish_request(wrapped, client_address)

        def handle_error(self, *_: object) -> None:
            pass

    server = Server(("127.0.0.1", 0), Handler)
    running.url = f"https://localhost:{server.server_address[1]}"
    thread = Thread(target=lambda: server.serve_forever(poll_interval=0.01), name="web")
    thread.start()
    try:
        yield running
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
