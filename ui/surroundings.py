"""What a page knows of the place where it stands, beside the state: configuration, not flow."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QDateTime

from kiosk.config import Place


@dataclass(frozen=True)
class Surroundings:
    """Where slot and reader are, seen from the screen; whether keys are `simulated`; what time it is."""

    slot: Place = Place.BELOW
    reader: Place = Place.BESIDE
    simulated: bool = False
    now: Callable[[], QDateTime] = QDateTime.currentDateTime
