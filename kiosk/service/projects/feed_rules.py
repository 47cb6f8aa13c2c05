"""The host feed, pure: what events say, how they are signed, what answers mean, whom a file may name."""

from __future__ import annotations

import hmac
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from kiosk.service.store.host_feed import FeedRow
from kiosk.service.store.host_list import FORMULA
from kiosk.service.store.mobile_ids import MobileIdRow

FIRST_WAIT: Final = timedelta(seconds=2)
LONGEST_WAIT: Final = timedelta(minutes=10)
REPAIR_WAIT: Final = timedelta(minutes=1)
"""How long to wait for the administrator to mend what no repetition mends: a secret, a certificate."""

COLUMNS: Final[Mapping[str, tuple[str, ...]]] = {
    "users": ("First name", "Last name", "E-mail address", "ID"),
    "autosync": ("First name", "Last name", "E-mail address", "ID", "Sync ID"),
}
"""The columns of a list by its layout, in the order that managers of mobile IDs read them."""

_AGAIN: Final = frozenset({408, 425, 429})
_LINE_ENDS: Final = frozenset('",\r\n')


class FeedKind(StrEnum):
    """What happened. `claimed`: a person is tied to the number; `changed`: that person's data are others now;
    `released`: nobody has the number any more."""

    CLAIMED = "claimed"
    CHANGED = "changed"
    RELEASED = "released"


class Outcome(StrEnum):
    """What becomes of an event after a call: it was taken, it is sent again, or the feed stops until somebody looks."""

    TAKEN = "taken"
    AGAIN = "again"
    STOP = "stop"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a host's answer means. `wait` is how long until the next try, where the host said so; `registered`: the host
    says that it knows the number now; `trouble` is a word for the administrator."""

    outcome: Outcome
    trouble: str = ""
    wait: timedelta | None = None
    registered: bool = False


def person_of(row: MobileIdRow) -> dict[str, str]:
    """The data of a person, as events name them."""
    return {
        "givenName": row.given_name,
        "familyName": row.family_name,
        "email": row.email,
        "syncId": row.sync_id,
        "userId": row.user_id or "",
    }


def document_of(event: FeedRow, project: Mapping[str, str]) -> bytes:
    """What is posted: the same bytes each time that the event is sent. `project` has the id and name of its project."""
    said: dict[str, Any] = {
        "eventId": event.event_id,
        "position": event.position,
        "kind": event.kind,
        "project": dict(project),
        "number": event.number,
        "person": event.body,
        "time": event.made_at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
    }
    return json.dumps(said, ensure_ascii=False, separators=(",", ":")).encode()


def signature(secret: str, body: bytes, now: datetime) -> str:
    """The value of `Keywright-Signature`: when it was sent, and HMAC-SHA256 of `<t>.<body>` in hexadecimal. Whoever
    checks it refuses what is older than five minutes, and compares in constant time."""
    sent = int(now.timestamp())
    return f"t={sent},v1={hmac.digest(secret.encode(), f'{sent}.'.encode() + body, 'sha256').hex()}"


def judge(status: int, answer: object, retry_after: timedelta | None) -> Verdict:
    """What a status means, with the `answer` as it was read from JSON (None if it was none).

    2xx takes the event. 408, 425, 429 and 5xx say that a later try may do. Everything else will not get better by
    itself, and to leave the event out would be silent: the feed stops, and says so.
    """
    if 200 <= status < 300:
        known = isinstance(answer, dict) and answer.get("registered") is True
        return Verdict(Outcome.TAKEN, registered=known)
    if status in _AGAIN or 500 <= status < 600:
        return Verdict(Outcome.AGAIN, f"http_{status}", retry_after)
    return Verdict(Outcome.STOP, f"http_{status}")


def back_off(tries: int, jitter: float) -> timedelta:
    """How long to wait after that many tries (from 1): doubling, up to ten minutes, and up to half as long again by
    `jitter` (0 to 1), so that hosts that come back are not asked by everybody at once."""
    return min(FIRST_WAIT * (1 << min(max(tries, 1) - 1, 16)), LONGEST_WAIT) * (1 + jitter / 2)


def harmless(row: MobileIdRow) -> bool:
    """Whether a spreadsheet reads all of it as text. What is not is refused where it comes in; in a list for machines
    it cannot be altered, so that such a row is left out and told."""
    return not any(text.startswith(FORMULA) for text in (row.given_name, row.family_name, row.email, row.sync_id))


def lines(layout: str, rows: Iterable[MobileIdRow], *, header: bool) -> Iterable[bytes]:
    """A list in UTF-8 by RFC 4180, line by line."""
    if header:
        yield _line(COLUMNS[layout])
    for row in rows:
        cells = (row.given_name, row.family_name, row.email, str(row.number), row.sync_id)
        yield _line(cells[: len(COLUMNS[layout])])


def _line(cells: Iterable[str]) -> bytes:
    return (",".join(map(_cell, cells)) + "\r\n").encode()


def _cell(text: str) -> str:
    return '"' + text.replace('"', '""') + '"' if not _LINE_ENDS.isdisjoint(text) else text
