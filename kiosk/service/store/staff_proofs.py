"""How staff show who they are: one-time codes, challenges, what was signed over them, and sign-ins."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, delete, insert, select, update

from kiosk.service.store.engine import ReadTx, StaleRow, WriteTx
from kiosk.service.store.staff import (
    StaffSessionRow,
    staff_assertions,
    staff_challenges,
    staff_codes,
    staff_sessions,
)


@dataclass(frozen=True, slots=True)
class StaffCodeRow:
    """A one-time code of a member of staff; `purpose` is `join` or `sealed`."""

    code_hash: str = field(repr=False)
    staff_id: str
    purpose: str
    made_by: str
    created_at: datetime
    expires_at: datetime
    used_at: datetime | None = None
    hands: str = ""


@dataclass(frozen=True, slots=True)
class ChallengeRow:
    """What somebody asked staff to sign."""

    id: str
    holder: str
    purpose: str
    statement: Mapping[str, Any]
    reason: str
    created_at: datetime
    expires_at: datetime
    used_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class AssertionRow:
    """What staff signed: enough to verify it again. With a sealed code, `staff_key_id` and the bytes are empty."""

    id: str
    staff_id: str
    staff_key_id: str
    statement: Mapping[str, Any]
    authenticator_data: bytes
    client_data: bytes
    signature: bytes
    at: datetime


_CODE = tuple(staff_codes.c[name] for name in StaffCodeRow.__slots__)
_CHALLENGE = tuple(staff_challenges.c[name] for name in ChallengeRow.__slots__)
_ASSERTION = tuple(staff_assertions.c[name] for name in AssertionRow.__slots__)
_SESSION = tuple(staff_sessions.c[name] for name in StaffSessionRow.__slots__)

# Statements are made once: building one costs more than running it.
_CODE_OF = select(*_CODE).where(staff_codes.c.code_hash == bindparam("told"))
_USE_CODE = (
    update(staff_codes)
    .where(staff_codes.c.code_hash == bindparam("told"), staff_codes.c.used_at.is_(None))
    .values(used_at=bindparam("now"))
)
_CHALLENGE_OF = select(*_CHALLENGE).where(staff_challenges.c.id == bindparam("wanted"))
_USE_CHALLENGE = (
    update(staff_challenges)
    .where(staff_challenges.c.id == bindparam("wanted"), staff_challenges.c.used_at.is_(None))
    .values(used_at=bindparam("now"))
)
_SESSION_OF = select(*_SESSION).where(staff_sessions.c.token_hash == bindparam("told"))
_SEEN = update(staff_sessions).where(staff_sessions.c.token_hash == bindparam("told")).values(seen_at=bindparam("now"))
_CONFIRMED = _SEEN.values(confirmed_at=bindparam("now"))


def add_staff_code(tx: WriteTx, row: StaffCodeRow) -> None:
    """Store a new code."""
    tx.connection.execute(insert(staff_codes), {name: getattr(row, name) for name in StaffCodeRow.__slots__})


def staff_code(tx: ReadTx, code_hash: str) -> StaffCodeRow | None:
    """The code, also a used one."""
    found = tx.connection.execute(_CODE_OF, {"told": code_hash}).one_or_none()
    return None if found is None else StaffCodeRow(*found)


def use_staff_code(tx: WriteTx, code_hash: str, now: datetime) -> None:
    """It works no more. Raises StaleRow where somebody else was faster."""
    if tx.connection.execute(_USE_CODE, {"told": code_hash, "now": now}).rowcount != 1:
        raise StaleRow


def drop_staff_codes(tx: WriteTx, staff_id: str, purpose: str) -> int:
    """Forget codes of a member that were not used; how many."""
    whose = staff_codes.c.staff_id == staff_id, staff_codes.c.purpose == purpose, staff_codes.c.used_at.is_(None)
    return tx.connection.execute(delete(staff_codes).where(*whose)).rowcount


def add_challenge(tx: WriteTx, row: ChallengeRow) -> None:
    """Store a new challenge."""
    values = {name: getattr(row, name) for name in ChallengeRow.__slots__}
    tx.connection.execute(insert(staff_challenges), {**values, "statement": dict(row.statement)})


def challenge(tx: ReadTx, challenge_id: str) -> ChallengeRow | None:
    """The challenge of this id, also a used one."""
    found = tx.connection.execute(_CHALLENGE_OF, {"wanted": challenge_id}).one_or_none()
    return None if found is None else ChallengeRow(*found)


def use_challenge(tx: WriteTx, challenge_id: str, now: datetime) -> bool:
    """It is answered; False where it was already."""
    return tx.connection.execute(_USE_CHALLENGE, {"wanted": challenge_id, "now": now}).rowcount == 1


def add_assertion(tx: WriteTx, row: AssertionRow) -> None:
    """Keep what was signed."""
    values = {name: getattr(row, name) for name in AssertionRow.__slots__}
    tx.connection.execute(insert(staff_assertions), {**values, "statement": dict(row.statement)})


def assertion(tx: ReadTx, assertion_id: str) -> AssertionRow | None:
    """What was signed."""
    query = select(*_ASSERTION).where(staff_assertions.c.id == assertion_id)
    found = tx.connection.execute(query).one_or_none()
    return None if found is None else AssertionRow(*found)


def add_staff_session(tx: WriteTx, row: StaffSessionRow) -> None:
    """Somebody signed in."""
    tx.connection.execute(insert(staff_sessions), {name: getattr(row, name) for name in StaffSessionRow.__slots__})


def staff_session(tx: ReadTx, token_hash: str) -> StaffSessionRow | None:
    """The sign-in with this token."""
    found = tx.connection.execute(_SESSION_OF, {"told": token_hash}).one_or_none()
    return None if found is None else StaffSessionRow(*found)


def touch_staff_session(tx: WriteTx, token_hash: str, now: datetime, *, confirmed: bool = False) -> bool:
    """Somebody was there just now, or touched their key; whether they are signed in."""
    query = _CONFIRMED if confirmed else _SEEN
    return tx.connection.execute(query, {"told": token_hash, "now": now}).rowcount == 1


def drop_staff_session(tx: WriteTx, token_hash: str) -> bool:
    """Somebody left; whether they were signed in."""
    return tx.connection.execute(delete(staff_sessions).where(staff_sessions.c.token_hash == token_hash)).rowcount == 1


def drop_staff_sessions(tx: WriteTx, staff_id: str) -> int:
    """All sign-ins of a member end; how many there were."""
    return tx.connection.execute(delete(staff_sessions).where(staff_sessions.c.staff_id == staff_id)).rowcount


def drop_sessions_at(tx: WriteTx, holder: str) -> int:
    """All sign-ins at a station, or of a browser, end; how many there were."""
    return tx.connection.execute(delete(staff_sessions).where(staff_sessions.c.holder == holder)).rowcount


def forget_old_proofs(tx: WriteTx, now: datetime) -> int:
    """Forget challenges, sign-ins and codes that are past their time; how many."""
    old = (staff_challenges, staff_sessions, staff_codes)
    return sum(tx.connection.execute(delete(each).where(each.c.expires_at <= now)).rowcount for each in old)
