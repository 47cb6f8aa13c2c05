"""Who stands at the kiosk shows a passkey that they have already: any credential of theirs at the phones' party.

Nothing is listed to the phone, so that nobody learns who has what. Somebody else's passkey ends the code.
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from functools import partial
from typing import Final

from kiosk.contract.enrollments import Phase
from kiosk.contract.phone import PhoneReason
from kiosk.service.mobile import codes
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
from kiosk.service.pages.subject import enrollment_of, subject_of
from kiosk.service.parts import Parts
from kiosk.service.relying_parties.connector import UserVerification
from kiosk.service.relying_parties.proof import ProofRequest, verify_proof
from kiosk.service.relying_parties.webauthn import Assertion, Expected, Unacceptable, check, read_assertion
from kiosk.service.store import credentials as credential_rows
from kiosk.service.store.credentials import CredentialRow
from kiosk.service.store.engine import WriteTx
from kiosk.service.store.phone_codes import PhoneCodeRow
from kiosk.service.verification import actions as verification

CONFIRM: Final = "confirm"


def question(parts: Parts, row: PhoneCodeRow) -> Question:
    """What to ask the phone: whatever passkey it has for us. Raises CodeOver, NotNow, StaleRow."""
    party = party_of(parts)
    enrollment_of(parts, row, Phase.VERIFY)
    row = asked(parts, row, CONFIRM)
    assert row.work is not None
    return Question("get", get_options(party, row.work["challenge"], (), parts.settings.phone.lifetime))


def confirmed(parts: Parts, row: PhoneCodeRow, form: Mapping[str, str]) -> None:
    """Judge the answer, and complete the code if it is the person's own; somebody else's counts like a wrong code, with
    the same locks. Raises Again, CodeOver, NotNow, StaleRow."""
    party, challenge = party_of(parts), challenge_of(row, CONFIRM)
    if refuse_stopped(parts, row):
        return
    enrollment = enrollment_of(parts, row, Phase.VERIFY)
    if verification.locked(parts, enrollment):
        refuse(parts, row, "locked", PhoneReason.LOCKED)
        return
    try:
        answer = answer_of(form)
        assertion = read_assertion(answer)
        expected = Expected("webauthn.get", challenge, party.origin, party.rp_id)
        check(assertion.client_data, assertion.authenticator_data, expected)
        credential = _own(parts, row, party.id, assertion)
        if credential is None:
            counted = partial(verification.count_wrong, parts=parts, enrollment=enrollment)
            refuse(parts, row, "wrong_account", PhoneReason.WRONG_ACCOUNT, counted)
            return
        request = ProofRequest(
            challenge=challenge,
            credential_id=credential.credential_id,
            public_key=credential.public_key,
            user_handle=credential.user_handle,
            sign_count=credential.sign_count,
            user_verification=UserVerification.REQUIRED,
            rp_id=party.rp_id,
            origin=party.origin,
        )
        verify_proof(request, answer)
    except Unacceptable as error:
        refuse(parts, row, error.word)
        return
    parts.store.write(lambda tx: _complete(tx, parts, row))


def _own(parts: Parts, row: PhoneCodeRow, party_id: str, assertion: Assertion) -> CredentialRow | None:
    """The credential, if it is one of the person's that was seen working, and whose key was handed over; a discoverable
    one tells its user."""
    with parts.store.read() as tx:
        held = credential_rows.credentials_of_user(tx, row.user_id or "")
    mine = [each for each in held if each.relying_party == party_id and each.activated_at is not None]
    found = next((each for each in mine if each.credential_id == assertion.credential_id), None)
    if found is None or not hmac.compare_digest(assertion.user_handle or b"", found.user_handle):
        return None
    return found


def _complete(tx: WriteTx, parts: Parts, row: PhoneCodeRow) -> None:
    subject_of(tx, parts, row, Phase.VERIFY)
    codes.completed(tx, parts, row)
