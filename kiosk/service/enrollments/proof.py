"""The assertion that proves a credential, and with the last one the end of the enrollment."""

from __future__ import annotations

from kiosk.contract.enrollments import Phase, ProveCeremony, ProvedCeremony
from kiosk.service.enrollments import rules
from kiosk.service.enrollments.actions import give_up
from kiosk.service.enrollments.ceremonies import Place, alive, ceremony_at, party_of
from kiosk.service.messages.actions import notify_registered
from kiosk.service.parts import Parts
from kiosk.service.relying_parties.connector import UserVerification
from kiosk.service.relying_parties.proof import ProofRequest, verify_proof
from kiosk.service.relying_parties.webauthn import Unacceptable
from kiosk.service.store import ceremonies as rows
from kiosk.service.store import credentials as credential_rows
from kiosk.service.store import enrollments as enrollment_rows
from kiosk.service.store.ceremonies import CeremonyRow, CeremonyState
from kiosk.service.store.credentials import CredentialRow
from kiosk.service.store.engine import WriteTx
from kiosk.service.store.enrollments import EnrollmentRow


def prove(parts: Parts, place: Place, asked: ProveCeremony) -> ProvedCeremony:
    """Verify the assertion; with the last relying party the enrollment is done. The same again: the same answer.

    Raises NotFound, WrongPhase, Expired, CeremonyExpired, Conflict, ProofRejected.
    """
    proof_hash = rules.digest(asked.credential)
    with parts.store.read() as tx:
        ceremony = ceremony_at(tx, place)
        row = enrollment_rows.enrollment(tx, place.enrollment_id, place.caller.client_id)
        credential = credential_rows.credential_of_ceremony(tx, ceremony.id)
    party = party_of(parts, ceremony.relying_party)
    if not rules.proved(ceremony, proof_hash):
        rules.require_phase(row, parts.clock.now(), Phase.KEY)
        if credential is None:
            raise rules.CeremonyExpired
        count = _judged(ceremony, credential, asked)
        row = parts.store.write(lambda tx: _proved(tx, parts, place, credential, proof_hash, count))
        parts.nudge()
    assert row is not None
    return ProvedCeremony(row.phase, party.name, row.receipt)


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
    credential_rows.mark_proved(tx, credential, sign_count, now)
    give_up(tx, credential_rows.rival_ceremonies(tx, credential))
    rows.move_ceremony(tx, ceremony, state=CeremonyState.PROVED, proof_hash=proof_hash)
    party = party_of(parts, ceremony.relying_party)
    notify_registered(tx, parts, row.person, party.name.name, now, reference=row.receipt, locale=row.locale)
    finished = rows.ceremonies_of(tx, row.id, (CeremonyState.PROVED,))
    if {each.relying_party for each in finished} >= set(parts.relying_parties):
        return enrollment_rows.move_enrollment(tx, row, phase=Phase.DONE, person=None, hints={})
    return row
