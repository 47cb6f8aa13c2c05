"""What a page knows of the place where it stands, beside the state: configuration, not flow."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from PySide6.QtCore import QDateTime

from kiosk.config import Place
from ui.references import References


@dataclass(frozen=True)
class Surroundings:
    """Where slot and reader are, seen from the screen; whether keys are `simulated`; what time it is;
    how a trouble is called in the log."""

    slot: Place = Place.BELOW
    reader: Place = Place.BESIDE
    simulated: bool = False
    now: Callable[[], QDateTime] = QDateTime.currentDateTime
    references: References = field(default_factory=References)
