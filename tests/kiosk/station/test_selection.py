"""Several keys wait for one touch: in threads that are all gone afterwards."""

from __future__ import annotations

import threading
from dataclasses import replace
from threading import Event as Flag
from threading import Timer

import pytest
from structlog.testing import capture_logs

from hardware.authenticator import KeyAddress
from hardware.errors import AgentLost, Cancelled, HardwareError, KeyBusy, KeyGone, TooOld, TouchTimeout
from hardware.simulated.key import SimulatedKey
from hardware.simulated.source import SimulatedSource
from hardware.simulated.traits import CTAP20, CTAP21, U2F_ONLY
from kiosk.station.selection import select_key
from tests.kiosk.station.fake_key import ADDRESS, FakeKey, FakeSource

PATIENCE = 20.0


def keys(number: int) -> tuple[FakeKey, ...]:
    return tuple(FakeKey(replace(ADDRESS, path=f"/dev/hidraw{n}", serial=f"S{n}")) for n in range(number))


def choose(*fakes: FakeKey, seconds: float = PATIENCE, cancel: Flag | None = None, waiting: int = 0) -> KeyAddress:
    source = FakeSource(fakes)
    told: list[int] = []
    with capture_logs():
        try:
            return select_key(source, source.attached(), seconds, cancel or Flag(), lambda: told.append(1))
        finally:
            assert not [each for each in threading.enumerate() if each.name.startswith("keywright-select")]
            assert all(key.closed == 1 for key in fakes if "select" in key.done)
            assert len(told) >= waiting


def test_the_touched_key_is_chosen_and_the_others_are_left_in_peace() -> None:
    first, second, third = keys(3)
    second.touched.set()
    assert choose(first, second, third) == second.address
    assert second.done == ["open", "wink", "select"]


def test_a_key_that_cannot_be_chosen_is_no_trouble_for_the_others() -> None:
    old, busy, good = keys(3)
    old.errors["select"].append(TooOld())
    busy.errors["open"].append(KeyBusy())
    good.touched.set()
    assert choose(old, busy, good) == good.address


@pytest.mark.parametrize(
    ("errors", "raised"),
    [
        ((TouchTimeout(), KeyGone()), TouchTimeout),
        ((KeyGone(), TooOld()), KeyGone),
        ((AgentLost(), TooOld()), AgentLost),
        ((TooOld(), TooOld()), TooOld),
    ],
)
def test_when_none_is_touched_the_one_that_could_have_been_says_why(
    errors: tuple[HardwareError, ...], raised: type[HardwareError]
) -> None:
    fakes = keys(2)
    for key, error in zip(fakes, errors, strict=True):
        key.errors["select"].append(error)
    with pytest.raises(raised):
        choose(*fakes)


def test_nobody_touches_any_key() -> None:
    with pytest.raises(TouchTimeout):
        choose(*keys(2), seconds=0.03, waiting=2)


def test_it_ends_at_once_when_it_is_cancelled() -> None:
    cancel = Flag()
    timer = Timer(0.05, cancel.set)
    timer.start()
    with pytest.raises(Cancelled):
        choose(*keys(2), cancel=cancel)
    timer.join()


def test_a_mistake_of_ours_in_a_thread_is_not_swallowed() -> None:
    first, second = keys(2)
    first.errors["select"].append(ZeroDivisionError())  # type: ignore[arg-type]  # which is the point
    with pytest.raises(ZeroDivisionError):
        choose(first, second)


@pytest.mark.parametrize("chosen", [0, 1, 2])
def test_simulated_keys_of_every_age_can_be_chosen(chosen: int) -> None:
    fresh, old = SimulatedKey(CTAP21), SimulatedKey(replace(CTAP20, serial="SIM-0002"))
    oldest = SimulatedKey(replace(U2F_ONLY, serial="SIM-0003"))
    every = (fresh, old, oldest)
    for key in every:
        key.plug()
    every[chosen].touch_automatically = True
    source = SimulatedSource(every)
    with capture_logs():
        found = select_key(source, source.attached(), PATIENCE, Flag(), lambda: None)
    assert found == source.attached()[chosen]
    assert not fresh.wants_touch
    assert not old.wants_touch  # a U2F key has no way to be told that it is over
