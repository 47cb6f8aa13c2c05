"""Doctor at the servers that a service talks to: they are reached, told apart, and left in peace."""

from __future__ import annotations

import logging
import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from datetime import UTC, datetime
from pathlib import Path
from socketserver import StreamRequestHandler, TCPServer
from threading import Thread
from typing import Any

import pytest

from kiosk.commands.checks import Finding, Level
from kiosk.commands.checks_outside import examine_outside, found
from kiosk.credentials import CredentialStore
from kiosk.secret import Secret
from kiosk.service.reach import reach
from kiosk.service.settings import ServiceSettings
from kiosk.service.store.engine import Store
from kiosk.service.store.upgrade import upgrade
from kiosk.service.tls import Identity, issue_server_certificate, make_authority, server_context
from tests.kiosk.service.faces import AnyPort, Mailbox, Web, check_password, serving

JSON = {"Content-Type": "application/json"}
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


@pytest.fixture
def examined(tmp_path: Path, store: CredentialStore) -> Callable[..., dict[str, Finding]]:
    """What is found with some settings, by name; a mail server is described by its port and its authority."""

    def examine(**given: Any) -> dict[str, Finding]:
        base = {
            "database": {"url": f"sqlite:///{tmp_path}/none/service.db"},
            "verification": {"methods": ["automatic"]},
        }
        return {each.name: each for each in examine_outside(ServiceSettings.model_validate(base | given), store)}

    return examine


def mail(port: int, authority: Path | None, **more: Any) -> dict[str, Any]:
    given = {"host": "localhost", "port": port, "sender": "keys@example.org", "certificate_authority": authority}
    return given | more


def look(url: str, authority: Path | None) -> Finding:
    return found("x", lambda: reach("sms", url, authority, 5))


def is_bad(finding: Finding, seen: str) -> bool:
    return finding.level is Level.FAIL and seen in finding.seen and bool(finding.remedy)


def test_a_mail_server_is_signed_in_at_and_gets_no_mail(
    mailbox: Callable[..., Mailbox], tls: tuple[Identity, Identity], examined: Callable[..., dict[str, Finding]]
) -> None:
    box = mailbox()
    finding = examined(mail=mail(box.port, tls[0].certificate, **ACCOUNT))["mail server"]
    assert finding.level is Level.OK, finding
    assert "sign-in accepted" in finding.seen
    assert not box.raw


def test_each_trouble_with_mail_has_its_remedy(
    mailbox: Callable[..., Mailbox],
    tls: tuple[Identity, Identity],
    examined: Callable[..., dict[str, Finding]],
    nowhere: int,
    tmp_path: Path,
) -> None:
    authority, box, bare = tls[0].certificate, mailbox(), mailbox(starttls=False)
    stranger = make_authority(tmp_path, datetime.now(UTC)).certificate

    def check(port: int, authority: Path, **more: Any) -> Finding:
        return examined(mail=mail(port, authority, **more))["mail server"]

    wrong = check(box.port, authority, user="robot", password="wrong-password")
    assert is_bad(wrong, "smtp_535")
    assert "hunter2" not in wrong.seen + wrong.remedy
    assert is_bad(check(box.port, stranger, **ACCOUNT), "untrusted")
    assert is_bad(check(bare.port, authority, **ACCOUNT), "no_starttls")
    assert is_bad(check(nowhere, authority), "no_connection")
    none = check(box.port, tmp_path / "none.pem")
    assert is_bad(none, "mail.certificate_authority")
    assert is_bad(check(box.port, authority, user="x", password="no-secret"), "no-secret")


def test_a_gateway_is_reached_and_asked_nothing(web: Web, tls: tuple[Identity, Identity]) -> None:
    finding = look(web.url, tls[0].certificate)
    assert finding.level is Level.OK, finding
    assert "trusted" in finding.seen
    assert not web.requests


def test_each_trouble_with_a_gateway_has_its_remedy(
    web: Web, tls: tuple[Identity, Identity], plain: int, nowhere: int, tmp_path: Path
) -> None:
    authority = tls[0].certificate
    stranger = make_authority(tmp_path, datetime.now(UTC)).certificate
    assert is_bad(look(web.url, stranger), "not trusted")
    assert is_bad(look(web.url, tmp_path / "none.pem"), "none.pem")
    assert is_bad(look(f"https://localhost:{nowhere}", authority), "refused")
    assert is_bad(look(f"https://localhost:{plain}", authority), "TLS")


@pytest.mark.parametrize(
    ("answer", "seen", "remedy"),
    [
        ((200, JSON, b'{"status": "active"}'), "sign-in accepted", ""),
        ((200, JSON, b'{"status": "suspended"}'), "not active", "activate"),
        ((401, JSON, b'{"code": 20003}'), "status 401", "sms.password"),
        (None, "no_answer", "sms.url"),
    ],
)
def test_an_account_at_twilio_is_signed_in_at(
    web: Web,
    tls: tuple[Identity, Identity],
    examined: Callable[..., dict[str, Finding]],
    answer: Any,
    seen: str,
    remedy: str,
) -> None:
    web.answer = lambda _: answer
    sms = {"url": web.url, "user": "AC1", "password": "mail-password", "sender": "+49", "timeout": 1}
    finding = examined(sms=sms | {"certificate_authority": tls[0].certificate})["sms gateway"]
    assert seen in finding.seen
    assert remedy in finding.remedy
    assert {(each.method, each.path) for each in web.requests} == {("GET", "/2010-04-01/Accounts/AC1.json")}


