"""A phone's own passkey: made, tried at once, and only then kept, all of it in one transaction.

Phones have no attestation, so their passkeys are recorded as `none:phone`. What was made and not tried yet is kept with
the code and forgotten with it: a credential that nobody has seen working is never stored.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final

from kiosk.contract.enrollments import Phase, WebAuthnObject
from kiosk.service.audit.actions import Event, record
from kiosk.service.directories.connector import Person
from kiosk.service.enrollments.rules import receipt_of
from kiosk.service.messages.actions import Registered, notify_registered
from kiosk.service.mobile import codes
from kiosk.service.mobile.rules import NotNow
from kiosk.service.pages.ceremony import (
    Question,
    answer_of,
    asked,
    challenge_of,
    get_options,
    party_of,
    refuse,
    refuse_stopped,
)
from kiosk.service.pages.subject import Subject, subject_of
from kiosk.service.parts import Parts
from kiosk.service.relying_parties.connector import (
    BegunCeremony,
    RegisteredCredential,
    RelyingPartyRefused,
    UserVerification,
)
from kiosk.service.relying_parties.connectors.embedded import ALGORITHMS
from kiosk.service.relying_parties.options import cut
from kiosk.service.relying_parties.phones import PhoneParty
from kiosk.service.relying_parties.proof import ProofRequest, verify_proof
from kiosk.service.relying_parties.registration import checked
from kiosk.service.relying_parties.webauthn import Unacceptable, decode, encode
from kiosk.service.sources import new_id
from kiosk.service.store import ceremonies as ceremony_rows
from kiosk.service.store import credentials as credential_rows
from kiosk.service.store import enrollments as enrollment_rows
from kiosk.service.store.ceremonies import CeremonyRow, CeremonyState
from kiosk.service.store.credentials import CredentialRow
from kiosk.service.store.engine import WriteTx
from kiosk.service.store.enrollments import EnrollmentRow
from kiosk.service.store.phone_codes import PhoneCodeRow

ATTESTATION: Final = "none:phone"
CREATE: Final = "create"
PROVE: Final = "prove"

_PHASES: Final = (Phase.KEY, Phase.DONE)
_NAME: Final = "Phone"
_VISIT: Final = timedelta(minutes=1)


def question(parts: Parts, row: PhoneCodeRow) -> tuple[Question, Person, str]:
    """What to ask the phone now, whose passkey it is, and the step. Raises CodeOver, NotNow, StaleRow."""
    party = party_of(parts)
    with parts.store.read() as tx:
        person = _person(subject_of(tx, parts, row, *_PHASES))
        excluded = credential_rows.proved_credential_ids(tx, person.user_id, party.id)
    if row.work is not None and row.work.get("step") == PROVE:
        options = get_options(
            party, row.work["challenge"], (row.work["made"]["credential_id"],), parts.settings.phone.lifetime
        )
        return Question("get", options), person, PROVE
    row = asked(parts, row, CREATE)
    assert row.work is not None
    handle = parts.store.write(lambda tx: _handle(tx, parts, party, person))
    user = {"id": encode(handle), "name": cut(person.upn), "displayName": cut(person.display_name)}
    return Question(CREATE, _creation(parts, party, row.work["challenge"], user, excluded)), person, CREATE


def created(parts: Parts, row: PhoneCodeRow, form: Mapping[str, str]) -> None:
    """Check what the phone made, and keep it with the code until it is tried.

    Raises Again, CodeOver, NotNow, StaleRow.
    """
    party, challenge = party_of(parts), challenge_of(row, CREATE)
    if refuse_stopped(parts, row):
        return
    with parts.store.read() as tx:
        person = _person(subject_of(tx, parts, row, *_PHASES))
        handle = credential_rows.stored_handle(tx, party.id, person.user_id)
    if handle is None:
        raise NotNow
    begun = BegunCeremony(challenge, party.rp_id, party.origin, handle, UserVerification.REQUIRED, parts.clock.now())
    try:
        made = checked(begun, answer_of(form), ALGORITHMS).credential
    except (RelyingPartyRefused, Unacceptable) as error:
        refuse(parts, row, error.word)
        return
    with parts.store.read() as tx:
        known = credential_rows.credential_exists(tx, party.id, made.credential_id)
    if known:
        refuse(parts, row, "known_credential")
        return
    kept = {"step": PROVE, "challenge": encode(parts.random.token(32)), "made": _plain(made, handle)}
    codes.keep_work(parts, row, kept)


def proved(parts: Parts, row: PhoneCodeRow, form: Mapping[str, str]) -> None:
    """Check that the passkey works; store it, tell the person, complete the code.

    Raises Again, CodeOver, NotNow, StaleRow.
    """
    party, challenge = party_of(parts), challenge_of(row, PROVE)
    if refuse_stopped(parts, row):
        return
    assert row.work is not None
    made, handle = _read(row.work["made"])
    request = ProofRequest(
        challenge=challenge,
        credential_id=made.credential_id,
        public_key=made.public_key,
        user_handle=handle,
        sign_count=made.sign_count,
        user_verification=UserVerification.REQUIRED,
        rp_id=party.rp_id,
        origin=party.origin,
    )
    try:
        count = verify_proof(request, answer_of(form))
    except Unacceptable as error:
        refuse(parts, row, error.word)
        return
    parts.store.write(lambda tx: _store(tx, parts, row, party, (made, handle, count)))


def _store(
    tx: WriteTx, parts: Parts, row: PhoneCodeRow, party: PhoneParty, given: tuple[RegisteredCredential, bytes, int]
) -> None:
    """Raises CodeOver, NotNow, StaleRow."""
    made, handle, count = given
    seen = subject_of(tx, parts, row, *_PHASES)
    person, now = _person(seen), parts.clock.now()
    if credential_rows.credential_exists(tx, party.id, made.credential_id):
        raise NotNow
    ceremony = _ceremony(tx, parts, row, party, (person, seen, made, handle))
    credential_rows.add_credential(
        tx,
        CredentialRow(
            id=new_id(parts.random),
            relying_party=party.id,
            credential_id=made.credential_id,
            user_id=person.user_id,
            user_handle=handle,
            public_key=made.public_key,
            sign_count=count,
            aaguid=made.aaguid,
            attestation=ATTESTATION,
            transports=made.transports,
            name=_NAME,
            ceremony_id=ceremony.id,
            registered_at=now,
            proved_at=now,
            activated_at=now,
            account=person.user_id,
        ),
    )
    details = {"relying_party": party.id, "transaction": row.id}
    record(tx, parts, Event("phone_passkey_registered", row.tenant, "phone", person.user_id, details=details))
    receipt = enrollment_rows.receipt_of(tx, ceremony.enrollment_id)
    notify_registered(tx, parts, person, Registered(party.name, now, receipt, row.locale, on_phone=True))
    codes.completed(tx, parts, row)


def _visit(tx: WriteTx, parts: Parts, row: PhoneCodeRow, person: Person, seen: Subject) -> EnrollmentRow:
    """A visit of its own, done as soon as it begins: the key of the enrollment at the kiosk is another matter, and may
    be given up without the phone."""
    now = parts.clock.now()
    visit = EnrollmentRow(
        id=new_id(parts.random),
        client_id=row.client_id,
        locale=row.locale,
        phase=Phase.DONE,
        version=1,
        opened_at=now,
        expires_at=now + _VISIT,
        subject="" if seen.enrollment is None else seen.enrollment.subject,
        user_id=person.user_id,
        receipt=receipt_of(parts.random.token(8)),
    )
    enrollment_rows.add_enrollment(tx, visit)
    return visit


def _ceremony(
    tx: WriteTx,
    parts: Parts,
    row: PhoneCodeRow,
    party: PhoneParty,
    given: tuple[Person, Subject, RegisteredCredential, bytes],
) -> CeremonyRow:
    """The ceremony that the credential belongs to, over already."""
    person, seen, made, handle = given
    now, visit = parts.clock.now(), _visit(tx, parts, row, person, seen)
    ceremony = CeremonyRow(
        id=new_id(parts.random),
        enrollment_id=visit.id,
        client_id=row.client_id,
        relying_party=party.id,
        user_id=person.user_id,
        state=CeremonyState.PROVED,
        version=1,
        challenge=b"",
        user_handle=handle,
        user_verification=UserVerification.REQUIRED.value,
        simulated=False,
        begun_at=now,
        expires_at=now,
        credential_id=made.credential_id,
        rp_id=party.rp_id,
        origin=party.origin,
        account=person.user_id,
    )
    ceremony_rows.add_ceremony(tx, ceremony)
    return ceremony


def _creation(
    parts: Parts, party: PhoneParty, challenge: str, user: WebAuthnObject, excluded: tuple[bytes, ...]
) -> WebAuthnObject:
    """PublicKeyCredentialCreationOptionsJSON (WebAuthn L3, 5.4): a discoverable credential that verifies its user."""
    return {
        "rp": {"id": party.rp_id, "name": party.name},
        "user": user,
        "challenge": challenge,
        "pubKeyCredParams": [{"type": "public-key", "alg": each} for each in ALGORITHMS],
        "timeout": parts.settings.phone.lifetime * 1000,
        "excludeCredentials": [{"type": "public-key", "id": encode(each)} for each in excluded],
        "authenticatorSelection": {
            "residentKey": "required",
            "requireResidentKey": True,
            "userVerification": "required",
        },
        "attestation": "none",
    }


def _handle(tx: WriteTx, parts: Parts, party: PhoneParty, person: Person) -> bytes:
    """The person's stable user handle."""
    credential_rows.keep_handle(tx, party.id, person.user_id, parts.random.token(64))
    return credential_rows.stored_handle(tx, party.id, person.user_id) or b""


def _person(subject: Subject) -> Person:
    if subject.person is None:
        raise NotNow
    return subject.person


def _plain(made: RegisteredCredential, handle: bytes) -> dict[str, Any]:
    return {
        "credential_id": encode(made.credential_id),
        "public_key": encode(made.public_key),
        "sign_count": made.sign_count,
        "aaguid": made.aaguid,
        "transports": list(made.transports),
        "handle": encode(handle),
    }


def _read(plain: Mapping[str, Any]) -> tuple[RegisteredCredential, bytes]:
    made = RegisteredCredential(
        credential_id=decode(plain["credential_id"]),
        public_key=decode(plain["public_key"]),
        sign_count=plain["sign_count"],
        aaguid=plain["aaguid"],
        attestation=ATTESTATION,
        transports=tuple(plain["transports"]),
    )
    return made, decode(plain["handle"])
