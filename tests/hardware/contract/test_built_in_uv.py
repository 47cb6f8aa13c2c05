"""What an `Authenticator` promises about the key's own user verification, held against every way in."""

from __future__ import annotations

from dataclasses import replace
from threading import Event

import pytest
from fido2.utils import websafe_decode
from fido2.webauthn import AuthenticatorData

from hardware.authenticator import Authenticator, BuiltInUv, KeySettings, Watch
from hardware.errors import Cancelled, PinRequired, TouchTimeout, Unsupported, UvBlocked
from hardware.simulated.traits import CTAP20, CTAP21, KeyTraits
from kiosk.secret import Secret
from tests.hardware.ways import (
    ORIGIN,
    PIN,
    RP_ID,
    commands,
    creation_options,
    prove,
    raw_id,
    register,
    request_options,
    way_to,
    with_pin,
)

SENSOR = replace(CTAP21, built_in_uv=True)
SENSOR_CTAP20 = replace(CTAP20, built_in_uv=True)
both = pytest.mark.parametrize("traits", [SENSOR, SENSOR_CTAP20], ids=["CTAP 2.1", "CTAP 2.0"])


def verified(response: str) -> bool:
    return AuthenticatorData(websafe_decode(response)).is_user_verified()


@both
def test_a_finger_takes_the_place_of_the_pin(way_in: str, traits: KeyTraits) -> None:
    with way_to(way_in, traits) as way:
        key = way.open()
        assert key.inspect().built_in_uv is BuiltInUv.READY
        with pytest.raises(PinRequired):
            register(key)
        key.use_built_in_uv()
        made = register(key)
        assert verified(made["response"]["authenticatorData"])
        assert verified(prove(key, made["id"])["response"]["authenticatorData"])
        key.close()


@both
def test_the_wait_for_the_finger_is_told_as_such(way_in: str, traits: KeyTraits) -> None:
    with way_to(way_in, traits, touches=False) as way:
        key = way.open()
        key.use_built_in_uv()
        told: list[str] = []

        def finger() -> None:
            told.append("verify")
            way.key.finger()

        def touch() -> None:
            told.append("touch")
            way.key.touch()

        made = register(key, Watch(on_touch=touch, on_verify=finger))
        assert told == ["verify"]
        key.prove(request_options(made["id"]), ORIGIN, Watch(on_touch=touch, on_verify=finger))
        assert told == ["verify", "verify"]
        key.close()


def test_another_finger_may_try_again_until_the_key_wants_the_pin(way_in: str) -> None:
    with way_to(way_in, replace(SENSOR, uv_attempts=1, max_uv_retries=3), touches=False) as way:
        key = way.open()
        key.set_pin(Secret(PIN))
        assert key.inspect().uv_retries is None  # nothing to ask in an unlocked session
        key.use_built_in_uv()
        tries: list[int] = []

        def stranger() -> None:
            tries.append(len(tries))
            way.key.finger(False)

        with pytest.raises(UvBlocked):
            register(key, Watch(on_verify=stranger))
        assert len(tries) == 3
        key.close()
        key = way.open()
        info = key.inspect()
        assert (info.built_in_uv, info.uv_retries) == (BuiltInUv.BLOCKED, 0)
        with pytest.raises(UvBlocked):
            key.use_built_in_uv()
        key.verify_pin(Secret(PIN))
        register(key, Watch(on_touch=way.key.touch))
        key.use_built_in_uv()  # the right PIN opened it again
        register(key, Watch(on_verify=way.key.finger))
        key.close()


def test_a_finger_that_was_not_recognized_at_first_is_in_the_end(way_in: str) -> None:
    with way_to(way_in, replace(SENSOR, uv_attempts=1), touches=False) as way:
        key = way.open()
        key.use_built_in_uv()
        fingers = iter([False, False, True])
        register(key, Watch(on_verify=lambda: way.key.finger(next(fingers))))
        assert len(way.key.credentials) == 1
        key.close()


def test_cancel_and_the_deadline_end_the_wait_for_a_finger(way_in: str) -> None:
    with way_to(way_in, SENSOR, touches=False) as way:
        key = way.open()
        key.use_built_in_uv()
        cancel = Event()
        with pytest.raises(Cancelled):
            register(key, Watch(on_verify=cancel.set, cancel=cancel))
        with pytest.raises(TouchTimeout):
            register(key, Watch(deadline=0.4))
        assert not way.key.credentials
        register(key, Watch(on_verify=way.key.finger))
        key.close()


def test_a_key_without_a_sensor_says_so(key: Authenticator) -> None:
    assert key.inspect().built_in_uv is BuiltInUv.UNSUPPORTED
    with pytest.raises(Unsupported) as caught:
        key.use_built_in_uv()
    assert caught.value.feature == "uv"


def test_a_sensor_that_knows_no_finger_verifies_nobody(way_in: str) -> None:
    with way_to(way_in, replace(SENSOR, bio_enrollment=True)) as way:
        key = way.open()
        assert key.inspect().built_in_uv is BuiltInUv.NOT_ENROLLED
        with pytest.raises(Unsupported):
            key.use_built_in_uv()
        key.close()


def test_a_silent_probe_asks_for_no_finger(way_in: str) -> None:
    with way_to(way_in, SENSOR) as way:
        key = way.open()
        key.use_built_in_uv()
        made = register(key)
        way.key.touch_automatically = False
        assert key.has_credential(RP_ID, raw_id(made))
        assert not key.has_credential(RP_ID, b"another")
        key.close()


def test_settings_that_the_key_wants_a_pin_for_are_not_made_with_a_finger(way_in: str) -> None:
    with way_to(way_in, SENSOR) as way:
        key = with_pin(way)
        key.use_built_in_uv()
        with pytest.raises(PinRequired):
            key.configure(KeySettings(always_uv=True))
        assert key.inspect().always_uv is False
        key.close()


def test_the_finger_of_the_proof_serves_for_the_settings_too(way_in: str) -> None:
    with way_to(way_in, replace(SENSOR, uv_config=True), touches=False) as way:
        key = way.open()
        key.use_built_in_uv()
        made = register(key, Watch(on_verify=way.key.finger))
        key.prove(request_options(made["id"]), ORIGIN, Watch(on_verify=way.key.finger))
        key.configure(KeySettings(enterprise_attestation=True))
        assert key.inspect().enterprise_attestation
        key.close()


def test_a_key_that_takes_its_pin_for_no_ceremony_wants_the_finger_for_it(way_in: str) -> None:
    with way_to(way_in, replace(SENSOR, no_mc_ga_with_pin=True), touches=False) as way:
        key = way.open()
        key.set_pin(Secret(PIN))
        made = key.make_credential(creation_options(), ORIGIN, Watch(on_verify=way.key.finger))
        assert verified(made["response"]["authenticatorData"])
        key.configure(KeySettings(always_uv=True))
        key.close()


def test_a_fresh_key_with_a_sensor_takes_eight_commands_to_the_proof(way_in: str) -> None:
    with way_to(way_in, SENSOR) as way:
        key = way.open()
        key.inspect()
        key.use_built_in_uv()
        prove(key, register(key)["id"])
        key.inspect()
        assert commands(key) == 8
        key.close()
