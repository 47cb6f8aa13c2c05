"""authenticatorReset and its rules: window, touch, transports, and what it ends with when nobody touches."""

from __future__ import annotations

from dataclasses import replace

import pytest

from hardware.simulated.models import SERIES_5_2, SERIES_5_8
from hardware.simulated.traits import ACTION_TIMEOUT, CTAP21, USER_ACTION_TIMEOUT, KeyTraits
from tests.hardware.simulated.host import ERR, PIN, Computer, ManualClock, Owner, refusal, seeded_key


@pytest.mark.parametrize(("traits", "window"), [(CTAP21, 10), (SERIES_5_2, 5)], ids=["10 s", "5 s"])
def test_a_reset_has_its_window_after_power_up(traits: KeyTraits, window: float, clock: ManualClock) -> None:
    computer = Computer(seeded_key(traits, clock))
    computer.pin.set_pin(PIN)
    clock.now += window + 0.1
    assert refusal(computer.ctap.reset) == ERR.NOT_ALLOWED
    assert computer.key.has_pin
    computer.key.power_cycle()
    clock.now += window - 0.1
    Computer(computer.key).ctap.reset()
    assert not computer.key.has_pin


@pytest.mark.parametrize("status", [USER_ACTION_TIMEOUT, ACTION_TIMEOUT])
def test_nobody_touches_and_the_key_keeps_everything(status: int, clock: ManualClock) -> None:
    computer = Computer(seeded_key(replace(CTAP21, timeout_status=status), clock))
    computer.pin.set_pin(PIN)
    Owner(computer, clock).clock_runs_out()
    assert refusal(computer.ctap.reset) == status
    assert computer.key.has_pin


def test_a_short_touch_is_not_enough_where_a_long_one_is_needed(clock: ManualClock) -> None:
    key = seeded_key(SERIES_5_8, clock)
    computer = Computer(key)
    assert computer.ctap.info.long_touch_for_reset is True
    computer.pin.set_pin(PIN)
    key.touch_automatically = False
    touched: list[bool] = []

    def touch() -> None:
        if key.wants_touch:
            touched.append(len(touched) == 2)
            key.touch(long=touched[-1])
            if not touched[-1]:
                assert key.wants_touch
                touch()

    key.on_change = touch
    computer.ctap.reset()
    assert touched == [False, False, True]
    assert not key.has_pin


def test_a_long_touch_serves_where_any_will_do(clock: ManualClock) -> None:
    key = seeded_key(clock=clock)
    computer = Computer(key)
    key.touch_automatically = False
    key.on_change = lambda: key.touch(long=True) if key.wants_touch else None
    computer.ctap.selection()


def test_a_reset_over_another_transport_is_refused(clock: ManualClock) -> None:
    key = seeded_key(SERIES_5_8, clock)
    assert Computer(key).ctap.info.transports_for_reset == ["usb"]
    key.transport = "nfc"
    key.power_cycle()
    assert refusal(Computer(key).ctap.reset) == ERR.NOT_ALLOWED
    key.transport = "usb"
    key.power_cycle()
    Computer(key).ctap.reset()


def test_a_reset_can_be_cancelled(clock: ManualClock) -> None:
    computer = Computer(seeded_key(clock=clock))
    computer.pin.set_pin(PIN)
    assert Owner(computer, clock).cancelled(computer.ctap.reset) == ERR.KEEPALIVE_CANCEL
    assert computer.key.has_pin
