"""Sign-ins of staff: in a browser, or at the desk of a kiosk; opaque tokens, of which only hashes are kept."""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum
from typing import Final

from kiosk.service.audit.actions import Event, record
from kiosk.service.parts import Parts
from kiosk.service.relying_parties.webauthn import encode
from kiosk.service.staff import hands, rules
from kiosk.service.staff.rules import NotConfirmed, StaffRefused, StaffSession
from kiosk.service.store import staff_proofs as rows
from kiosk.service.store.engine import WriteTx
from kiosk.service.store.staff import StaffRow, StaffSessionRow, staff_member
from kiosk.service.tokens.rules import hashed, live

_TOKEN_BYTES: Final = 32
_EXACTNESS: Final = 4
"""In how many parts of `staff.idle` it is known when somebody was last there: not every page costs a write."""


class Kind(StrEnum):
    """Where somebody is signed in."""

    CONSOLE = "console"
    DESK = "desk"


def open_session(parts: Parts, staff: StaffRow, kind: Kind, holder: str, behind: frozenset[str] = frozenset()) -> str:
    """Sign in who has just shown that they are staff, and the hands `behind` that; the token, told once. Raises
    StaffRefused where they are not any more."""
    now, settings = parts.clock.now(), parts.settings.staff
    token = encode(parts.random.token(_TOKEN_BYTES))
    life = settings.session if kind is Kind.CONSOLE else settings.desk
    over = now + timedelta(seconds=life)
    row = StaffSessionRow(hashed(token), staff.id, kind, holder, now, now, now, over, hands.told(behind))

    def work(tx: WriteTx) -> None:
        found = staff_member(tx, staff.id)
        if found is None or found.disabled_at is not None:
            raise StaffRefused
        rows.add_staff_session(tx, row)
        record(tx, parts, Event("staff_signed_in", staff.tenant, rules.actor_of(staff), staff.id, reason=kind))

    parts.store.write(work)
    return token


def session_of(parts: Parts, token: str, kind: Kind, holder: str, *, seen: bool = True) -> StaffSession:
    """Who is signed in with this token, there; whoever is not, or not any more, is refused. `seen` is false for what a
    page asks by itself: that does not keep anybody signed in. Raises StaffRefused."""
    now = parts.clock.now()
    with parts.store.read() as tx:
        row = rows.staff_session(tx, hashed(token))
        staff = None if row is None else staff_member(tx, row.staff_id)
    if row is None or staff is None or staff.disabled_at is not None or not _alive(parts, row):
        raise StaffRefused
    if (row.kind, row.holder) != (kind, holder):
        raise StaffRefused
    if seen and not timedelta(0) <= now - row.seen_at < timedelta(seconds=parts.settings.staff.idle) / _EXACTNESS:
        parts.store.write(lambda tx: rows.touch_staff_session(tx, row.token_hash, now), hasty=True)
    return StaffSession(
        staff=staff,
        roles=rules.roles_of(staff),
        sites=rules.sites_of(staff),
        kind=row.kind,
        holder=row.holder,
        made_at=row.made_at,
        confirmed_at=row.confirmed_at,
        expires_at=row.expires_at,
        token_hash=row.token_hash,
        hands=hands.read(row.hands) or frozenset({rules.actor_of(staff)}),
    )


def require_confirmed(parts: Parts, session: StaffSession) -> None:
    """The key was touched a moment ago (`staff.confirm`). Raises NotConfirmed."""
    age = parts.clock.now() - session.confirmed_at
    if not timedelta(0) <= age <= timedelta(seconds=parts.settings.staff.confirm):
        raise NotConfirmed


def confirm(parts: Parts, session: StaffSession, staff: StaffRow) -> None:
    """The key was touched once more, by the same member. Raises StaffRefused where it was somebody else's, or the
    sign-in is over."""

    def work(tx: WriteTx) -> None:
        now = parts.clock.now()
        if staff.id != session.staff.id or not rows.touch_staff_session(tx, session.token_hash, now, confirmed=True):
            raise StaffRefused

    parts.store.write(work)


def close(parts: Parts, session: StaffSession) -> None:
    """Sign out; twice is fine."""

    def work(tx: WriteTx) -> None:
        if rows.drop_staff_session(tx, session.token_hash):
            event = Event("staff_signed_out", session.tenant, session.actor, session.staff.id, reason=session.kind)
            record(tx, parts, event)

    parts.store.write(work)


def close_desks(tx: WriteTx, client_id: str) -> int:
    """Nobody is signed in at a station any more; how many were."""
    return rows.drop_sessions_at(tx, f"{rules.STATION}{client_id}")


def forget_old(parts: Parts) -> bool:
    """Forget challenges, codes and sign-ins that are over. There is never more to do at once."""
    parts.store.write(lambda tx: rows.forget_old_proofs(tx, parts.clock.now()))
    return False


def _alive(parts: Parts, row: StaffSessionRow) -> bool:
    now = parts.clock.now()
    idle = row.kind == Kind.CONSOLE and now >= row.seen_at + timedelta(seconds=parts.settings.staff.idle)
    return live(row.made_at, row.expires_at, now) and not idle
