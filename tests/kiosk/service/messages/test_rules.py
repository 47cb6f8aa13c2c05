"""What becomes of a message after an attempt."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.service.messages.connector import GatewayError, Misconfigured, OutcomeUnknown, Refused, Unavailable
from kiosk.service.messages.rules import FIRST_WAIT, LONGEST_WAIT, REPAIR_WAIT, Next, State, after_failure, back_off

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
SOON = NOW + timedelta(minutes=10)


@pytest.mark.parametrize(
    ("error", "useless_after", "expected"),
    [
        (Refused("smtp_550"), SOON, Next(State.REFUSED, NOW)),
        (OutcomeUnknown("no_answer"), SOON, Next(State.UNKNOWN, NOW)),
        (Unavailable("smtp_450"), SOON, Next(State.WAITING, NOW + FIRST_WAIT)),
        (Unavailable("http_429", 17), SOON, Next(State.WAITING, NOW + timedelta(seconds=17))),
        (Unavailable("http_429", 3600), SOON, Next(State.USELESS, NOW)),
        (Unavailable("http_429", -5), SOON, Next(State.WAITING, NOW)),
        (Misconfigured("smtp_535"), SOON, Next(State.WAITING, NOW + REPAIR_WAIT)),
        (Unavailable("smtp_450"), NOW + FIRST_WAIT, Next(State.USELESS, NOW)),
    ],
)
def test_each_failure_has_one_consequence(error: GatewayError, useless_after: datetime, expected: Next) -> None:
    assert after_failure(1, error, useless_after, NOW, jitter=0) == expected


@given(st.integers(min_value=1, max_value=10_000))
def test_waits_double_and_end(attempt: int) -> None:
    assert FIRST_WAIT <= back_off(attempt) <= LONGEST_WAIT
    assert back_off(attempt) <= back_off(attempt + 1) <= back_off(attempt) * 2


@given(
    st.integers(min_value=1, max_value=100),
    st.one_of(
        st.builds(Unavailable, st.just("x"), st.none() | st.integers(-10, 10_000)),
        st.builds(Misconfigured, st.just("x")),
    ),
    st.floats(min_value=0, max_value=1),
    st.integers(min_value=-100, max_value=5_000),
)
def test_nothing_waits_for_a_time_when_nobody_wants_it(
    attempt: int, error: GatewayError, jitter: float, life: int
) -> None:
    useless_after = NOW + timedelta(seconds=life)
    after = after_failure(attempt, error, useless_after, NOW, jitter)
    assert after.state in (State.WAITING, State.USELESS)
    assert (after.state is State.WAITING) == (after.due_at < useless_after and after.state is not State.USELESS)
    assert after.due_at >= NOW
