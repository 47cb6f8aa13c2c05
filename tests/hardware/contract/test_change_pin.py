"""What an `Authenticator` promises about changing a PIN, held against every way in."""

from __future__ import annotations

from dataclasses import replace

import pytest
from fido2.ctap2.base import Ctap2
from fido2.ctap2.pin import ClientPin

from hardware.authenticator import Authenticator, KeySettings, PinState
from hardware.errors import (
    KeyGone,
    NoPinSupport,
    PinAuthBlocked,
    PinBlocked,
    PinChangeForced,
    PinRefused,
    PinRequired,
    WrongPin,
)
from hardware.simulated.device import connect
from hardware.simulated.traits import CTAP20, CTAP21, WITHOUT_PIN, KeyTraits, Quirk
from kiosk.secret import Secret
from tests.hardware.ways import PIN, Way, commands, prove, register, way_to, with_pin

NEW = "another-18"


@pytest.mark.parametrize("traits", [CTAP21, CTAP20], ids=["CTAP 2.1", "CTAP 2.0"])
def test_a_changed_pin_is_the_one_that_opens_and_the_session_goes_on(way_in: str, traits: KeyTraits) -> None:
    with way_to(way_in, traits) as way:
        key = with_pin(way)
        current, new = Secret(PIN), Secret(NEW)
        key.change_pin(current, new)
        assert (current.wiped, new.wiped) == (True, True)
        prove(key, register(key)["id"])
        key.close()
        key = way.open()
        with pytest.raises(WrongPin):
            key.verify_pin(Secret(PIN))
        key.verify_pin(Secret(NEW))
        key.close()


def test_a_change_takes_two_commands(way: Way) -> None:
    key = with_pin(way)
    before = commands(key)
    key.change_pin(Secret(PIN), Secret(NEW))
    assert commands(key) == before + 2
    key.close()


def test_a_forced_change_is_done_and_over(way: Way) -> None:
    key = with_pin(way)
    key.verify_pin(Secret(PIN))
    key.configure(KeySettings(force_pin_change=True))
    key.close()
    key = way.open()
    assert key.inspect().pin is PinState.CHANGE_FORCED
    with pytest.raises(PinChangeForced):
        key.verify_pin(Secret(PIN))
    with pytest.raises(PinRefused):  # the same again is no change
        key.change_pin(Secret(PIN), Secret(PIN))
    key.change_pin(Secret(PIN), Secret(NEW))
    assert key.inspect().pin is PinState.SET
    prove(key, register(key)["id"])
    key.close()


def test_a_session_that_was_unlocked_before_the_change_was_forced_says_so(unlocked: Authenticator) -> None:
    unlocked.configure(KeySettings(force_pin_change=True))
    with pytest.raises(PinChangeForced):
        register(unlocked)
    unlocked.change_pin(Secret(PIN), Secret(NEW))
    register(unlocked)


def test_a_wrong_current_pin_costs_a_try_and_tells_those_left(way: Way) -> None:
    key = with_pin(way)
    for seen in (7, 6):
        with pytest.raises(WrongPin) as caught:
            key.change_pin(Secret("wrong-pin"), Secret(NEW))
        assert caught.value.retries_left == way.key.pin_retries == seen
    with pytest.raises(PinAuthBlocked):
        key.change_pin(Secret("wrong-pin"), Secret(NEW))
    with pytest.raises(PinAuthBlocked):
        key.change_pin(Secret(PIN), Secret(NEW))
    assert way.key.pin_retries == 5
    key.close()


@pytest.mark.parametrize("text", ["123", "12345", "x" * 64, "é" * 32, "1234567\0"])
def test_a_new_pin_that_breaks_the_rules_costs_no_try(way_in: str, text: str) -> None:
    with way_to(way_in, replace(CTAP21, min_pin_length=6)) as way:
        key = with_pin(way)
        before = commands(key)
        current, new = Secret("wrong-pin"), Secret(text)
        with pytest.raises(PinRefused):
            key.change_pin(current, new)
        assert (current.wiped, new.wiped) == (True, True)
        assert (commands(key), way.key.pin_retries) == (before, 8)
        key.close()


