"""Codes of authenticator apps as RFC 6238 has them, within the drift, each once; and the states of an app."""

from __future__ import annotations

import base64
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.service.accounts import totp
from kiosk.service.accounts.rules import TotpState, TotpWrongState
from kiosk.service.accounts.totp import MOVES, SETUP_LIFE, Change

SECRET = b"12345678901234567890"
NOON = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)
VECTORS = [
    (59, "287082"),
    (1111111109, "081804"),
    (1111111111, "050471"),
    (1234567890, "005924"),
    (2000000000, "279037"),
    (20000000000, "353130"),
]
"""RFC 6238, Appendix B, SHA-1: seconds, and the last six of its eight digits."""

moments = st.integers(946_684_800, 4_102_444_800).map(lambda seconds: datetime.fromtimestamp(seconds, UTC))
secrets = st.binary(min_size=totp.SECRET_BYTES, max_size=totp.SECRET_BYTES)


@pytest.mark.parametrize(("seconds", "code"), VECTORS)
def test_codes_are_those_of_the_rfc(seconds: int, code: str) -> None:
    now = datetime.fromtimestamp(seconds, UTC)
    assert totp.code_of(SECRET, totp.step_at(now)) == code
    assert totp.matching_step(SECRET, code, now, drift=0, after=-1) == totp.step_at(now)


@given(secrets, moments, st.integers(0, 2), st.integers(-4, 4))
def test_a_code_is_taken_as_early_or_late_as_the_drift_allows(
    secret: bytes, now: datetime, drift: int, apart: int
) -> None:
    step = totp.step_at(now) + apart
    found = totp.matching_step(secret, totp.code_of(secret, step), now, drift=drift, after=-1)
    if abs(apart) <= drift:
        assert found is not None
        assert totp.code_of(secret, found) == totp.code_of(secret, step)
    elif found is not None:  # one code in a million is that of another step, too
        assert totp.code_of(secret, found) == totp.code_of(secret, step)


@given(secrets, moments, st.integers(0, 2))
def test_a_code_is_never_taken_twice_nor_one_before_it(secret: bytes, now: datetime, drift: int) -> None:
    current = totp.step_at(now)
    for step in range(current - drift, current + drift + 1):
        found = totp.matching_step(secret, totp.code_of(secret, step), now, drift=drift, after=current + drift)
        assert found is None


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=70))
def test_whatever_is_typed_is_compared(typed: str) -> None:
    found = totp.matching_step(SECRET, typed, NOON, drift=1, after=-1)
    codes = {totp.code_of(SECRET, totp.step_at(NOON) + apart) for apart in (-1, 0, 1)}
    assert (found is not None) == (typed in codes)


@given(st.lists(st.sampled_from(Change), max_size=30))
def test_an_app_is_enrolled_only_by_way_of_a_set_up(changes: list[Change]) -> None:
    state, set_up = TotpState.NOT_ENROLLED, False
    for change in changes:
        if (state, change) not in MOVES:
            with pytest.raises(TotpWrongState) as refused:
                totp.moved(state, change)
            assert refused.value.state is state
            continue
        after = totp.moved(state, change)
        assert (after is TotpState.ENROLLED) == (change is Change.ENROLL)
        assert set_up or change is Change.SET_UP, "nothing happens before a set-up"
        set_up = after is not TotpState.NOT_ENROLLED
        state = after


def test_an_enrolled_app_is_not_set_up_anew() -> None:
    with pytest.raises(TotpWrongState):
        totp.moved(TotpState.ENROLLED, Change.SET_UP)


@pytest.mark.parametrize(
    ("age", "state"),
    [
        (timedelta(), TotpState.SETUP),
        (SETUP_LIFE - timedelta(seconds=1), TotpState.SETUP),
        (SETUP_LIFE, TotpState.NOT_ENROLLED),
        (timedelta(minutes=-5), TotpState.NOT_ENROLLED),
    ],
)
def test_a_set_up_that_nobody_finishes_lapses(age: timedelta, state: TotpState) -> None:
    assert totp.standing(TotpState.SETUP, NOON - age, NOON) is state
    assert totp.standing(TotpState.ENROLLED, NOON - age, NOON) is TotpState.ENROLLED


@given(
    secrets,
    st.text(st.characters(exclude_categories=["Cs"]), max_size=300),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=64),
)
def test_the_uri_says_the_secret_and_whose_it_is(secret: bytes, name: str, issuer: str) -> None:
    uri = totp.uri_of(secret, name, issuer)
    split = urlsplit(uri)
    assert (split.scheme, split.netloc) == ("otpauth", "totp")
    told = parse_qs(split.query)
    assert base64.b32decode(told["secret"][0]) == secret
    assert told["digits"] == ["6"]
    whose, _, label = split.path.removeprefix("/").partition(":")
    assert issuer.startswith(unquote(whose))
    assert name.startswith(unquote(label))
    assert len(uri) < 900, "more would be too fine for a phone"
    assert not {" ", "+"} & set(uri)


def test_a_uri_that_apps_read() -> None:
    uri = totp.uri_of(SECRET, "mona@example.org", "Example: A & B+")
    assert uri == (
        "otpauth://totp/Example%3A%20A%20%26%20B%2B:mona%40example.org?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
        "&issuer=Example%3A%20A%20%26%20B%2B&algorithm=SHA1&digits=6&period=30"
    )
