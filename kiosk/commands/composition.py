"""How a station is put together from its settings: the same for a window, a terminal and a test."""

from __future__ import annotations

import importlib
import os
import secrets
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from time import monotonic
from typing import TYPE_CHECKING

from hardware.authenticator import KeySource
from kiosk.config import StationSettings
from kiosk.contract.paths import Scope
from kiosk.enrollment.events import Event
from kiosk.enrollment.visit import UNNAMED, Kiosk
from kiosk.logs import reference as make_reference
from kiosk.station.activation import Enlisting
from kiosk.station.approval import Approve
from kiosk.station.configuration import last_good
from kiosk.station.enlisted import Doors, enlisted
from kiosk.station.http import Https
from kiosk.station.identity import read_identity
from kiosk.station.journal import Journal
from kiosk.station.notes import Notes
from kiosk.station.on_device import build_device
from kiosk.station.own_key import Credential, OwnKey, StationKey
from kiosk.station.printing import Printer
from kiosk.station.session import Session
from kiosk.station.station_client import StationClient
from kiosk.station.tokens import Tokens
from kiosk.station.work import Build, LaneContext, Performer
from kiosk.version import VERSION

if TYPE_CHECKING:  # a type only: keyring takes its time
    from kiosk.credentials import CredentialStore

JOURNAL = "journal.db"
HEART_PATIENCE = 5.0
"""Seconds that a heartbeat waits for an answer."""


@dataclass(frozen=True, slots=True)
class Hooks:
    """What a host may want of its session. `on_client` is told the network lane's client (`requests_made`). `approve`
    asks staff whether a key may be wiped; without it, policy that wants their approval offers no wiping. `kiosk` is
    what is true of this one."""

    on_client: Callable[[object], None] = lambda _: None
    approve: Approve | None = None
    kiosk: Kiosk = UNNAMED


def reference() -> str:
    """A reference under which staff find a fault or a request in the log."""
    return make_reference(secrets.token_bytes)


def stored_credentials(settings: StationSettings) -> CredentialStore:
    """The places where this station's secrets lie. To be called in a lane: `keyring` takes its time."""
    credentials = importlib.import_module("kiosk.credentials")
    store: CredentialStore = credentials.CredentialStore(
        os.environ, credentials.system_keyring(), settings.credentials_folder
    )
    return store


def stored_secret(settings: StationSettings) -> Callable[[], Credential]:
    """What gives what the station signs in with, from the places of `kiosk.credentials`: its own key since it was
    activated, else its client secret. To be called in the lane.

    It raises NoCredential and ConfigurationError.
    """

    def read() -> Credential:
        identity = read_identity(settings.state_folder)
        secret = stored_credentials(settings).read(settings.service.secret if identity is None else identity.key)
        try:
            return secret.reveal() if identity is None else StationKey(identity.client_id, OwnKey.read(secret))
        finally:
            secret.wipe()

    return read


def enlisting(settings: StationSettings) -> Enlisting:
    """What activates this station."""
    return Enlisting(settings.state_folder, settings.service, lambda: stored_credentials(settings), VERSION)


def station_client(settings: StationSettings, secret: Callable[[], Credential]) -> StationClient:
    """A client for what the station tells of itself. Raises ConfigurationError."""
    https = Https(settings.service, monotonic, reference)
    return StationClient(https, Tokens(https, settings.service, secret, monotonic, (Scope.STATION,)))


def heart_client(settings: StationSettings, secret: Callable[[], Credential]) -> StationClient:
    """As `station_client`, for the heart: it waits for nothing long, so that the program can end."""
    service = settings.service
    read, whole = min(service.read_timeout, HEART_PATIENCE), min(service.answer_timeout, HEART_PATIENCE)
    return station_client(replace(settings, service=replace(service, read_timeout=read, answer_timeout=whole)), secret)


@dataclass(frozen=True, slots=True)
class Known:
    """What a station knows of itself before the service answers: the language of its first screen, and its notes."""

    locale: str
    notes: Notes

    @property
    def name(self) -> str:
        """What staff call it."""
        return self.notes.name


def known_of(settings: StationSettings) -> Known:
    """From its identity, and the last good configuration."""
    identity = read_identity(settings.state_folder)
    told = None if identity is None else last_good(settings.state_folder, identity)
    languages = settings.languages or (told.profile.languages if told is not None else ("en",))
    if told is not None:
        return Known(languages[0], Notes(told.name, told.site, VERSION, configuration=told.version))
    if identity is not None:
        return Known(languages[0], Notes(identity.name, identity.site, VERSION))
    return Known(languages[0], Notes(version=VERSION))


def open_journal(settings: StationSettings) -> Journal:
    """The station's journal; its file is opened when it is first used."""
    return Journal(settings.state_folder / JOURNAL, lambda: datetime.now(UTC))


def printer_of(settings: StationSettings) -> Printer | None:
    """The printer for letters, where the station has one."""
    printer = settings.printer
    return Printer(printer.queue, printer.server, printer.patience) if printer.queue else None


def open_session(
    settings: StationSettings,
    *,
    secret: Callable[[], Credential],
    source: Callable[[], KeySource],
    journal: Journal,
    post: Callable[[Event], None],
    locale: str,
    hooks: Hooks | None = None,
) -> Session:
    """A session that is not started yet. What takes long to import is imported in the lanes.

    `source` is called in the device lane.
    """
    hooks = hooks or Hooks()

    def network(context: LaneContext) -> Performer:
        lane = importlib.import_module("kiosk.station.on_network")
        build: Build = lane.build_network(settings, secret, journal, reference, on_client=hooks.on_client)
        doors = Doors(lambda: Https(settings.service, monotonic, reference), lambda: station_client(settings, secret))
        return enlisted(build, settings, enlisting(settings), doors)(context)

    return Session(
        device=build_device(source, journal, printer_of(settings)),
        network=network,
        post=post,
        reference=reference,
        locale=locale,
        approve=hooks.approve,
        kiosk=hooks.kiosk,
    )
