"""What an `Authenticator` promises about the settings of a key, held against every way in."""

from __future__ import annotations

from dataclasses import replace

import pytest
from fido2.utils import websafe_decode
from fido2.webauthn import AuthenticatorData

from hardware.authenticator import Authenticator, KeySettings, PinState
from hardware.errors import PinRefused, PinRequired, TooOld, Unsupported
from hardware.simulated.traits import CTAP20, CTAP21, U2F_ONLY, WITHOUT_PIN, KeyTraits, Quirk
from kiosk.secret import Secret
from tests.hardware.ways import PIN, RP_ID, Way, commands, prove, register, way_to, with_pin

EVERYTHING = KeySettings(
    min_pin_length=8,
    min_pin_length_rp_ids=(RP_ID,),
    force_pin_change=True,
    always_uv=True,
    enterprise_attestation=True,
    pin_complexity=True,
)
ABLE = replace(CTAP21, pin_complexity=False, tells_config_commands=True)


def test_everything_is_set_in_three_commands_and_read_back(way_in: str) -> None:
    with way_to(way_in, ABLE) as way:
        key = way.open()
        key.set_pin(Secret(PIN))
        prove(key, register(key)["id"])
        before = commands(key)
        key.configure(EVERYTHING)
        assert commands(key) == before + 5  # getInfo before and after; the token is that of the proof
        info = key.inspect()
        assert (info.min_pin_length, info.pin, info.pin_complexity) == (8, PinState.CHANGE_FORCED, True)
        assert (info.always_uv, info.enterprise_attestation) == (True, True)
        key.close()


def test_once_more_sends_only_what_the_key_does_not_tell(way_in: str) -> None:
    with way_to(way_in, ABLE) as way:
        key = way.open()
        key.set_pin(Secret(PIN))
        settings = replace(EVERYTHING, force_pin_change=False)
        key.configure(settings)
        before = commands(key)
        key.configure(replace(settings, min_pin_length_rp_ids=()))
        assert commands(key) == before + 1
        key.configure(settings)
        assert commands(key) == before + 3
        key.close()


def test_nothing_is_asked_where_nothing_is_wanted(unlocked: Authenticator) -> None:
    before = commands(unlocked)
    unlocked.configure(KeySettings())
    unlocked.configure(KeySettings(always_uv=False, min_pin_length=4))
    assert commands(unlocked) == before + 2


def test_always_uv_is_switched_to_what_is_wanted_and_not_merely_over(unlocked: Authenticator) -> None:
    for wanted in (True, True, False, False, True):
        unlocked.configure(KeySettings(always_uv=wanted))
        assert unlocked.inspect().always_uv is wanted


def test_a_minimum_above_the_present_pin_forces_a_change_and_is_no_error(unlocked: Authenticator) -> None:
    unlocked.configure(KeySettings(min_pin_length=len(PIN) + 3))
    info = unlocked.inspect()
    assert (info.min_pin_length, info.pin) == (len(PIN) + 3, PinState.CHANGE_FORCED)
    with pytest.raises(PinRefused):
        unlocked.change_pin(Secret(PIN), Secret(PIN + "1"))
    unlocked.change_pin(Secret(PIN), Secret(PIN + "123"))
    assert unlocked.inspect().pin is PinState.SET


def test_those_who_may_read_the_minimum_are_told_it(unlocked: Authenticator) -> None:
    unlocked.configure(KeySettings(min_pin_length=6, min_pin_length_rp_ids=(RP_ID,)))
    made = register(unlocked, extensions={"minPinLength": True})
    extensions = AuthenticatorData(websafe_decode(made["response"]["authenticatorData"])).extensions
    assert extensions == {"minPinLength": 6}


