"""Real parts for messages: a database, mail servers with TLS, an HTTPS gateway, all on loopback."""

from __future__ import annotations

import asyncio
import logging
import ssl
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import default
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword

from kiosk.logs import route_to_stdlib
from kiosk.resources import resource
from kiosk.service.directories.table import TableDirectory
from kiosk.service.messages.settings import MailSettings
from kiosk.service.messages.templates import Templates
from kiosk.service.outbound import Outbound
from kiosk.service.parts import Parts, SystemRandom
from kiosk.service.settings import ServiceSettings
from kiosk.service.store.engine import Store
from kiosk.service.store.tables import metadata
from kiosk.service.tls import Identity, issue_server_certificate, make_authority

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


@dataclass
class SetClock:
    """A clock that stands until it is moved."""

    time: datetime = NOON

    def now(self) -> datetime:
        return self.time

    def advance(self, **by: float) -> None:
        self.time += timedelta(**by)


@dataclass
class Mailbox:
    """An SMTP server and what it took. `mode` says how it behaves: a word, or an answer to RCPT or DATA."""

    port: int = 0
    mode: str = "ok"
    taken: list[EmailMessage] = field(default_factory=list)
    recipients: list[str] = field(default_factory=list)
    raw: list[bytes] = field(default_factory=list)

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


@pytest.fixture(scope="session")
def identity(tmp_path_factory: pytest.TempPathFactory) -> tuple[Identity, Identity]:
    """An authority, and a server that it vouches for."""
    folder, now = tmp_path_factory.mktemp("tls"), datetime.now(UTC)
    authority = make_authority(folder, now)
    return authority, issue_server_certificate(folder, ("localhost", "127.0.0.1"), now, authority)


@pytest.fixture(scope="session")
def authority(identity: tuple[Identity, Identity]) -> Path:
    return identity[0].certificate


@pytest.fixture(scope="session")
def server_tls(identity: tuple[Identity, Identity]) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(identity[1].certificate, identity[1].key)
    return context


@pytest.fixture(scope="session")
def stranger_tls(tmp_path_factory: pytest.TempPathFactory) -> ssl.SSLContext:
    """A server whose authority nobody here knows."""
    folder, now = tmp_path_factory.mktemp("stranger"), datetime.now(UTC)
    server = issue_server_certificate(folder, ("localhost", "127.0.0.1"), now)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(server.certificate, server.key)
    return context


class AnyPort(Controller):
    """A mail server on a port that the system chose."""

    def _trigger_server(self) -> None:
        assert isinstance(self.server, asyncio.Server)
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()  # type: ignore[no-untyped-call]  # the library is half typed


def _login(_server: Any, _session: Any, _envelope: Any, _mechanism: str, data: Any) -> AuthResult:
    right = isinstance(data, LoginPassword) and (data.login, data.password) == (b"robot", b"mail-password")
    return AuthResult(success=right, handled=right)


MailServer = Callable[..., Mailbox]


@pytest.fixture
def mail_server(server_tls: ssl.SSLContext, caplog: pytest.LogCaptureFixture) -> Iterator[MailServer]:
    """Starts mail servers: `mail_server("starttls" | "tls" | "bare", sign_in=…, tls=…)`."""
    caplog.set_level(logging.ERROR, logger="mail.log")  # the library warns of what it does itself
    with ExitStack() as stack:

        def start(security: str = "starttls", *, sign_in: bool = False, tls: ssl.SSLContext | None = None) -> Mailbox:
            mailbox, context = Mailbox(), tls or server_tls
            more: dict[str, Any] = {"ssl_context": context} if security == "tls" else {}
            if security == "starttls":
                more = {"tls_context": context, "require_starttls": True}
            if sign_in:
                more |= {"authenticator": _login, "auth_required": True, "auth_require_tls": security == "starttls"}
            controller = AnyPort(mailbox, hostname="127.0.0.1", port=0, enable_SMTPUTF8=True, **more)
            controller.start()
            stack.callback(controller.stop)
            mailbox.port = controller.port
            return mailbox

        yield start


@pytest.fixture
def web(server_tls: ssl.SSLContext) -> Iterator[Web]:
    with _serving(server_tls) as running:
        yield running


@pytest.fixture
def serve() -> Callable[[ssl.SSLContext], AbstractContextManager[Web]]:
    """Starts further HTTPS servers."""
    return _serving


@contextmanager
def _serving(tls: ssl.SSLContext) -> Iterator[Web]:
    """An HTTPS server of ours."""
    running = Web()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

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

        do_GET = do_POST = _take  # noqa: N815

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


@pytest.fixture
def outbound() -> Iterator[Outbound]:
    made = Outbound()
    yield made
    made.close()


@pytest.fixture
def clock() -> SetClock:
    return SetClock()


@pytest.fixture
def database(tmp_path: Path) -> str:
    """The URL of a fresh database."""
    url = f"sqlite:///{tmp_path}/service.db"
    store = Store.open(url)
    metadata.create_all(store.engine)
    store.close()
    return url


@pytest.fixture
def parts(database: str, clock: SetClock) -> Iterator[Parts]:
    store = Store.open(database)
    settings = ServiceSettings(
        organization="Example Works", mail=MailSettings(host="localhost", sender="keys@example.org")
    )
    yield Parts(
        store=store,
        clock=clock,
        random=SystemRandom(),
        settings=settings,
        directory=TableDirectory(store),
        verifiers={},
        relying_parties={},
        hmac_key=bytes(range(32)),
        secret=lambda _: "",
    )
    store.close()


@pytest.fixture(scope="session")
def templates() -> Templates:
    return Templates(resource("templates"))


@pytest.fixture
def warned(caplog: pytest.LogCaptureFixture) -> Callable[[], list[str]]:
    """The events at WARNING and above since the last look, which are thereby expected."""
    route_to_stdlib()
    caplog.set_level(logging.INFO, logger="keywright")

    def look() -> list[str]:
        seen = [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING]
        caplog.clear()
        return seen

    return look
