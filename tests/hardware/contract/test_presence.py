"""What an `Authenticator` promises about selection, winking and reset, held against every way in."""

from __future__ import annotations

from dataclasses import replace
from threading import Event

import pytest

from hardware.authenticator import Authenticator, PinState, Transport, Watch
from hardware.errors import (
    Cancelled,
    PinBlocked,
    PinRequired,
    ResetRefused,
    ResetTooLate,
    TooOld,
    TouchTimeout,
    WrongPin,
)
from hardware.simulated.traits import ACTION_TIMEOUT, CTAP20, CTAP21, U2F_ONLY, WITHOUT_PIN, KeyTraits
from kiosk.secret import Secret
from tests.hardware.ways import PIN, RP_ID, Way, commands, raw_id, register, way_to, with_pin

OPERATION_DENIED = 0x27
every_age = pytest.mark.parametrize(
    "traits",
    [CTAP21, CTAP20, replace(CTAP20, versions=("FIDO_2_0", "FIDO_2_1_PRE")), U2F_ONLY, WITHOUT_PIN],
    ids=["CTAP 2.1", "CTAP 2.0", "2.1 preview", "U2F", "no PIN"],
)


@every_age
@pytest.mark.parametrize("pin", [False, True])
def test_a_touch_selects_the_key_and_changes_nothing(way_in: str, traits: KeyTraits, pin: bool) -> None:
    with way_to(way_in, traits, touches=False) as way:
        key = with_pin(way) if pin and traits.pin else way.open()
        touches: list[str] = []

        def touch() -> None:
            touches.append("touch")
            way.key.touch()

        key.select(Watch(on_touch=touch))
        assert touches == ["touch"]
        assert (way.key.credentials, way.key.pin_retries) == ((), 8)
        key.close()


@every_age
def test_a_selection_ends_by_cancel_and_by_the_deadline(way_in: str, traits: KeyTraits) -> None:
    with way_to(way_in, traits, touches=False) as way:
        key = way.open()
        cancel = Event()
        with pytest.raises(Cancelled):
            key.select(Watch(on_touch=cancel.set, cancel=cancel))
        with pytest.raises(TouchTimeout):
            key.select(Watch(deadline=0.5))
        key.select(Watch(on_touch=way.key.touch))
        key.close()


@every_age
def test_a_key_winks_when_it_says_that_it_can(way_in: str, traits: KeyTraits) -> None:
    with way_to(way_in, traits) as way:
        key = way.open()
        can = key.address.transport is not Transport.NFC  # CTAPHID only
        assert key.inspect().winks == can
        assert key.wink() == can
        assert way.key.winks == can
        key.close()


@pytest.mark.parametrize("traits", [CTAP21, CTAP20], ids=["CTAP 2.1", "CTAP 2.0"])
def test_a_reset_wipes_everything_and_the_key_is_as_new(way_in: str, traits: KeyTraits) -> None:
    with way_to(way_in, traits) as way:
        key = way.open()
        key.set_pin(Secret(PIN))
        made = register(key)
        key.reset(Watch())
        assert (way.key.credentials, way.key.has_pin) == ((), False)
        info = key.inspect()
        assert (info.pin, info.pin_retries) == (PinState.NOT_SET, None)
        assert not key.has_credential(RP_ID, raw_id(made))
        with pytest.raises(PinRequired):
            register(key)
        key.set_pin(Secret("another-19"))
        register(key)
        key.close()


def test_a_reset_is_one_command_and_the_first_inspection_after_it_one_more(way: Way) -> None:
    key = with_pin(way)
    key.inspect()
    before = commands(key)
    key.reset(Watch())
    assert commands(key) == before + 1
    key.inspect()
    assert commands(key) == before + 2
    key.close()


def test_a_blocked_key_can_be_used_again_after_a_reset(way_in: str) -> None:
    with way_to(way_in, replace(CTAP21, soft_lock=99)) as way:
        key = with_pin(way)
        while key.inspect().pin is not PinState.BLOCKED:
            with pytest.raises((WrongPin, PinBlocked)):
                key.verify_pin(Secret("wrong-pin"))
        key.reset(Watch())
        key.set_pin(Secret(PIN))
        assert way.key.pin_retries == 8
        key.close()


def test_too_late_after_it_was_put_in_is_said(way_in: str) -> None:
    with way_to(way_in, replace(CTAP21, reset_window=0.0)) as way:
        key = with_pin(way)
        with pytest.raises(ResetTooLate):
            key.reset(Watch())
        key.verify_pin(Secret(PIN))
        register(key)
        key.close()


def test_a_transport_that_the_key_does_not_name_is_refused_before_anything_is_sent(way_in: str) -> None:
    other = "usb" if way_in == "on a reader" else "nfc"
    with way_to(way_in, replace(CTAP21, transports_for_reset=(other,))) as way:
        key = way.open()
        before = commands(key)
        with pytest.raises(ResetRefused) as caught:
            key.reset(Watch())
        assert caught.value.transports == key.inspect().transports_for_reset == (other,)
        assert commands(key) == before
        key.close()


def test_one_that_the_key_names_is_not(way_in: str) -> None:
    with way_to(way_in, replace(CTAP21, transports_for_reset=("usb", "nfc"))) as way:
        key = with_pin(way)
        key.reset(Watch())
        assert not way.key.has_pin
        key.close()


@pytest.mark.parametrize("status", [0x2F, ACTION_TIMEOUT, OPERATION_DENIED])
def test_every_status_for_nobody_came_means_that(way_in: str, status: int) -> None:
    with way_to(way_in, replace(CTAP21, touch_seconds=0.05, timeout_status=status), touches=False) as way:
        key = with_pin(way)
        with pytest.raises(TouchTimeout):
            key.reset(Watch())
        with pytest.raises(TouchTimeout):
            key.select(Watch())
        assert way.key.has_pin
        key.verify_pin(Secret(PIN))
        key.close()


def test_a_long_touch_is_told_before_and_a_short_one_resets_nothing(way_in: str) -> None:
    with way_to(way_in, replace(CTAP21, long_touch_for_reset=True), touches=False) as way:
        key = with_pin(way)
        assert key.inspect().long_touch_for_reset
        with pytest.raises(TouchTimeout):
            key.reset(Watch(on_touch=way.key.touch, deadline=0.5))
        assert key.inspect().pin is PinState.SET
        key.reset(Watch(on_touch=lambda: way.key.touch(long=True)))
        assert key.inspect().pin is PinState.NOT_SET
        key.close()


def test_a_cancelled_reset_changes_nothing(way: Way) -> None:
    key = way.open()
    key.set_pin(Secret(PIN))
    way.key.touch_automatically = False
    cancel = Event()
    with pytest.raises(Cancelled):
        key.reset(Watch(on_touch=cancel.set, cancel=cancel))
    way.key.touch_automatically = True
    register(key)
    key.close()


def test_u2f_keys_are_not_reset(way_in: str) -> None:
    with way_to(way_in, U2F_ONLY) as way:
        key = way.open()
        with pytest.raises(TooOld):
            key.reset(Watch())
        key.close()


def test_a_key_without_a_pin_is_reset_too(key: Authenticator) -> None:
    key.reset(Watch())
    assert key.inspect().pin is PinState.NOT_SET
