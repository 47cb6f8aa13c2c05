"""Challenges for staff, and what they sign: one statement, by whoever's key is in the reader, once and soon.

The challenge is the SHA-256 of the statement. Whoever is refused is refused alike: nobody is told whether a key or a
name is known, and what does not hold is verified as long as what does.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Final

from kiosk.contract.staff import AnswerChallenge, StaffChallenge, StaffPurpose
from kiosk.service.accounts.settings import DEFAULT_TENANT
from kiosk.service.audit.actions import Event, record
from kiosk.service.parts import Parts
from kiosk.service.relying_parties.staff_keys import (
    SignedBytes,
    StaffParty,
    read_signed,
    request_options,
    verified,
)
from kiosk.service.relying_parties.webauthn import Unacceptable, encode
from kiosk.service.sources import new_id
from kiosk.service.staff import hands, rules, sealed
from kiosk.service.staff.evidence import Evidence, evidence_of
from kiosk.service.staff.rules import StaffRefused
from kiosk.service.staff.sealed import Shown
from kiosk.service.store import staff_proofs as rows
from kiosk.service.store.engine import WriteTx
from kiosk.service.store.staff import StaffRow, staff_key, staff_member, use_staff_key
from kiosk.service.store.staff_proofs import AssertionRow, ChallengeRow
from kiosk.service.tokens.rules import live

LIFE: Final = timedelta(seconds=120)
"""How long a challenge may be answered."""

_NONCE_BYTES: Final = 16


@dataclass(frozen=True, slots=True)
class SignedStatement:
    """What a member of staff signed just now, and the evidence of it. `reason` is what they wrote, `hands` are who may
    have signed."""

    staff: StaffRow
    statement: Mapping[str, Any]
    assertion_id: str
    evidence: Evidence = field(repr=False)
    reason: str = ""
    hands: frozenset[str] = frozenset()

    @property
    def purpose(self) -> StaffPurpose:
        """What it was signed for."""
        return StaffPurpose(self.statement["purpose"])


def challenge_for(
    parts: Parts, holder: str, purpose: StaffPurpose, statement: Mapping[str, Any], reason: str = ""
) -> StaffChallenge:
    """A challenge over the statement, with its purpose, the hash of the reason (what staff wrote, at most 200
    characters), the station, a nonce and the time added. `holder` is `client:<id>` or `browser:<hash>`, and alone may
    answer. Raises NoConsole."""
    party, now = rules.party_of(parts.settings, holder), parts.clock.now()
    station = holder.startswith(rules.STATION)
    told = {
        **statement,
        "purpose": purpose.value,
        "reason_sha256": hashlib.sha256(reason.encode()).hexdigest() if reason else "",
        "client": holder.removeprefix(rules.STATION) if station else "",
        "nonce": encode(parts.random.token(_NONCE_BYTES)),
        "at": now.isoformat(timespec="seconds"),
    }
    row = ChallengeRow(new_id(parts.random), holder, purpose, told, reason, now, now + LIFE)
    parts.store.write(lambda tx: rows.add_challenge(tx, row))
    seconds = int(LIFE.total_seconds())
    options = request_options(party, rules.challenge_of(told), seconds * 1000)
    return StaffChallenge(row.id, options, party.origin, seconds)


def answer(
    parts: Parts,
    holder: str,
    challenge_id: str,
    answered: AnswerChallenge,
    *,
    tenant: str | None = None,
    purpose: StaffPurpose | None = None,
) -> SignedStatement:
    """Who signed what; the challenge is used up, whatever comes of it. `tenant` is whose staff it must be (of a
    station: its own), `purpose` what it must be for. Raises StaffRefused, NoConsole."""
    party, signed = rules.party_of(parts.settings, holder), _read(answered)

    def work(tx: WriteTx) -> SignedStatement | None:
        asked = _asked(tx, holder, challenge_id, purpose, parts.clock.now())
        if signed is None:
            shown = sealed.spend(tx, parts, answered, tenant, good=asked is not None)
        else:
            shown = _signed_by(tx, party, asked, signed, tenant)
        if asked is None or shown is None:
            record(tx, parts, _refusal(holder, asked, tenant, "code" if signed is None else "key"))
            return None
        return _written(tx, parts, asked, shown, signed)

    done = parts.store.write(work)
    if done is None:
        raise StaffRefused
    return done


def _read(answered: AnswerChallenge) -> SignedBytes | None:
    """What a key signed; None where a code is to stand for it. What cannot be read is by nobody's key."""
    if answered.credential is None:
        return None
    try:
        return read_signed(answered.credential)
    except Unacceptable:
        return SignedBytes(b"", b"", b"", b"")


