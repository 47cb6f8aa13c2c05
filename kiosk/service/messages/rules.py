"""The rules of the outbox, pure: what becomes of a message after an attempt, and when it is tried again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from kiosk.service.messages.connector import Delivery, GatewayError, Misconfigured, OutcomeUnknown, Refused, Unavailable

FIRST_WAIT: Final = timedelta(seconds=2)
LONGEST_WAIT: Final = timedelta(minutes=5)
REPAIR_WAIT: Final = timedelta(minutes=1)
"""How long a message waits for the administrator to mend the settings before it is tried again."""

FIRST_LOOK: Final = timedelta(seconds=10)
LAST_LOOK: Final = timedelta(hours=1)
"""How long after the hand-over nobody asks any more how far a message got."""


class State(StrEnum):
    """Where a message stands. All but the first two are final: its text is gone then.

    waiting → handing_over → delivered | unknown; waiting → refused | useless; discarded from the start.
    `handing_over` says that the bytes that cannot be taken back were about to leave. A message that was left there by
    a process that died becomes `unknown`: it is not sent again, because most likely it arrived.
    """

    WAITING = "waiting"
    HANDING_OVER = "handing_over"
    DELIVERED = "delivered"
    REFUSED = "refused"
    USELESS = "useless"
    UNKNOWN = "unknown"
    DISCARDED = "discarded"


@dataclass(frozen=True, slots=True)
class Next:
    """What becomes of a message: final, or waiting until `due_at`."""

    state: State
    due_at: datetime


def after_failure(attempt: int, error: GatewayError, useless_after: datetime, now: datetime, jitter: float) -> Next:
    """What becomes of a message whose `attempt` (from 1) failed; `jitter` is from 0 to 1.

    A message that could only be tried again when it is of no use any more ends quietly, at once.
    """
    match error:
        case Refused():
            return Next(State.REFUSED, now)
        case OutcomeUnknown():
            return Next(State.UNKNOWN, now)
        case Unavailable(retry_after=seconds) if seconds is not None:
            wait = timedelta(seconds=max(seconds, 0)) + FIRST_WAIT * jitter
        case Misconfigured():
            wait = REPAIR_WAIT * (1 + jitter / 4)
        case _:
            wait = back_off(attempt) * (1 + jitter / 2)
    due_at = now + wait
    return Next(State.WAITING, due_at) if due_at < useless_after else Next(State.USELESS, now)


def back_off(attempt: int) -> timedelta:
    """How long to wait after the attempt (from 1), before jitter: doubling, and never longer than five minutes."""
    return min(FIRST_WAIT * (1 << min(max(attempt, 1) - 1, 16)), LONGEST_WAIT)


def look_after(settled_at: datetime, now: datetime) -> datetime | None:
    """When to ask (again) how far a message got that was handed over at `settled_at`: each time twice as late."""
    age = max(now - settled_at, timedelta())
    return None if age >= LAST_LOOK else now + max(age, FIRST_LOOK)


def shown(state: str, delivery: str) -> str:
    """What staff see of a message: how far it got, once it was handed over."""
    return delivery or Delivery.ACCEPTED if state == State.DELIVERED else state
