"""Real parts for messages: a database, mail servers with TLS, an HTTPS gateway, all on loopback."""

from __future__ import annotations

import logging
import ssl
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from kiosk.logs import route_to_stdlib
from kiosk.resources import resource
from kiosk.service.directories.chain import Directories
from kiosk.service.messages.connectors.smtp import SmtpSettings
from kiosk.service.messages.templates import Templates
from kiosk.service.outbound import Outbound
from kiosk.service.parts import Parts
from kiosk.service.settings import ServiceSettings
from kiosk.service.sources import SystemRandom
from kiosk.service.store.upgrade import upgrade
from kiosk.service.tls import Identity, issue_server_certificate, server_context
from tests.kiosk.service.faces import AnyPort, Mailbox, Web, check_password, serving
from tests.kiosk.service.running import opened
from tests.kiosk.service.wired import wired

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


@dataclass
class SetClock:
    """A clock that stands until it is moved."""

    time: datetime = NOON

    def now(self) -> datetime:
        return self.time

    def advance(self, **by: float) -> None:
        self.time += timedelta(**by)


@pytest.fixture(scope="session")
def authority(tls: tuple[Identity, Identity]) -> Path:
    return tls[0].certificate


@pytest.fixture(scope="session")
def server_tls(tls: tuple[Identity, Identity]) -> ssl.SSLContext:
    return server_context(tls[1])


@pytest.fixture(scope="session")
def stranger_tls(tmp_path_factory: pytest.TempPathFactory) -> ssl.SSLContext:
    """A server whose authority nobody here knows."""
    folder, now = tmp_path_factory.mktemp("stranger"), datetime.now(UTC)
    return server_context(issue_server_certificate(folder, ("localhost", "127.0.0.1"), now))


MailServer = Callable[..., Mailbox]


def _options(security: str, context: ssl.SSLContext, *, sign_in: bool) -> dict[str, Any]:
    options: dict[str, Any] = {"ssl_context": context} if security == "tls" else {}
    if security == "starttls":
        options = {"tls_context": context, "require_starttls": True}
    if sign_in:
        more = {"authenticator": check_password, "auth_required": True, "auth_require_tls": security == "starttls"}
        options |= more
    return options


@pytest.fixture
def mail_server(server_tls: ssl.SSLContext, caplog: pytest.LogCaptureFixture) -> Iterator[MailServer]:
    """Starts mail servers: `mail_server("starttls" | "tls" | "bare", sign_in=…, tls=…)`."""
    caplog.set_level(logging.CRITICAL, logger="mail.log")  # the library tells of what its clients do
    with ExitStack() as stack:

        def start(security: str = "starttls", *, sign_in: bool = False, tls: ssl.SSLContext | None = None) -> Mailbox:
            mailbox, running = Mailbox(), stack.enter_context(ExitStack())

            def restart(context: ssl.SSLContext = server_tls) -> None:
                running.close()
                more = _options(security, context, sign_in=sign_in)
                controller = AnyPort(mailbox, hostname="127.0.0.1", port=mailbox.port, enable_SMTPUTF8=True, **more)
                controller.start()
                running.callback(controller.stop)
                running.callback(controller.loop.call_soon_threadsafe, mailbox.hang_up)
                mailbox.port = controller.port

            mailbox.restart = restart
            restart(tls or server_tls)
            return mailbox

        yield start


@pytest.fixture
def web(server_tls: ssl.SSLContext) -> Iterator[Web]:
    with serving(server_tls) as running:
        yield running


@pytest.fixture
def serve() -> Callable[[ssl.SSLContext], AbstractContextManager[Web]]:
    """Starts further HTTPS servers."""
    return serving


@pytest.fixture
def outbound() -> Iterator[Outbound]:
    made = Outbound()
    yield made
    made.close()


@pytest.fixture
def clock() -> SetClock:
    return SetClock()


@pytest.fixture
def parts(backend: dict[str, str], clock: SetClock) -> Iterator[Parts]:
    store = opened(backend)
    upgrade(store)
    settings = ServiceSettings(
        organization="Example Works", mail=SmtpSettings(host="localhost", sender="keys@example.org")
    )
    yield Parts(
        store=store,
        clock=clock,
        random=SystemRandom(),
        settings=settings,
        directories=Directories(()),
        trust=wired().trust,
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
