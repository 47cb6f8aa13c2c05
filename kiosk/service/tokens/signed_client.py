"""Clients that sign instead of telling a secret: private_key_jwt (RFC 7523, 2.2 and 3; ES256)."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Final

from kiosk.service.parts import Parts
from kiosk.service.store import fleet_stations as rows
from kiosk.service.store import tokens as token_rows
from kiosk.service.store.engine import WriteTx
from kiosk.service.store.fleet_stations import SignerRow
from kiosk.service.tokens import es256
from kiosk.service.tokens.actions import fresh_token
from kiosk.service.tokens.es256 import NotSigned, Unverified
from kiosk.service.tokens.rules import SKEW, ClockOff, InvalidClient, IssuedToken, as_called, granted, hashed

LONGEST_LIFE: Final = 60.0
"""Seconds between `iat` and `exp`."""

_JTI: Final = re.compile(r"[!-~]{16,128}")
_NOBODY: Final[Mapping[str, str]] = {
    "kty": "EC",
    "crv": "P-256",
    "x": "axfR8uEsQkf4vOblY6RA8ncDfYEt6zOg9KE5RdiYwpY",
    "y": "T-NC4v4af5uO5-tKfA-eFivOM1drMV7Oy7ZAaDe_UfU",
}
"""The base point of the curve: what is checked where there is no such client, so that both take the same time."""


@dataclass(frozen=True, slots=True)
class SignedRequest:
    """A request for a token. `audiences` are the addresses of this token endpoint, `client_id` that of the form."""

    assertion: str = field(repr=False)
    audiences: frozenset[str]
    scope: str = ""
    client_id: str = ""


def issue_token_to_signer(parts: Parts, asked: SignedRequest) -> IssuedToken:
    """Give a station a token for the scopes it asks for (all of its own for none). Its assertion is taken once, by
    whichever replica.

    Raises InvalidClient (ClockOff, where all but the time is right), InvalidScope.
    """
    try:
        told = es256.read(asked.assertion)
    except NotSigned as error:
        raise InvalidClient from error
    client_id, now = told.said("sub"), parts.clock.now()
    with parts.store.read() as tx:
        found = rows.signer(tx, client_id) if client_id.isprintable() else None
    client = _believed(told, found)
    if asked.client_id not in ("", client_id) or told.said("iss") != client_id or not _for_us(told, asked.audiences):
        raise InvalidClient
    ends_at = _timely(told, now, timedelta(seconds=parts.settings.stations.skew))
    scopes = granted(asked.scope, client.scopes)
    token, life = fresh_token(parts.random), parts.settings.session.token_life
    row = token_rows.TokenRow(client_id, " ".join(sorted(scopes)), now, now + life)
    jti_hash = hashlib.sha256(f"{client_id}\0{told.said('jti')}".encode()).hexdigest()

    def work(tx: WriteTx) -> bool:
        if not rows.take_assertion(tx, jti_hash, ends_at + SKEW):
            return False
        token_rows.add_token(tx, hashed(token), row)
        return True

    if not parts.store.write(work):
        raise InvalidClient
    return IssuedToken(token, int(life.total_seconds()), scopes)


def forget_assertions(parts: Parts) -> bool:
    """Forget assertions that are too old to be taken again. There is never more to do at once."""
    parts.store.write(lambda tx: rows.forget_assertions(tx, parts.clock.now()))
    return False


def _believed(told: Unverified, found: SignerRow | None) -> SignerRow:
    """The client, if it has signed. Raises InvalidClient, after the same work whoever it is."""
    known = found.public_key if found is not None else None
    good = es256.signed_by(told, known or _NOBODY)
    if not good or found is None or known is None or found.disabled_at is not None:
        raise InvalidClient
    return found


def _for_us(told: Unverified, audiences: frozenset[str]) -> bool:
    aud = told.claims.get("aud")
    (named,) = aud if isinstance(aud, list) and len(aud) == 1 else (aud,)
    return isinstance(named, str) and as_called(named) in audiences and _JTI.fullmatch(told.said("jti")) is not None


def _timely(told: Unverified, now: datetime, skew: timedelta) -> datetime:
    """Until when it might be taken again. Raises InvalidClient, ClockOff."""
    begins, ends = told.time("iat"), told.time("exp")
    if begins is None or ends is None or not 0 < ends - begins <= LONGEST_LIFE:
        raise InvalidClient
    moment, slack = now.timestamp(), skew.total_seconds()
    if not begins - slack <= moment < ends + slack:
        raise ClockOff(moment)
    return datetime.fromtimestamp(ends, UTC) + skew
