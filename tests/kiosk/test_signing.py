"""Signatures that travel."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.signing import NotSigned, Signer, canonical, verified

SECRET = bytes(range(32))


def test_what_was_signed_is_read_with_the_public_key() -> None:
    signer = Signer.of(SECRET, "audit")
    assert verified(signer.sign({"number": 7, "name": "Zoë"}), signer.public) == {"number": 7, "name": "Zoë"}


def test_the_key_of_a_purpose_is_the_same_for_the_same_secret_and_no_other() -> None:
    assert Signer.of(SECRET, "audit").public == Signer.of(SECRET, "audit").public
    assert Signer.of(SECRET, "audit").public != Signer.of(SECRET, "configuration").public
    assert Signer.of(SECRET[::-1], "audit").public != Signer.of(SECRET, "audit").public


def test_the_key_of_another_purpose_is_refused() -> None:
    with pytest.raises(NotSigned):
        verified(Signer.of(SECRET, "audit").sign({}), Signer.of(SECRET, "configuration").public)


@given(place=st.integers(min_value=0), letter=st.sampled_from("AQgw_-9."))
def test_a_signature_with_another_letter_is_refused_or_is_the_same_text(place: int, letter: str) -> None:
    signer = Signer.of(SECRET, "audit")
    token = signer.sign({"number": 7})
    place %= len(token)
    changed = token[:place] + letter + token[place + 1 :]
    try:
        assert verified(changed, signer.public) == {"number": 7}
        assert changed[:-1] == token[:-1]  # the last letter of base64url has bits that say nothing
    except NotSigned:
        assert changed != token


@given(st.text(max_size=200))
def test_any_text_is_refused(text: str) -> None:
    with pytest.raises(NotSigned):
        verified(text, Signer.of(SECRET, "audit").public)


def test_a_signer_does_not_show_its_key() -> None:
    assert repr(Signer.of(SECRET, "audit")) == "Signer()"


def test_canonical_text_does_not_hang_on_the_order_of_members() -> None:
    assert canonical({"b": 1, "a": [True, None, "ü"]}) == '{"a":[true,null,"ü"],"b":1}'.encode()
