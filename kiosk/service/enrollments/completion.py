"""The registration response: intent, judgment without a transaction, outcome.

Whoever dies in between leaves a lease, after which the same response is taken up again: nothing is registered twice.
A party that is kept here may simply judge again, so only the outcome waits for the disk. A remote party gets the
response once: the intent is on the disk before that, and whoever takes it up again asks the party what it has.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from kiosk.contract.enrollments import CompleteCeremony, CompletedCeremony
from kiosk.service.attestation.verdict import AttestationRejected
from kiosk.service.enrollments import rules
from kiosk.service.enrollments.ceremonies import Place, alive, ceremony_at, party_of
from kiosk.service.enrollments.giving_up import take_away
from kiosk.service.enrollments.inventory import attested_refusal
from kiosk.service.enrollments.proof_request import proof_request
from kiosk.service.enrollments.settlement import settle
from kiosk.service.parts import Parts
from kiosk.service.relying_parties.connector import (
    BegunCeremony,
    OutcomeUnknown,
    RegisteredCredential,
    RelyingParty,
    RelyingPartyRefused,
    RelyingPartyUnavailable,
    UserVerification,
)
from kiosk.service.relying_parties.webauthn import Unacceptable, decode
from kiosk.service.sources import new_id
from kiosk.service.store import ceremonies as rows
from kiosk.service.store import credentials as credential_rows
from kiosk.service.store.ceremonies import CeremonyRow, CeremonyState
from kiosk.service.store.credentials import CredentialRow
from kiosk.service.store.engine import WriteTx
from kiosk.service.tokens.rules import live

_GRACE = timedelta(seconds=3)  # a lease outlives the call that it is for
_NOT_REGISTERED = "not_registered"


@dataclass(frozen=True, slots=True)
class _Intent:
    """The ceremony as it was left for the call. `handed_over_at`: when an earlier call perhaps gave the response to the
    party."""

    ceremony: CeremonyRow
    handed_over_at: datetime | None


def complete(parts: Parts, place: Place, asked: CompleteCeremony) -> CompletedCeremony:
    """Register the credential. The same response again: the same answer, and no second registration.

    Raises NotFound, WrongPhase, Expired, CeremonyExpired, Conflict, InProgress, OutcomeUnknown, RegistrationRejected,
    NotBelieved, RelyingPartyUnavailable.
    """
    with parts.store.glance() as tx:
        party = party_of(parts, ceremony_at(tx, place).relying_party)
    intent = parts.store.write(lambda tx: _intend(tx, parts, place, party, asked), hasty=not party.remote)
    ceremony = intent.ceremony
    if ceremony.state is CeremonyState.COMPLETING:
        ceremony = _completed(parts, place, party, intent, asked)
    if ceremony.credential_id is None or ceremony.proof_challenge is None:
        raise rules.rejected(ceremony.refusal)
    return proof_request(parts, party, ceremony)


def _completed(
    parts: Parts, place: Place, party: RelyingParty, intent: _Intent, asked: CompleteCeremony
) -> CeremonyRow:
    """The outcome, found out and written down."""
    try:
        credential = _registration(parts, party, intent, asked)
    except RelyingPartyUnavailable:
        parts.store.write(lambda tx: _back_to_begun(tx, place, intent.ceremony))
        raise
    except rules.OutcomeUnknown:
        parts.store.write(lambda tx: _end_lease(tx, place, intent.ceremony))
        raise
    except (RelyingPartyRefused, AttestationRejected) as refusal:
        word = refusal.word if isinstance(refusal, RelyingPartyRefused) else f"attestation {refusal.reason}"
        parts.store.write(lambda tx: _refuse(tx, parts, place, intent.ceremony, word))
        raise rules.rejected(word) from refusal
    return parts.store.write(lambda tx: _registered(tx, parts, place, intent.ceremony, credential, asked.name))


def _registration(parts: Parts, party: RelyingParty, intent: _Intent, asked: CompleteCeremony) -> RegisteredCredential:
    """Raises what the party raises, but for OutcomeUnknown: rules.OutcomeUnknown, while that is all that is known."""
    begun = _begun(parts, intent.ceremony, asked.name)
    if intent.handed_over_at is not None:
        return settle(party, begun, asked.credential, intent.handed_over_at)
    try:
        return party.complete(begun, asked.credential)
    except OutcomeUnknown:
        now = parts.clock.now()
        return settle(party, begun, asked.credential, now)


def _begun(parts: Parts, ceremony: CeremonyRow, name: str) -> BegunCeremony:
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


def _intend(tx: WriteTx, parts: Parts, place: Place, party: RelyingParty, asked: CompleteCeremony) -> _Intent:
    """What was answered already, or the intent to complete, with a lease that no second caller gets."""
    ceremony, now, response_hash = ceremony_at(tx, place), parts.clock.now(), rules.digest(asked.credential)
    if rules.answered(ceremony, response_hash, now):
        return _Intent(ceremony, None)
    alive(tx, parts, place)
    if ceremony.state is CeremonyState.BEGUN and not live(ceremony.begun_at, ceremony.expires_at, now):
        raise rules.CeremonyExpired
    intended = rows.move_ceremony(
        tx,
        ceremony,
        state=CeremonyState.COMPLETING,
        response_hash=response_hash,
        lease_until=now + party.deadline + _GRACE,
        credential_id=_id_of(asked) if party.remote else None,
        handed_over_at=(ceremony.handed_over_at or now) if party.remote else None,
    )
    return _Intent(intended, ceremony.handed_over_at)


def _id_of(asked: CompleteCeremony) -> bytes | None:
    """The credential id that the response claims, to look for it later; None where it claims none."""
    try:
        return decode(asked.credential.get("rawId", asked.credential.get("id")))[:1023]
    except Unacceptable:
        return None


def _still(tx: WriteTx, place: Place, intent: CeremonyRow) -> CeremonyRow:
    """The ceremony, if it still is where the intent left it. Raises CeremonyExpired, Conflict."""
    ceremony = ceremony_at(tx, place)
    if ceremony.state is CeremonyState.ABANDONED:
        raise rules.CeremonyExpired
    if ceremony.version != intent.version:
        raise rules.Conflict
    return ceremony


def _back_to_begun(tx: WriteTx, place: Place, intent: CeremonyRow) -> None:
    """Certainly nothing happened: the same response may be handed over as if for the first time."""
    begun = {"state": CeremonyState.BEGUN, "credential_id": None, "handed_over_at": None}
    rows.move_ceremony(tx, _still(tx, place, intent), response_hash="", lease_until=None, **begun)


def _end_lease(tx: WriteTx, place: Place, intent: CeremonyRow) -> None:
    rows.move_ceremony(tx, _still(tx, place, intent), lease_until=None)


def _refuse(tx: WriteTx, parts: Parts, place: Place, intent: CeremonyRow, word: str) -> None:
    """What the party began and will not end is taken away there. One that never showed it may still come to."""
    kept = {} if word == _NOT_REGISTERED else {"credential_id": None, "handed_over_at": None}
    seen = _still(tx, place, intent)
    refused = rows.move_ceremony(tx, seen, state=CeremonyState.REFUSED, refusal=word, lease_until=None, **kept)
    take_away(tx, parts, refused)


def _registered(
    tx: WriteTx, parts: Parts, place: Place, intent: CeremonyRow, taken: RegisteredCredential, name: str
) -> CeremonyRow:
    ceremony = _still(tx, place, intent)
    row = alive(tx, parts, place)
    if credential_rows.credential_exists(tx, ceremony.relying_party, taken.credential_id):
        return rows.move_ceremony(
            tx, ceremony, state=CeremonyState.REFUSED, refusal="known_credential", lease_until=None
        )
    credential = _credential(parts, ceremony, taken, name)
    if word := attested_refusal(tx, parts, place.caller, row, credential, ceremony.firmware):
        known = {"credential_id": taken.credential_id, "reference": taken.reference or ceremony.reference}
        refused = rows.move_ceremony(tx, ceremony, state=CeremonyState.REFUSED, refusal=word, lease_until=None, **known)
        take_away(tx, parts, refused)
        return refused
    credential_rows.add_credential(tx, credential)
    return rows.move_ceremony(
        tx,
        ceremony,
        state=CeremonyState.REGISTERED,
        credential_id=taken.credential_id,
        reference=taken.reference or ceremony.reference,
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
        reference=taken.reference or ceremony.reference,
    )
