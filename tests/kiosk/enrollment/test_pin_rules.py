"""The checklist of the PIN."""

from __future__ import annotations

import unicodedata
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.contract.policy import PinPolicy
from kiosk.enrollment.pin_rules import MAX_BYTES, PinRules, Rule, acceptable, check, is_repeat, is_sequence
from tests.kiosk.enrollment.walk import FRESH

RULES = PinRules(min_length=6, own_numbers=("104217", "491510000001"), deny=("Example1",))


@pytest.mark.parametrize(
    ("pin", "broken"),
    [
        ("704913", set()),
        ("7049", {Rule.LENGTH}),
        ("123456", {Rule.NO_SEQUENCE, Rule.NOT_COMMON}),
        ("789012", {Rule.NO_SEQUENCE}),
        ("543210", {Rule.NO_SEQUENCE}),
        ("777777", {Rule.NO_REPEAT, Rule.NOT_COMMON}),
        ("474747", {Rule.NO_REPEAT}),
        ("481481", {Rule.NO_REPEAT}),
        ("example1", {Rule.NOT_COMMON}),
        ("104217", {Rule.NOT_OWN_NUMBER}),
        ("000001", {Rule.NOT_OWN_NUMBER}),
        ("x104217x", {Rule.NOT_OWN_NUMBER}),
        ("70\x00913", {Rule.CHARACTERS}),
        ("ü" * 2 + "k9" * 30, {Rule.NOT_TOO_LONG}),
        ("né7ö2x", set()),
    ],
)
def test_each_rule_catches_its_own(pin: str, broken: set[Rule]) -> None:
    assert {line.rule for line in check(pin, RULES) if not line.met} == broken


def test_nothing_is_met_by_an_empty_field() -> None:
    assert not any(line.met for line in check("", RULES))


def test_rules_that_do_not_apply_are_not_shown() -> None:
    lines = check("704913", PinRules(no_sequences=False, no_repeats=False))
    assert [line.rule for line in lines] == [Rule.LENGTH, Rule.NOT_COMMON]


def test_a_key_with_rules_of_its_own_wants_more_than_two_characters() -> None:
    rules = PinRules(complexity=True)
    assert not acceptable("70070", rules)
    assert acceptable("704913", rules)


def test_the_stricter_of_key_and_policy_holds() -> None:
    key = replace(FRESH, min_pin_length=8, max_pin_length=32, pin_complexity=True)
    rules = PinRules.of(key, PinPolicy(min_length=6, max_length=63))
    assert (rules.min_length, rules.max_length, rules.complexity) == (8, 32, True)
    assert PinRules.of(FRESH, PinPolicy(min_length=6)).min_length == 6


def test_a_key_that_wants_more_than_the_policy_allows_still_gets_its_way() -> None:
    rules = PinRules.of(replace(FRESH, min_pin_length=10), PinPolicy(min_length=4, max_length=8))
    assert (rules.min_length, rules.max_length) == (10, 10)


def test_short_texts_are_no_sequences_and_no_repeats() -> None:
    assert not is_sequence("12")
    assert not is_repeat("1")


@given(st.text(max_size=80))
def test_composed_and_decomposed_spellings_are_judged_alike(pin: str) -> None:
    nfc, nfd = unicodedata.normalize("NFC", pin), unicodedata.normalize("NFD", pin)
    assert check(nfc, RULES) == check(nfd, RULES)


@given(st.text(max_size=80))
def test_what_is_acceptable_fits_into_the_key(pin: str) -> None:
    if acceptable(pin, RULES):
        nfc = unicodedata.normalize("NFC", pin)
        assert RULES.min_length <= len(nfc)
        assert len(nfc.encode()) <= MAX_BYTES
        assert "\x00" not in nfc
