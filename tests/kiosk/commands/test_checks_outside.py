"""Doctor at the servers that a service talks to: they are reached, told apart, and left in peace."""

from __future__ import annotations

import logging
import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from socketserver import StreamRequestHandler, TCPServer
from threading import Thread
from typing import Any

import pytest

from kiosk.commands.checks import Finding, Level
from kiosk.commands.checks_outside import check_mail, check_reach, examine_outside
from kiosk.credentials import CredentialStore
from kiosk.secret import Secret
from kiosk.service.messages.settings import MailSettings
from kiosk.service.settings import ServiceSettings
from kiosk.service.tls import Identity, issue_server_certificate, make_authority, server_context
from tests.kiosk.service.faces import AnyPort, Mailbox, Web, check_password, serving

ACCOUNT = {"user": "robot", "password": "mail-password"}


@pytest.fixture(scope="session")
def tls(tmp_path_factory: pytest.TempPathFactory) -> tuple[Identity, Identity]:
    """An authority, and a server that it vouches for."""
    folder, now = tmp_path_factory.mktemp("authority"), datetime.now(UTC)
    authority = make_authority(folder, now)
    return authority, issue_server_certificate(folder, ("localhost",), now, authority)


@pytest.fixture
def web(tls: tuple[Identity, Identity]) -> Iterator[Web]:
    with serving(server_context(tls[1])) as running:
        yield running


@pytest.fixture
def mailbox(tls: tuple[Identity, Identity], caplog: pytest.LogCaptureFixture) -> Iterator[Callable[..., Mailbox]]:
    """Starts mail servers that want STARTTLS and a sign-in, or have neither."""
    caplog.set_level(logging.CRITICAL, logger="mail.log")
    with ExitStack() as stack:

        def start(*, starttls: bool = True) -> Mailbox:
            box = Mailbox()
            more: dict[str, Any] = {}
            if starttls:
                more = {"tls_context": server_context(tls[1]), "require_starttls": True}
                more |= {"authenticator": check_password, "auth_required": True}
            server = AnyPort(box, hostname="127.0.0.1", port=0, **more)
            server.start()
            stack.callback(server.stop)
            box.port = server.port
            return box

        yield start


class Greeter(StreamRequestHandler):
    """Says a line and hangs up."""

    def handle(self) -> None:
        self.wfile.write(b"220 no TLS here\r\n")


@pytest.fixture
def plain() -> Iterator[int]:
    """The port of a server that speaks no TLS."""
    server = TCPServer(("127.0.0.1", 0), Greeter)
    thread = Thread(target=lambda: server.serve_forever(poll_interval=0.01), name="plain")
    thread.start()
    yield server.server_address[1]
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def store(tmp_path: Path) -> CredentialStore:
    folder = tmp_path / "credentials"
    folder.mkdir(mode=0o700)
    made = CredentialStore({}, None, folder)
    made.write("mail-password", Secret("mail-password"))
    made.write("wrong-password", Secret("hunter2"))
    return made


@pytest.fixture
def nowhere() -> int:
    """A port of loopback that nobody listens at."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


def settings(port: int, authority: Path | None, **more: Any) -> MailSettings:
    given = {"host": "localhost", "port": port, "sender": "keys@example.org", "certificate_authority": authority}
    return MailSettings.model_validate(given | more)


def is_bad(finding: Finding, seen: str) -> bool:
    return finding.level is Level.FAIL and seen in finding.seen and bool(finding.remedy)


def test_a_mail_server_is_signed_in_at_and_gets_no_mail(
    mailbox: Callable[..., Mailbox], tls: tuple[Identity, Identity], store: CredentialStore
) -> None:
    box = mailbox()
    finding = check_mail(settings(box.port, tls[0].certificate, **ACCOUNT), store)
    assert finding.level is Level.OK, finding
    assert "sign-in accepted" in finding.seen
    assert not box.raw


def test_each_trouble_with_mail_has_its_remedy(
    mailbox: Callable[..., Mailbox],
    tls: tuple[Identity, Identity],
    store: CredentialStore,
    nowhere: int,
    tmp_path: Path,
) -> None:
    authority, box, bare = tls[0].certificate, mailbox(), mailbox(starttls=False)
    stranger = make_authority(tmp_path, datetime.now(UTC)).certificate
    wrong = check_mail(settings(box.port, authority, user="robot", password="wrong-password"), store)
    assert is_bad(wrong, "smtp_535")
    assert "hunter2" not in wrong.seen + wrong.remedy
    assert is_bad(check_mail(settings(box.port, stranger, **ACCOUNT), store), "untrusted")
    assert is_bad(check_mail(settings(bare.port, authority, **ACCOUNT), store), "no_starttls")
    assert is_bad(check_mail(settings(nowhere, authority), store), "no_connection")
    assert is_bad(check_mail(settings(box.port, tmp_path / "none.pem"), store), "none.pem")
    assert is_bad(check_mail(settings(box.port, authority, user="x", password="no-secret"), store), "no-secret")


def test_a_gateway_is_reached_and_asked_nothing(web: Web, tls: tuple[Identity, Identity]) -> None:
    finding = check_reach("sms gateway", "sms", web.url, tls[0].certificate, 5)
    assert finding.level is Level.OK, finding
    assert "trusted" in finding.seen
    assert not web.requests


def test_each_trouble_with_a_gateway_has_its_remedy(
    web: Web, tls: tuple[Identity, Identity], plain: int, nowhere: int, tmp_path: Path
) -> None:
    authority = tls[0].certificate
    stranger = make_authority(tmp_path, datetime.now(UTC)).certificate
    assert is_bad(check_reach("x", "sms", web.url, stranger, 5), "not trusted")
    assert is_bad(check_reach("x", "sms", web.url, tmp_path / "none.pem", 5), "none.pem")
    assert is_bad(check_reach("x", "sms", f"https://localhost:{nowhere}", authority, 5), "refused")
    assert is_bad(check_reach("x", "sms", f"https://localhost:{plain}", authority, 5), "TLS")


def test_loopback_may_do_without_tls(plain: int) -> None:
    finding = check_reach("x", "sms", f"http://127.0.0.1:{plain}/", None, 5)
    assert finding.level is Level.OK


def test_every_server_of_the_settings_is_looked_at(
    web: Web, tls: tuple[Identity, Identity], mailbox: Callable[..., Mailbox], store: CredentialStore
) -> None:
    authority = str(tls[0].certificate)
    given = ServiceSettings.model_validate(
        {
            "mail": {"host": "localhost", "port": mailbox().port, "sender": "k@example.org", **ACCOUNT}
            | {"certificate_authority": authority},
            "sms": {"shape": "template", "url": web.url, "body": {"to": "{to}", "text": "{text}"}}
            | {"certificate_authority": authority},
            "verification": {
                "methods": ["automatic"],
                "lookup": {"url": web.url + "/badges/{code}?of={user.id}", "certificate_authority": authority},
            },
        }
    )
    found = list(examine_outside(given, store))
    assert [(each.name, each.level) for each in found] == [
        ("mail server", Level.OK),
        ("sms gateway", Level.OK),
        ("look-up", Level.OK),
    ]
    assert not web.requests
    assert (
        list(examine_outside(ServiceSettings.model_validate({"verification": {"methods": ["automatic"]}}), store)) == []
    )
