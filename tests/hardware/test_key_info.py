"""getInfo of odd and hostile keys, tamed."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hardware.answers import Info
from hardware.authenticator import KeyAddress, PinState, Transport
from hardware.key_info import MAX_WORD_LENGTH, MAX_WORDS, PinRetries, key_info, words

ADDRESS = KeyAddress(Transport.USB, "/dev/hidraw3")

NUMBERS = {
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
    ],
)
def test_the_gravest_pin_state_is_told(
    options: dict[str, bool], force: bool, retries: PinRetries | None, state: PinState
) -> None:
    assert key_info(ADDRESS, told(options=options, force_pin_change=force), retries).pin is state


def test_what_a_key_does_not_say_is_not_made_up() -> None:
    info = key_info(ADDRESS, told(), None)
    assert (info.pin_retries, info.max_pin_length, info.firmware, info.remaining_credentials) == (None,) * 4
    assert (info.algorithms, info.min_pin_length, info.pin_complexity) == ((-7,), 4, False)
    assert (info.discoverable, info.can_delete, info.ctap2) == (False, False, True)


def test_limits_of_the_pin_stay_within_those_of_the_protocol() -> None:
    assert key_info(ADDRESS, told(min_pin_length=900), None).min_pin_length == 63
    assert key_info(ADDRESS, told(min_pin_length=0), None).min_pin_length == 4
    assert key_info(ADDRESS, told(max_pin_length=2), None).max_pin_length is None
    assert key_info(ADDRESS, told(max_pin_length=12), None).max_pin_length == 12


def test_only_public_key_algorithms_count() -> None:
    listed = [{"type": "other", "alg": -257}, {"type": "public-key", "alg": -8}, {"type": "public-key"}]
    assert key_info(ADDRESS, told(algorithms=listed), None).algorithms == (-8,)


@given(st.lists(st.one_of(st.text(), st.integers(), st.just("FIDO_2_0")), max_size=80))
def test_words_of_a_key_are_few_short_and_printable(texts: list[object]) -> None:
    tamed = words(texts)
    assert len(tamed) <= MAX_WORDS
    assert all(word.isascii() and word.isprintable() and 0 < len(word) <= MAX_WORD_LENGTH for word in tamed)
    assert ("FIDO_2_0" in tamed) or "FIDO_2_0" not in texts[:MAX_WORDS]
