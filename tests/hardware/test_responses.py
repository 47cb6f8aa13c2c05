"""Answers of keys as relying parties get them."""

from __future__ import annotations

from typing import Any

import pytest
from fido2.webauthn import AttestationObject, AttestedCredentialData, AuthenticatorData

from hardware.answers import Attestation
from hardware.responses import FLAG, attestation_object


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
    answer = Attestation("packed", auth_data, {"alg": -7, "sig": b"s", **statement})
    for conveyance in ("", "none", "secret"):
        conveyed = AttestationObject(attestation_object(answer, conveyance))
        assert (conveyed.fmt == "packed", bool(conveyed.att_stmt)) == (kept, kept)
        assert conveyed.auth_data == auth_data
    assert AttestationObject(attestation_object(answer, "direct")).att_stmt
