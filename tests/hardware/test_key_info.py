"""getInfo of odd and hostile keys, tamed."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hardware.answers import Info
from hardware.authenticator import BuiltInUv, KeyAddress, PinState, Transport
from hardware.key_info import MAX_TEXT_LENGTH, MAX_WORD_LENGTH, MAX_WORDS, PinRetries, Readings, key_info, text, words

ADDRESS = KeyAddress(Transport.USB, "/dev/hidraw3")

NUMBERS = {
    "large_blobs": 0x0B,
    "certifications": 0x13,
    "remaining": 0x14,
    "attestation_formats": 0x16,
    "long_touch_for_reset": 0x18,
    "transports_for_reset": 0x1A,
    "pin_complexity": 0x1B,
    "config_commands": 0x1F,
    "max_min_pin_rp_ids": 0x10,
    "options": 0x04,
    "algorithms": 0x0A,
    "force_pin_change": 0x0C,
    "min_pin_length": 0x0D,
    "max_pin_length": 0x1D,
}


def told(**members: Any) -> Info:
    """A getInfo answer with these members."""
    return Info.read({0x01: ["FIDO_2_1"]} | {NUMBERS[name]: value for name, value in members.items()})


@pytest.mark.parametrize(
    ("options", "force", "retries", "state"),
    [
        ({}, False, None, PinState.UNSUPPORTED),
        ({"clientPin": False}, True, None, PinState.NOT_SET),
        ({"clientPin": True}, False, None, PinState.SET),
        ({"clientPin": True}, False, PinRetries(8), PinState.SET),
        ({"clientPin": True}, True, PinRetries(8), PinState.CHANGE_FORCED),
        ({"clientPin": True}, True, PinRetries(5, True), PinState.AUTH_BLOCKED),
        ({"clientPin": True}, True, PinRetries(0, True), PinState.BLOCKED),
        ({"clientPin": True}, False, PinRetries(None), PinState.SET),
        ({"clientPin": True}, False, PinRetries(None, True), PinState.AUTH_BLOCKED),
    ],
)
def test_the_gravest_pin_state_is_told(
    options: dict[str, bool], force: bool, retries: PinRetries | None, state: PinState
) -> None:
    assert key_info(ADDRESS, told(options=options, force_pin_change=force), Readings(pin=retries)).pin is state


@pytest.mark.parametrize(
    ("options", "retries", "state"),
    [
        ({}, None, BuiltInUv.UNSUPPORTED),
        ({"uv": False}, None, BuiltInUv.NOT_ENROLLED),
        ({"uv": True}, None, BuiltInUv.READY),
        ({"uv": True}, 3, BuiltInUv.READY),
        ({"uv": True}, 0, BuiltInUv.BLOCKED),
    ],
)
def test_built_in_verification_is_there_enrolled_or_blocked(
    options: dict[str, bool], retries: int | None, state: BuiltInUv
) -> None:
    info = key_info(ADDRESS, told(options=options), Readings(uv_retries=retries))
    assert (info.built_in_uv, info.uv_retries) == (state, retries)


def test_what_a_newer_key_tells_of_itself_is_there_to_be_read() -> None:
    info = key_info(
        ADDRESS,
        told(
            options={"largeBlobs": True, "alwaysUv": True, "ep": False, "authnrCfg": True},
            large_blobs=2048,
            certifications={"FIPS-CMVP-3": 1, "odd": True, "\n": 2},
            attestation_formats=["packed", 5],
            long_touch_for_reset=True,
            transports_for_reset=["usb", "nfc"],
            max_min_pin_rp_ids=4,
        ),
        Readings(winks=True),
    )
    assert (info.large_blob_bytes, info.certifications, info.attestation_formats) == (
        2048,
        {"FIPS-CMVP-3": 1},
        ("packed",),
    )
    assert (info.long_touch_for_reset, info.transports_for_reset, info.winks) == (True, ("usb", "nfc"), True)
    assert (info.always_uv, info.can_always_uv, info.enterprise_attestation, info.can_enterprise) == (
        True,
        True,
        False,
        True,
    )
    assert info.max_min_pin_rp_ids == 4


@pytest.mark.parametrize("odd", [True, "5", b"5", [5], {1: 5}])
def test_a_key_is_not_refused_for_what_nobody_needs(odd: Any) -> None:
    members = (
        "large_blobs",
        "certifications",
        "remaining",
        "attestation_formats",
        "transports_for_reset",
        "algorithms",
    )
    numbers = ("min_pin_length", "max_pin_length", "max_min_pin_rp_ids", "config_commands")
    sound, info = told(), told(**dict.fromkeys((*members, *numbers), odd))
    if type(odd) is list:
        assert info.config_commands == [5]
    elif type(odd) is dict:
        assert key_info(ADDRESS, info) == key_info(ADDRESS, sound)
    else:
        assert info == sound


@pytest.mark.parametrize(("told_so", "is_so"), [(1, True), (0, False), (True, True), ("yes", False), ([], False)])
def test_a_truth_may_be_a_number(told_so: Any, is_so: bool) -> None:
    info = key_info(ADDRESS, told(long_touch_for_reset=told_so, force_pin_change=told_so, options={"clientPin": True}))
    assert (info.long_touch_for_reset, info.pin is PinState.CHANGE_FORCED) == (is_so, is_so)


@settings(deadline=None)
@given(st.one_of(st.text(), st.integers(), st.none(), st.binary()))
def test_a_name_of_a_key_can_be_shown(name: object) -> None:
    shown = text(name)
    assert shown.isprintable()
    assert len(shown) <= MAX_TEXT_LENGTH


def test_what_a_key_does_not_say_is_not_made_up() -> None:
    info = key_info(ADDRESS, told())
    assert (info.pin_retries, info.max_pin_length, info.firmware, info.remaining_credentials) == (None,) * 4
    assert (info.algorithms, info.min_pin_length, info.pin_complexity) == ((-7,), 4, False)
    assert (info.discoverable, info.can_delete, info.ctap2) == (False, False, True)


def test_limits_of_the_pin_stay_within_those_of_the_protocol() -> None:
    assert key_info(ADDRESS, told(min_pin_length=900)).min_pin_length == 63
    assert key_info(ADDRESS, told(min_pin_length=0)).min_pin_length == 4
    assert key_info(ADDRESS, told(max_pin_length=2)).max_pin_length is None
    assert key_info(ADDRESS, told(max_pin_length=12)).max_pin_length == 12


def test_only_public_key_algorithms_count() -> None:
    listed = [{"type": "other", "alg": -257}, {"type": "public-key", "alg": -8}, {"type": "public-key"}]
    assert key_info(ADDRESS, told(algorithms=listed)).algorithms == (-8,)


@settings(deadline=None)
@given(st.lists(st.one_of(st.text(), st.integers(), st.just("FIDO_2_0")), max_size=80))
def test_words_of_a_key_are_few_short_and_printable(texts: list[object]) -> None:
    tamed = words(texts)
    assert len(tamed) <= MAX_WORDS
    assert all(word.isascii() and word.isprintable() and 0 < len(word) <= MAX_WORD_LENGTH for word in tamed)
    assert ("FIDO_2_0" in tamed) or "FIDO_2_0" not in texts[:MAX_WORDS]
