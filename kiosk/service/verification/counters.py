"""The failures of an enrollment's person and station, counted inside the transactions of `actions`."""

from __future__ import annotations

import hmac
import json
from dataclasses import dataclass
from datetime import datetime

from kiosk.service.parts import Parts
from kiosk.service.store import attempts
from kiosk.service.store.engine import WriteTx
from kiosk.service.store.enrollments import EnrollmentRow
from kiosk.service.verification import rules


@dataclass(frozen=True, slots=True)
class Counter:
    """The failures of one subject as this transaction saw them; `stored` is the number in its row, None without one."""

    subject: str
    limits: rules.Limits
    stored: int | None
    failures: rules.Failures


def subject_of_person(hmac_key: bytes, user_id: str) -> str:
    """What the failures of a person are counted for, wherever they try."""
    return hmac.new(hmac_key, json.dumps(["person", user_id]).encode(), "sha256").hexdigest()


def person_admitted(tx: WriteTx, parts: Parts, subject: str, now: datetime) -> tuple[Counter, ...]:
    """As `admitted`, for a person alone, where no station stands between."""
    counter = _counter(tx, subject, rules.person_limits(parts.settings.verification.limits), now)
    rules.admit(counter.failures, counter.limits, now)
    return (counter,)


def admitted(tx: WriteTx, parts: Parts, enrollment: EnrollmentRow, now: datetime) -> tuple[Counter, ...]:
    """The counters of the person and of the station, always in this order, neither of them locked.

    A last failure in the future (the clock was set back) is written down as one of now, so the caller must commit also
    when this raises Locked.
    """
    limits = parts.settings.verification.limits
    counters = (
        _counter(tx, enrollment.subject, rules.person_limits(limits), now),
        _counter(tx, f"station:{enrollment.client_id}", rules.station_limits(limits), now),
    )
    for counter in counters:
        rules.admit(counter.failures, counter.limits, now)
    return counters


def count_failure(tx: WriteTx, counters: tuple[Counter, ...], now: datetime) -> None:
    """One failure more for each. Raises StaleRow."""
    for counter in counters:
        attempts.put_failures(tx, counter.subject, counter.stored, counter.failures.count + 1, now)


def forget(tx: WriteTx, counters: tuple[Counter, ...]) -> None:
    """They succeeded."""
    for counter in counters:
        attempts.forget_failures(tx, counter.subject)


def take_back(tx: WriteTx, counters: tuple[Counter, ...]) -> None:
    """Put the counters where they were before an attempt that nobody judged, unless they moved on since."""
    for counter in counters:
        found = attempts.failures(tx, counter.subject)
        if found is None:
            continue
        count, last = found
        if counter.failures.last is not None and count == counter.failures.count + 1:
            last = counter.failures.last
        attempts.put_failures(tx, counter.subject, count, max(count - 1, 0), last)


def _counter(tx: WriteTx, subject: str, limits: rules.Limits, now: datetime) -> Counter:
    found = attempts.failures(tx, subject)
    if found is None:
        return Counter(subject, limits, None, rules.Failures())
    count, last = found
    steadied = rules.steadied(rules.Failures(count, last), now)
    if steadied.last is not None and steadied.last != last:
        attempts.put_failures(tx, subject, count, count, steadied.last)
    return Counter(subject, limits, count, steadied)
