"""Moments of a clock that is another than ours."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.service.vendors.moments import ahead, begun_since

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
SKEWS = st.integers(-10_000_000, 10_000_000).map(lambda seconds: timedelta(seconds=seconds))


@given(SKEWS, st.integers(-100_000, 100_000))
def test_what_was_begun_since_is_told_by_any_clock(skew: timedelta, seconds: int) -> None:
    there = NOON + skew
    told = ahead({"date": format_datetime(there, usegmt=True)}, NOON)
    assert told == skew
    created = (there + timedelta(seconds=seconds)).isoformat()
    assert begun_since(created, NOON, told) is (seconds >= -2)


@pytest.mark.parametrize("date", ["", "soon", "Mon, 31 Feb 2026 12:00:00 GMT"])
def test_a_server_that_tells_no_time_has_ours(date: str) -> None:
    assert ahead({"date": date}, NOON) == timedelta()
    assert ahead({}, NOON) == timedelta()


def test_a_date_without_a_zone_is_utc() -> None:
    assert ahead({"date": "Mon, 01 Jun 2026 13:00:00 -0000"}, NOON) == timedelta(hours=1)
    assert begun_since("2026-06-01T11:59:00", NOON, timedelta()) is False
    assert begun_since("2026-06-01T12:00:00", NOON, timedelta()) is True


@given(st.none() | st.integers() | st.text())
def test_what_tells_no_date_was_begun_since(created: object) -> None:
    assert begun_since(created, datetime(1, 1, 2, tzinfo=UTC) + timedelta(days=1), timedelta())
