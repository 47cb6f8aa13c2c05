"""How somebody becomes able to sign in as staff: a one-time code, and a security key that they register with it.

The code is spent when the key is registered, not before: who is interrupted begins once more.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from kiosk.contract.enrollments import WebAuthnObject
from kiosk.service.audit.actions import Event, record
from kiosk.service.parts import Parts
from kiosk.service.relying_parties.staff_keys import MadeKey, creation_options, registered
from kiosk.service.relying_parties.webauthn import Unacceptable, encode
from kiosk.service.sources import new_id
from kiosk.service.staff import rules
from kiosk.service.staff.challenges import LIFE
from kiosk.service.staff.notices import Notice, tell
from kiosk.service.staff.rules import BadKey, NoSuchCode
from kiosk.service.store import staff as rows
from kiosk.service.store import staff_proofs as proofs
from kiosk.service.store.engine import ReadTx, WriteTx
from kiosk.service.store.staff import StaffKeyRow, StaffRow
from kiosk.service.store.staff_proofs import ChallengeRow, StaffCodeRow
from kiosk.service.tokens.rules import hashed, live

_JOIN: Final = "join"
_NONCE_BYTES: Final = 32
_LONGEST_NAME: Final = 64


@dataclass(frozen=True, slots=True)
class Joining:
    """What a browser needs to register a key: whom it is for, and PublicKeyCredentialCreationOptionsJSON."""

    challenge_id: str
    name: str
    display_name: str
    public_key: WebAuthnObject


def begin_join(parts: Parts, holder: str, code: str) -> Joining:
    """Whose code it is, and the options for their key. Raises NoSuchCode, NoConsole."""
    party, now = rules.party_of(parts.settings, holder), parts.clock.now()
    code_hash = hashed(rules.code_as_made(code))
    nonce = parts.random.token(_NONCE_BYTES)

    def work(tx: WriteTx) -> Joining:
        staff, _code = _whose(tx, parts, code_hash)
        statement = {"purpose": _JOIN, "staff": staff.id, "nonce": encode(nonce)}
        row = ChallengeRow(new_id(parts.random), holder, _JOIN, statement, "", now, now + LIFE)
        proofs.add_challenge(tx, row)
        held = [each.credential_id for each in rows.keys_of_staff(tx, staff.id) if each.revoked_at is None]
        user = (staff.user_handle, staff.name, staff.display_name)
        milliseconds = int(LIFE.total_seconds() * 1000)
        options = creation_options(party, rules.challenge_of(statement), user, held, milliseconds)
        return Joining(row.id, staff.name, staff.display_name, options)

    return parts.store.write(work)


def finish_join(
    parts: Parts, holder: str, code: str, challenge_id: str, response: WebAuthnObject, name: str = ""
) -> StaffRow:
    """Keep the key that a browser registered; the code is spent, and the member is told by mail. Raises NoSuchCode,
    BadKey, NoConsole."""
    party, code_hash = rules.party_of(parts.settings, holder), hashed(rules.code_as_made(code))

    def work(tx: WriteTx) -> StaffRow:
        now, staff, code_row = parts.clock.now(), *_whose(tx, parts, code_hash)
        asked = proofs.challenge(tx, challenge_id)
        if asked is None or asked.holder != holder or not live(asked.created_at, asked.expires_at, now):
            raise BadKey
        if asked.statement.get("staff") != staff.id or not proofs.use_challenge(tx, asked.id, now):
            raise BadKey
        try:
            made = registered(party, rules.challenge_of(asked.statement), response)
        except Unacceptable as error:
            raise BadKey from error
        _keep(tx, parts, (staff, code_row), made, name)
        proofs.use_staff_code(tx, code_hash, now)
        return staff

    return parts.store.write(work)


def _keep(tx: WriteTx, parts: Parts, whose: tuple[StaffRow, StaffCodeRow], made: MadeKey, name: str) -> None:
    staff, code = whose
    if rows.staff_key(tx, made.credential_id) is not None:
        raise BadKey
    shown = "".join(each for each in name if each.isprintable())[:_LONGEST_NAME]
    key = StaffKeyRow(
        id=new_id(parts.random),
        staff_id=staff.id,
        credential_id=made.credential_id,
        public_key=made.public_key,
        sign_count=made.sign_count,
        aaguid=made.aaguid,
        transports=made.transports,
        name=shown,
        created_at=parts.clock.now(),
        hands=code.hands,
    )
    rows.add_staff_key(tx, key)
    tell(tx, parts, staff, Notice.KEY_ADDED)
    details: dict[str, Any] = {"staff_key": key.id, "aaguid": key.aaguid, "link_by": code.made_by}
    record(tx, parts, Event("staff_key_added", staff.tenant, rules.actor_of(staff), staff.id, details=details))


def _whose(tx: ReadTx, parts: Parts, code_hash: str) -> tuple[StaffRow, StaffCodeRow]:
    """Whose code it is that joins them now, and the code. Raises NoSuchCode."""
    code = proofs.staff_code(tx, code_hash)
    if code is None or code.purpose != _JOIN or code.used_at is not None:
        raise NoSuchCode
    staff = rows.staff_member(tx, code.staff_id)
    if staff is None or staff.disabled_at is not None:
        raise NoSuchCode
    if not live(code.created_at, code.expires_at, parts.clock.now()):
        raise NoSuchCode
    return staff, code
