"""What the demo's dock shows of the simulated key, and what it can do to it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol


class KeyChoice(StrEnum):
    """Which simulated key lies on the table."""

    FRESH = "fresh"
    WITH_PIN = "with_pin"
    FULL = "full"
    U2F_ONLY = "u2f_only"
    LOCKED = "locked"
    WANTS_CHANGE = "wants_change"
    SENSOR = "sensor"


class Fault(StrEnum):
    """What shall go wrong next."""

    NONE = "none"
    PULLED = "pulled"
    NO_TOUCH = "no_touch"
    FORGED = "forged"


@dataclass(frozen=True, slots=True)
class KeyPicture:
    """What the simulated key looks like now. `blinking`: it waits for a touch, or for a `finger` on its `sensor`.
    `pin`: the PIN it came with, if any. `second`: another key is in beside it."""

    choice: KeyChoice = KeyChoice.FRESH
    plugged: bool = False
    blinking: bool = False
    fault: Fault = Fault.NONE
    pin: str = ""
    sensor: bool = False
    finger: bool = False
    second: bool = False


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who the person at the demonstration is to be: `user` and `number` are what they may type."""

    name: str
    user: str
    number: str


class SimulatorPanel(Protocol):
    """What the dock can do to the simulated key. Every method returns at once."""

    def plug(self) -> None:
        """Put the key into the slot."""
        ...

    def unplug(self) -> None:
        """Take it out."""
        ...

    def touch(self) -> None:
        """Touch it, with its owner's finger where it waits for one."""
        ...

    def wrong_finger(self) -> None:
        """Put somebody else's finger on its sensor."""
        ...

    def second(self, plugged: bool, /) -> None:
        """Put another key in beside it, or take that one out."""
        ...

    def choose(self, choice: KeyChoice, /) -> None:
        """Take this key in the hand; one that is plugged in is taken out."""
        ...

    def fault(self, fault: Fault, /) -> None:
        """Let this go wrong, once."""
        ...

    def observe(self, observer: Callable[[KeyPicture], None], /) -> None:
        """Call `observer` now and on every change, from any thread."""
        ...