@pytest.mark.parametrize(("present", "wanted"), [(6, 5), (4, 64), (4, 3)])
def test_a_minimum_is_neither_lowered_nor_beyond_every_pin(way_in: str, present: int, wanted: int) -> None:
    with way_to(way_in, replace(CTAP21, min_pin_length=present)) as way:
        key = way.open()
        key.set_pin(Secret(PIN))
        with pytest.raises(PinRefused):
            key.configure(KeySettings(min_pin_length=wanted, enterprise_attestation=True))
        info = key.inspect()
        assert (info.min_pin_length, info.enterprise_attestation) == (present, False)
        key.close()


@pytest.mark.parametrize(
    ("traits", "settings", "feature"),
    [
        (CTAP20, KeySettings(always_uv=True), "alwaysUv"),
        (CTAP20, KeySettings(enterprise_attestation=True), "ep"),
        (CTAP20, KeySettings(min_pin_length=6), "minPINLength"),
        (CTAP20, KeySettings(force_pin_change=True), "setMinPINLength"),
        (replace(CTAP21, always_uv=None), KeySettings(enterprise_attestation=True, always_uv=True), "alwaysUv"),
        (replace(CTAP21, enterprise=None), KeySettings(enterprise_attestation=True, always_uv=True), "ep"),
        (CTAP21, KeySettings(always_uv=True, pin_complexity=True), "pinComplexityPolicy"),
        (
            replace(CTAP21, max_min_pin_rp_ids=1),
            KeySettings(always_uv=True, min_pin_length_rp_ids=("a.example", "b.example")),
            "maxRPIDsForSetMinPINLength",
        ),
        (
            replace(CTAP21, quirks=frozenset({Quirk.OMITS_MIN_PIN_LENGTH})),
            KeySettings(always_uv=True, min_pin_length=6),
            "minPINLength",
        ),
    ],
)
def test_what_a_key_cannot_is_said_before_anything_is_changed(
    way_in: str, traits: KeyTraits, settings: KeySettings, feature: str
) -> None:
    with way_to(way_in, traits) as way:
        key = way.open()
        key.set_pin(Secret(PIN))
        before = key.inspect()
        with pytest.raises(Unsupported) as caught:
            key.configure(settings)
        assert caught.value.feature == feature
        assert key.inspect() == before
        key.close()


def test_what_is_so_already_needs_no_feature(way_in: str) -> None:
    with way_to(way_in, CTAP20) as way:
        key = way.open()
        key.configure(KeySettings(always_uv=False))
        key.close()


def test_a_key_that_does_not_let_itself_be_switched_back_says_so(way_in: str) -> None:
    with way_to(way_in, replace(CTAP21, always_uv=True, can_disable_always_uv=False)) as way:
        key = way.open()
        key.set_pin(Secret(PIN))
        with pytest.raises(Unsupported) as caught:
            key.configure(KeySettings(always_uv=False))
        assert caught.value.feature == "alwaysUv"
        key.close()


def test_a_locked_session_changes_nothing(way: Way) -> None:
    key = with_pin(way)
    with pytest.raises(PinRequired):
        key.configure(KeySettings(always_uv=True))
    assert key.inspect().always_uv is False
    key.close()


def test_a_key_that_protects_nothing_yet_is_configured_without_a_pin(way_in: str, key: Authenticator) -> None:
    key.configure(KeySettings(enterprise_attestation=True, min_pin_length=6))
    info = key.inspect()
    assert (info.enterprise_attestation, info.min_pin_length, info.pin) == (True, 6, PinState.NOT_SET)
    with pytest.raises(PinRefused):
        key.set_pin(Secret("12345"))
    with pytest.raises(PinRequired):
        key.configure(KeySettings(force_pin_change=True))
    with way_to(way_in, WITHOUT_PIN) as way:
        without = way.open()
        with pytest.raises(Unsupported):
            without.configure(KeySettings(enterprise_attestation=True))
        without.close()


def test_u2f_keys_have_no_settings(way_in: str) -> None:
    with way_to(way_in, U2F_ONLY) as way:
        key = way.open()
        with pytest.raises(TooOld):
            key.configure(KeySettings(always_uv=True))
        key.close()
