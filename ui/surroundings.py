"""What a page knows of the place where it stands, beside the state: configuration, not flow."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QDateTime

from kiosk.config import Place

if TYPE_CHECKING:  # a type only: the module behind it is loaded after the first paint
    from kiosk.enrollment.visit import Trouble


def _unnamed(_trouble: Trouble) -> str:
    return ""


@dataclass(frozen=True)
class Surroundings:
    """Where slot and reader are, seen from the screen; whether keys are `simulated`; what time it is;
    what a trouble is called in the log (`ui.references`)."""

    slot: Place = Place.BELOW
    reader: Place = Place.BESIDE
    simulated: bool = False
    now: Callable[[], QDateTime] = QDateTime.currentDateTime
    reference: Callable[[Trouble], str] = _unnamed
