"""The watched port: what the watcher sees becomes events of a session."""

from __future__ import annotations

from collections.abc import Callable

import structlog

from hardware.authenticator import KeySource
from hardware.errors import NoAccess
from hardware.watcher import Change, Cleared, Inserted, Obstructed, Removed, Watcher
from kiosk.enrollment.events import Event, KeyInaccessible, KeyInserted, KeyRemoved
from kiosk.station.lanes import Ticker

_log = structlog.get_logger("keywright.station")
PAUSE = 0.02
"""Seconds between two turns of the watcher: what a port that never rests may cost is bounded by it."""


def watch_port(source: KeySource, post: Callable[[Event], None], reference: Callable[[], str]) -> Ticker:
    """A thread, not yet started, that posts the keys that come and go."""

    def on_change(change: Change) -> None:
        event = event_of(change)
        if event is not None:
            post(event)

    return Ticker(Watcher(source, on_change).turn, PAUSE, reference)


def event_of(change: Change) -> Event | None:
    """What a session is told of a change; None where there is nothing for a person to know."""
    match change:
        case Inserted(address):
            return KeyInserted(address)
        case Removed(address):
            return KeyRemoved(address)
        case Obstructed(NoAccess() as error):
            return KeyInaccessible(error)
        case Obstructed(error):
            _log.warning("port_obstructed", error=type(error).__name__)
            return None
        case Cleared():
            return None
