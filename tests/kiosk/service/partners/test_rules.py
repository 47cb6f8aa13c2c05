"""When an agreement is in force, and what a message has to say."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.service import errors
from kiosk.service.accounts.settings import PartnerSettings
from kiosk.service.partners.rules import (
    MessageRefused,
    PartnerRefused,
    Reason,
    claims_of,
    in_force,
    seconds_left_today,
)
from tests.kiosk.service.running import NOON

SECONDS = int(NOON.timestamp())


def partner(**changes: Any) -> PartnerSettings:
    given: dict[str, Any] = {
        "id": "clinic",
        "name": "Clinic",
        "client_id": "client-1",
        "site": "north",
        "keys": [Path("keys.json")],
        "decryption_keys": ["partner.open"],
        "signing_key": "partner.sign",
    }
    return PartnerSettings.model_validate(given | changes)


def said(**changes: Any) -> dict[str, Any]:
    claims = {"iss": "clinic", "aud": "keywright", "iat": SECONDS, "jti": "m-1", "guest": {"email": "x"}} | changes
    return {name: value for name, value in claims.items() if value is not ...}


def why(content: dict[str, Any], now: datetime = NOON, **changes: Any) -> Reason:
    with pytest.raises(MessageRefused) as caught:
        claims_of(content, partner(**changes), now)
    return caught.value.why


def test_a_message_of_the_partner_for_us_of_now_is_taken() -> None:
    claims = claims_of(said(exp=SECONDS + 1), partner(), NOON)
    assert (claims.jti, claims.guest) == ("m-1", {"email": "x"})
    assert claims_of(said(aud=["keywright"]), partner(), NOON) == claims
    assert "m-1" not in repr(claims)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"iss": "hospital"}, Reason.SENDER),
        ({"iss": "Clinic"}, Reason.SENDER),
        ({"iss": None}, Reason.SENDER),
        ({"aud": "another"}, Reason.AUDIENCE),
        ({"aud": ["keywright", "another"]}, Reason.AUDIENCE),
        ({"aud": []}, Reason.AUDIENCE),
        ({"iat": SECONDS - 301}, Reason.TIME),
        ({"iat": SECONDS + 61}, Reason.TIME),
        ({"exp": SECONDS}, Reason.TIME),
        ({"iat": float(SECONDS)}, Reason.CLAIMS),
        ({"iat": str(SECONDS)}, Reason.CLAIMS),
        ({"iat": True}, Reason.CLAIMS),
        ({"iat": -1}, Reason.CLAIMS),
        ({"iat": 10**30}, Reason.CLAIMS),
        ({"exp": None}, Reason.CLAIMS),
        ({"jti": ""}, Reason.CLAIMS),
        ({"jti": "x" * 129}, Reason.CLAIMS),
        ({"jti": "a b"}, Reason.CLAIMS),
        ({"jti": "a\n"}, Reason.CLAIMS),
        ({"jti": "\ud800"}, Reason.CLAIMS),
        ({"jti": 7}, Reason.CLAIMS),
        ({"jti": ...}, Reason.CLAIMS),
        ({"iat": ...}, Reason.CLAIMS),
        ({"aud": ...}, Reason.CLAIMS),
        ({"guest": []}, Reason.CLAIMS),
        ({"more": 1}, Reason.CLAIMS),
    ],
    ids=str,
)
def test_anything_else_is_refused(changes: dict[str, Any], reason: Reason) -> None:
    assert why(said(**changes)) is reason


def test_clocks_may_differ_by_a_minute_one_way_and_by_the_window_the_other() -> None:
    for iat in (SECONDS - 300, SECONDS, SECONDS + 60):
        claims_of(said(iat=iat), partner(), NOON)
    assert why(said(iat=SECONDS - 31), window=30) is Reason.TIME
    claims_of(said(iat=SECONDS - 3600), partner(window=3600), NOON)


@given(st.integers(-400, 100), st.integers(0, 2000))
def test_a_number_is_remembered_for_as_long_as_its_message_may_be_taken(age: int, later: int) -> None:
    message, after = said(iat=SECONDS + age), NOON + timedelta(seconds=later)
    try:
        claims_of(message, partner(), after)
        claims = claims_of(message, partner(), NOON)
    except MessageRefused:
        return
    assert claims.forget_at > after


def test_the_first_and_the_last_day_belong_to_an_agreement() -> None:
    bounded = partner(from_day="2026-06-01", until_day="2026-06-30")
    for moment, is_in_force in (
        (datetime(2026, 5, 31, 23, 59, 59, tzinfo=UTC), False),
        (datetime(2026, 6, 1, tzinfo=UTC), True),
        (datetime(2026, 6, 30, 23, 59, 59, tzinfo=UTC), True),
        (datetime(2026, 7, 1, tzinfo=UTC), False),
    ):
        assert in_force(bounded, moment) is is_in_force
        assert in_force(partner(), moment) is True


def test_a_day_has_at_least_a_second_left() -> None:
    assert seconds_left_today(NOON) == 43200
    assert seconds_left_today(datetime(2026, 6, 1, 23, 59, 59, 999999, tzinfo=UTC)) == 1
    assert seconds_left_today(datetime(2026, 12, 31, 0, 0, tzinfo=UTC)) == 86400


def test_every_refusal_has_an_answer() -> None:
    kinds = PartnerRefused.__subclasses__()
    assert len(kinds) == 3
    assert set(kinds) <= set(errors.TABLE)
