"""A phone for tests: a browser without a screen, over real TLS, with a passkey in software."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import requests

from kiosk.contract.paths import QR_ENROL, QR_STATUS, Scope
from kiosk.service.settings import ServiceSettings
from kiosk.service.tls import Identity
from kiosk.service.tokens.actions import Rights, create_client
from tests.kiosk.service.running import Running, Station, served, settings_for
from tests.kiosk.service.soft_key import Json, SoftKey

ORIGIN = "https://phone.keywright.example"
COOKIE = "__Host-keywright-phone"
METHODS = {"methods": ["email", "phone"]}


def phone_settings(folder: Path, **changes: Any) -> ServiceSettings:
    """Settings with pages for phones, which may do everything."""
    phone: Json = {"url": ORIGIN, "place": "after", "codes": True} | changes.pop("phone", {})
    return settings_for(folder, **({"verification": METHODS, "phone": phone} | changes))


@contextmanager
def with_phones(folder: Path, tls: tuple[Identity, Identity], **changes: Any) -> Iterator[Running]:
    """A service that listens, with pages for phones."""
    with served(folder, phone_settings(folder, **changes), tls) as running:
        yield running


def station_of(running: Running, name: str = "Lobby") -> Station:
    """A kiosk that may make codes."""
    scopes = frozenset({Scope.ENROLL, Scope.QR_ENROL, Scope.QR_STATUS})
    made = create_client(running.parts.store, running.clock, running.random, name, Rights(scopes))
    return Station(running.url, running.authority, made).sign_in()


class _Reader(HTMLParser):
    """Forms with their fields, ids, and text of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Json] = []
        self.elements: dict[str, dict[str, str]] = {}
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if given.get("id"):
            self.elements[given["id"]] = given
        if tag == "form":
            self.forms.append({"attributes": given, "fields": {}})
        if tag == "input" and self.forms and given.get("name"):
            self.forms[-1]["fields"][given["name"]] = given.get("value", "")

    def handle_data(self, data: str) -> None:
        self.text += data


@dataclass
class Page:
    """An answer, read."""

    answer: requests.Response

    def __post_init__(self) -> None:
        reader = _Reader()
        reader.feed(self.answer.text)
        self.forms, self.elements = reader.forms, reader.elements
        self.text = re.sub(r"\s+", " ", reader.text)

    @property
    def status(self) -> int:
        return self.answer.status_code

    def form(self, action: str) -> Json:
        return dict(next(each for each in self.forms if each["attributes"].get("action") == action))

    @property
    def reason(self) -> str:
        shown = self.elements.get("over") or self.elements.get("refused") or {}
        return shown.get("data-reason", "")


@dataclass
class Phone:
    """A phone with a browser and a passkey store."""

    url: str
    authority: Path
    key: SoftKey = field(default_factory=SoftKey)
    handle: bytes = b""
    session: requests.Session = field(default_factory=requests.Session)
    language: str = "en"

    def __post_init__(self) -> None:
        self.session.verify = str(self.authority)
        self.session.trust_env = False

    def __enter__(self) -> Phone:
        return self

    def __exit__(self, *_: object) -> None:
        self.session.close()

    @classmethod
    def of(cls, running: Running, **more: Any) -> Phone:
        return cls(running.url, running.authority, **more)

    def ask(self, method: str, path: str, **more: Any) -> requests.Response:
        headers = {"Accept-Language": self.language} | more.pop("headers", {})
        return self.session.request(method, self.url + path, timeout=20, headers=headers, allow_redirects=False, **more)

    def get(self, path: str = "/m") -> Page:
        return Page(self.ask("GET", path))

    def send(self, page: Page, action: str, **values: str) -> requests.Response:
        return self.ask("POST", action, data={**page.form(action)["fields"], **values})

    def follow(self, page: Page, action: str, **values: str) -> Page:
        answer = self.send(page, action, **values)
        assert answer.status_code == 303, (answer.status_code, answer.text[-900:])
        return self.get(answer.headers["Location"])

    def scan(self, link: str) -> Page:
        path = link.removeprefix(ORIGIN)
        return self.follow(self.get(path), path)

    def asked(self, page: Page, action: str) -> Json:
        return dict(json.loads(page.form(action)["attributes"]["data-options"]))

    def created(self, page: Page) -> str:
        options = self.asked(page, "/m/passkey")
        self.handle = options["user"]["id"].encode()
        return json.dumps(self.key.register(options, ORIGIN))

    def proved(self, page: Page, action: str = "/m/passkey/proof", handle: str | None = None) -> str:
        options = self.asked(page, action) | {"userPresence": "required"}
        answer = self.key.prove(options, ORIGIN)
        answer["response"]["userHandle"] = self.handle.decode() if handle is None else handle
        return json.dumps(answer)


@dataclass
class Shown:
    """A code on the screen of a kiosk."""

    station: Station
    transaction: str
    link: str

    @property
    def standing(self) -> Json:
        answer = self.station.call("GET", f"{QR_STATUS}?transactionId={self.transaction}")
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    @property
    def status(self) -> str:
        return str(self.standing["status"])

    @property
    def number(self) -> str:
        return str(self.standing["number"])


def shown(running: Running, station: Station, **asked: Any) -> Shown:
    """Have the kiosk show a code, a second after whatever was before."""
    running.clock.advance(seconds=1)
    told = station.call("POST", QR_ENROL, asked)
    assert told.status_code in (200, 201), told.text
    return Shown(station, told.json()["transactionId"], told.json()["link"])


def matched(phone: Phone, code: Shown) -> Page:
    """Scan, and type the number."""
    return phone.follow(phone.scan(code.link), "/m/number", number=code.number)


def with_passkey(phone: Phone, code: Shown) -> Page:
    """All the way to the end of a passkey."""
    page = matched(phone, code)
    page = phone.follow(page, "/m/passkey", answer=phone.created(page))
    return phone.follow(page, "/m/passkey/proof", answer=phone.proved(page))


def events(running: Running) -> set[str]:
    """The names of all that was written down."""
    with running.parts.store.read() as tx:
        return set(tx.connection.exec_driver_sql("SELECT event FROM audit").scalars())
