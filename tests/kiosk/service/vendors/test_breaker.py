"""Peace for a failing system, and one trial after it."""

from __future__ import annotations

from datetime import timedelta

from kiosk.service.vendors.breaker import PEACE, Breaker
from tests.kiosk.service.running import NOON

NONE = timedelta()


def broken() -> Breaker:
    breaker = Breaker()
    for _ in range(3):
        assert breaker.enter(NOON) == NONE
        breaker.failed(NOON)
    return breaker


def test_after_three_failures_nobody_asks_for_a_while() -> None:
    breaker = broken()
    assert breaker.enter(NOON) == PEACE
    assert breaker.quiet(NOON)
    assert breaker.enter(NOON + PEACE / 2) == PEACE / 2


def test_after_the_peace_one_asks_and_its_answer_ends_it() -> None:
    breaker, later = broken(), NOON + PEACE
    assert breaker.enter(later) == NONE
    assert breaker.enter(later) == PEACE
    breaker.answered()
    assert breaker.enter(later) == breaker.enter(later) == NONE


def test_a_trial_that_fails_prolongs_the_peace() -> None:
    breaker, later = broken(), NOON + PEACE
    assert breaker.enter(later) == NONE
    breaker.failed(later)
    assert breaker.enter(later + PEACE / 2) == PEACE / 2


def test_an_answer_in_between_starts_the_count_again() -> None:
    breaker = Breaker()
    for _ in range(2):
        breaker.failed(NOON)
    breaker.answered()
    for _ in range(2):
        breaker.failed(NOON)
    assert breaker.enter(NOON) == NONE
    assert not breaker.quiet(NOON)


def test_a_clock_that_was_set_back_does_not_prolong_the_peace() -> None:
    assert broken().enter(NOON - timedelta(days=1)) == NONE
