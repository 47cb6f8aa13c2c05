"""Sessions of people: opaque tokens, told once, of which only hashes are kept; they end when anybody says so."""

from __future__ import annotations

import base64
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from kiosk.service.accounts.sign_in_guard import SignedIn
from kiosk.service.audit.actions import Event, record
from kiosk.service.parts import Parts
from kiosk.service.store import sessions as rows
from kiosk.service.store.accounts import account
from kiosk.service.store.engine import WriteTx
from kiosk.service.store.sessions import SessionRow
from kiosk.service.tokens.rules import Caller, InvalidToken, hashed

TOKEN_BYTES: Final = 32


@dataclass(frozen=True, slots=True)
class BegunSession:
    """A sign-in; `token` is told once. `expires_in` is in seconds, `method` how they showed who they are."""

    token: str = field(repr=False)
    expires_in: int
    user_id: str
    method: str


@dataclass(frozen=True, slots=True)
class SessionTold:
    """What somebody who is signed in may know of it."""

    user_id: str
    site: str
    name: str
    method: str
    expires_at: datetime


def begin_session(tx: WriteTx, parts: Parts, caller: Caller, site: str, user_id: str, method: str) -> BegunSession:
    """Sign somebody in at a site, in the transaction that judged what they showed; the trail tells how."""
    now, life = parts.clock.now(), parts.settings.accounts.sign_in.session
    token = base64.urlsafe_b64encode(parts.random.token(TOKEN_BYTES)).rstrip(b"=").decode()
    row = SessionRow(user_id, site, caller.client_id, method, now, now + timedelta(seconds=life))
    rows.add_session(tx, hashed(token), row)
    record(
        tx,
        parts,
        Event("signed_in", caller.tenant, f"client:{caller.client_id}", user_id, site, details={"method": method}),
    )
    return BegunSession(token, life, user_id, method)


def session_of(parts: Parts, signed_in: SignedIn) -> SessionTold:
    """The session that a person calls with. Raises InvalidToken where it has just ended."""
    with parts.store.read() as tx:
        found, row = rows.session(tx, signed_in.session), account(tx, signed_in.user_id)
    if found is None or row is None:
        raise InvalidToken
    session, _tenant = found
    return SessionTold(row.id, session.site, row.upn, session.method, session.expires_at)


def sign_out(parts: Parts, signed_in: SignedIn) -> None:
    """End the session that a person calls with."""

    def work(tx: WriteTx) -> None:
        if rows.drop_session(tx, signed_in.session):
            actor = f"user:{signed_in.user_id}"
            record(tx, parts, Event("signed_out", signed_in.tenant, actor, signed_in.user_id, signed_in.site))

    parts.store.write(work)


def forget_old_sessions(parts: Parts) -> int:
    """Forget sign-ins that are over; how many there were."""
    return parts.store.write(lambda tx: rows.drop_expired_sessions(tx, parts.clock.now()))
