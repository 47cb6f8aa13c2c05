"""A real service over TLS, and stations of it: who they are, what they tell, and what they obey."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path
from time import monotonic

from kiosk.config import ServiceEndpoint, StationSettings
from kiosk.contract.paths import Scope
from kiosk.errors import NoCredential
from kiosk.secret import Secret
from kiosk.service.stations import actions
from kiosk.service.store.fleet import StationRow
from kiosk.service.tokens.rules import ClientCredentials
from kiosk.station.activation import Enlisting
from kiosk.station.http import Https
from kiosk.station.identity import Identity, read_identity
from kiosk.station.own_key import Credential, OwnKey, StationKey
from kiosk.station.station_client import StationClient
from kiosk.station.tokens import Tokens
from tests.kiosk.service.running import Running

ACTOR = "staff:ada"


@dataclass
class Shelf:
    """Where a station's secrets lie."""

    kept: dict[str, str] = field(default_factory=dict)

    def read(self, name: str) -> Secret:
        if name not in self.kept:
            raise NoCredential(name)
        return Secret(self.kept[name])

    def write(self, name: str, secret: Secret) -> str:
        self.kept[name] = secret.reveal()
        return "shelf"


@dataclass
class Kiosk:
    """One station of a service that listens; its clock is `ahead` by so many seconds. With a
    `port` it looks for the service there, with a `secret` it signs in with that."""

    running: Running
    folder: Path
    ahead: float = 0.0
    port: int = 0
    secret: ClientCredentials | None = None
    shelf: Shelf = field(default_factory=Shelf)
    _references: Iterator[int] = field(default_factory=lambda: count(1))

    @property
    def settings(self) -> StationSettings:
        url = f"https://localhost:{self.port}" if self.port else self.running.url
        name = self.secret.client_id if self.secret is not None else "station"
        endpoint = ServiceEndpoint(url, self.running.authority, name, read_timeout=5.0)
        return StationSettings(endpoint, state_folder=self.folder)

    @property
    def identity(self) -> Identity | None:
        return read_identity(self.folder)

    def now(self) -> float:
        return self.running.clock.now().timestamp() + self.ahead

    def reference(self) -> str:
        return f"T-{next(self._references)}"

    def https(self) -> Https:
        return Https(self.settings.service, monotonic, self.reference)

    @property
    def enlisting(self) -> Enlisting:
        return Enlisting(self.folder, self.settings.service, lambda: self.shelf, "1.0", self.now)

    def activate(self, code: str) -> Identity:
        with closing(self.https()) as https:
            return self.enlisting.activate(https, code)

    def credential(self) -> Credential:
        identity = self.identity
        if self.secret is not None:
            return self.secret.secret
        if identity is None:
            raise NoCredential("station-secret")
        return StationKey(identity.client_id, OwnKey.read(self.shelf.read(identity.key)), self.now)

    def client(self) -> StationClient:
        https = self.https()
        return StationClient(https, Tokens(https, self.settings.service, self.credential, monotonic, (Scope.STATION,)))

    @contextmanager
    def speaking(self) -> Iterator[StationClient]:
        with closing(self.client()) as client:
            yield client


def made(running: Running, name: str = "Lobby", site: str = "north") -> StationRow:
    """A station that waits for its kiosk."""
    return actions.create_station(running.parts, ACTOR, "default", name, site)


def code_for(running: Running, station: StationRow) -> tuple[str, datetime]:
    """A code for it."""
    return actions.activation_code(running.parts, ACTOR, station.id)


def later(running: Running, seconds: float) -> None:
    """Time goes by at the service."""
    running.clock.time += timedelta(seconds=seconds)
