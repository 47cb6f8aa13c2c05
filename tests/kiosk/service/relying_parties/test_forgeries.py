"""Whoever leaves the verification to this service is told of no forgery: refused here, and nothing arrives there.

Each test runs at the embedded party and at every party to which credentials are imported: those whose connectors ask
`believed`. What arrived is looked up where the party keeps it.
"""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, cast
from uuid import UUID

import pytest
from fido2 import cbor

from kiosk.contract.enrollments import KeyReport
from kiosk.service.attestation.keeper import Keeper
from kiosk.service.attestation.trust import Trust
from kiosk.service.attestation.verdict import AttestationRejected, Reason
from kiosk.service.catalog import RELYING_PARTIES, connectors
from kiosk.service.relying_parties.connector import RelyingPartyRefused
from tests.kiosk.service.attestation.blobs import Publisher, entry
from tests.kiosk.service.attestation.maker import NO_CA, certify, for_aaguid, name
from tests.kiosk.service.relying_parties.contract.stand import Stand
from tests.kiosk.service.relying_parties.contract.stands import STANDS
from tests.kiosk.service.relying_parties.contract.visit import Visit, begin
from tests.kiosk.service.soft_key import Json, SoftKey, b64, unb64


def believers() -> list[type[Stand]]:
    """The parties for whom this service verifies."""
    found = connectors(RELYING_PARTIES)
    verified = [kind for kind, each in found.items() if hasattr(sys.modules[each.make.__module__], "believed")]
    stands = [each for each in STANDS if each.NAME in verified]
    assert {each.NAME for each in stands} == set(verified) >= {"embedded", "keycloak"}
    return stands


@pytest.fixture(params=believers(), ids=lambda each: each.NAME)
def stand(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Stand]:
    with request.param.open(tmp_path) as opened:
        yield opened


def forged(visit: Visit, forge: Callable[[Json, bytes], None]) -> Json:
    """An honest answer whose statement was changed. `forge` gets the statement and what it must be signed over."""
    response = visit.answer()
    inner = response["response"]
    made = cast(Json, cbor.decode(unb64(inner["attestationObject"])))
    statement = dict(made["attStmt"])
    forge(statement, made["authData"] + hashlib.sha256(unb64(inner["clientDataJSON"])).digest())
    inner["attestationObject"] = b64(cbor.encode(made | {"attStmt": statement}))
    return response


def reason(visit: Visit, response: Json) -> Reason:
    """Why it was refused; it must not have arrived."""
    with pytest.raises(AttestationRejected) as caught:
        visit.complete(response)
    assert visit.stand.registered() == set()
    return caught.value.reason


def test_an_honest_key_is_taken(stand: Stand) -> None:
    visit = begin(stand)
    assert visit.complete(forged(visit, lambda *_: None)).attestation == "packed:basic:trusted"
    assert stand.registered() == {visit.key.credential_id}


def test_a_tampered_attestation_is_refused(stand: Stand) -> None:
    def tamper(statement: Json, _: bytes) -> None:
        signature = bytearray(statement["sig"])
        signature[-1] ^= 1
        statement["sig"] = bytes(signature)

    visit = begin(stand)
    assert reason(visit, forged(visit, tamper)) is Reason.BAD_SIGNATURE


def test_a_wrong_root_is_refused(stand: Stand) -> None:
    visit = begin(stand)
    stranger = SoftKey(credential_id=visit.key.credential_id)
    response = stranger.register(visit.options.public_key, visit.options.origin)
    assert reason(visit, response) is Reason.UNTRUSTED_ROOT


def test_an_aaguid_mismatch_is_refused(stand: Stand) -> None:
    """A real certificate of the maker, for another of its models."""
    other = certify(stand.root.root, name("Key"), NO_CA, for_aaguid(UUID(int=7)))

    def claim(statement: Json, signed: bytes) -> None:
        statement |= {"x5c": [other.der], "sig": other.sign(signed)}

    visit = begin(stand)
    assert reason(visit, forged(visit, claim)) is Reason.AAGUID_MISMATCH


def test_a_replayed_challenge_is_refused(stand: Stand) -> None:
    before = begin(stand)
    answer = before.answer()
    visit = begin(stand)
    with pytest.raises(RelyingPartyRefused) as caught:
        visit.complete(answer)
    assert caught.value.word == "wrong_challenge"
    assert stand.registered() == set()


def test_a_revoked_model_is_refused(stand: Stand, tmp_path: Path) -> None:
    """Its attestation is sound, but the metadata, which are really signed, say that it must not be trusted."""
    publisher, now = Publisher(), stand.bed.clock.now()
    keeper = Keeper(tmp_path / "metadata", publisher.authority)
    party = cast(Any, stand.party)
    trust = Trust(party.wiring.trust.policy, party.wiring.trust.anchors, keeper)
    stand.party = replace(party, wiring=replace(party.wiring, trust=trust))
    report = {"status": "REVOKED", "effectiveDate": now.date().isoformat()}
    visit = begin(stand)
    keeper.take(publisher.publish(entry(visit.key.aaguid, reports=[report])), now)
    assert reason(visit, visit.answer()) is Reason.MODEL_REVOKED
    told = KeyReport(str(visit.key.aaguid), ("FIDO_2_1",), (), {})
    assert trust.refusals(told, now) == (Reason.MODEL_REVOKED.value,)
