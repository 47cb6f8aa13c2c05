"""The sealed one-time code: it stands for a staff key that is lost or broken, once, and administrators are told."""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from datetime import datetime

from kiosk.contract.staff import AnswerChallenge
from kiosk.service.accounts.settings import DEFAULT_TENANT
from kiosk.service.directories.rules import BadValue, fold, tame
from kiosk.service.parts import Parts
from kiosk.service.staff import hands
from kiosk.service.staff.notices import Notice, tell_administrators
from kiosk.service.staff.rules import code_as_made
from kiosk.service.store import attempts
from kiosk.service.store import staff_proofs as rows
from kiosk.service.store.engine import WriteTx
from kiosk.service.store.staff import StaffKeyRow, StaffRow, staff_named
from kiosk.service.tokens.rules import hashed, live
from kiosk.service.verification import rules as verification


@dataclass(frozen=True, slots=True)
class Shown:
    """Who showed that they are staff; with which key, if with one: as it is to be kept, and as it was seen. `hands` are
    who else may have shown it."""

    staff: StaffRow
    key: StaffKeyRow | None = None
    seen: StaffKeyRow | None = None
    hands: frozenset[str] = frozenset()


def welcome(staff: StaffRow, tenant: str | None) -> bool:
    """Whether a member is one right now, and of this tenant, if it matters."""
    return staff.disabled_at is None and tenant in (None, staff.tenant)


def spend(tx: WriteTx, parts: Parts, answered: AnswerChallenge, tenant: str | None, *, good: bool) -> Shown | None:
    """Whose code it is, which is used from now on, if all else is `good`. A wrong one is counted for the name, whether
    anybody has it, and holds others up; the caller must commit. Raises StaleRow."""
    now, whose = parts.clock.now(), tenant or DEFAULT_TENANT
    name, code_hash = _folded(answered.name), hashed(code_as_made(answered.code))
    subject = _subject(parts, whose, name)
    staff, code = staff_named(tx, whose, name), rows.staff_code(tx, code_hash)
    if not _admitted(tx, parts, subject, now) or staff is None or code is None or not good:
        return None
    if code.staff_id != staff.id or code.purpose != "sealed" or code.used_at is not None:
        return None
    if not live(code.created_at, code.expires_at, now) or not welcome(staff, whose):
        return None
    rows.use_staff_code(tx, code_hash, now)
    attempts.forget_failures(tx, subject)
    tell_administrators(tx, parts, staff, Notice.CODE_USED)
    return Shown(staff, hands=hands.read(code.hands))


def _admitted(tx: WriteTx, parts: Parts, subject: str, now: datetime) -> bool:
    """Whether the name may try once more; the try is counted, until it was right. It is never locked for good: nobody
    guesses 160 bits, and nobody should take the code from its owner."""
    found = attempts.failures(tx, subject)
    known = verification.Failures() if found is None else verification.steadied(verification.Failures(*found), now)
    try:
        verification.admit(known, verification.station_limits(parts.settings.verification.limits), now)
    except verification.Locked:
        return False
    attempts.put_failures(tx, subject, None if found is None else found[0], known.count + 1, now)
    return True


def _subject(parts: Parts, tenant: str, name: str) -> str:
    told = f"staff\0{tenant}\0{name}"
    return hmac.digest(parts.hmac_key, told.encode(), "sha256").hex()


def _folded(typed: str) -> str:
    try:
        return fold(tame(typed))[:128]
    except BadValue:
        return ""
