"""Keys that come and go, and trouble with looking for them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hardware.authenticator import Authenticator, KeyAddress, Transport
from hardware.errors import HardwareError, KeyBusy, KeyGone, NoAccess
from hardware.simulated.key import SimulatedKey
from hardware.simulated.source import SimulatedSource
from hardware.watcher import (
    LOOK_AGAIN,
    LOOK_ANYWAY,
    TURN,
    Change,
    Cleared,
    Inserted,
    Obstructed,
    Removed,
    Watcher,
    difference,
)


def address(path: str, attach_id: int = 0, serial: str = "") -> KeyAddress:
    return KeyAddress(Transport.USB, path, attach_id, serial)


class Looks:
    """A source that shows what was prepared for each look, and the last of it from then on."""

    def __init__(self, *looks: tuple[KeyAddress, ...] | HardwareError) -> None:
        self._looks = list(looks)

    def attached(self) -> tuple[KeyAddress, ...]:
        look = self._looks.pop(0) if len(self._looks) > 1 else self._looks[0]
        if isinstance(look, HardwareError):
            raise look
        return look

    def open(self, address: KeyAddress) -> Authenticator:
        raise KeyGone

    def changed(self, seconds: float) -> bool:
        return True


class Quiet:
    """A source in a time of its own: what happens is told at these seconds, looks and waits are written down."""

    def __init__(self, *events: float, trouble: bool = False) -> None:
        self.now = 0.0
        self.looks: list[float] = []
        self._events = list(events)
        self._trouble = trouble

    def attached(self) -> tuple[KeyAddress, ...]:
        self.looks.append(round(self.now, 3))
        if self._trouble:
            raise NoAccess("/dev/hidraw1", "remedy")
        return ()

    def open(self, address: KeyAddress) -> Authenticator:
        raise KeyGone

    def changed(self, seconds: float) -> bool:
        assert 0 < seconds <= TURN
        if told := bool(self._events and self._events[0] <= self.now + seconds):
            self.now = max(self.now, self._events.pop(0))
        else:
            self.now += seconds
        return told

    def watched_until(self, end: float) -> list[float]:
        """When it was looked at."""
        Watcher(self, lambda _: None, clock=lambda: self.now).run(lambda: self.now >= end)
        return self.looks


def changes_of(*looks: tuple[KeyAddress, ...] | HardwareError) -> list[Change]:
    """What the watcher tells when it looks once at each."""
    changes: list[Change] = []
    watcher = Watcher(Looks(*looks), changes.append)
    for _ in looks:
        watcher.turn()
    return changes


def test_a_key_is_told_once_when_it_comes_and_once_when_it_goes() -> None:
    key = address("/dev/hidraw1", 5)
    assert changes_of((), (key,), (key,), (), ()) == [Inserted(key), Removed(key)]


def test_two_keys_are_told_apart() -> None:
    one, two = address("/dev/hidraw1", 5), address("/dev/hidraw2", 6)
    assert changes_of((one,), (one, two), (two,)) == [Inserted(one), Inserted(two), Removed(one)]


@pytest.mark.parametrize("again", [address("/dev/hidraw1", 6), address("/dev/hidraw1", 5, "other")])
def test_a_key_put_back_or_exchanged_between_two_looks_is_noticed(again: KeyAddress) -> None:
    key = address("/dev/hidraw1", 5)
    assert changes_of((key,), (again,)) == [Inserted(key), Removed(key), Inserted(again)]


def test_insertions_get_their_own_number_where_the_source_has_none() -> None:
    key = address("/dev/hidraw1")
    told = changes_of((key,), (), (key,))
    assert [change.address.attach_id for change in told if isinstance(change, Inserted | Removed)] == [1, 1, 2]


def test_trouble_is_told_when_it_lasts_and_once() -> None:
    trouble = NoAccess("/dev/hidraw1", "install the rule")
    again = NoAccess("/dev/hidraw1", "install the rule")
    assert changes_of((), trouble, again, again, (), ()) == [Obstructed(again), Cleared()]


def test_access_that_comes_a_moment_after_the_key_is_no_trouble() -> None:
    key = address("/dev/hidraw1", 5)
    assert changes_of((), NoAccess("/dev/hidraw1", "wait"), (key,)) == [Inserted(key)]


def test_another_trouble_is_told_anew() -> None:
    first, second = NoAccess("/dev/hidraw1", "remedy"), NoAccess("/dev/hidraw2", "remedy")
    busy = KeyBusy()
    assert changes_of(first, first, second, busy) == [Obstructed(first), Obstructed(second), Obstructed(busy)]


def test_a_key_that_can_no_longer_be_seen_is_gone() -> None:
    key = address("/dev/hidraw1", 5)
    trouble = NoAccess("/dev/hidraw1", "remedy")
    assert changes_of((key,), trouble, (key,)) == [Inserted(key)]
    assert changes_of((key,), trouble, trouble) == [Inserted(key), Removed(key), Obstructed(trouble)]


def test_without_news_it_looks_every_five_seconds_only() -> None:
    assert Quiet().watched_until(60) == pytest.approx([5 * count for count in range(12)])


def test_an_hour_without_news_costs_720_looks() -> None:
    assert len(Quiet().watched_until(3600)) == 3600 / LOOK_ANYWAY


def test_it_looks_as_soon_as_something_is_told() -> None:
    assert Quiet(1.23, 3.0, 3.0, 4.5).watched_until(9.4) == [0, 1.23, 3.0, 3.0, 4.5]


def test_a_failed_look_is_repeated_soon_and_once() -> None:
    assert Quiet(trouble=True).watched_until(10) == [0, LOOK_AGAIN, LOOK_AGAIN + LOOK_ANYWAY]


def test_simulated_keys_come_and_go() -> None:
    key = SimulatedKey()
    changes: list[Change] = []
    watcher = Watcher(SimulatedSource([key]), changes.append)
    watcher.poll()
    for act in (key.plug, key.power_cycle, key.unplug):
        act()
        watcher.poll()
    assert [type(change).__name__ for change in changes] == ["Inserted", "Removed", "Inserted", "Removed"]
    assert watcher.attached == ()


ADDRESSES = st.lists(st.builds(address, st.sampled_from("abc"), st.integers(0, 3)), unique=True)


@given(ADDRESSES, ADDRESSES)
def test_what_left_and_what_came_makes_the_one_look_into_the_other(
    before: list[KeyAddress], after: list[KeyAddress]
) -> None:
    left, came = difference(before, after)
    assert (set(before) - set(left)) | set(came) == set(after)
    assert set(left) <= set(before)
    assert not set(came) & set(before)
