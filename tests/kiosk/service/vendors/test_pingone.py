"""PingOne's forms: bytes as signed numbers, collections, literals."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.service.relying_parties.connector import RelyingPartyRefused
from kiosk.service.relying_parties.connectors.pingone import _options
from kiosk.service.relying_parties.options import canonical
from kiosk.service.vendors.pingone import code_of, embedded, literal, remedy, unsigned
from kiosk.service.vendors.rest import Malformed, Refused
from tests.faces.expressions import Expression
from tests.faces.pingone import signed
from tests.faces.pingone_users import FILTERED
from tests.kiosk.service.soft_key import unb64

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-200, 300) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=3),
    max_leaves=8,
)


@given(st.binary(max_size=100))
def test_signed_numbers_are_bytes(data: bytes) -> None:
    assert unsigned(signed(data)) == data
    assert unsigned(list(data)) == data


@pytest.mark.parametrize("numbers", [[-129], [256], ["1"], [True], [1.0], [None], [[1]]])
def test_other_numbers_are_not(numbers: list[object]) -> None:
    with pytest.raises(ValueError, match="bytes"):
        unsigned(numbers)


@given(st.binary(min_size=1, max_size=64), st.binary(min_size=1, max_size=64), st.lists(st.binary(min_size=1)))
def test_options_in_a_string_are_options(challenge: bytes, handle: bytes, excluded: list[bytes]) -> None:
    inner = {
        "rp": {"id": "example.org"},
        "user": {"id": signed(handle), "name": "nada"},
        "challenge": signed(challenge),
        "pubKeyCredParams": [{"type": "public-key", "alg": -7}],
        "excludeCredentials": [{"type": "public-key", "id": signed(each)} for each in excluded],
    }
    found = canonical(_options({"publicKeyCredentialCreationOptions": json.dumps(inner)}))
    assert (unb64(found["challenge"]), unb64(found["user"]["id"])) == (challenge, handle)
    assert set(excluded) <= {unb64(each["id"]) for each in found["excludeCredentials"]}


@given(JSON)
def test_options_of_any_shape_are_read_or_refused(inner: Any) -> None:
    for document in (inner, {"publicKeyCredentialCreationOptions": inner}):
        with pytest.raises(RelyingPartyRefused):
            _options(document)
    with pytest.raises(RelyingPartyRefused, match="bad_options"):  # chance makes nothing whole
        canonical(_options({"publicKeyCredentialCreationOptions": json.dumps(inner)}))


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_a_literal_means_the_text_and_nothing_else(text: str) -> None:
    found = Expression(f"username eq {literal(text)}", FILTERED)
    assert found.matches({"username": text})
    assert not found.matches({"username": text + "x"})


def test_a_collection_is_where_hal_keeps_it() -> None:
    assert embedded({"_embedded": {"users": [{"id": "1"}]}}, "users") == [{"id": "1"}]
    wrong: list[Any] = [{}, {"_embedded": {}}, {"_embedded": {"users": {}}}, {"_embedded": {"users": [1]}}, []]
    for document in wrong:
        with pytest.raises(Malformed):
            embedded(document, "users")


@given(st.sampled_from([400, 403, 404]), JSON)
def test_any_refusal_is_read(status: int, document: Any) -> None:
    refused = Refused(status, document)
    assert len(code_of(refused)) < 64
    assert (remedy(refused) is not None) is (status == 403)
