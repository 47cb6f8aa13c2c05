"""What a page knows of the place where it stands, beside the state: configuration, not flow."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QDateTime

from kiosk.config import Place
from ui.eye import Eye

if TYPE_CHECKING:  # a type only: the module behind it is loaded after the first paint
    from kiosk.enrollment.visit import Trouble
    from kiosk.station.notes import Notes


def _unnamed(_trouble: Trouble) -> str:
    return ""


def _blind() -> Eye | None:
    return None


def _nothing() -> Notes | None:
    return None


@dataclass(frozen=True)
class Surroundings:
    """Where slot and reader are, seen from the screen; whether keys are `simulated`; what time it is;
    what a trouble is called in the log (`ui.references`); what opens the kiosk's camera, None where there is none,
    whether badges are codes for it (`badges_seen`), and what staff may know of this kiosk (`notes`)."""

    slot: Place = Place.BELOW
    reader: Place = Place.BESIDE
    simulated: bool = False
    now: Callable[[], QDateTime] = QDateTime.currentDateTime
    reference: Callable[[Trouble], str] = _unnamed
    camera: Callable[[], Eye | None] = _blind
    badges_seen: bool = False
    notes: Callable[[], Notes | None] = _nothing
