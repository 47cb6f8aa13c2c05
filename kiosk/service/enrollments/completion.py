"""The registration response: intent, judgment without a transaction, outcome.

Whoever dies in between leaves a lease, after which the same response is taken up again: nothing is registered twice.
The intent keeps others out while it is judged. A power cut may undo it, for a judgment may be made again (see
`RelyingParty`), and the outcome is never written down without it; so only the outcome waits for the disk.
"""

from __future__ import annotations

from datetime import timedelta

from kiosk.contract.enrollments import CompleteCeremony, CompletedCeremony
from kiosk.service.attestation.rules import AttestationRejected
from kiosk.service.enrollments import rules
from kiosk.service.enrollments.ceremonies import Place, alive, ceremony_at, party_of
from kiosk.service.parts import Parts
from kiosk.service.relying_parties.connector import (
    BegunCeremony,
    RegisteredCredential,
    RelyingPartyRefused,
    RelyingPartyUnavailable,
    UserVerification,
)
from kiosk.service.relying_parties.proof import proof_options
from kiosk.service.relying_parties.webauthn import encode
from kiosk.service.sources import new_id
from kiosk.service.store import ceremonies as rows
from kiosk.service.store import credentials as credential_rows
from kiosk.service.store.ceremonies import CeremonyRow, CeremonyState
from kiosk.service.store.credentials import CredentialRow
from kiosk.service.store.engine import WriteTx
from kiosk.service.tokens.rules import live

_GRACE = timedelta(seconds=3)  # a lease outlives the call that it is for


def complete(parts: Parts, place: Place, asked: CompleteCeremony) -> CompletedCeremony:
    """Register the credential. The same response again: the same answer, and no second registration.

    Raises NotFound, WrongPhase, Expired, CeremonyExpired, Conflict, InProgress, RegistrationRejected,
    AttestationRejected, RelyingPartyUnavailable.
    """
    response_hash = rules.digest(asked.credential)
    intent = parts.store.write(lambda tx: _intend(tx, parts, place, response_hash), hasty=True)
    party = party_of(parts, intent.relying_party)
    if intent.state is not CeremonyState.COMPLETING:
        return _completed(parts, intent)
    try:
        credential = party.complete(begun(parts, intent, asked.name), asked.credential)
    except RelyingPartyUnavailable:
        parts.store.write(lambda tx: _take_back(tx, place, intent))
        raise
    except (RelyingPartyRefused, AttestationRejected) as refusal:
        word = refusal.word if isinstance(refusal, RelyingPartyRefused) else f"attestation {refusal.reason}"
        parts.store.write(lambda tx: _refuse(tx, place, intent, word))
        raise rules.rejected(word) from refusal
    registered = parts.store.write(lambda tx: _registered(tx, parts, place, intent, credential, asked.name))
    return _completed(parts, registered)


def begun(parts: Parts, ceremony: CeremonyRow, name: str = "") -> BegunCeremony:
    """What the relying party needs to judge and take a response."""
    return BegunCeremony(
        challenge=ceremony.challenge,
        rp_id=ceremony.rp_id,
        origin=ceremony.origin,
        user_handle=ceremony.user_handle,
        user_verification=UserVerification(ceremony.user_verification),
        now=parts.clock.now(),
        account=ceremony.account,
        reference=ceremony.reference,
        state=ceremony.party_state,
        name=rules.credential_name(name),
    )


def _intend(tx: WriteTx, parts: Parts, place: Place, response_hash: str) -> CeremonyRow:
    """What was answered already, or the intent to complete, with a lease that no second caller gets."""
    ceremony, now = ceremony_at(tx, place), parts.clock.now()
    if rules.answered(ceremony, response_hash, now):
        return ceremony
    alive(tx, parts, place)
    fresh = ceremony.state is CeremonyState.BEGUN
    if fresh and not live(ceremony.begun_at, ceremony.expires_at, now):
        raise rules.CeremonyExpired
    lease = now + party_of(parts, ceremony.relying_party).deadline + _GRACE
    return rows.move_ceremony(
        tx, ceremony, state=CeremonyState.COMPLETING, response_hash=response_hash, lease_until=lease
    )


def _still(tx: WriteTx, place: Place, intent: CeremonyRow) -> CeremonyRow:
    """The ceremony, if it still is where the intent left it. Raises CeremonyExpired, Conflict."""
    ceremony = ceremony_at(tx, place)
    if ceremony.state is CeremonyState.ABANDONED:
        raise rules.CeremonyExpired
    if ceremony.version != intent.version:
        raise rules.Conflict
    return ceremony


def _take_back(tx: WriteTx, place: Place, intent: CeremonyRow) -> None:
    rows.move_ceremony(tx, _still(tx, place, intent), state=CeremonyState.BEGUN, response_hash="", lease_until=None)


def _refuse(tx: WriteTx, place: Place, intent: CeremonyRow, word: str) -> None:
    rows.move_ceremony(tx, _still(tx, place, intent), state=CeremonyState.REFUSED, refusal=word, lease_until=None)


def _registered(
    tx: WriteTx, parts: Parts, place: Place, intent: CeremonyRow, taken: RegisteredCredential, name: str
) -> CeremonyRow:
    ceremony = _still(tx, place, intent)
    alive(tx, parts, place)
    if credential_rows.credential_exists(tx, ceremony.relying_party, taken.credential_id):
        return rows.move_ceremony(
            tx, ceremony, state=CeremonyState.REFUSED, refusal="known_credential", lease_until=None
        )
    credential_rows.add_credential(tx, _credential(parts, ceremony, taken, name))
    return rows.move_ceremony(
        tx,
        ceremony,
        state=CeremonyState.REGISTERED,
        credential_id=taken.credential_id,
        proof_challenge=parts.random.token(32),
        lease_until=None,
    )


def _credential(parts: Parts, ceremony: CeremonyRow, taken: RegisteredCredential, name: str) -> CredentialRow:
    serial, source = rules.serial_number(taken.serial, ceremony.key_serial)
    return CredentialRow(
        id=new_id(parts.random),
        relying_party=ceremony.relying_party,
        credential_id=taken.credential_id,
        user_id=ceremony.user_id,
        user_handle=ceremony.user_handle,
        public_key=taken.public_key,
        sign_count=taken.sign_count,
        aaguid=taken.aaguid,
        attestation=taken.attestation,
        transports=taken.transports,
        name=rules.credential_name(name),
        ceremony_id=ceremony.id,
        registered_at=parts.clock.now(),
        key_serial=serial,
        serial_source=source,
        account=ceremony.account,
        reference=taken.reference,
    )


def _completed(parts: Parts, ceremony: CeremonyRow) -> CompletedCeremony:
    if ceremony.credential_id is None or ceremony.proof_challenge is None:
        raise rules.rejected(ceremony.refusal)
    wanted = UserVerification(ceremony.user_verification)
    lifetime = parts.settings.session.ceremony_life
    proof = proof_options(ceremony.rp_id, ceremony.proof_challenge, ceremony.credential_id, wanted, lifetime)
    return CompletedCeremony(encode(ceremony.credential_id), proof)
