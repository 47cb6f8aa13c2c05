"""Trouble at an exact report of a simulated key."""

from __future__ import annotations

import errno

import pytest
from fido2 import cbor
from fido2.hid import CTAPHID
from hypothesis import given
from hypothesis import strategies as st

from hardware.simulated.faults import HEALTHY, Faults, Glitch, Trouble, Way
from hardware.simulated.key import SimulatedKey
from hardware.simulated.spoiled import loose
from tests.hardware.simulated.host import ERR, Cable

PING = (CTAPHID.PING, b"x")


@pytest.fixture
def channel(cable: Cable) -> int:
    return cable.open()


def ping(cable: Cable, channel: int) -> list[tuple[int, int, bytes]]:
    cable.first(channel, *PING)
    return cable.answers()


def glitch(key: SimulatedKey, trouble: Trouble, way: Way, at: int = 1) -> None:
    key.faults = Faults(glitches=(Glitch(trouble, way, at),))


def test_reports_are_counted_each_way_from_when_the_faults_were_set(cable: Cable, channel: int) -> None:
    cable.key.faults = HEALTHY
    ping(cable, channel)
    cable.first(channel, CTAPHID.PING, bytes(57), length=100)
    cable.more(channel, 0, bytes(43))
    assert cable.key.reports == (3, 3)
    cable.key.power_cycle()
    assert cable.key.reports == (3, 3)
    cable.key.faults = HEALTHY
    assert cable.key.reports == (0, 0)


@pytest.mark.parametrize("at", [1, 2, 3])
def test_a_key_is_pulled_right_before_a_report_to_it(cable: Cable, channel: int, at: int) -> None:
    glitch(cable.key, Trouble.UNPLUG, Way.OUT, at)
    for _ in range(at - 1):
        assert ping(cable, channel)
    with pytest.raises(OSError, match=r".") as failure:
        ping(cable, channel)
    assert (failure.value.errno, cable.key.plugged) == (errno.ENODEV, False)
    cable.key.plug()
    assert ping(cable, cable.open())


@pytest.mark.parametrize("at", [1, 2])
def test_a_key_is_pulled_right_before_a_report_from_it(cable: Cable, channel: int, at: int) -> None:
    glitch(cable.key, Trouble.UNPLUG, Way.IN, at)
    for _ in range(at - 1):
        assert ping(cable, channel)
    assert ping(cable, channel) == []
    assert not cable.key.plugged


@pytest.mark.parametrize("way", Way)
@pytest.mark.parametrize("cure", [SimulatedKey.power_cycle, lambda key: setattr(key, "faults", HEALTHY)])
def test_a_key_hangs_from_a_report_on_until_it_is_cured(cable: Cable, channel: int, way: Way, cure: object) -> None:
    key = cable.key
    glitch(key, Trouble.HANG, way, at=2)
    assert ping(cable, channel)
    assert ping(cable, channel) == ping(cable, channel) == []
    assert (key.plugged, key.due) == (True, None)
    assert callable(cure)
    cure(key)
    assert ping(cable, cable.open())


def test_a_report_is_lost_doubled_or_anothers(cable: Cable, channel: int) -> None:
    answer = (channel, *PING)
    for way in Way:
        glitch(cable.key, Trouble.LOSE, way)
        assert ping(cable, channel) == []
        glitch(cable.key, Trouble.DUPLICATE, way)
        assert ping(cable, channel) == [answer, answer]
    glitch(cable.key, Trouble.WRONG_CHANNEL, Way.OUT)
    assert [command for _, command, _ in ping(cable, channel)] == [CTAPHID.ERROR]
    glitch(cable.key, Trouble.WRONG_CHANNEL, Way.IN)
    [(of, *rest)] = ping(cable, channel)
    assert (of != channel, tuple(rest)) == (True, PING)


def test_an_answer_comes_late_or_instead(cable: Cable, channel: int) -> None:
    for way in Way:
        glitch(cable.key, Trouble.STALE, way)
        assert ping(cable, channel) == [(channel, CTAPHID.CBOR, bytes([ERR.KEEPALIVE_CANCEL])), (channel, *PING)]
        glitch(cable.key, Trouble.BUSY, way)
        assert ping(cable, channel) == [(channel, CTAPHID.ERROR, bytes([ERR.CHANNEL_BUSY]))]


def test_a_report_that_could_not_be_written_is_an_error_of_the_system(cable: Cable, channel: int) -> None:
    glitch(cable.key, Trouble.WRITE_FAILS, Way.OUT)
    with pytest.raises(OSError, match=r".") as failure:
        ping(cable, channel)
    assert (failure.value.errno, cable.key.plugged) == (errno.EIO, True)
    assert ping(cable, channel)


def test_after_a_cancel_each_answer_comes_one_too_late_until_the_key_is_plugged_anew(
    cable: Cable, channel: int
) -> None:
    key = cable.key
    key.faults = Faults(out_of_step_after_cancel=True)
    key.touch_automatically = False
    assert ping(cable, channel) == [(channel, *PING)]
    cable.first(channel, CTAPHID.CBOR, b"\x0b")
    cable.answers()
    cable.first(channel, CTAPHID.CANCEL)
    assert cable.answers() == []
    assert ping(cable, channel) == [(channel, CTAPHID.CBOR, bytes([ERR.KEEPALIVE_CANCEL]))]
    cable.first(channel, CTAPHID.CBOR, b"\x0b")
    assert cable.answers() == [(channel, CTAPHID.KEEPALIVE, b"\x02")]  # these are in time
    key.touch()
    assert cable.answers() == [(channel, *PING)]
    key.power_cycle()
    assert ping(cable, cable.open())


values = st.recursive(
    st.integers(-(2**63), 2**63) | st.booleans() | st.binary(max_size=20) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.integers(-9, 99) | st.text(max_size=3), inner),
    max_leaves=10,
)


@given(values)
def test_bad_handwriting_says_the_same(value: object) -> None:
    assert cbor.decode(loose(value)) == value
