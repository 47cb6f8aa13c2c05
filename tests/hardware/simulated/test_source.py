from __future__ import annotations

from dataclasses import replace
from threading import Event, Thread

import pytest

from hardware.authenticator import Transport, Watch
from hardware.errors import HardwareError, KeyBusy, KeyGone
from hardware.simulated.faults import Faults
from hardware.simulated.key import SimulatedKey
from hardware.simulated.source import SimulatedSource
from hardware.simulated.traits import CTAP21, SIMULATED_AAGUID


@pytest.fixture
def keys() -> tuple[SimulatedKey, SimulatedKey]:
    return SimulatedKey(CTAP21), SimulatedKey(replace(CTAP21, serial="SIM-0002"))


def test_only_what_is_plugged_in_is_attached(keys: tuple[SimulatedKey, SimulatedKey]) -> None:
    source = SimulatedSource(keys)
    assert source.attached() == ()
    keys[1].plug()
    [address] = source.attached()
    assert (address.transport, address.path, address.serial) == (Transport.SIMULATED, "simulated:2", "SIM-0002")
    assert address.simulated
    keys[0].plug()
    assert [each.path for each in source.attached()] == ["simulated:1", "simulated:2"]
    keys[1].power_cycle()
    assert source.attached()[1].attach_id == address.attach_id + 1


def test_a_plugged_key_opens_and_tells_of_itself(keys: tuple[SimulatedKey, SimulatedKey]) -> None:
    keys[0].plug()
    source = SimulatedSource(keys)
    authenticator = source.open(source.attached()[0])
    assert authenticator.inspect().aaguid == SIMULATED_AAGUID
    authenticator.close()


def test_a_key_that_left_or_was_put_in_again_does_not_open_at_its_old_address(
    keys: tuple[SimulatedKey, SimulatedKey],
) -> None:
    keys[0].plug()
    source = SimulatedSource(keys)
    [address] = source.attached()
    keys[0].unplug()
    with pytest.raises(KeyGone):
        source.open(address)
    keys[0].plug()
    with pytest.raises(KeyGone):
        source.open(address)
    with pytest.raises(KeyGone):
        source.open(replace(address, path="simulated:9"))


@pytest.mark.parametrize("faults", [Faults(garbage=True), Faults(dies_in=1)])
def test_a_faulty_key_fails_to_open_with_an_error_of_ours(
    keys: tuple[SimulatedKey, SimulatedKey], faults: Faults
) -> None:
    keys[0].plug()
    keys[0].faults = faults
    source = SimulatedSource(keys)
    with pytest.raises(HardwareError):
        source.open(source.attached()[0])


def test_it_waits_for_a_key_that_comes_or_goes_and_no_longer(keys: tuple[SimulatedKey, SimulatedKey]) -> None:
    source = SimulatedSource(keys)
    assert source.changed(0)  # nobody has looked yet
    source.attached()
    assert not source.changed(0.001)
    for key in keys:
        key.plug()
        assert source.changed(60)
        assert source.changed(60)  # until somebody looks
        source.attached()
        assert not source.changed(0)
    keys[0].power_cycle()
    assert source.changed(60)


def test_who_waits_for_a_key_is_woken_by_it(keys: tuple[SimulatedKey, SimulatedKey]) -> None:
    source = SimulatedSource(keys)
    source.attached()
    woken: list[bool] = []
    waiting = Thread(target=lambda: woken.append(source.changed(60)), name="waiting")
    waiting.start()
    keys[1].plug()
    waiting.join(10)
    assert woken == [True]


def test_what_a_process_that_is_gone_left_waiting_is_cancelled_by_whoever_opens_the_key_next(
    keys: tuple[SimulatedKey, SimulatedKey],
) -> None:
    keys[0].plug()
    source = SimulatedSource(keys)
    lost = source.open(source.attached()[0])
    waits, ended = Event(), list[HardwareError]()

    def select() -> None:
        try:
            lost.select(Watch(on_touch=waits.set))
        except HardwareError as error:
            ended.append(error)

    left_behind = Thread(target=select)
    left_behind.start()
    assert waits.wait(10)
    with pytest.raises(KeyBusy):
        source.open(source.attached()[0]).inspect()
    source.open(lost.address).inspect()
    left_behind.join(10)
    assert (keys[0].wants_touch, len(ended)) == (False, 1)
