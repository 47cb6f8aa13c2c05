"""What is true of stations, pure: their names, whether they are silent, which standing counts, why they are refused.

StationTrouble
├── NoSuchStation  there is none of this id or name, or it was revoked
├── NameTaken      a station of the tenant has this name
├── BadStation     a name, a site or a project that is none
├── NeverHeard     it has told nothing yet, so nothing can be told to it
├── NotActivated   the code activates nothing: unknown, used, too old; or the key is another station's
└── BadActivation  what was sent with the code cannot be, whatever the code
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from typing import Final

from kiosk.contract.paths import STATION_ACTIVATION
from kiosk.service.directories.rules import BadValue, tame
from kiosk.service.settings import ServiceSettings
from kiosk.service.staff.rules import origin_of
from kiosk.service.store.fleet import StandingRow
from kiosk.service.verification.rules import Limits

ACTIVATION_LIMITS: Final = Limits(20, timedelta(seconds=1), timedelta(seconds=60))
"""Tries of one address: mild, for nobody guesses 80 bits, and many stations may be behind one address."""
CLOCK_OF_ACTIVATION: Final = 600.0
"""Seconds that the clock of a station which is activated may be wrong."""
RESTART: Final = "restart"
COMMANDS: Final = frozenset({RESTART})
"""What a station can be told to do."""

FREE: Final = "Welcome"
"""The step of a station that nobody is at."""

_CAPITALS: Final = {"Pin": "PIN", "Totp": "TOTP"}
_PARTS: Final = re.compile(r"[A-Z]?[a-z0-9]+|[A-Z]+(?![a-z])")
_LONGEST_NAME: Final = 64
_SITE: Final = re.compile(r"([a-z][a-z0-9_]{0,39})?")
_EPOCH: Final = date(1970, 1, 1)


class StationTrouble(Exception):
    """What somebody who administers stations, or activates one, may know."""


class NoSuchStation(StationTrouble):
    """There is no such station, or none any more."""


class NameTaken(StationTrouble):
    """A station has this name already."""


class NeverHeard(StationTrouble):
    """The station never told anything."""


class NotActivated(StationTrouble):
    """The code activates nothing; why is not told."""


class BadStation(StationTrouble):
    """`reasons` are the names of what is wrong."""

    def __init__(self, *reasons: str) -> None:
        super().__init__(*reasons)
        self.reasons = reasons


class BadActivation(BadStation):
    """No key, no proof of it, or not of this time: `service_time` is ours then, in seconds since 1970."""

    def __init__(self, reason: str, service_time: float | None = None) -> None:
        super().__init__(reason)
        self.service_time = service_time


class StationState(StrEnum):
    """How a station stands: not activated yet, heard of lately, not heard of lately, or shut out."""

    NEW = "new"
    ACTIVE = "active"
    SILENT = "silent"
    REVOKED = "revoked"


def name_of(typed: str) -> str:
    """A name as it is kept. Raises BadStation."""
    try:
        name = tame(typed)
    except BadValue as error:
        raise BadStation("name") from error
    if not 0 < len(name) <= _LONGEST_NAME:
        raise BadStation("name")
    return name


def site_of(typed: str) -> str:
    """A site, or none. Raises BadStation."""
    if not _SITE.fullmatch(typed):
        raise BadStation("site")
    return typed


def activation_link(settings: ServiceSettings, code: str) -> str | None:
    """What the QR code of an activation code says; None where the settings do not say how stations reach the service.
    What is behind the `#` is sent to nobody."""
    base = next(iter(settings.stations.urls), None)
    if base is None and settings.staff.url is not None:
        base = origin_of(settings.staff.url)
    return None if base is None else f"{base.rstrip('/')}{STATION_ACTIVATION}#{code}"


def in_words(name: str) -> str:
    """A step or a problem as staff read it: `ChoosePin` is "Choose PIN", `out_of_paper` "Out of paper"."""
    words = [_CAPITALS.get(each.capitalize(), each.lower()) for each in _PARTS.findall(name)]
    return " ".join([words[0][:1].upper() + words[0][1:], *words[1:]]) if words else ""


def state_of(standing: StandingRow | None, now: datetime, silent: timedelta, *, active: bool) -> StationState:
    """How a station that was not revoked stands."""
    if standing is None:
        return StationState.SILENT if active else StationState.NEW
    return StationState.ACTIVE if now - standing.heard_at <= silent else StationState.SILENT


def counts(known: StandingRow | None, counter: int, now: datetime, silent: timedelta) -> bool:
    """Whether a standing is news: a larger counter, or any after a silence, for the station may have lost count."""
    return known is None or counter > known.counter or (counter < known.counter and now - known.heard_at > silent)


def day_of(at: datetime) -> int:
    """The day, as steps are counted: days since 1970, UTC."""
    return (at.astimezone(UTC).date() - _EPOCH).days


def date_of(day: int) -> date:
    """The date of `day_of`."""
    return _EPOCH + timedelta(days=day)
