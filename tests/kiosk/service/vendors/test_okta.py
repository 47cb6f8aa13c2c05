"""Okta's limits, codes and literals."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.service.vendors.okta import Attempts, code_of, literal, remedy, wait, word_of
from kiosk.service.vendors.okta_method import Method, method_of
from kiosk.service.vendors.rest import Refused
from tests.faces.expressions import Expression
from tests.faces.okta_users import SEARCHED

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=12), inner, max_size=3),
    max_leaves=8,
)


def headers(left: str, reset: int, **more: str) -> dict[str, str]:
    return {"x-rate-limit-remaining": left, "x-rate-limit-reset": str(reset), **more}


def test_a_used_up_limit_is_waited_for_by_the_clock_that_told_it() -> None:
    now = int(NOON.timestamp())
    assert wait(headers("0", now + 17), NOON) == 17
    assert wait(headers("0", now - 17), NOON) == 0
    assert wait(headers("0", now + 10**8), NOON) == 3600
    ahead = headers("0", now + 3617, date="Mon, 01 Jun 2026 13:00:00 GMT")
    assert wait(ahead, NOON) == 17


def test_a_limit_that_is_not_used_up_asks_nobody_to_wait() -> None:
    assert wait(headers("599", int(NOON.timestamp()) + 60), NOON) is None
    assert wait(headers("599", 0, **{"retry-after": "3"}), NOON) == 3
    assert wait({}, NOON) is None


@given(st.text())
def test_a_limit_in_any_form_is_read_or_passed_over(text: str) -> None:
    found = wait({"x-rate-limit-reset": text, "x-rate-limit-remaining": text}, NOON)
    assert found is None or 0 <= found <= 3600


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_a_literal_means_the_text_and_nothing_else(text: str) -> None:
    assert json.loads(literal(text)) == text
    found = Expression(f"profile.login eq {literal(text)}", SEARCHED)
    assert found.matches({"profile.login": text})
    assert not found.matches({"profile.login": text + "x"})


@given(st.integers(400, 499), JSON)
def test_any_refusal_is_read(status: int, document: Any) -> None:
    refused = Refused(status, document)
    assert len(code_of(refused)) < 16
    assert word_of(refused) == "" or code_of(refused)
    assert remedy(refused) is None


def test_known_codes_have_words_and_remedies() -> None:
    refused = Refused(401, {"errorCode": "E0000011", "errorSummary": "Invalid token provided"})
    found = remedy(refused)
    assert (code_of(refused), word_of(refused)) == ("E0000011", "not_authorized")
    assert found is not None
    assert "token" in found.seen


@given(st.lists(st.tuples(st.sampled_from(["nada", "sean"]), st.integers(0, 200)), max_size=60))
def test_nobody_is_activated_more_than_four_times_in_five_minutes(steps: list[tuple[str, int]]) -> None:
    attempts, now = Attempts(), NOON
    made: dict[str, list[datetime]] = {"nada": [], "sean": []}
    for who, pause in steps:
        now += timedelta(seconds=pause)
        ahead = attempts.wait(who, now)
        assert attempts.take(who, now) == ahead
        if not ahead:
            made[who].append(now)
        recent = [each for each in made[who] if now - each < timedelta(minutes=5)]
        assert len(recent) <= 4
        assert 0 <= ahead <= 300
        if ahead:
            assert len(recent) == 4
            assert attempts.wait(who, now + timedelta(seconds=ahead)) == 0


def test_who_came_long_ago_is_forgotten() -> None:
    attempts = Attempts()
    for number in range(10_001):
        attempts.take(f"person{number}", NOON)
    attempts.take("nada", NOON + timedelta(minutes=6))
    assert len(attempts._made) == 1


@pytest.mark.parametrize(
    ("method", "found"),
    [
        ({}, Method()),
        ({"settings": {"rpId": {"enabled": True, "domain": {"name": "Example.COM"}}}}, Method("example.com")),
        ({"settings": {"rpId": {"enabled": False, "domain": {"name": "example.com"}}}}, Method()),
        ({"settings": {"attachment": "BUILT_IN"}}, Method(takes_keys=False)),
        ({"settings": {"attachment": "ROAMING"}}, Method()),
        ({"status": "INACTIVE"}, Method(takes_keys=False)),
    ],
)
def test_the_authenticators_settings_are_read(method: dict[str, Any], found: Method) -> None:
    assert method_of({"key": "webauthn", "status": "ACTIVE"}, method) == found


def test_an_authenticator_that_is_off_takes_no_keys() -> None:
    assert method_of({"key": "webauthn", "status": "INACTIVE"}, {}) == Method(takes_keys=False)


@given(JSON, JSON)
def test_settings_of_any_shape_are_read(authenticator: Any, method: Any) -> None:
    found = method_of(authenticator, method)
    assert isinstance(found.rp_id, str)
    assert method_of(authenticator, {"settings": {"rpId": method}}).takes_keys in (True, False)
