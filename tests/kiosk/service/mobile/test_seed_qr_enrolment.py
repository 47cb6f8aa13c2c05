"""A phone in a registration process, sentence by sentence: a registration page of an organization, which knows nothing
of kiosks, does what the document says. Each test says what it proves."""

from __future__ import annotations

import base64
import secrets
from collections.abc import Callable, Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
import requests

from kiosk.contract.paths import Scope
from kiosk.service.mobile import phones
from kiosk.service.mobile.rules import AnotherPhone
from kiosk.service.tls import Identity
from kiosk.service.tokens.actions import Rights, create_client
from kiosk.service.tokens.rules import ClientCredentials
from tests.faces.pictures import MAGIC, read_qr
from tests.kiosk.service.accounts.desk import ACCOUNTS, letters
from tests.kiosk.service.running import Running, served, settings_for
from tests.kiosk.service.soft_key import Json

QR, STATUS = "credential:omi:enrol:qr:admin:post", "credential:omi:enrol:status:get"
PAGES = "https://enroll.example.org"
PREFIX = "data:image/png;base64,"


class RegistrationPage:
    """A web page of an organization, and the client credentials by which its server calls ours."""

    def __init__(self, running: Running) -> None:
        self.running = running
        self.session = requests.Session()
        self.session.verify, self.session.trust_env = str(running.authority), False
        self.accounts = self._client({Scope.USER_RW, Scope.USER_ATTRIBUTES_RW})
        self.phones = self._client({Scope.QR_ENROL, Scope.QR_STATUS})

    def _client(self, scopes: set[Scope]) -> ClientCredentials:
        parts, rights = self.running.parts, Rights(frozenset(scopes), "default", frozenset({"staff"}))
        return create_client(parts.store, parts.clock, parts.random, "registration page", rights)

    def token(self, *scopes: str, client: ClientCredentials | None = None) -> str:
        """An access token by the client credentials flow, with the scopes that are named."""
        known = client or self.phones
        answer = self.session.post(
            f"{self.running.url}/oauth2/token",
            data={"grant_type": "client_credentials", "scope": " ".join(scopes)},
            auth=(known.client_id, known.secret),
            timeout=20,
        )
        assert answer.status_code == 200, answer.text
        told = answer.json()
        assert set(told.get("scope", " ".join(scopes)).split()) == set(scopes)
        return str(told["access_token"])

    def call(self, method: str, path: str, token: str, body: Any = None, **more: Any) -> requests.Response:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        return self.session.request(method, self.running.url + path, json=body, headers=headers, timeout=20, **more)

    def pending(self, username: str = "maria") -> str:
        """The UUID of somebody who registered, and whose address nobody has proved."""
        person = {"primaryUserIdentifier": username, "email": f"{username}@example.org", "givenName": "Maria"}
        site = {"siteId": "staff", "attributes": {"team": "Red"}, "locale": "en"}
        body = person | {"familyName": "Okafor", "userSiteRegistrationRequest": site}
        answer = self.call("POST", "/user/registration", self.token("USER_RW", client=self.accounts), body)
        assert answer.status_code == 201, answer.text
        return str(answer.json()["userId"])

    def account(self, username: str = "maria") -> str:
        """The UUID of a new account: all that the first two steps of any registration process leave behind."""
        uuid = self.pending(username)
        told = [each.values["code"] for each in letters(self.running) if each.template == "activation"]
        token = self.token("USER_RW", client=self.accounts)
        answer = self.call("POST", f"/user/activate-token/{uuid}", token, {"token": told[-1]})
        assert answer.status_code == 200, answer.text
        return uuid

    def code(self, uuid: str) -> Json:
        """What /omi/qr/enrol answers."""
        answer = self.call("POST", "/omi/qr/enrol", self.token(QR, STATUS), {"uuid": uuid})
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    def status(self, code: Json) -> str:
        """What one look at /omi/qr/enrol/status says."""
        token = self.token(QR, STATUS)
        told = self.call("GET", "/omi/qr/enrol/status", token, params={"transactionId": code["transactionId"]})
        assert told.status_code == 200, told.text
        return str(told.json()["status"])


class Phone:
    """The device that somebody wants to use: it reads a picture, and does what the page behind it asks for."""

    def __init__(self, running: Running) -> None:
        self.parts, self.secret = running.parts, secrets.token_urlsafe(32)

    def scan(self, picture: bytes) -> None:
        link = read_qr(picture)
        assert link.startswith(f"{PAGES}/m/")
        phones.scanned(self.parts, link.removeprefix(f"{PAGES}/m/"), self.secret)

    def finish(self) -> None:
        """Type the number, do what the page asks for."""
        row = phones.of_phone(self.parts, self.secret)
        matched = phones.matched(self.parts, row, row.number)
        self.parts.store.write(lambda tx: phones.completed(tx, self.parts, matched))


