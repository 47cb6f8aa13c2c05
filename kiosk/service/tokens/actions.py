"""Clients and their access tokens: create, issue, check, revoke."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from datetime import datetime

from kiosk.contract.paths import Scope
from kiosk.service.parts import Parts
from kiosk.service.sources import Clock, Random
from kiosk.service.store import stations as rows
from kiosk.service.store import tokens as token_rows
from kiosk.service.store.engine import Store
from kiosk.service.tokens.rules import (
    Caller,
    ClientCredentials,
    InvalidClient,
    InvalidToken,
    IssuedToken,
    granted,
    hashed,
    live,
    matches,
)


@dataclass(frozen=True, slots=True)
class Rights:
    """What a client may do, for whose people, at which of their sites."""

    scopes: frozenset[Scope]
    tenant: str = "default"
    sites: frozenset[str] = frozenset()


STATION = Rights(frozenset({Scope.ENROLL, Scope.QR_ENROL, Scope.QR_STATUS, Scope.STAFF_DESK, Scope.STATION}))

_NOBODY = hashed("")  # compared with when there is no such client, so that both take the same time


def create_client(store: Store, clock: Clock, random: Random, name: str, rights: Rights = STATION) -> ClientCredentials:
    """Make a client (a station, by default) with a fresh secret, which is told here and kept nowhere."""
    kind = "station" if Scope.ENROLL in rights.scopes else "client"
    credentials = ClientCredentials(f"{kind}-{random.token(6).hex()}", fresh_token(random))
    row = rows.ClientRow(
        id=credentials.client_id,
        name=name,
        secret_hash=hashed(credentials.secret),
        scopes=" ".join(sorted(rights.scopes)),
        tenant=rights.tenant,
        sites=" ".join(sorted(rights.sites)),
    )
    store.write(lambda tx: rows.add_client(tx, row, clock.now()))
    return credentials


def rotate_secret(store: Store, random: Random, client_id: str) -> ClientCredentials:
    """Give the client another secret. Raises InvalidClient when there is no such client with one."""
    credentials = ClientCredentials(client_id, fresh_token(random))
    if not store.write(lambda tx: rows.replace_secret(tx, client_id, hashed(credentials.secret))):
        raise InvalidClient
    return credentials


def disable_client(store: Store, clock: Clock, client_id: str) -> None:
    """Refuse the client and its tokens from now on. Raises InvalidClient when there is no such client."""
    if not store.write(lambda tx: rows.disable_client(tx, client_id, clock.now())):
        raise InvalidClient


def issue_token(parts: Parts, client: ClientCredentials, scope: str) -> IssuedToken:
    """Give a client a token for the scopes it asks for (all of its own for none).

    Raises InvalidClient, InvalidScope.
    """
    now, life = parts.clock.now(), parts.settings.session.token_life
    token = fresh_token(parts.random)

    with parts.store.glance() as tx:  # a stranger never gets as far as the write lock
        found = rows.client(tx, client.client_id) if client.client_id.isprintable() else None
    known = matches(client.secret, found.secret_hash if found else _NOBODY)
    if found is None or not known or found.disabled_at is not None:
        raise InvalidClient
    scopes = granted(scope, found.scopes)
    row = token_rows.TokenRow(found.id, " ".join(sorted(scopes)), now, now + life)
    parts.store.write(lambda tx: token_rows.add_token(tx, hashed(token), row))
    return IssuedToken(token, int(life.total_seconds()), scopes)


def caller_of(parts: Parts, token: str) -> Caller:
    """Who holds this token. Raises InvalidToken."""
    return holder_of(parts, token)[0]


def holder_of(parts: Parts, token: str) -> tuple[Caller, datetime]:
    """Who holds this token, and until when. Raises InvalidToken."""
    with parts.store.glance() as tx:
        row = token_rows.token(tx, hashed(token))
    if row is None or not live(row.issued_at, row.expires_at, parts.clock.now()):
        raise InvalidToken
    caller = Caller(row.client_id, frozenset(row.scopes.split()), row.tenant, frozenset(row.sites.split()))
    return caller, row.expires_at


def fresh_token(random: Random) -> str:
    """256 random bits as a text: a token, or a secret."""
    return base64.urlsafe_b64encode(random.token(32)).rstrip(b"=").decode()
