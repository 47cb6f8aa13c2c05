"""The check of registrations that all faces share: what it believes, and what it rejects with which reason."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from fido2 import cbor
from hypothesis import given
from hypothesis import strategies as st

from tests.faces.server import Json
from tests.faces.webauthn import Made, Rejected, Wanted, b64, b64_text, b64url, b64url_text, registered, url_token
from tests.kiosk.service.soft_key import SoftKey, unb64

CHALLENGE, ORIGIN = b"c" * 32, "https://sso.example.org"
WANTED = Wanted(CHALLENGE, (ORIGIN,), "sso.example.org")


def made(key: SoftKey, wanted: Wanted = WANTED, bend: Callable[[Json], None] = lambda _: None) -> Made:
    """What the check says of a key whose client data and attestation object were bent."""
    options = {"challenge": b64url_text(CHALLENGE), "rp": {"id": "sso.example.org"}}
    response = key.register(options, ORIGIN)["response"]
    attestation: Any = cbor.decode(unb64(response["attestationObject"]))
    parts = {"client": json.loads(unb64(response["clientDataJSON"])), "attestation": dict(attestation)}
    before = json.dumps(parts["client"])
    bend(parts)
    client = unb64(response["clientDataJSON"]) if json.dumps(parts["client"]) == before else _json(parts["client"])
    return registered(client, cbor.encode(parts["attestation"]), wanted)


def _json(told: Any) -> bytes:
    return json.dumps(told).encode()


def unsigned(parts: Json) -> None:
    """Without a statement of the maker."""
    parts["attestation"] |= {"fmt": "none", "attStmt": {}}


def test_an_honest_key_is_believed(key: SoftKey) -> None:
    found = made(key, replace(WANTED, roots=(key.root.certificate,)))
    assert (found.credential_id, found.aaguid, found.format) == (key.credential_id, key.aaguid, "packed")
    assert found.sign_count == key.counter
    assert len(found.certificates) == 1


def test_without_a_statement_it_depends_on_what_was_asked_for(key: SoftKey) -> None:
    assert made(key, bend=unsigned).certificates == ()
    for asked in (replace(WANTED, formats=("packed",)), replace(WANTED, roots=(key.root.certificate,))):
        with pytest.raises(Rejected):
            made(key, asked, unsigned)


def bent(part: str, **members: Any) -> Callable[[Json], None]:
    return lambda parts: parts[part].update(members)


def _flipped(parts: Json) -> None:
    raw = bytearray(parts["attestation"]["authData"])
    raw[-1] ^= 1
    parts["attestation"]["authData"] = bytes(raw)


@pytest.mark.parametrize(
    ("bend", "reason"),
    [
        (bent("client", type="webauthn.get"), "kind of ceremony"),
        (bent("client", challenge="AAAA"), "another challenge"),
        (bent("client", challenge=b64url_text(CHALLENGE) + "="), "padding"),
        (bent("client", origin="https://sso.example.org:444"), "origin"),
        (bent("client", crossOrigin=True), "another origin"),
        (bent("client", more="x"), "InvalidSignature"),
        (bent("attestation", fmt="unheard-of"), "format"),
        (bent("attestation", authData=b"short"), "cannot be read"),
        (bent("attestation", attStmt={"alg": -7, "sig": b"x"}), "the attestation is wrong"),
        (bent("attestation", attStmt={}), "the attestation is wrong"),
        (bent("attestation", fmt="none"), "the attestation is wrong"),
    ],
)
def test_what_was_bent_is_rejected(key: SoftKey, bend: Callable[[Json], None], reason: str) -> None:
    with pytest.raises(Rejected, match=reason):
        made(key, bend=bend)


def test_a_changed_byte_under_the_signature_is_rejected(key: SoftKey) -> None:
    with pytest.raises(Rejected):
        made(key, bend=_flipped)


@pytest.mark.parametrize(
    ("flags", "asked", "reason"),
    [
        (0x04, WANTED, "present"),
        (0x01, WANTED, "verified"),
        (0x05, replace(WANTED, rp_id="example.org"), "rp.id"),
        (0x05, replace(WANTED, algorithms=(-257,)), "algorithm"),
        (0x05, replace(WANTED, roots=()), "trusted root"),
        (0x05, replace(WANTED, roots=(SoftKey().root.certificate,)), "trusted root"),
    ],
)
def test_what_was_not_asked_for_is_rejected(key: SoftKey, flags: int, asked: Wanted, reason: str) -> None:
    key.flags = flags
    with pytest.raises(Rejected, match=reason):
        made(key, asked)


def test_client_data_that_are_no_object_are_rejected() -> None:
    for raw in (b"[]", b"{", b"\xff"):
        with pytest.raises(Rejected):
            registered(raw, b"", WANTED)


@given(st.binary(max_size=70))
def test_each_encoding_is_read_by_its_own_reader_only(data: bytes) -> None:
    assert b64url(b64url_text(data)) == data
    assert b64(b64_text(data)) == data
    token = url_token(data)
    assert (token[:-1], int(token[-1])) == (b64url_text(data), -len(data) % 3)
    if len(data) % 3:
        with pytest.raises(Rejected):
            b64url(b64_text(data))
        with pytest.raises(Rejected):
            b64(b64url_text(data))


@pytest.mark.parametrize("text", ["A", "AAAA=", "AB", "AA A", "AA+A", "AA/A", "AAAA\n", None, 7])
def test_base64url_that_is_not_exactly_that_is_rejected(text: Any) -> None:
    with pytest.raises(Rejected):
        b64url(text)