def test_rules_that_only_the_key_knows_refuse_the_new_pin_and_the_old_one_stays(way_in: str) -> None:
    with way_to(way_in, replace(CTAP21, pin_complexity=True)) as way:
        key = with_pin(way)
        with pytest.raises(PinRefused):
            key.change_pin(Secret(PIN), Secret("111111"))
        key.verify_pin(Secret(PIN))
        key.close()


def test_a_current_pin_that_no_key_could_have_is_wrong_without_a_try(way: Way) -> None:
    key = with_pin(way)
    key.inspect()
    with pytest.raises(WrongPin) as caught:
        key.change_pin(Secret("123"), Secret(NEW))
    assert caught.value.retries_left == way.key.pin_retries == 8
    key.close()


def test_without_a_pin_there_is_nothing_to_change(way_in: str, key: Authenticator) -> None:
    with pytest.raises(PinRequired):
        key.change_pin(Secret(PIN), Secret(NEW))
    with way_to(way_in, WITHOUT_PIN) as way:
        without = way.open()
        with pytest.raises(NoPinSupport):
            without.change_pin(Secret(PIN), Secret(NEW))
        without.close()


def test_a_closed_key_changes_nothing_and_wipes_both(key: Authenticator) -> None:
    key.close()
    current, new = Secret(PIN), Secret(NEW)
    with pytest.raises(KeyGone):
        key.change_pin(current, new)
    assert (current.wiped, new.wiped) == (True, True)


def test_a_key_that_calls_the_eighth_wrong_pin_merely_wrong_is_blocked_all_the_same(way_in: str) -> None:
    with way_to(way_in, replace(CTAP21, soft_lock=99, quirks=frozenset({Quirk.EIGHTH_WRONG_IS_ONLY_WRONG}))) as way:
        key = with_pin(way)
        for left in range(7, 0, -1):
            with pytest.raises(WrongPin) as caught:
                key.verify_pin(Secret("wrong-pin"))
            assert caught.value.retries_left == left
        with pytest.raises(PinBlocked):
            key.verify_pin(Secret("wrong-pin"))
        info = key.inspect()
        assert (info.pin, info.pin_retries) == (PinState.BLOCKED, 0)
        key.close()


@pytest.mark.parametrize("quirks", [{Quirk.KEEPS_SOFT_LOCK}, {Quirk.KEEPS_SOFT_LOCK, Quirk.HIDES_POWER_CYCLE_STATE}])
def test_a_key_that_stays_locked_after_it_was_put_back_says_so_and_costs_no_try(
    way_in: str, quirks: set[Quirk]
) -> None:
    with way_to(way_in, replace(CTAP21, quirks=frozenset(quirks))) as way:
        key = with_pin(way)
        for error in (WrongPin, WrongPin, PinAuthBlocked):
            with pytest.raises(error):
                key.verify_pin(Secret("wrong-pin"))
        key.close()
        way.key.power_cycle()
        key = way.open()
        with pytest.raises(PinAuthBlocked):
            key.verify_pin(Secret(PIN))
        assert way.key.pin_retries == key.inspect().pin_retries == 5
        key.close()


@pytest.mark.parametrize("traits", [CTAP21, CTAP20], ids=["CTAP 2.1", "CTAP 2.0"])
def test_a_pin_that_another_program_changed_costs_two_tries_at_most_and_then_locks(
    way_in: str, traits: KeyTraits
) -> None:
    with way_to(way_in, traits) as way:
        key = way.open()
        key.set_pin(Secret(PIN))
        ClientPin(Ctap2(connect(way.key))).change_pin(PIN, NEW)
        with pytest.raises(WrongPin) as caught:
            register(key)
        assert caught.value.retries_left == way.key.pin_retries >= 6
        left = way.key.pin_retries
        for _ in range(3):
            with pytest.raises(PinRequired):
                register(key)
        assert way.key.pin_retries == left
        key.verify_pin(Secret(NEW))
        register(key)
        key.close()
