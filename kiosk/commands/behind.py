"""Everything behind the window of a kiosk: its log, journal, key source, session and watched port."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from random import SystemRandom
from time import monotonic

from hardware.authenticator import KeySource
from kiosk import logs
from kiosk.commands.composition import (
    Hooks,
    heart_client,
    known_of,
    open_journal,
    open_session,
    reference,
    stored_secret,
)
from kiosk.commands.key_choice import KeyChoice
from kiosk.commands.port import watch_port
from kiosk.commands.sources import key_source
from kiosk.commands.standing import Standing
from kiosk.config import StationSettings
from kiosk.desk.events import Event as DeskEvent
from kiosk.enrollment.events import Event
from kiosk.enrollment.visit import Kiosk
from kiosk.station.desk_client import DeskClient, desk_client
from kiosk.station.desk_work import DeskWork
from kiosk.station.enlisted import shown
from kiosk.station.heart import Heart, Sources
from kiosk.station.liaison import Liaison, Reins
from kiosk.station.notes import News
from kiosk.version import VERSION

LOG = "kiosk.log"


@dataclass(frozen=True, slots=True)
class Start:
    """What a kiosk is started with: its `key` source, and what `restart`s the program."""

    key: KeyChoice | None = None
    restart: Callable[[], None] = lambda: None


def open_station(settings: StationSettings, start: Start, post: Callable[[Event | DeskEvent | News], None]) -> Standing:
    """A session over the settings with the desk of staff beside it and its heart, not started yet."""
    logs.harden()
    settings.state_folder.mkdir(parents=True, exist_ok=True)
    logs.install(logs.LogSettings(file=settings.state_folder / LOG))
    return stand(settings, key_source(start.key, settings.agent_socket), start.restart, post)


def stand(
    settings: StationSettings,
    source: KeySource,
    restart: Callable[[], None],
    post: Callable[[Event | DeskEvent | News], None],
) -> Standing:
    """As `open_station`, with keys of this `source`."""
    journal, secret, known = open_journal(settings), stored_secret(settings), known_of(settings)
    kiosk = Kiosk(known.name, activates=True, chance=SystemRandom().random())
    session = open_session(
        settings,
        secret=secret,
        source=lambda: source,
        journal=journal,
        post=post,
        locale=known.locale,
        hooks=Hooks(kiosk=kiosk),
    )

    def client() -> DeskClient:
        return desk_client(settings.service, secret, monotonic, reference)

    def liaison(standing: Standing) -> Liaison:
        reins = Reins(standing.dispatch, restart, partial(shown, settings), lambda: standing.occupied)
        return Liaison(reins, kiosk, known.notes)

    beats = Sources(
        settings,
        lambda: heart_client(settings, secret),
        lambda: len(journal.unsettled()),
        VERSION,
        owed=journal.pins_owed,
    )
    heart = Heart(beats, post, kiosk.chance)
    port = watch_port(source, post, reference)
    return Standing(session, port, DeskWork(lambda: source, client, post), heart, liaison)
