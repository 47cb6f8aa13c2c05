"""The keys that a person has, and what they are here for: a first key, another one, or one in place of a lost one."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Intent(StrEnum):
    """What a verified person is here for. `replace`: the keys named as lost lose their sign-ins, everywhere, once the
    new one was proved to work; not before."""

    FIRST = "first"
    ANOTHER = "another"
    REPLACE = "replace"


@dataclass(frozen=True, slots=True)
class HeldKey:
    """A key that somebody has, as they would know it: its model, the day they got it (ISO 8601), the last four
    characters of its serial number (empty where that is not known), and what they called it. `until` is the day on
    which it should be replaced (ISO 8601; empty: never); `mark` a word where that is near or past: `expires`,
    `expired`, or `recalled`, for a model that must not be used any more."""

    id: str
    model: str
    since: str
    serial_end: str = ""
    name: str = ""
    until: str = ""
    mark: str = ""


@dataclass(frozen=True, slots=True)
class ChooseIntent:
    """POST …/intent, after verification and before the first ceremony; without it the intent is `first`, or `another`.
    `lost` are ids of held keys, with `replace`. Answered with `approval_required` where staff must say yes."""

    intent: Intent
    lost: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class IntentTaken:
    """200. The same again gives the same answer."""

    intent: Intent


@dataclass(frozen=True, slots=True)
class NextKey:
    """POST …/next-key, once a key is done and policy has a place for one more: the enrollment goes on with the next.
    What was done stays done, whatever becomes of the next."""


@dataclass(frozen=True, slots=True)
class NextKeyOpened:
    """200. Key `number` (from 1) of at most `most`; `least` are wanted by policy."""

    number: int
    least: int
    most: int
