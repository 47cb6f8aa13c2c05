"""What staff may know of their kiosk while it stands there, and what the heart brought home."""

from __future__ import annotations

from dataclasses import dataclass

from kiosk.contract.stations import StationConfiguration
from kiosk.enrollment.visit import Trouble
from kiosk.station.journal_row import OwedPin


@dataclass(frozen=True, slots=True)
class Notes:
    """`name` and `site` of this kiosk; the `version` of the program, and the one that the service would like to see
    (`update`); the version of its `configuration`; seconds that its clock is ahead of the service's, 0 for as good as
    none (`skew`); whether the service cannot be had (`offline`); the PINs that nobody knows (`owed`)."""

    name: str = ""
    site: str = ""
    version: str = ""
    update: str = ""
    configuration: int = 0
    skew: float = 0.0
    offline: bool = False
    owed: tuple[OwedPin, ...] = ()


@dataclass(frozen=True, slots=True)
class Heard:
    """A heartbeat was answered. `configuration` is one that is new here."""

    skew: float = 0.0
    update: str = ""
    commands: tuple[str, ...] = ()
    configuration: StationConfiguration | None = None


@dataclass(frozen=True, slots=True)
class Missed:
    """A heartbeat came to nothing."""

    error: Trouble


@dataclass(frozen=True, slots=True)
class Owing:
    """These PINs never reached their owners, and nobody is at the kiosk to get one: nobody knows them."""

    pins: tuple[OwedPin, ...]


News = Heard | Missed | Owing
