"""A whole service for a test: assembled from settings, on real files, over real TLS."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import requests

from kiosk.contract.paths import Scope
from kiosk.resources import resource
from kiosk.service.assembly import Service, Surroundings, assemble
from kiosk.service.attestation.anchors import TrustAnchors
from kiosk.service.bulk_import.files import Importer
from kiosk.service.database import open_database
from kiosk.service.parts import Parts
from kiosk.service.settings import ServiceSettings
from kiosk.service.sources import SystemRandom
from kiosk.service.store.engine import Store
from kiosk.service.store.settings import DatabaseSettings
from kiosk.service.store.upgrade import upgrade
from kiosk.service.tls import Identity
from kiosk.service.tokens.actions import Rights, create_client
from kiosk.service.tokens.rules import ClientCredentials
from tests.kiosk.service.soft_key import Json, SoftKey

NOON = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)
_SQLITE: Final = "sqlite:///"


@dataclass
class StandingClock:
    """A clock that stands until it is moved."""

    time: datetime = NOON

    def now(self) -> datetime:
        return self.time

    def advance(self, **by: float) -> None:
        self.time += timedelta(**by)


@dataclass
class TellingRandom(SystemRandom):
    """The system's randomness, which remembers the codes that it made."""

    codes: list[str] = field(default_factory=list)

    def digits(self, n: int) -> str:
        self.codes.append(super().digits(n))
        return self.codes[-1]


def secret(name: str) -> str:
    """What every secret is in tests."""
    return f"the secret {name}"


def opened(backend: Json) -> Store:
    """The store of `[database]`."""
    return open_database(DatabaseSettings.model_validate(backend), secret)


def a_file(folder: Path) -> Json:
    """`[database]` of a file in the folder."""
    return {"url": f"{_SQLITE}{folder / 'service.db'}"}


@dataclass
class Databases:
    """Where services of tests keep their rows, by folder, unless a test says it itself."""

    of: Callable[[Path], Json] = a_file


DATABASES: Final = Databases()


def settings_for(folder: Path, **changes: Any) -> ServiceSettings:
    """Settings with a database of the folder's own, and nobody made to wait."""
    given: Json = {
        "database": changes.get("database") or DATABASES.of(folder),
        "identify": {"minimum_seconds": 0.0},
        "mail": {"host": "localhost", "sender": "keys@example.org"},
        "sms": {"kind": "http", "url": "https://localhost/text", "body": {"to": "{to}", "text": "{text}"}},
    }
    return ServiceSettings.model_validate(given | changes)


@dataclass
class Station:
    """A kiosk, as the service sees it: a client that calls the routes."""

    url: str
    authority: Path
    credentials: ClientCredentials
    session: requests.Session = field(default_factory=requests.Session)
    token: str = ""

    def __post_init__(self) -> None:
        self.session.verify = str(self.authority)
        self.session.trust_env = False

    def sign_in(self) -> Station:
        answer = self.session.post(
            f"{self.url}/oauth2/token",
            data={"grant_type": "client_credentials"},
            auth=(self.credentials.client_id, self.credentials.secret),
            timeout=20,
        )
        self.token = answer.json()["access_token"]
        self.session.headers["Authorization"] = f"Bearer {self.token}"
        return self

    def call(self, method: str, path: str, body: Any = None, **more: Any) -> requests.Response:
        return self.session.request(method, self.url + path, json=body, timeout=20, **more)

    def post(self, path: str, body: Any, expect: int) -> Json:
        answer = self.call("POST", path, body)
        assert answer.status_code == expect, answer.text
        return dict(answer.json()) if answer.content else {}

    def open(self) -> str:
        return str(self.post("/enrollments", {"locale": "en"}, 201)["enrollment_id"])

    def identify(self, enrollment: str, alternative: str = "upn", **criteria: str) -> Json:
        body = {"alternative": alternative, "criteria": criteria or {"upn": "m.okafor@example.org"}}
        return self.post(f"/enrollments/{enrollment}/identify", body, 202)


@dataclass
class Running:
    """An assembled service with its injected parts, and perhaps a server over it."""

    service: Service
    clock: StandingClock
    random: TellingRandom
    key: SoftKey
    url: str = ""
    authority: Path = Path()

    @property
    def parts(self) -> Parts:
        return self.service.parts

    def station(self, name: str = "Lobby") -> Station:
        scopes = frozenset({Scope.ENROLL})
        credentials = create_client(self.parts.store, self.clock, self.random, name, Rights(scopes))
        return Station(self.url, self.authority, credentials).sign_in()

    def verified(self, station: Station, **criteria: str) -> str:
        """An enrollment in the key step."""
        enrollment = station.open()
        station.identify(enrollment, **criteria)
        station.post(f"/enrollments/{enrollment}/send-code", {"method": "email"}, 202)
        answer = {"method": "email", "answer": self.random.codes[-1]}
        station.post(f"/enrollments/{enrollment}/verify", answer, 200)
        return enrollment

    def begun(self, station: Station, enrollment: str, party: str = "staff", **told: Any) -> Json:
        body = {"relying_party": party, "key": self.key.report(**told)}
        return station.post(f"/enrollments/{enrollment}/ceremony", body, 200)


@cache
def _with_tables() -> bytes:
    """A database file with its tables and no rows: making them takes longer than most tests."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "service.db"
        store = opened({"url": f"{_SQLITE}{path}"})
        upgrade(store)
        store.close()
        assert not path.with_name("service.db-wal").exists(), "its last words are not in the file itself"
        return path.read_bytes()


def _prepare(settings: ServiceSettings) -> None:
    path = Path(settings.database.url.removeprefix(_SQLITE))
    if settings.database.url.startswith(_SQLITE) and not path.exists():
        path.write_bytes(_with_tables())


@contextmanager
def assembled(folder: Path, settings: ServiceSettings, **around: Any) -> Iterator[Running]:
    """A service with the sample people, without a server."""
    clock, random, key = StandingClock(), TellingRandom(), SoftKey()
    given: Json = {
        "hmac_key": b"k" * 32,
        "secret": secret,
        "anchors": TrustAnchors((key.root.certificate,)),
        "clock": clock,
        "random": random,
    }
    _prepare(settings)
    service = assemble(settings, Surroundings(**given | around))
    try:
        importer = Importer(service.parts.store, clock, random, settings)
        importer.people(resource("sample/people.csv"))
        importer.badges(resource("sample/badges.csv"))
        yield Running(service, clock, random, key)
    finally:
        service.close()


@contextmanager
def served(folder: Path, settings: ServiceSettings, tls: tuple[Identity, Identity], **around: Any) -> Iterator[Running]:
    """As `assembled`, listening with TLS on a port of loopback."""
    with assembled(folder, settings, **around) as running:
        server = running.service.serve(tls[1], "127.0.0.1", 0)
        server.start()
        running.url, running.authority = server.url, tls[0].certificate
        try:
            yield running
        finally:
            server.stop()
