"""A PIN by chance: by every rule, and never one that nobody has seen."""

from __future__ import annotations

import random
import secrets
from collections.abc import Iterator
from itertools import cycle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hardware.errors import AgentLost, KeyGone, NoPinSupport, PinAlreadySet, PinRefused
from kiosk.enrollment.pin_rules import PinRules, acceptable
from kiosk.station.pin_work import RandomPins
from kiosk.station.random_pin import DIGITS, random_pin
from tests.kiosk.station.fake_key import FakeKey

RULES = PinRules(6, 63)


@given(
    st.builds(
        PinRules,
        min_length=st.integers(4, 8),
        no_sequences=st.booleans(),
        no_repeats=st.booleans(),
        own_numbers=st.sampled_from([(), ("123456789",)]),
        complexity=st.booleans(),
    ),
    st.integers(0, 4),
    st.integers(),
)
def test_no_rule_refuses_it(rules: PinRules, more: int, seed: int) -> None:
    pin = random_pin(rules, rules.min_length + more, random.Random(seed).choice)
    assert acceptable(pin, rules)
    assert len(pin) == rules.min_length + more
    assert set(pin) <= set(DIGITS)


def test_chance_is_asked_for_every_digit() -> None:
    digits: Iterator[str] = cycle("40718263")
    assert random_pin(RULES, 8, lambda alphabet: next(digits) if alphabet == DIGITS else "") == "40718263"


def test_what_digits_cannot_do_letters_do() -> None:
    rules = PinRules(4, 4, deny=tuple(f"{n:04}" for n in range(10_000)))
    assert not set(random_pin(rules, 4, secrets.choice)) <= set(DIGITS)


def test_rules_that_nothing_meets_are_told() -> None:
    with pytest.raises(PinRefused):
        random_pin(RULES, 5, secrets.choice)


def pins() -> RandomPins:
    return RandomPins(secrets.choice)


def test_the_key_gets_the_pin_that_is_told() -> None:
    key = FakeKey()
    assert pins().set(key, RULES, 8).reveal() == key.pin


@pytest.mark.parametrize("lost", [AgentLost(), KeyGone()])
def test_a_key_that_took_the_pin_before_it_left_is_found_to_have_it(lost: AgentLost | KeyGone) -> None:
    made, key = pins(), FakeKey()
    key.late["set_pin"].append(lost)
    with pytest.raises(type(lost)):
        made.set(key, RULES, 8)
    kept = key.pin
    assert kept
    assert made.set(key, RULES, 8).reveal() == key.pin == kept
    assert key.done == ["set_pin", "verify_pin"]


def test_a_key_that_did_not_take_it_gets_another_one() -> None:
    made, key = pins(), FakeKey()
    key.errors["set_pin"].append(KeyGone())
    with pytest.raises(KeyGone):
        made.set(key, RULES, 8)
    assert made.set(key, RULES, 8).reveal() == key.pin
    assert key.done == ["set_pin", "verify_pin", "set_pin"]


def test_a_key_that_has_another_pin_keeps_it() -> None:
    made, key = pins(), FakeKey()
    key.errors["set_pin"].append(KeyGone())
    with pytest.raises(KeyGone):
        made.set(key, RULES, 8)
    key.pin = "somebody's"
    for _ in range(2):
        with pytest.raises(PinAlreadySet):
            made.set(key, RULES, 8)
    assert key.done.count("verify_pin") == 1  # one try, not one each time


def test_a_certain_no_and_the_end_of_the_visit_forget_the_pin() -> None:
    made, key = pins(), FakeKey()
    key.errors["set_pin"].append(NoPinSupport())
    with pytest.raises(NoPinSupport):
        made.set(key, RULES, 8)
    key.late["set_pin"].append(KeyGone())
    with pytest.raises(KeyGone):
        made.set(key, RULES, 8)
    made.forget()
    with pytest.raises(PinAlreadySet):
        made.set(key, RULES, 8)
    assert "verify_pin" not in key.done
