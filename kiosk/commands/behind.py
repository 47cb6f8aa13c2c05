"""Everything behind the window of a kiosk: its log, journal, key source, session and watched port."""

from __future__ import annotations

from collections.abc import Callable
from random import SystemRandom
from time import monotonic

from kiosk import logs
from kiosk.commands.composition import Hooks, open_journal, open_session, reference, stored_secret
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

LOG = "kiosk.log"


def open_station(
    settings: StationSettings, key: KeyChoice | None, post: Callable[[Event | DeskEvent], None]
) -> Standing:
    """A session over the settings with the desk of staff beside it, not started yet."""
    logs.harden()
    settings.state_folder.mkdir(parents=True, exist_ok=True)
    logs.install(logs.LogSettings(file=settings.state_folder / LOG))
    source = key_source(key, settings.agent_socket)
    session = open_session(
        settings,
        secret=stored_secret(settings),
        source=lambda: source,
        journal=open_journal(settings),
        post=post,
        locale=settings.languages[0] if settings.languages else "en",
        hooks=Hooks(kiosk=Kiosk(activates=True, chance=SystemRandom().random())),
    )

    def client() -> DeskClient:
        return desk_client(settings.service, stored_secret(settings), monotonic, reference)

    return Standing(session, watch_port(source, post, reference), DeskWork(lambda: source, client, post))
