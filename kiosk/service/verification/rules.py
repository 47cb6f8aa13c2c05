"""The rules of verification, pure: who is locked for how long, when a code is dead, when another may be sent.

VerificationRefused
├── MethodNotOffered         policy does not offer this way
├── TooSoon                  another code may be asked for in `retry_after` seconds
├── Locked                   too many failures of the person or at the station; open again in `retry_after` seconds
├── CodeInvalid              not the code; `tries_left` for this code
├── CodeExpired              too old, replaced, used, spent, or never sent
├── NotVerified              a badge, a look-up or a confirmation that does not hold
└── VerificationUnavailable  the system that would verify does not answer; nothing was counted

Nothing here trusts the clock to go forward only: set back, it ends the life of a code and begins a lock anew.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Final

from kiosk.service.verification.settings import CodeSettings, LimitSettings

HOUR: Final = timedelta(hours=1)

_SKEW: Final = timedelta(seconds=5)
"""How far the clocks of two replicas may differ."""


class VerificationRefused(Exception):
    """The person is not verified, or not yet. Carries data, never a sentence."""


class MethodNotOffered(VerificationRefused):
    """Policy does not offer this way, or it sends no code."""


@dataclass(eq=False)
class TooSoon(VerificationRefused):
    """Another code may be asked for in `retry_after` seconds."""

    retry_after: int


@dataclass(eq=False)
class Locked(VerificationRefused):
    """Too many failures of this person or at this station; open again in `retry_after` seconds."""

    retry_after: int


@dataclass(eq=False)
class CodeInvalid(VerificationRefused):
    """Not the code. With no `tries_left` only another code helps."""

    tries_left: int


class CodeExpired(VerificationRefused):
    """There is no living code: too old, replaced by another, used, spent, or never sent."""


class NotVerified(VerificationRefused):
    """The badge, the look-up or the confirmation does not hold for this person, or there is no such person."""


class VerificationUnavailable(VerificationRefused):
    """The system that would verify does not answer; the attempt was not counted."""


@dataclass(frozen=True, slots=True)
class Limits:
    """When one kind of subject is locked: `free` failures, then waits that double; for good at `most`."""

    free: int
    first_wait: timedelta
    longest_wait: timedelta
    most: int | None = None


@dataclass(frozen=True, slots=True)
class Failures:
    """The consecutive failures of one subject, and when the last one was."""

    count: int = 0
    last: datetime | None = None


@dataclass(frozen=True, slots=True)
class SentCode:
    """The newest code of an enrollment and a way. `seen_at` is the latest time at which it was looked at."""

    issued_at: datetime
    seen_at: datetime
    tries: int
    used: bool


def person_limits(settings: LimitSettings) -> Limits:
    """The limits of a person, and of what was typed where there is none."""
    return Limits(settings.per_person, *_waits(settings), settings.most)


def station_limits(settings: LimitSettings) -> Limits:
    """The limits of a station: it is never locked for good, so that nobody can close a lobby."""
    return Limits(settings.per_station, *_waits(settings))


def wait_after(count: int, limits: Limits) -> timedelta:
    """How long a subject with this many failures waits from the last one on."""
    if limits.most is not None and count >= limits.most:
        return timedelta.max
    if count < limits.free:
        return timedelta()
    doublings = min(count - limits.free, 32)
    return min(limits.first_wait * (1 << doublings), limits.longest_wait)


def admit(failures: Failures, limits: Limits, now: datetime) -> None:
    """Let the subject try. Raises Locked; the wait it tells never exceeds the longest one."""
    wait = wait_after(failures.count, limits)
    if failures.last is None or not wait:
        return
    if wait == timedelta.max:
        raise Locked(_seconds(limits.longest_wait))
    remaining = wait - max(now - failures.last, timedelta())
    if remaining > timedelta():
        raise Locked(_seconds(remaining))


def locked_until(failures: Failures, limits: Limits) -> datetime | None:
    """When the subject may try again, perhaps long ago; None when only staff unlock it."""
    wait = wait_after(failures.count, limits)
    if wait == timedelta.max:
        return None
    return (failures.last or datetime.min.replace(tzinfo=UTC)) + wait


def steadied(failures: Failures, now: datetime) -> Failures:
    """The same, with a last failure that is not in the future: after the clock was set back a lock begins anew."""
    return failures if failures.last is None or failures.last <= now else replace(failures, last=now)


def try_code(code: SentCode | None, settings: CodeSettings, now: datetime) -> SentCode:
    """The code with one more try counted. Raises CodeExpired."""
    if code is None or code.used or code.tries >= settings.tries:
        raise CodeExpired
    if not code.seen_at - _SKEW <= now < code.issued_at + timedelta(seconds=settings.life):
        raise CodeExpired
    return replace(code, tries=code.tries + 1, seen_at=max(code.seen_at, now))


def may_send(
    in_enrollment: Sequence[datetime], of_subject: Sequence[datetime], settings: CodeSettings, now: datetime
) -> None:
    """Let another code be sent, given when the earlier ones were. Raises TooSoon.

    Times in the future (the clock was set back) count as codes, but make nobody wait for them to pass.
    """
    waits = [at + timedelta(seconds=settings.resend_after) - now for at in in_enrollment if at <= now]
    lately = [at for at in of_subject if at > now - HOUR]
    for sends, most in ((in_enrollment, settings.sends), (lately, settings.sends_per_hour)):
        if len(sends) >= most:
            waits.append(min(min(sends) + HOUR - now, HOUR))
    longest = max(waits, default=timedelta())
    if longest > timedelta():
        raise TooSoon(_seconds(longest))


def _waits(settings: LimitSettings) -> tuple[timedelta, timedelta]:
    return timedelta(seconds=settings.first_wait), timedelta(seconds=settings.longest_wait)


def _seconds(wait: timedelta) -> int:
    return max(1, math.ceil(wait.total_seconds()))
