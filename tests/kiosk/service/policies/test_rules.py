"""What a policy says over the settings."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.contract.policy import Partial, PinDelivery, PinMode
from kiosk.service.policies.rules import BadPolicy, Change, differences, effective, tidied
from kiosk.service.settings import ServiceSettings

SETTINGS = ServiceSettings.model_validate({"mail": {"host": "localhost", "sender": "keys@example.org"}})

members = st.fixed_dictionaries(
    {},
    optional={
        "pin": st.fixed_dictionaries(
            {}, optional={"min_length": st.integers(4, 12), "mode": st.sampled_from([each.value for each in PinMode])}
        ),
        "key": st.fixed_dictionaries({}, optional={"min_free_slots": st.integers(1, 100)}),
        "supervision": st.fixed_dictionaries({}, optional={"verify": st.integers(0, 2), "reset": st.integers(0, 2)}),
        "partial": st.sampled_from(["keep", "roll_back"]),
    },
)
"""Documents that make sense."""


def test_no_policy_leaves_the_settings_as_they_are() -> None:
    assert effective(SETTINGS) is SETTINGS
    assert effective(SETTINGS, {}, {}) is SETTINGS


def test_a_policy_changes_its_members_and_nothing_else() -> None:
    under = effective(SETTINGS, {"pin": {"min_length": 8}, "partial": "roll_back"})
    assert (under.pin.min_length, under.partial) == (8, Partial.ROLL_BACK)
    assert under.pin.model_copy(update={"min_length": SETTINGS.pin.min_length}) == SETTINGS.pin
    assert under.model_copy(update={"pin": SETTINGS.pin, "partial": SETTINGS.partial}) == SETTINGS


def test_a_later_policy_stands_over_an_earlier_one_member_by_member() -> None:
    under = effective(SETTINGS, {"pin": {"min_length": 8, "random_length": 10}}, {"pin": {"min_length": 9}})
    assert (under.pin.min_length, under.pin.random_length) == (9, 10)


@pytest.mark.parametrize(
    ("document", "path"),
    [
        ({"pin": {"min_length": "many"}}, "pin.min_length"),
        ({"pin": {"nothing": 1}}, "pin.nothing"),
        ({"pin": 7}, "pin"),
        ({"pin": {"min_length": 40, "max_length": 10}}, "pin"),
        ({"pin": {"delivery": "letter"}}, "pin"),
        ({"server": {"port": 1}}, "server"),
        ({"partial": "some"}, "partial"),
        ({"life": {"least": 3, "most": 2}}, "life"),
    ],
)
def test_what_is_no_policy_is_refused_with_its_path(document: dict[str, Any], path: str) -> None:
    with pytest.raises(BadPolicy) as refused:
        effective(SETTINGS, document)
    assert refused.value.path == path
    assert refused.value.why


@given(members)
def test_a_tidied_policy_means_the_same_and_says_nothing_twice(document: dict[str, Any]) -> None:
    kept = tidied(SETTINGS, document)
    assert effective(SETTINGS, kept) == effective(SETTINGS, document)
    assert tidied(SETTINGS, kept) == kept
    assert all(kept.values())


@given(members, members)
def test_differences_lead_from_one_policy_to_the_other(first: dict[str, Any], second: dict[str, Any]) -> None:
    before, after = effective(SETTINGS, first), effective(SETTINGS, second)
    changes = differences(before, after)
    assert bool(changes) is (before != after)
    back = differences(after, before)
    assert [Change(each.path, each.after, each.before) for each in back] == list(changes)


def test_a_policy_may_want_random_pins_in_letters() -> None:
    document = {"pin": {"origin": "random", "delivery": "letter"}}
    under = effective(SETTINGS, document)
    assert under.pin.delivery is PinDelivery.LETTER
    assert tidied(SETTINGS, document) == document
