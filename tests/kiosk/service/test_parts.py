"""Time and randomness as the service gets them."""

from __future__ import annotations

from datetime import timedelta

from kiosk.service.sources import SystemClock, SystemRandom, new_id
from tests.kiosk.service.running import NOON


def test_a_clock_that_is_set_back_walks_on_from_where_it_was() -> None:
    wall, monotonic = [NOON], [100.0]
    clock = SystemClock(lambda: wall[0], lambda: monotonic[0])
    assert clock.now() == NOON
    wall[0], monotonic[0] = NOON - timedelta(hours=1), 105.0
    assert clock.now() == NOON + timedelta(seconds=5)
    monotonic[0] = 110.0
    assert clock.now() == NOON + timedelta(seconds=10)


def test_a_clock_that_is_set_forward_is_followed() -> None:
    wall, monotonic = [NOON], [100.0]
    clock = SystemClock(lambda: wall[0], lambda: monotonic[0])
    wall[0] = NOON + timedelta(hours=1)
    assert clock.now() == NOON + timedelta(hours=1)


def test_the_system_clock_is_in_utc() -> None:
    assert SystemClock().now().utcoffset() == timedelta()


def test_randomness_has_the_size_that_is_asked_for() -> None:
    random = SystemRandom()
    assert len(random.token(16)) == 16
    assert all(len(random.digits(6)) == 6 and random.digits(6).isdigit() for _ in range(50))
    assert len(new_id(random)) == 32
    assert new_id(random) != new_id(random)
