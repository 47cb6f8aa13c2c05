"""The assertion that proves a credential, and with the last one the end of the enrollment."""

from __future__ import annotations

import structlog

from kiosk.contract.enrollments import IssuedPass, Phase, ProveCeremony, ProvedCeremony
from kiosk.service.enrollments import rules
from kiosk.service.enrollments.ceremonies import Place, alive, ceremony_at, party_of
from kiosk.service.enrollments.giving_up import give_up, who_goes_on
from kiosk.service.enrollments.inventory import prove_on_key, recipient, take_lost_away
from kiosk.service.enrollments.register_ends import left_with_key
from kiosk.service.enrollments.settlement import listed
from kiosk.service.messages.actions import Registered, notify_registered
from kiosk.service.parts import Parts
from kiosk.service.relying_parties.connector import (
    IssuingParty,
    OutcomeUnknown,
    ProvingParty,
    RelyingParty,
    RelyingPartyRefused,
    RelyingPartyUnavailable,
    UserVerification,
)
from kiosk.service.relying_parties.proof import ProofRequest, verify_proof
from kiosk.service.relying_parties.webauthn import Unacceptable
from kiosk.service.store import ceremonies as rows
from kiosk.service.store import credentials as credential_rows
from kiosk.service.store import enrollments as enrollment_rows
from kiosk.service.store.ceremonies import CeremonyRow, CeremonyState
from kiosk.service.store.credentials import CredentialRow
from kiosk.service.store.engine import WriteTx
from kiosk.service.store.enrollments import EnrollmentRow

_log = structlog.get_logger("keywright.service")

_SHOWN_SOON = 2
"""Seconds until a party that has not shown a fresh credential yet is asked again."""


def prove(parts: Parts, place: Place, asked: ProveCeremony) -> ProvedCeremony:
    """Verify the assertion, read the credential back; with the last relying party the enrollment is done. The same
    again: the same answer, but for a pass that is issued once.

    Raises NotFound, WrongPhase, Expired, CeremonyExpired, Conflict, ProofRejected, RelyingPartyUnavailable.
    """
    proof_hash = rules.digest(asked.credential)
    with parts.store.read() as tx:
        ceremony = ceremony_at(tx, place)
        row = enrollment_rows.enrollment(tx, place.enrollment_id, place.caller.client_id)
        credential = credential_rows.credential_of_ceremony(tx, ceremony.id)
    party = party_of(parts, ceremony.relying_party)
    issued: IssuedPass | None = None
    if not rules.proved(ceremony, proof_hash):
        rules.require_phase(row, parts.clock.now(), Phase.KEY)
        if credential is None:
            raise rules.CeremonyExpired
        count = _judged(ceremony, credential, asked)
        _read_back(party, credential)
        _log_in(party, ceremony, asked)
        row = parts.store.write(lambda tx: _proved(tx, parts, place, credential, proof_hash, count))
        issued = _issued(party, ceremony)
    assert row is not None
    return ProvedCeremony(row.phase, party.name, row.receipt, issued)


def _read_back(party: RelyingParty, credential: CredentialRow) -> None:
    """Whether the party shows the credential. Raises RelyingPartyUnavailable: it may take a moment."""
    if not party.remote:
        return
    try:
        shown = listed(party, credential.account, credential.credential_id, credential.reference)
    except (RelyingPartyRefused, OutcomeUnknown) as error:
        raise RelyingPartyUnavailable from error
    if shown is None:
        raise RelyingPartyUnavailable(_SHOWN_SOON)


def _log_in(party: RelyingParty, ceremony: CeremonyRow, asked: ProveCeremony) -> None:
    """The party's own log-in, where it lets us. Raises ProofRejected, RelyingPartyUnavailable."""
    if not isinstance(party, ProvingParty):
        return
    try:
        party.finish_proof(ceremony.account, ceremony.proof_state.get("state", {}), asked.credential)
    except RelyingPartyRefused as refusal:
        raise rules.ProofRejected(refusal.word) from refusal
    except OutcomeUnknown as error:
        raise RelyingPartyUnavailable from error


def _issued(party: RelyingParty, ceremony: CeremonyRow) -> IssuedPass | None:
    """A pass for the first days, where the party gives one. The key works without it: a failure is logged."""
    if not isinstance(party, IssuingParty):
        return None
    try:
        given = party.issue_pass(ceremony.account)
    except (RelyingPartyRefused, RelyingPartyUnavailable, OutcomeUnknown) as error:
        _log.warning("pass_not_issued", relying_party=ceremony.relying_party, error=type(error).__name__)
        return None
    return None if given is None else IssuedPass(given.value, given.life)


def _judged(ceremony: CeremonyRow, credential: CredentialRow, asked: ProveCeremony) -> int:
    assert ceremony.proof_challenge is not None
    request = ProofRequest(
        challenge=ceremony.proof_challenge,
        credential_id=credential.credential_id,
        public_key=credential.public_key,
        user_handle=credential.user_handle,
        sign_count=credential.sign_count,
        user_verification=UserVerification(ceremony.user_verification),
        rp_id=ceremony.rp_id,
        origin=ceremony.origin,
    )
    try:
        return verify_proof(request, asked.credential)
    except Unacceptable as error:
        raise rules.ProofRejected(error.word) from error


def _proved(
    tx: WriteTx, parts: Parts, place: Place, credential: CredentialRow, proof_hash: str, sign_count: int
) -> EnrollmentRow:
    """Mark the credential, give up what the person left unproved elsewhere, tell them, and perhaps be done."""
    ceremony = ceremony_at(tx, place)
    if rules.proved(ceremony, proof_hash):  # the same proof was faster on another thread
        row = enrollment_rows.enrollment(tx, place.enrollment_id, place.caller.client_id)
        assert row is not None
        return row
    row, now = alive(tx, parts, place), parts.clock.now()
    assert row.person is not None
    if ceremony.key_number != row.key_number:
        raise rules.WrongPhase
    proved = [
        each for each in rows.ceremonies_of(tx, row.id, (CeremonyState.PROVED,)) if each.key_number == row.key_number
    ]
    who = recipient(place.caller, row)
    held = prove_on_key(tx, parts, who, row, (ceremony, credential, sign_count), proved)
    give_up(tx, parts, rows.ceremonies_named(tx, credential_rows.rival_ceremonies(tx, credential)))
    rows.move_ceremony(tx, ceremony, state=CeremonyState.PROVED, proof_hash=proof_hash)
    party = party_of(parts, ceremony.relying_party)
    notify_registered(tx, parts, row.person, Registered(party.name.name, now, row.receipt, row.locale))
    if {ceremony.relying_party, *(each.relying_party for each in proved)} < set(parts.relying_parties):
        return row
    if row.key_number == 1:
        left_with_key(tx, parts, row)
    take_lost_away(tx, parts, who, row, held)
    person = who_goes_on(parts, row)
    return enrollment_rows.move_enrollment(tx, row, phase=Phase.DONE, person=person, hints={})