def _asked(
    tx: WriteTx, holder: str, challenge_id: str, purpose: StaffPurpose | None, now: datetime
) -> ChallengeRow | None:
    """The challenge, which is used from now on; None where the holder has none such, or not any more."""
    row = rows.challenge(tx, challenge_id)
    if row is None or row.holder != holder or not live(row.created_at, row.expires_at, now):
        return None
    if not rows.use_challenge(tx, row.id, now):
        return None
    return row if purpose in (None, row.purpose) else None


def _signed_by(
    tx: WriteTx, party: StaffParty, asked: ChallengeRow | None, signed: SignedBytes, tenant: str | None
) -> Shown | None:
    """Whose key signed it. Raises StaleRow."""
    key = staff_key(tx, signed.credential_id)
    whose = None if key is None else staff_member(tx, key.staff_id)
    challenge = rules.challenge_of({} if asked is None else asked.statement)
    try:
        count = verified(party, challenge, None if key is None else key.public_key, signed)
    except Unacceptable:
        return None
    if key is None or whose is None or key.revoked_at is not None:
        return None
    if not sealed.welcome(whose, tenant) or signed.user_handle not in (None, whose.user_handle):
        return None
    if (count or key.sign_count) and count <= key.sign_count:  # WebAuthn L3, 7.2 step 22: perhaps a copy of the key
        return None
    return Shown(whose, replace(key, sign_count=count), key, hands.of_key(key))


def _written(
    tx: WriteTx, parts: Parts, asked: ChallengeRow, shown: Shown, signed: SignedBytes | None
) -> SignedStatement:
    """Keep the evidence; the trail has its id and its hash. Raises StaleRow."""
    now, staff = parts.clock.now(), shown.staff
    if shown.key is not None and shown.seen is not None:
        use_staff_key(tx, shown.seen, shown.key.sign_count, now)
    told = signed or SignedBytes(b"", b"", b"", b"")
    row = AssertionRow(
        id=new_id(parts.random),
        staff_id=staff.id,
        staff_key_id="" if shown.key is None else shown.key.id,
        statement=asked.statement,
        authenticator_data=told.authenticator_data,
        client_data=told.client_data,
        signature=told.signature,
        at=now,
    )
    rows.add_assertion(tx, row)
    kept = evidence_of(row)
    details: dict[str, str | int | bool] = {"assertion": row.id, "sha256": kept.digest}
    how = "key" if signed is not None else "sealed_code"
    site = str(asked.statement.get("site", ""))
    event = Event(f"staff_signed_{asked.purpose}", staff.tenant, rules.actor_of(staff), staff.id, site, how, details)
    record(tx, parts, event)
    behind = shown.hands | {rules.actor_of(staff)}
    return SignedStatement(staff, asked.statement, row.id, kept, asked.reason, behind)


def _refusal(holder: str, asked: ChallengeRow | None, tenant: str | None, how: str) -> Event:
    actor = holder if holder.startswith(rules.STATION) else "browser"
    details: dict[str, str | int | bool] = {"purpose": "" if asked is None else asked.purpose}
    return Event("staff_refused", tenant or DEFAULT_TENANT, actor, reason=how, details=details)
