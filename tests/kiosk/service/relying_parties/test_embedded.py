"""The embedded relying party against responses that are bent in every way."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any, cast

import pytest
from cryptography import x509
from fido2 import cbor
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from kiosk.service.attestation.verdict import AttestationRejected
from kiosk.service.directories.connector import Person
from kiosk.service.relying_parties.connector import (
    BegunCeremony,
    CreationRequest,
    RelyingPartyRefused,
    UserVerification,
)
from kiosk.service.relying_parties.connectors.embedded import EmbeddedParty, EmbeddedRelyingParty
from kiosk.service.relying_parties.proof import ProofRequest, proof_options, verify_proof
from kiosk.service.relying_parties.webauthn import Unacceptable, decode, encode
from tests.kiosk.service.running import NOON
from tests.kiosk.service.soft_key import Json, SoftKey, b64, unb64
from tests.kiosk.service.wired import wired

KEY = SoftKey(credential_id=b"c" * 32)
ORIGIN = "https://login.example.org"
PARTY = EmbeddedRelyingParty(EmbeddedParty(id="staff", name="Staff", rp_id="example.org", origin=ORIGIN), wired(KEY))
PERSON = Person("u1", "maria@example.org", "Maria", "Okafor")
OPTIONS = PARTY.begin(CreationRequest(PERSON, b"h" * 64, (b"old",), UserVerification.REQUIRED))
CHALLENGE = decode(OPTIONS.public_key["challenge"])
BEGUN = BegunCeremony(CHALLENGE, "example.org", ORIGIN, b"h" * 64, UserVerification.REQUIRED, NOON)
GOOD = KEY.register(OPTIONS.public_key, ORIGIN)
TAKEN = PARTY.complete(BEGUN, GOOD)


def bent(change: Callable[[Json], None]) -> Json:
    response: Json = json.loads(json.dumps(GOOD))
    change(response)
    return response


def client_data(**changes: Any) -> Json:
    def change(response: Json) -> None:
        told = json.loads(unb64(response["response"]["clientDataJSON"])) | changes
        response["response"]["clientDataJSON"] = b64(json.dumps(told).encode())

    return bent(change)


def test_options_ask_for_a_discoverable_attested_credential() -> None:
    asked = OPTIONS.public_key
    assert asked["authenticatorSelection"]["residentKey"] == "required"
    assert asked["authenticatorSelection"]["userVerification"] == "required"
    assert asked["attestation"] == "direct"
    assert [each["alg"] for each in asked["pubKeyCredParams"]] == [-7, -8, -257]
    assert asked["excludeCredentials"] == [{"type": "public-key", "id": encode(b"old")}]
    assert asked["user"] == {"id": encode(b"h" * 64), "name": "maria@example.org", "displayName": "Maria Okafor"}
    assert asked["timeout"] == 300_000
    assert len(CHALLENGE) == 32


def test_a_good_response_is_taken() -> None:
    assert (TAKEN.credential_id, TAKEN.sign_count, TAKEN.attestation) == (b"c" * 32, 1, "packed:basic:trusted")
    assert TAKEN.transports == ("usb",)


@pytest.mark.parametrize(
    ("response", "word"),
    [
        (client_data(type="webauthn.get"), "wrong_type"),
        (client_data(challenge=encode(b"another challenge of 32 bytes...")), "wrong_challenge"),
        (client_data(origin="https://login.example.org.evil.example"), "wrong_origin"),
        (client_data(crossOrigin=True), "wrong_origin"),
        (KEY.register(OPTIONS.public_key | {"rp": {"id": "other.org"}}, ORIGIN), "wrong_rp_id"),
        (replace(KEY, flags=0x01).register(OPTIONS.public_key, ORIGIN), "not_verified"),
        (replace(KEY, flags=0x04).register(OPTIONS.public_key, ORIGIN), "not_present"),
        (bent(lambda each: each.update(id="AAAA")), "malformed"),
        (bent(lambda each: each.update(id="AAAA", rawId="AAAA")), "wrong_credential"),
        (bent(lambda each: each.update(type="password")), "malformed"),
        (bent(lambda each: each["response"].pop("clientDataJSON")), "malformed"),
        (bent(lambda each: each["response"].update(clientDataJSON=b64(b"[]"))), "wrong_type"),
        (bent(lambda each: each["response"].update(clientDataJSON=b64(b"\xff"))), "malformed"),
        (bent(lambda each: each["response"].update(attestationObject="A=")), "malformed"),
        (bent(lambda each: each["response"].update(attestationObject=b64(b"\xa0"))), "malformed"),
        (bent(lambda each: each["response"].update(transports="usb")), "malformed"),
        ({}, "malformed"),
        ({"response": 5, "rawId": "AAAA"}, "malformed"),
    ],
)
def test_a_bent_response_is_refused_by_its_word(response: Json, word: str) -> None:
    with pytest.raises(RelyingPartyRefused) as caught:
        PARTY.complete(BEGUN, response)
    assert caught.value.word == word


def test_user_verification_is_asked_for_by_policy_only() -> None:
    response = replace(KEY, flags=0x01).register(OPTIONS.public_key, ORIGIN)
    preferred = replace(BEGUN, user_verification=UserVerification.PREFERRED)
    assert PARTY.complete(preferred, response).credential_id == KEY.credential_id


@pytest.mark.parametrize("more", [1, 2, 8, 16, 64])
def test_a_length_beyond_the_end_is_refused(more: int) -> None:
    content = bytearray(unb64(GOOD["response"]["attestationObject"]))
    content[content.index(b"hauthData") + len(b"hauthDataX")] ^= more
    with pytest.raises((RelyingPartyRefused, AttestationRejected)):
        PARTY.complete(BEGUN, bent(lambda each: each["response"].update({"attestationObject": b64(bytes(content))})))


def unused_bits(attestation_object: bytes) -> int:
    """Where the certificate says that no bits of its signature are unused: nobody signs that, and it says nothing."""
    if b"attStmt" not in attestation_object:
        return -1
    statement = cast(Mapping[str, Any], cbor.decode(attestation_object))["attStmt"]
    signature = x509.load_der_x509_certificate(statement["x5c"][0]).signature
    return attestation_object.index(signature) - 1


@settings(deadline=None)
@given(st.data())
def test_any_changed_byte_is_refused_and_nothing_else_is_raised(data: st.DataObject) -> None:
    where = data.draw(st.sampled_from(["clientDataJSON", "attestationObject"]))
    content = bytearray(unb64(GOOD["response"][where]))
    place = data.draw(st.integers(0, len(content) - 1))
    assume(place != unused_bits(bytes(content)))
    content[place] ^= data.draw(st.integers(1, 255))
    response = bent(lambda each: each["response"].update({where: b64(bytes(content))}))
    with pytest.raises((RelyingPartyRefused, AttestationRejected)):
        PARTY.complete(BEGUN, response)


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(max_size=8), st.lists, max_leaves=5))
def test_any_json_instead_of_a_response_is_refused(junk: Any) -> None:
    for response in (
        {"response": junk},
        {"rawId": junk, "id": junk, "type": "public-key", "response": GOOD["response"]},
    ):
        with pytest.raises(RelyingPartyRefused):
            PARTY.complete(BEGUN, response)


REQUEST = ProofRequest(
    b"p" * 32, TAKEN.credential_id, TAKEN.public_key, b"h" * 64, 1, UserVerification.REQUIRED, "example.org", ORIGIN
)
PROOF = proof_options("example.org", b"p" * 32, TAKEN.credential_id, UserVerification.REQUIRED, timedelta(minutes=5))


def test_a_silent_proof_is_good() -> None:
    key = replace(KEY, counter=4)
    assert verify_proof(REQUEST, key.prove(PROOF, ORIGIN)) == 5


@pytest.mark.parametrize(
    ("request_", "key", "word"),
    [
        (REQUEST, replace(KEY, flags=0x01), "not_verified"),
        (replace(REQUEST, sign_count=9), KEY, "counter_went_back"),
        (REQUEST, replace(KEY, credential_id=b"x"), "wrong_credential"),
        (replace(REQUEST, challenge=b"q" * 32), KEY, "wrong_challenge"),
        (replace(REQUEST, public_key=b"\xa0"), KEY, "wrong_signature"),
        (REQUEST, SoftKey(credential_id=b"c" * 32), "wrong_signature"),
        (REQUEST, replace(KEY, origin="https://evil.example"), "wrong_origin"),
    ],
)
def test_a_proof_that_does_not_hold_is_refused_by_its_word(request_: ProofRequest, key: SoftKey, word: str) -> None:
    with pytest.raises(Unacceptable) as caught:
        verify_proof(request_, replace(key).prove(PROOF, ORIGIN))
    assert caught.value.word == word


def test_a_proof_for_another_user_is_refused() -> None:
    response = replace(KEY).prove(PROOF, ORIGIN)
    response["response"]["userHandle"] = b64(b"somebody else")
    with pytest.raises(Unacceptable, match="wrong_user"):
        verify_proof(REQUEST, response)


@pytest.mark.parametrize("text", ["A", "AA=", "A+A", "AB", "é", 5, None, "AAAA\n"])
def test_only_canonical_base64url_is_read(text: object) -> None:
    with pytest.raises(Unacceptable):
        decode(text)


@given(st.binary(max_size=40))
def test_base64url_goes_there_and_back(content: bytes) -> None:
    assert decode(encode(content)) == content
