"""The person at a simulated key: what the key waits for, and what a hand does to it."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from enum import Enum, IntEnum
from typing import TypeVar

T = TypeVar("T")

Waiting = Generator[None, None, T]
"""Work that may need the person: it yields each time it cannot go on without, and returns its outcome."""


class Wait(Enum):
    """What the key waits for."""

    TOUCH = "touch"
    LONG_TOUCH = "long touch"
    FINGER = "finger"


class Sample(IntEnum):
    """What the sensor says of a finger while one is enrolled: lastEnrollSampleStatus, CTAP 2.1 section 6.7.4."""

    GOOD = 0x00
    TOO_HIGH = 0x01
    TOO_LOW = 0x02
    TOO_LEFT = 0x03
    TOO_RIGHT = 0x04
    TOO_FAST = 0x05
    TOO_SLOW = 0x06
    POOR_QUALITY = 0x07
    TOO_SKEWED = 0x08
    TOO_SHORT = 0x09
    MERGE_FAILURE = 0x0A
    EXISTS = 0x0B
    NO_USER_ACTIVITY = 0x0D
    NO_USER_PRESENCE_TRANSITION = 0x0E


@dataclass(frozen=True, slots=True)
class Touch:
    """A touch that shows presence, held for some seconds when `long`; on a fingerprint sensor it is no finger."""

    long: bool = False


@dataclass(frozen=True, slots=True)
class Finger:
    """A finger on the sensor. `template` True: one that is enrolled, False: a stranger's, bytes: that enrolled one.

    `sample` is how good it lies there, which matters while a finger is enrolled.
    """

    template: bytes | bool = True
    sample: Sample = Sample.GOOD


Gesture = Touch | Finger


@dataclass(slots=True)
class Person:
    """What is awaited of the person until when, and what was done about it since. Without power nothing of it is left.

    `waits` counts how often something was awaited. `gesture` None at the end of a wait means somebody obliging:
    whatever was awaited was done.
    """

    wait: Wait | None = None
    until: float = 0.0
    waits: int = 0
    gesture: Gesture | None = None

    def await_touch(self, until: float, *, long: bool = False) -> Waiting[None]:
        """Wait for a touch, or a finger of whomever; a short touch where a long one is needed means nothing."""
        self._begin(Wait.LONG_TOUCH if long else Wait.TOUCH, until)
        while True:
            yield
            done, self.gesture = self.gesture, None
            if done is None or isinstance(done, Finger) or done.long or not long:
                self.wait = None
                return

    def await_finger(self, until: float) -> Waiting[Finger]:
        """Wait for a finger on the sensor."""
        self._begin(Wait.FINGER, until)
        while True:
            yield
            done, self.gesture = self.gesture, None
            if not isinstance(done, Touch):
                self.wait = None
                return done or Finger()

    def _begin(self, wait: Wait, until: float) -> None:
        self.wait, self.until = wait, until
        self.waits += 1
