"""What the person does who has a key already, or shall have one more: part of `enrollment.states`."""

from __future__ import annotations

from dataclasses import dataclass

from kiosk.contract.keys import HeldKey, Intent
from kiosk.enrollment.visit import Trouble, Visit


@dataclass(frozen=True, slots=True)
class KeysHeld:
    """You have keys already: what are you here for (`IntentChosen`)? Nothing, it was only a look (`Continued`). Without
    `intents` these keys are enough. While it is `busy`, `chosen` was told to the service, with the keys `lost`."""

    visit: Visit
    held: tuple[HeldKey, ...]
    intents: tuple[Intent, ...] = ()
    chosen: Intent | None = None
    lost: tuple[str, ...] = ()
    problem: Trouble | None = None
    busy: bool = False


@dataclass(frozen=True, slots=True)
class Backup:
    """Key `number` of at most `most` comes now (`Continued`); or, where it is `optional`, not (`Skipped`). What was
    done with the keys before stays done."""

    visit: Visit
    number: int
    most: int
    optional: bool = False
    problem: Trouble | None = None
    busy: bool = False
