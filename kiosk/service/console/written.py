"""How times are written on the console's pages: exact for machines, short for people."""

from __future__ import annotations

from datetime import UTC, datetime

from markupsafe import Markup

_MINUTE, _HOUR, _DAY = 60, 3600, 86400


def lasts(seconds: float) -> str:
    """How long something lasts: `40 s`, `5 min`, `3 h 20 min`, `12 days`."""
    told = max(0, int(seconds))
    if told < _MINUTE:
        return f"{told} s"
    if told < _HOUR:
        return f"{told // _MINUTE} min"
    if told < 2 * _DAY:
        minutes = told % _HOUR // _MINUTE
        return f"{told // _HOUR} h {minutes} min" if minutes else f"{told // _HOUR} h"
    return f"{told // _DAY} days"


def ago(seconds: float) -> str:
    """How long ago something was: `just now`, `40 s ago`."""
    return "just now" if seconds < 2 else f"{lasts(seconds)} ago"


def when(time: datetime | None) -> Markup | str:
    """A time to the minute, in UTC; a dash for none. The browser writes it in the time of the place."""
    return _time(time, "%Y-%m-%d %H:%M UTC", "time")


def day(time: datetime | None) -> Markup | str:
    """A day, in UTC; a dash for none."""
    return _time(time, "%Y-%m-%d", "day")


def _time(time: datetime | None, form: str, kind: str) -> Markup | str:
    if time is None:
        return "–"
    there = time.astimezone(UTC)
    return Markup('<time datetime="{}" data-local="{}">{}</time>').format(
        there.isoformat(timespec="seconds"), kind, there.strftime(form)
    )