class Images(HTMLParser):
    """The pictures of a page, as a browser sees them."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.sources: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "img":
            self.sources += [value or "" for name, value in attrs if name == "src"]


def shown(code: Json) -> bytes:
    """The picture that a browser draws for an <img> of the page."""
    (source,) = Images(f'<!doctype html><p>Scan me</p><img alt="code" src="{PREFIX}{code["qrCode"]}">').sources
    return base64.b64decode(source.removeprefix(PREFIX), validate=True)


@pytest.fixture
def running(tmp_path: Path, backend: dict[str, str], tls: tuple[Identity, Identity]) -> Iterator[Running]:
    """A service with accounts, and pages for phones."""
    party = {"id": "staff", "name": "Staff sign-in", "rp_id": "example.org", "origin": "https://login.example.org"}
    settings = settings_for(
        tmp_path, database=backend, accounts=ACCOUNTS, phone={"url": PAGES}, relying_parties=[party]
    )
    with served(tmp_path, settings, tls) as running:
        yield running


@pytest.fixture
def page(running: Running) -> Iterator[RegistrationPage]:
    made = RegistrationPage(running)
    yield made
    made.session.close()


@pytest.fixture
def phone(running: Running) -> Phone:
    return Phone(running)


def test_a_device_is_enrolled_for_the_user(page: RegistrationPage, phone: Phone) -> None:
    """Who wants to sign in with their phone enrolls it first."""
    code = page.code(page.account())
    phone.scan(shown(code))
    phone.finish()
    assert page.status(code) == "COMPLETED"


def profile(page: RegistrationPage, uuid: str) -> None:
    """The user fills out their profile."""
    token, told = page.token("USER-ATTRIBUTES_RW", client=page.accounts), {"attributes": {"team": "Blue"}}
    answer = page.call("PUT", f"/user/{uuid}/site/staff/attributes", token, told)
    assert answer.json() == told


def no_step(_page: RegistrationPage, _uuid: str) -> None:
    """Nothing between."""


@pytest.mark.parametrize("before", [no_step, profile])
@pytest.mark.parametrize("after", [no_step, profile])
def test_it_stands_anywhere_after_the_account_exists(
    page: RegistrationPage,
    phone: Phone,
    before: Callable[[RegistrationPage, str], None],
    after: Callable[[RegistrationPage, str], None],
) -> None:
    """Other steps follow: preferences, a profile, a welcome."""
    uuid = page.account()
    before(page, uuid)
    code = page.code(uuid)
    phone.scan(shown(code))
    after(page, uuid)
    phone.finish()
    assert page.status(code) == "COMPLETED"


def test_who_registers_with_somebody_elses_address_has_no_account_yet(page: RegistrationPage) -> None:
    """No code without an account."""
    token = page.token(QR, STATUS)
    assert page.call("POST", "/omi/qr/enrol", token, {"uuid": page.pending()}).status_code == 404


def test_the_shortest_process_is_an_account_and_a_code(page: RegistrationPage) -> None:
    """People sign up with a user name or a mail address, and perhaps more."""
    assert page.status(page.code(page.account())) == "PENDING"


def test_without_an_account_there_is_no_code(page: RegistrationPage) -> None:
    """No code without an account."""
    token = page.token(QR, STATUS)
    for uuid in ("", "maria", "0" * 32, "3c1e9a4e-7f50-4c6b-9d7b-0f1a2b3c4d5e"):
        assert page.call("POST", "/omi/qr/enrol", token, {"uuid": uuid}).status_code in (400, 404)
    assert page.call("POST", "/omi/qr/enrol", token, {}).status_code == 400
    assert page.code(page.account())["transactionId"]


def test_the_uuid_serves_as_the_workflow_gave_it_and_as_uuids_are_written(page: RegistrationPage) -> None:
    """The UUID of the account is what later steps refer to."""
    uuid = page.account()
    dashed = "-".join((uuid[:8], uuid[8:12], uuid[12:16], uuid[16:20], uuid[20:]))
    first, second = page.code(uuid), page.code(dashed.upper())
    assert first["transactionId"] != second["transactionId"]
    assert (page.status(first), page.status(second)) == ("CANCELLED", "PENDING")


def test_a_token_is_needed(page: RegistrationPage) -> None:
    """The endpoints want an access token."""
    code = page.code(page.account())
    where = {"transactionId": code["transactionId"]}
    for token in ("", "nonsense"):
        assert page.call("POST", "/omi/qr/enrol", token, {"uuid": "0" * 32}).status_code == 401
        assert page.call("GET", "/omi/qr/enrol/status", token, params=where).status_code == 401


def test_the_two_scopes_are_what_it_takes(page: RegistrationPage) -> None:
    """The token names its scopes: one to show codes, one to ask for their status."""
    uuid = page.account()
    body, where = {"uuid": uuid}, {"transactionId": page.code(uuid)["transactionId"]}
    only_qr, only_status, both = page.token(QR), page.token(STATUS), page.token(QR, STATUS)
    assert page.call("GET", "/omi/qr/enrol/status", only_qr, params=where).status_code == 403
    assert page.call("GET", "/omi/qr/enrol/status", only_status, params=where).status_code == 200
    assert page.call("GET", "/omi/qr/enrol/status", both, params=where).status_code == 200
    assert page.call("POST", "/omi/qr/enrol", only_status, body).status_code == 403
    assert page.call("POST", "/omi/qr/enrol", only_qr, body).status_code == 200
    assert page.call("POST", "/omi/qr/enrol", both, body).status_code == 200


def test_only_an_application_that_was_trusted_gets_such_a_token(page: RegistrationPage) -> None:
    """The token shows that the application is trusted."""
    for known, scope in ((page.accounts, QR), (page.accounts, STATUS)):
        answer = page.session.post(
            f"{page.running.url}/oauth2/token",
            data={"grant_type": "client_credentials", "scope": scope},
            auth=(known.client_id, known.secret),
            timeout=20,
        )
        assert (answer.status_code, answer.json()["error"]) == (400, "invalid_scope")
    session = page.token("USER_RW", client=page.accounts)
    assert page.call("POST", "/omi/qr/enrol", session, {"uuid": page.account()}).status_code == 403


def test_tokens_come_by_the_client_credentials_flow(page: RegistrationPage) -> None:
    """Tokens come by client credentials."""
    assert page.token(QR, STATUS)
    answer = page.session.post(
        f"{page.running.url}/oauth2/token",
        data={"grant_type": "password", "username": "maria", "password": "x"},
        auth=(page.phones.client_id, page.phones.secret),
        timeout=20,
    )
    assert answer.json()["error"] == "unsupported_grant_type"


def test_the_code_is_generated_by_its_endpoint(page: RegistrationPage) -> None:
    """A code is generated."""
    code = page.code(page.account())
    assert code.keys() == {"transactionId", "qrCode", "expiresIn", "link"}
    assert code["expiresIn"] > 0


def test_the_code_is_a_png_in_base64(page: RegistrationPage) -> None:
    """It comes as a PNG in base64."""
    code = page.code(page.account())
    picture = base64.b64decode(code["qrCode"], validate=True)
    assert picture.startswith(MAGIC)
    assert read_qr(picture) == code["link"]


def test_an_img_element_shows_it(page: RegistrationPage) -> None:
    """The code is shown to the person."""
    code = page.code(page.account())
    assert not set(code["qrCode"]) & set("\"'<>&\r\n ")
    assert read_qr(shown(code)).startswith(f"{PAGES}/m/")


def test_the_user_scans_it_with_the_device_that_they_want_to_use(page: RegistrationPage, running: Running) -> None:
    """The person scans it with the device that shall sign them in."""
    code = page.code(page.account())
    wanted, other = Phone(running), Phone(running)
    wanted.scan(shown(code))
    with pytest.raises(AnotherPhone):
        other.scan(shown(code))
    wanted.finish()
    assert page.status(code) == "COMPLETED"


def test_one_waits_until_the_user_has_scanned(page: RegistrationPage, phone: Phone) -> None:
    """One waits until it was scanned."""
    code = page.code(page.account())
    seen = [page.status(code)]
    phone.scan(shown(code))
    seen.append(page.status(code))
    phone.finish()
    seen.append(page.status(code))
    assert seen == ["PENDING", "SCANNED", "COMPLETED"]


def test_polling_tells_whether_it_was_scanned(page: RegistrationPage, phone: Phone, running: Running) -> None:
    """Polling the status tells whether they did."""
    code, polls = page.code(page.account()), 0
    while page.status(code) == "PENDING":
        polls += 1
        running.clock.advance(seconds=1.5)
        if polls == 5:
            phone.scan(shown(code))
    assert (polls, page.status(code)) == (5, "SCANNED")


def test_polling_every_second_or_two_is_never_turned_away(page: RegistrationPage, running: Running) -> None:
    """Every second or two is often enough, and does not overload anybody."""
    code = page.code(page.account())
    token, where = page.token(QR, STATUS), {"transactionId": code["transactionId"]}
    for second in range(code["expiresIn"]):
        told = page.call("GET", "/omi/qr/enrol/status", token, params=where)
        assert (told.status_code, told.json()["status"]) == (200, "PENDING"), f"after {second} s"
        running.clock.advance(seconds=1)
    assert page.status(code) == "EXPIRED"


def test_a_process_with_other_steps_in_any_order_works_too(page: RegistrationPage, phone: Phone) -> None:
    """The enrollment is added to a registration process that is there already."""
    uuid = page.account()
    code = page.code(uuid)
    phone.scan(shown(code))
    profile(page, uuid)
    phone.finish()
    assert page.status(code) == "COMPLETED"


def test_each_user_has_a_code_of_their_own(page: RegistrationPage, running: Running) -> None:
    """They give a name, and an account is made for them."""
    maria, nadia = page.code(page.account("maria")), page.code(page.account("nadia"))
    Phone(running).scan(shown(maria))
    assert (page.status(maria), page.status(nadia)) == ("SCANNED", "PENDING")
