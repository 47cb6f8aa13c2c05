"""How a station is put together from its settings: the same for a window, a terminal and a test."""

from __future__ import annotations

import importlib
import os
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from hardware.authenticator import KeySource
from kiosk.config import StationSettings
from kiosk.enrollment.events import Event
from kiosk.logs import reference as make_reference
from kiosk.station.approval import Approve
from kiosk.station.journal import Journal
from kiosk.station.on_device import build_device
from kiosk.station.printing import Printer
from kiosk.station.session import Session
from kiosk.station.work import LaneContext, Performer

JOURNAL = "journal.db"


@dataclass(frozen=True, slots=True)
class Hooks:
    """What a host may want of its session. `on_client` is told the network lane's client (`requests_made`). `approve`
    asks staff whether a key may be wiped; without it, policy that wants their approval offers no wiping."""

    on_client: Callable[[object], None] = lambda _: None
    approve: Approve | None = None


def reference() -> str:
    """A reference under which staff find a fault or a request in the log."""
    return make_reference(secrets.token_bytes)


def stored_secret(settings: StationSettings) -> Callable[[], str]:
    """What gives the station's client secret, from the places of `kiosk.credentials`. To be called in the lane.

    It raises NoCredential and ConfigurationError.
    """

    def read() -> str:
        credentials = importlib.import_module("kiosk.credentials")  # imports keyring, which takes its time
        store = credentials.CredentialStore(os.environ, credentials.system_keyring(), settings.credentials_folder)
        secret = store.read(settings.service.secret)
        try:
            return str(secret.reveal())
        finally:
            secret.wipe()

    return read


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
    secret: Callable[[], str],
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
        performer: Performer = lane.build_network(settings, secret, journal, reference, on_client=hooks.on_client)(
            context
        )
        return performer

    return Session(
        device=build_device(source, journal, printer_of(settings)),
        network=network,
        post=post,
        reference=reference,
        locale=locale,
        approve=hooks.approve,
    )