@pytest.mark.parametrize(("status", "good"), [(200, True), (401, False), (503, False)])
def test_the_lookup_must_get_its_token(
    web: Web, tls: tuple[Identity, Identity], examined: Callable[..., dict[str, Finding]], status: int, good: bool
) -> None:
    web.answer = lambda _: (status, JSON, b'{"access_token": "t"}')
    auth = {
        "type": "oauth2_client_credentials",
        "secret": "mail-password",
        "user": "kiosk",
        "token_url": web.url + "/t",
    }
    lookup = {"url": web.url + "/{code}/{user.id}", "auth": auth, "certificate_authority": tls[0].certificate}
    finding = examined(verification={"methods": ["automatic"], "lookup": lookup})["look-up"]
    assert (finding.level is Level.OK) == good
    assert good or is_bad(finding, "no token")
    assert {each.path for each in web.requests} == {"/t"}, "nobody's badge is asked about"


def test_directories_and_parties_are_looked_at(tmp_path: Path, examined: Callable[..., dict[str, Finding]]) -> None:
    url = f"sqlite:///{tmp_path}/service.db"
    parties = [{"id": "staff", "name": "Staff", "rp_id": "example.org", "origin": "https://login.example.org"}]
    with closing(Store.open(url)) as database:
        upgrade(database)
    seen = examined(database={"url": url}, relying_parties=parties)
    assert {name: each.level for name, each in seen.items()} == {"directory table": Level.OK, "party staff": Level.OK}
    assert seen["directory table"].seen == "0 active people"


def test_loopback_may_do_without_tls(plain: int) -> None:
    finding = look(f"http://127.0.0.1:{plain}/", None)
    assert finding.level is Level.OK


def test_every_server_of_the_settings_is_looked_at(
    web: Web,
    tls: tuple[Identity, Identity],
    mailbox: Callable[..., Mailbox],
    examined: Callable[..., dict[str, Finding]],
) -> None:
    authority = tls[0].certificate
    sms = {"kind": "http", "url": web.url, "body": {"to": "{to}", "text": "{text}"}, "certificate_authority": authority}
    lookup = {"url": web.url + "/badges/{code}?of={user.id}", "certificate_authority": authority}
    seen = examined(
        mail=mail(mailbox().port, authority, **ACCOUNT),
        sms=sms,
        verification={"methods": ["automatic"], "lookup": lookup},
    )
    outside = ("mail server", "sms gateway", "look-up")
    assert [seen[name].level for name in outside] == [Level.OK] * 3
    assert not web.requests
    assert not set(outside) & set(examined())


@pytest.mark.parametrize(("status", "seen", "remedy"), [(200, "takes traces", ""), (404, "answers 404", "/v1/traces")])
def test_a_collector_of_traces_is_sent_none(
    web: Web,
    tls: tuple[Identity, Identity],
    examined: Callable[..., dict[str, Finding]],
    status: int,
    seen: str,
    remedy: str,
) -> None:
    web.answer = lambda _: (status, {}, b"")
    telemetry = {"endpoint": f"{web.url}/v1/traces", "certificate_authority": str(tls[0].certificate)}
    finding = examined(telemetry=telemetry)["traces"]
    assert (finding.seen, finding.level is Level.OK) == (seen, status == 200)
    assert remedy in finding.remedy
    assert [(each.path, each.body) for each in web.requests] == [("/v1/traces", b"")]
    assert is_bad(examined(telemetry={"endpoint": telemetry["endpoint"]})["traces"], "not trusted")
    assert "traces" not in examined()


def test_anchors_that_cannot_be_read_are_named(tmp_path: Path, examined: Callable[..., dict[str, Finding]]) -> None:
    roots = tmp_path / "roots"
    roots.mkdir()
    (roots / "root.pem").write_text("no certificate")
    (finding,) = examined(attestation={"roots": str(roots)}).values()
    assert is_bad(finding, "root.pem")


def test_a_database_that_cannot_be_opened_is_told_elsewhere(examined: Callable[..., dict[str, Finding]]) -> None:
    assert examined(database={"url": "nonsense://x"}) == {}


def test_checkers_of_people_are_reached_and_asked_nothing(
    web: Web,
    tls: tuple[Identity, Identity],
    tmp_path: Path,
    examined: Callable[..., dict[str, Finding]],
    caplog: pytest.LogCaptureFixture,
) -> None:
    names = tmp_path / "names.csv"
    names.write_text("name\nMaria Okafor\n")
    authority = str(tls[0].certificate)
    over = {
        "kind": "http",
        "id": "office",
        "url": web.url,
        "secret": "mail-password",
        "certificate_authority": authority,
    }
    seen = examined(accounts={"screening": [over, {"id": "sanctions", "path": str(names)}]})
    assert [seen[f"checker {name}"].level for name in ("office", "sanctions")] == [Level.OK] * 2
    assert seen["checker sanctions"].seen == "1 names"
    assert not web.requests
    missing = examined(accounts={"screening": [{"id": "sanctions", "path": str(tmp_path / "none.csv")}]})
    assert is_bad(missing["checker sanctions"], "the list cannot be used")
    assert "list_refused" in caplog.text
    caplog.clear()


@pytest.mark.parametrize(("status", "good"), [(200, True), (401, False)])
def test_who_enrolls_phones_must_give_a_token_and_makes_no_code(
    web: Web, tls: tuple[Identity, Identity], examined: Callable[..., dict[str, Finding]], status: int, good: bool
) -> None:
    web.answer = lambda _: (status, JSON, b'{"access_token": "t"}')
    enroller = {"url": web.url, "token_url": web.url + "/t", "client_id": "kiosk", "client_secret": "mail-password"}
    finding = examined(phone={"enroller": enroller | {"certificate_authority": tls[0].certificate}})["phones phones"]
    assert (finding.level is Level.OK) == good
    assert good or is_bad(finding, "our credentials are not accepted")
    assert {each.path for each in web.requests} == {"/t"}
