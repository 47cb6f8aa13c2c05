"""Moments as another system tells them: its clock may be another than ours."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Final

_GRACE: Final = timedelta(seconds=2)
"""`Date` counts whole seconds."""


def ahead(headers: Mapping[str, str], now: datetime) -> timedelta:
    """How far the other side's clock is ahead of ours, by its `Date` (RFC 9110, 6.6.1); nothing where it tells none."""
    try:
        there = parsedate_to_datetime(headers.get("date", ""))
    except ValueError:
        return timedelta()
    return _aware(there) - now


def begun_since(created: object, since: datetime, skew: timedelta) -> bool:
    """Whether something half made was begun at or after `since`, which is by our clock; `skew` as `ahead` tells it.

    What tells no date counts as begun since: half made, it is of no use to anybody.
    """
    try:
        moment = datetime.fromisoformat(created) if isinstance(created, str) else None
    except ValueError:
        moment = None
    return moment is None or _aware(moment) - skew >= since - _GRACE


def _aware(moment: datetime) -> datetime:
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
