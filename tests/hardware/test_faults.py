"""Keys that leave, change, fall silent or answer nonsense: each ends in its own error, soon, and leaves no secret."""

from __future__ import annotations

import traceback
from contextlib import closing
from threading import Event

import pytest

from hardware.authenticator import Authenticator, Watch
from hardware.errors import (
    KeyBusy,
    KeyFault,
    KeyGone,
    KeySilent,
    KeySwapped,
    PinRequired,
)
from hardware.fido import open_device
from hardware.simulated.device import connect
from hardware.simulated.faults import Faults
from hardware.simulated.key import SimulatedKey
from hardware.simulated.traits import KeyTraits
from kiosk.secret import Secret
from tests.hardware.meddler import ADDRESS, meddled
from tests.hardware.ways import PIN, Way, hurried, prove, register, way_to


def enroll(key: Authenticator) -> None:
    """Everything that is done with a fresh key."""
    key.inspect()
    key.set_pin(Secret(PIN))
    prove(key, register(key)["id"])
    key.inspect()


@pytest.mark.parametrize("after_work", [False, True])
@pytest.mark.parametrize("number", range(1, 8))
def test_a_key_pulled_at_any_command_is_gone(way_in: str, number: int, after_work: bool) -> None:
    with way_to(way_in, clock=hurried) as way:
        key = way.open()  # sends the first of the eight
        way.key.faults = Faults(dies_in=number, dies_after_work=after_work)
        # UDP cannot tell a pulled key from a silent one.
        with pytest.raises(KeySilent if way_in == "over UDP" else KeyGone) as caught:
            enroll(key)
        assert PIN not in "".join(traceback.format_exception(caught.value))
        with pytest.raises(KeyGone):
            key.inspect()
        key.close()


def test_a_key_pulled_while_it_waits_for_a_touch_is_gone(way_in: str) -> None:
    with way_to(way_in, clock=hurried, touches=False) as way, closing(way.open()) as key:
        key.set_pin(Secret(PIN))
        with pytest.raises(KeySilent if way_in == "over UDP" else KeyGone):
            register(key, Watch(on_touch=way.key.unplug))


@pytest.mark.parametrize("way_in", ["in process", "over hidapi"])
def test_a_key_pulled_and_put_back_has_to_be_opened_again(way: Way) -> None:
    key = way.open()
    key.inspect()
    address = key.address
    way.key.power_cycle()
    with pytest.raises(KeyGone):
        key.inspect()
    with pytest.raises((KeyGone, KeySwapped)):
        way.source.open(address)
    with closing(way.open()) as again:
        again.inspect()


@pytest.mark.parametrize("way_in", ["over UDP", "over hidapi"])
def test_a_silent_key_is_given_up_and_closed(way_in: str) -> None:
    with way_to(way_in, clock=hurried) as way:
        key = way.open()
        way.key.faults = Faults(silent=True)
        with pytest.raises(KeySilent):
            key.set_pin(Secret(PIN))
        with pytest.raises(KeyGone):
            key.inspect()


def test_a_busy_key_is_tried_again_for_a_while(way_in: str) -> None:
    with way_to(way_in, clock=hurried) as way, closing(way.open()) as key:
        way.key.faults = Faults(busy=True)
        with pytest.raises(KeyBusy):
            key.set_pin(Secret(PIN))
        cancel = Event()
        with pytest.raises(PinRequired):
            register(key, Watch(cancel=cancel))
        way.key.faults = Faults()
        key.set_pin(Secret(PIN))


def test_garbage_is_a_fault_of_the_key(way: Way) -> None:
    with closing(way.open()) as key:
        key.inspect()
        key.set_pin(Secret(PIN))
        way.key.faults = Faults(garbage=True)
        for ask in (
            key.inspect,
            lambda: register(key),
            lambda: prove(key, "AAAA"),
            lambda: key.has_credential("a", b"b"),
        ):
            with pytest.raises(KeyFault):
                ask()


def test_garbage_at_opening_is_a_fault_of_the_key(way: Way) -> None:
    way.key.faults = Faults(garbage=True)
    with pytest.raises(KeyFault):
        way.open()


def test_another_key_on_the_same_line_is_noticed() -> None:
    with meddled(lambda _, answer: answer) as (_, device):
        key = open_device(ADDRESS, device)
        key.inspect()
        key.set_pin(Secret(PIN))
        other = SimulatedKey(KeyTraits(aaguid=bytes(range(16))))
        other.plug()
        device.device.close()
        device.device = connect(other)
        with pytest.raises(KeySwapped):
            key.inspect()
        assert device.closed
