from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.enrollment.connecting import LONGEST_REFUSED, LONGEST_WAIT, wait_after
from kiosk.enrollment.visit import Trouble
from kiosk.errors import ServiceBroken, ServiceUnreachable, ServiceUntrusted, StationRefused
from kiosk.station.reach import LONGEST_PAUSE, REFUSED_PAUSE, ahead, is_lost, pause_after
from kiosk.station_errors import StationSwitchedOff

TRIES = st.integers(1, 10_000)
CHANCES = st.floats(0, 1, exclude_max=True)


@given(TRIES, CHANCES, st.sampled_from([ServiceUnreachable(), ServiceBroken(), StationRefused()]))
def test_waits_grow_are_bounded_and_never_nothing(tries: int, chance: float, error: Trouble) -> None:
    longest = LONGEST_REFUSED if isinstance(error, StationRefused) else LONGEST_WAIT
    assert 2 <= wait_after(tries, error, chance) <= longest * 1.5
    assert wait_after(tries, error, chance) <= wait_after(tries + 1, error, chance)
    assert wait_after(tries, error) <= wait_after(tries, error, chance)
    pause = pause_after(error, tries, 10.0, chance)
    assert 2 <= pause <= (REFUSED_PAUSE if isinstance(error, StationRefused) else LONGEST_PAUSE) * 1.5
    assert pause <= pause_after(error, tries + 1, 10.0, chance)


def test_kiosks_do_not_all_come_back_at_once() -> None:
    assert len({wait_after(9, ServiceUnreachable(), chance / 100) for chance in range(100)}) > 10


def test_while_all_is_well_the_heart_beats_as_the_service_says() -> None:
    assert pause_after(None, 0, 17.0, 0.9) == 17.0


@pytest.mark.parametrize(
    ("error", "missed", "lost"),
    [
        (ServiceUnreachable(), 1, False),
        (ServiceUnreachable(), 2, True),
        (ServiceUntrusted(), 2, True),
        (ServiceBroken(), 9, False),
        (StationSwitchedOff(), 1, True),
    ],
)
def test_one_heartbeat_may_get_lost_but_a_refusal_is_certain(error: Trouble, missed: int, lost: bool) -> None:
    assert is_lost(error, missed) is lost


@given(st.integers(0, 10**10), st.integers(0, 60), st.integers(-10_000, 10_000))
def test_the_way_of_the_answer_is_not_taken_for_a_wrong_clock(sent: int, way: int, off: int) -> None:
    received = sent + way
    assert ahead(sent, received, sent) == 0
    assert ahead(sent, received, received) == 0
    found = ahead(sent, received, (sent + received) / 2 - off)
    assert found == (off if abs(off) > way / 2 else 0)
