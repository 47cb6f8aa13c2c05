"""What is signed by ES256 is read strictly: whatever comes, it is a token by this key or it is refused."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from joserfc.jwk import ECKey

from kiosk.service.tokens import es256
from kiosk.service.tokens.es256 import BadKey, NotSigned
from tests.kiosk.service.stations.kiosks import P256

KEY, OTHER = P256(), P256()
TOKEN = KEY.sign({"iss": "station-1", "iat": 1_780_000_000})
JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


def believed(token: str) -> bool:
    try:
        return es256.signed_by(es256.read(token), KEY.jwk)
    except NotSigned:
        return False


def test_a_token_is_believed_of_its_key_alone() -> None:
    read = es256.read(TOKEN)
    assert es256.signed_by(read, KEY.jwk)
    assert not es256.signed_by(read, OTHER.jwk)
    assert (read.said("iss"), read.said("sub"), read.time("iat")) == ("station-1", "", 1_780_000_000.0)


@given(st.integers(0, len(TOKEN) - 1), st.characters(codec="ascii"))
def test_any_other_character_makes_it_another_token(at: int, other: str) -> None:
    changed = TOKEN[:at] + other + TOKEN[at + 1 :]
    assert believed(changed) == (changed == TOKEN)


@given(st.text(max_size=200) | st.lists(st.text("abcdefAZ09-_="), max_size=5).map(".".join))
def test_what_is_no_token_is_refused_and_nothing_else(text: str) -> None:
    with pytest.raises(NotSigned):
        es256.read(text)


@given(JSON, JSON)
def test_whatever_is_signed_is_read_or_refused(header: Any, claims: Any) -> None:
    token = KEY.sign(claims, header)
    try:
        read = es256.read(token)
    except NotSigned:
        return
    assert isinstance(claims, dict)
    for name in claims:
        assert isinstance(read.said(name), str)
        time = read.time(name)
        assert time is None or 0 <= time <= 1e11


@given(JSON)
def test_whatever_a_claim_is_a_time_is_a_number_of_seconds(value: Any) -> None:
    time = es256.Unverified("", {"iat": value}).time("iat")
    plain = isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= 1e11
    assert time == (float(value) if plain else None)


@given(st.dictionaries(st.sampled_from(["kty", "crv", "x", "y", "d", "kid"]), JSON | st.sampled_from(["EC", "P-256"])))
def test_what_is_no_key_is_refused_and_nothing_else(jwk: dict[str, Any]) -> None:
    with pytest.raises(BadKey):
        es256.checked(jwk)


@given(st.sampled_from(["x", "y"]), st.integers(0, 42), st.sampled_from("ABCDwxyz0189-_"))
def test_a_point_beside_the_curve_is_no_key(name: str, at: int, other: str) -> None:
    good = KEY.jwk
    changed = good | {name: good[name][:at] + other + good[name][at + 1 :]}
    if changed == good:
        assert es256.checked(changed) == good
        return
    with pytest.raises(BadKey):
        es256.checked(changed)


def test_the_thumbprint_is_that_of_the_rfc() -> None:
    assert es256.thumbprint(KEY.jwk) == ECKey.import_key({**KEY.jwk}).thumbprint()
