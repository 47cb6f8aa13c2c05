"""Options of any shape, and names of any length."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import pytest
from fido2.ctap2.base import AttestationResponse, Info
from fido2.webauthn import (
    AttestationConveyancePreference,
    AttestationObject,
    AttestedCredentialData,
    AuthenticatorData,
)
from hypothesis import given
from hypothesis import strategies as st

from hardware.errors import OptionsRefused
from hardware.probe import fits, portion
from hardware.webauthn_json import FLAG, attestation_object, creation, request, shortened
from tests.hardware.ways import ORIGIN, creation_options, request_options

ANYTHING = st.recursive(
    st.one_of(
        st.none(), st.booleans(), st.integers(-9, 99), st.text(max_size=8), st.sampled_from(["public-key", "AAAA"])
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(st.sampled_from(["id", "name", "type", "alg", "residentKey", "x"]), inner, max_size=4),
    ),
    max_leaves=8,
)


@given(st.text(max_size=200))
def test_a_name_is_cut_between_characters(text: str) -> None:
    cut = shortened(text)
    assert len(cut.encode()) <= 64
    if "\ufffd" not in cut and "?" not in cut:
        assert text.startswith(cut)
        assert len(text.encode(errors="replace")) <= 64 or len(cut.encode()) > 60


@given(st.dictionaries(st.sampled_from(sorted(creation_options(extensions=None, excludeCredentials=None))), ANYTHING))
def test_creation_options_of_any_shape_are_read_or_refused(changes: dict[str, Any]) -> None:
    with suppress(OptionsRefused):
        assert creation(creation_options(**changes), ORIGIN).rp_id


@given(st.dictionaries(st.sampled_from(sorted(request_options())), ANYTHING))
def test_request_options_of_any_shape_are_read_or_refused(changes: dict[str, Any]) -> None:
    with suppress(OptionsRefused):
        assert request(request_options(**changes), ORIGIN).rp_id


def test_client_data_says_what_the_relying_party_will_check() -> None:
    options = creation_options()
    client_data = creation(options, ORIGIN).client_data
    assert (client_data.type, client_data.origin, client_data.cross_origin) == ("webauthn.create", ORIGIN, False)
    assert request(request_options(), ORIGIN).client_data.type == "webauthn.get"


@pytest.mark.parametrize(
    ("aaguid", "statement", "kept"),
    [(bytes(16), {}, True), (bytes(16), {"x5c": [b""]}, False), (bytes(range(16)), {}, False)],
)
def test_of_attestations_nobody_asked_for_only_those_by_the_credential_itself_stay(
    aaguid: bytes, statement: dict[str, Any], kept: bool
) -> None:
    key = {1: 2, 3: -7, -1: 1, -2: bytes(32), -3: bytes(32)}
    credential = AttestedCredentialData.create(aaguid, b"id", key)  # type: ignore[arg-type]  # CBOR is all it wants
    auth_data = AuthenticatorData.create(bytes(32), FLAG.UP | FLAG.AT, 0, credential)
    answer = AttestationResponse(fmt="packed", auth_data=auth_data, att_stmt={"alg": -7, "sig": b"s", **statement})
    for conveyance in (None, AttestationConveyancePreference.NONE):
        conveyed = AttestationObject(attestation_object(answer, conveyance))
        assert (conveyed.fmt == "packed", bool(conveyed.att_stmt)) == (kept, kept)
        assert conveyed.auth_data == auth_data
    assert AttestationObject(attestation_object(answer, AttestationConveyancePreference.DIRECT)).att_stmt


@given(st.integers(0, 3000), st.integers(0, 20), st.lists(st.binary(min_size=1, max_size=255), max_size=40))
def test_portions_of_a_list_are_never_empty_and_never_too_long(
    size: int, count: int, credential_ids: list[bytes]
) -> None:
    info = Info(versions=[], max_msg_size=size, max_creds_in_list=count)
    length = portion(info, credential_ids)
    assert length >= 1
    assert not count or length <= max(1, count)
    assert fits(info, credential_ids) == (len(credential_ids) <= length)
