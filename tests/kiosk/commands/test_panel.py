"""The keys on the demonstration's table do what the dock says."""

from __future__ import annotations

from contextlib import closing

import pytest

from hardware.authenticator import BuiltInUv, PinState, Sample, SampleFeedback, Watch
from hardware.errors import WrongPin
from kiosk.commands.panel import PIN, WRONG, KeyTable
from kiosk.secret import Secret
from ui.simulator import Fault, KeyChoice, KeyPicture


@pytest.fixture(scope="module")
def table() -> KeyTable:
    return KeyTable()


@pytest.fixture(autouse=True)
def cleared(table: KeyTable) -> None:
    table.choose(KeyChoice.FRESH)
    table.second(False)


@pytest.mark.parametrize(
    ("choice", "pin"),
    [
        (KeyChoice.FRESH, PinState.NOT_SET),
        (KeyChoice.WITH_PIN, PinState.SET),
        (KeyChoice.LOCKED, PinState.BLOCKED),
        (KeyChoice.WANTS_CHANGE, PinState.CHANGE_FORCED),
        (KeyChoice.U2F_ONLY, PinState.UNSUPPORTED),
    ],
)
def test_each_key_is_what_it_is_called(table: KeyTable, choice: KeyChoice, pin: PinState) -> None:
    table.choose(choice)
    table.plug()
    (address,) = table.source.attached()
    with closing(table.source.open(address)) as key:
        assert key.inspect().pin is pin


def test_a_pin_that_is_told_is_the_pin(table: KeyTable) -> None:
    pictures: list[KeyPicture] = []
    table.observe(pictures.append)
    table.choose(KeyChoice.WITH_PIN)
    table.plug()
    with closing(table.source.open(table.source.attached()[0])) as key:
        with pytest.raises(WrongPin):
            key.verify_pin(Secret(WRONG))
        key.verify_pin(Secret(pictures[-1].pin))
    assert pictures[-1].pin == PIN


def test_a_sensor_learns_the_finger_that_touches_it(table: KeyTable) -> None:
    samples: list[Sample] = []
    table.observe(lambda picture: table.touch() if picture.finger else None)
    table.choose(KeyChoice.SENSOR)
    table.plug()
    with closing(table.source.open(table.source.attached()[0])) as key:
        assert key.inspect().built_in_uv is BuiltInUv.NOT_ENROLLED
        key.set_pin(Secret(PIN))
        key.enroll_fingerprint("", Watch(deadline=20), samples.append)
        assert key.inspect().built_in_uv is BuiltInUv.READY
    assert {sample.feedback for sample in samples} == {SampleFeedback.GOOD}


def test_another_key_can_be_in_as_well(table: KeyTable) -> None:
    pictures: list[KeyPicture] = []
    table.observe(pictures.append)
    table.plug()
    table.second(True)
    assert len(table.source.attached()) == 2
    assert pictures[-1].second
    table.second(False)
    assert len(table.source.attached()) == 1


def test_nobody_touches_the_key_when_nobody_shall(table: KeyTable) -> None:
    pictures: list[KeyPicture] = []
    table.observe(pictures.append)
    table.plug()
    table.fault(Fault.NO_TOUCH)
    table.touch()
    assert pictures[-1].fault is Fault.NO_TOUCH
