"""What an `Authenticator` promises about PINs, held against every way in."""

from __future__ import annotations

from dataclasses import replace

import pytest
from fido2.ctap import CtapError
from fido2.ctap2.base import Ctap2
from fido2.ctap2.config import Config
from fido2.ctap2.pin import ClientPin
from fido2.utils import websafe_decode
from fido2.webauthn import (
    AuthenticatorData,
)

from hardware.authenticator import Authenticator, PinState
from hardware.errors import (
    NoPinSupport,
    PinAlreadySet,
    PinAuthBlocked,
    PinBlocked,
    PinChangeForced,
    PinRefused,
    PinRequired,
    WrongPin,
)
from hardware.simulated.device import connect
from hardware.simulated.traits import CTAP21, WITHOUT_PIN
from kiosk.secret import Secret
from tests.hardware.ways import (
    PIN,
    Way,
    commands,
    prove,
    raw_id,
    register,
    way_to,
)


@pytest.mark.parametrize("text", ["", "123", "x" * 64, "é" * 32, "1234\0", "12345\0" + "6" * 10])
def test_a_pin_outside_the_limits_is_refused_before_anything_is_sent(key: Authenticator, text: str) -> None:
    secret = Secret(text)
    with pytest.raises(PinRefused):
        key.set_pin(secret)
    assert secret.wiped
    assert commands(key) == 1


@pytest.mark.parametrize("text", ["1234", "\U0001f511" * 4, "e\u0301" * 31, "x" * 63])
def test_a_pin_within_the_limits_is_set_in_composed_form(way: Way, text: str) -> None:
    key = way.open()
    secret = Secret(text)
    key.set_pin(secret)
    assert secret.wiped
    key.close()
    again = way.open()
    again.verify_pin(Secret(text))
    again.close()


def test_the_keys_own_rules_refuse_a_pin(way_in: str) -> None:
    with way_to(way_in, replace(CTAP21, min_pin_length=6, pin_complexity=True)) as way:
        key = way.open()
        info = key.inspect()
        assert (info.min_pin_length, info.pin_complexity) == (6, True)
        for text in ("12345", "111111"):
            with pytest.raises(PinRefused):
                key.set_pin(Secret(text))
        key.close()


def test_a_second_first_pin_is_refused(unlocked: Authenticator) -> None:
    secret = Secret("another-1")
    with pytest.raises(PinAlreadySet):
        unlocked.set_pin(secret)
    assert secret.wiped


def test_a_pin_that_another_program_was_quicker_to_set_is_not_replaced(way: Way) -> None:
    late = way.open()
    late.inspect()
    ClientPin(Ctap2(connect(way.key))).set_pin(PIN)
    with pytest.raises(PinAlreadySet):
        late.set_pin(Secret("another-1"))
    late.close()


def test_another_programs_wrong_pin_costs_an_unlocked_session_nothing(way: Way, unlocked: Authenticator) -> None:
    with pytest.raises(CtapError):
        ClientPin(Ctap2(connect(way.key))).get_pin_token("wrong-pin")
    made = register(unlocked)
    ClientPin(Ctap2(connect(way.key))).get_pin_token(PIN)
    prove(unlocked, made["id"])
    assert way.key.pin_retries == 8


def test_a_wrong_pin_tells_the_tries_left_then_wants_a_replug_then_is_blocked(way: Way) -> None:
    key = way.open()
    key.set_pin(Secret(PIN))
    key.close()
    seen: list[str] = []
    for _ in range(3):
        key = way.open()
        for _ in range(3):
            secret = Secret("wrong-pin")
            with pytest.raises((WrongPin, PinAuthBlocked, PinBlocked)) as caught:
                key.verify_pin(secret)
            assert secret.wiped
            seen.append(f"{type(caught.value).__name__}({getattr(caught.value, 'retries_left', '')})")
            if isinstance(caught.value, PinAuthBlocked):
                assert key.inspect().pin is PinState.AUTH_BLOCKED
        key.close()
        way.key.power_cycle()
    assert seen == [
        *("WrongPin(7)", "WrongPin(6)", "PinAuthBlocked()"),
        *("WrongPin(4)", "WrongPin(3)", "PinAuthBlocked()"),
        *("WrongPin(1)", "PinBlocked()", "PinBlocked()"),
    ]
    key = way.open()
    info = key.inspect()
    assert (info.pin, info.pin_retries) == (PinState.BLOCKED, 0)
    with pytest.raises(PinBlocked):
        key.verify_pin(Secret(PIN))
    key.close()


def test_the_right_pin_after_a_wrong_one_unlocks(way: Way) -> None:
    key = way.open()
    key.set_pin(Secret(PIN))
    key.close()
    key = way.open()
    key.inspect()
    with pytest.raises(WrongPin):
        key.verify_pin(Secret("wrong-pin"))
    with pytest.raises(WrongPin) as impossible:
        key.verify_pin(Secret("x" * 64))
    assert impossible.value.retries_left == way.key.pin_retries == 7
    key.verify_pin(Secret(PIN))
    assert way.key.pin_retries == 8
    register(key)
    key.close()


def test_a_key_that_wants_its_pin_changed_says_so(way: Way) -> None:
    key = way.open()
    key.set_pin(Secret(PIN))
    key.close()
    ctap = Ctap2(connect(way.key))
    pins = ClientPin(ctap)
    token = pins.get_pin_token(PIN, ClientPin.PERMISSION.AUTHENTICATOR_CFG)
    Config(ctap, pins.protocol, token).set_min_pin_length(force_change_pin=True)
    key = way.open()
    assert key.inspect().pin is PinState.CHANGE_FORCED
    with pytest.raises(PinChangeForced):
        key.verify_pin(Secret(PIN))
    key.close()


def test_without_a_pin_there_is_nothing_to_verify(key: Authenticator) -> None:
    with pytest.raises(PinRequired):
        key.verify_pin(Secret(PIN))


def test_a_key_without_pin_support_says_so_and_still_registers_without(way_in: str) -> None:
    with way_to(way_in, WITHOUT_PIN) as way:
        key = way.open()
        assert key.inspect().pin is PinState.UNSUPPORTED
        for secret in (Secret(PIN), Secret(PIN)):
            with pytest.raises(NoPinSupport):
                key.set_pin(secret)
            with pytest.raises(NoPinSupport):
                key.verify_pin(Secret(PIN))
            assert secret.wiped
        with pytest.raises(NoPinSupport):
            register(key)
        made = register(key, authenticatorSelection={"residentKey": "preferred", "userVerification": "discouraged"})
        proof = prove(key, made["id"], userVerification="preferred")
        assert not AuthenticatorData(websafe_decode(proof["response"]["authenticatorData"])).is_user_verified()
        key.close()


def test_a_locked_session_is_asked_for_the_pin(way: Way) -> None:
    key = way.open()
    with pytest.raises(PinRequired):
        register(key)
    key.set_pin(Secret(PIN))
    made = register(key)
    key.close()
    key = way.open()
    for ask in (register, lambda key: prove(key, made["id"]), lambda key: key.delete_credential(raw_id(made))):
        with pytest.raises(PinRequired):
            ask(key)
    key.close()
