"""The life of a key, pure: what may become of it, why it is refused, and what somebody who has some may be here for.

KeysRefused
├── NoSuchKey    no key of this tenant, or of a site that the caller acts for
├── WrongState   the key is in `state`, which does not allow this
├── KeyRefused   the key is not given to this person, for a `word`
└── BadSerial    what was given is no serial number
"""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from kiosk.contract.keys import Intent
from kiosk.service.store.keys import RECALLABLE, KeyRow, KeyState
from kiosk.service.store.recalls import RecallRow

NOT_IN_STOCK: Final = "not_in_stock"
OF_ANOTHER: Final = "key_of_another"
RECALLED: Final = "key_recalled"
LOST: Final = "key_lost"
RETIRED: Final = "key_retired"
WORDS: Final = (OF_ANOTHER, RECALLED, LOST, RETIRED, NOT_IN_STOCK)
"""Why the inventory does not let a key in."""

LONGEST_SERIAL: Final = 64
_TOLD_OF_SERIAL: Final = 4


class KeysRefused(Exception):
    """The request is refused for a reason that the caller can act upon."""


class NoSuchKey(KeysRefused):
    """Not in the inventory, as far as the caller may see."""


class WrongState(KeysRefused):
    """The key is in a state that does not allow this."""

    def __init__(self, state: KeyState, reason: str = "") -> None:
        super().__init__(state, reason)
        self.state, self.reasons = state, (reason or state.value,)


class KeyRefused(KeysRefused):
    """Not for this person; `word` is one of `WORDS`."""

    def __init__(self, word: str) -> None:
        super().__init__(word)
        self.word = word


class BadSerial(KeysRefused):
    """Empty, too long, or no text that can be printed on a key."""


@dataclass(frozen=True, slots=True)
class Actor:
    """Who changes the inventory: as the trail calls them (`staff:…`, `console`), for one tenant, at these sites (none:
    at all of them)."""

    name: str
    tenant: str = "default"
    sites: frozenset[str] = frozenset()

    def sees(self, row: KeyRow) -> bool:
        """Whether the key is one of theirs."""
        return row.tenant == self.tenant and (not self.sites or row.site in self.sites)


class Change(StrEnum):
    """What becomes of a key by somebody's decision."""

    HAND_OVER = "hand_over"
    LOSE = "lose"
    RETURN = "return"
    RESTOCK = "restock"
    RETIRE = "retire"
    RECALL = "recall"


_HELD: Final = frozenset({KeyState.ISSUED, KeyState.AWAITING})
MOVES: Final[Mapping[Change, tuple[frozenset[KeyState], KeyState]]] = MappingProxyType(
    {
        Change.HAND_OVER: (frozenset({KeyState.AWAITING}), KeyState.ISSUED),
        Change.LOSE: (_HELD | {KeyState.IN_STOCK, KeyState.RETURNED, KeyState.RECALLED}, KeyState.LOST),
        Change.RETURN: (_HELD | {KeyState.LOST}, KeyState.RETURNED),
        Change.RESTOCK: (frozenset({KeyState.RETURNED}), KeyState.IN_STOCK),
        Change.RETIRE: (frozenset(KeyState) - {KeyState.RETIRED}, KeyState.RETIRED),
        Change.RECALL: (frozenset(RECALLABLE), KeyState.RECALLED),
    }
)
"""From which states each change leads, and where to."""

_REFUSED: Final[Mapping[KeyState, str]] = MappingProxyType(
    {
        KeyState.LOST: LOST,
        KeyState.RETURNED: NOT_IN_STOCK,  # nobody has wiped it yet
        KeyState.RECALLED: RECALLED,
        KeyState.RETIRED: RETIRED,
    }
)
ENDS_SIGN_INS: Final = frozenset({KeyState.LOST, KeyState.RETURNED, KeyState.RETIRED})
"""What is on a key in one of these must not let anybody in."""
KEEPS_HOLDER: Final = frozenset({KeyState.ISSUED, KeyState.AWAITING, KeyState.LOST, KeyState.RECALLED})
"""In these it is known whose the key is, or was when it got lost."""


def after(state: KeyState, change: Change) -> KeyState:
    """The state that the change leads to. Raises WrongState. A recalled key that is brought back is never given out
    again."""
    if state is KeyState.RECALLED and change is Change.RETURN:
        return KeyState.RETIRED
    allowed, to = MOVES[change]
    if state not in allowed:
        raise WrongState(state)
    return to


def refusal(row: KeyRow | None, user_id: str, *, lost: Collection[str] = (), stock_only: bool = False) -> str:
    """Why the inventory does not let somebody have this key: a word of `WORDS`, or empty. `lost` are the ids of keys
    that they say they have lost."""
    if row is None:
        return NOT_IN_STOCK if stock_only else ""
    if row.state in _HELD:
        return OF_ANOTHER if row.user_id != user_id else LOST if row.id in lost else ""
    return _REFUSED.get(row.state, "")


def is_recalled(recalls: Iterable[RecallRow], firmware: int | None) -> bool:
    """Whether one of a model's recalls concerns this firmware; one that is not known may be any."""
    return any(each.firmware_below is None or firmware is None or firmware < each.firmware_below for each in recalls)


def serial_of(text: str) -> str:
    """A serial number as it is compared: without spaces around it, in capitals. Raises BadSerial."""
    serial = text.strip().upper()
    if not serial or len(serial) > LONGEST_SERIAL or any(unicodedata.category(each)[0] in "CZ" for each in serial):
        raise BadSerial
    return serial


def known_serial(text: str) -> str:
    """As `serial_of`, of what a key said of itself; empty for what is none."""
    try:
        return serial_of(text)
    except BadSerial:
        return ""


def serial_end(serial: str) -> str:
    """The last characters, which the holder can compare with what is printed on the key; nothing of a short one."""
    return serial[-_TOLD_OF_SERIAL:] if len(serial) > _TOLD_OF_SERIAL else ""


def mark_of(row: KeyRow, now: datetime, warn: timedelta) -> str:
    """What its holder should know of a key: `recalled`, `expired`, `expires`, or nothing."""
    if row.state is KeyState.RECALLED:
        return "recalled"
    if row.expires_at is None or now < row.expires_at - warn:
        return ""
    return "expired" if row.expires_at <= now else "expires"


def intents_of(counted: int, held: int, most: int, *, trusted: bool) -> tuple[Intent, ...]:
    """What somebody may be here for who has `held` keys, of which `counted` fill a place of `most`. A key is only
    replaced for somebody who was verified by more than their word (`trusted`)."""
    if not held:
        return (Intent.FIRST,)
    another = (Intent.ANOTHER,) if counted < most else ()
    return (*another, Intent.REPLACE) if trusted else another
