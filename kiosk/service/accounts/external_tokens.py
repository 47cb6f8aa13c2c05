"""Tokens that other systems know people by: kept sealed, told to who may act for the person, and nothing else.

They are apart from all sign-in: nothing that lets anybody in reads them. A row opens under a key derived from the
service's own, for its person and its name only.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final

import structlog
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from kiosk.service.accounts.rules import BadAttributes, NoSuchAccount
from kiosk.service.audit.actions import Event, record
from kiosk.service.parts import Parts
from kiosk.service.store import external_tokens as rows
from kiosk.service.store.desk import By, seen_person
from kiosk.service.store.engine import ReadTx, WriteTx
from kiosk.service.tokens.rules import Caller

MOST_TOKENS: Final = 50
"""Tokens of one person."""

_NONCE: Final = 12
_log = structlog.get_logger("keywright.accounts")


class NoSuchToken(NoSuchAccount):
    """The person has no token of this name, or it is over."""


@dataclass(frozen=True, slots=True)
class Told:
    """A token of somebody: `token` is empty where only its name is told."""

    name: str
    changed_at: datetime
    expires_at: datetime | None
    token: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Place:
    """Whose token of which name, and who asks."""

    caller: Caller
    user_id: str
    name: str = ""


def keep(parts: Parts, place: Place, token: str, expires_at: datetime | None) -> Told:
    """Keep a token, in the place of an earlier one of the name. Raises NoSuchAccount, BadAttributes."""

    def work(tx: WriteTx) -> Told:
        now = parts.clock.now()
        tx.alone_with(f"external tokens of {place.user_id}")
        _check_person(tx, place)
        others = {each.name for each in rows.external_tokens_of(tx, place.user_id)} - {place.name}
        if len(others) >= MOST_TOKENS:
            raise BadAttributes(("name",))
        if expires_at is not None and expires_at <= now:
            raise BadAttributes(("expiresAt",))
        row = rows.ExternalTokenRow(
            place.user_id, place.name, _seal(parts, (place.user_id, place.name), token), now, expires_at
        )
        rows.put_external_token(tx, row)
        _note(tx, parts, place, "external_token_kept")
        return Told(place.name, now, expires_at)

    return parts.store.write(work)


def tell(parts: Parts, place: Place) -> Told:
    """The token itself. Raises NoSuchAccount, NoSuchToken."""

    def work(tx: WriteTx) -> Told:
        _check_person(tx, place)
        row = rows.external_token(tx, place.user_id, place.name)
        if row is None or not _living(row, parts.clock.now()):
            raise NoSuchToken
        _note(tx, parts, place, "external_token_told")
        return Told(row.name, row.changed_at, row.expires_at, _unseal(parts, (row.user_id, row.name), row.sealed))

    return parts.store.write(work)


def names(parts: Parts, place: Place) -> tuple[Told, ...]:
    """Which tokens there are: their names and dates. Raises NoSuchAccount."""

    def work(tx: WriteTx) -> tuple[Told, ...]:
        _check_person(tx, place)
        _note(tx, parts, place, "external_tokens_listed")
        found = rows.external_tokens_of(tx, place.user_id)
        now = parts.clock.now()
        return tuple(Told(each.name, each.changed_at, each.expires_at) for each in found if _living(each, now))

    return parts.store.write(work)


def forget(parts: Parts, place: Place) -> None:
    """Forget a token. Raises NoSuchAccount, NoSuchToken."""

    def work(tx: WriteTx) -> None:
        _check_person(tx, place)
        if not rows.drop_external_token(tx, place.user_id, place.name):
            raise NoSuchToken
        _note(tx, parts, place, "external_token_forgotten")

    parts.store.write(work)


def seal_for(tx: WriteTx, parts: Parts, user_id: str, heir: str) -> None:
    """Seal somebody's tokens for the account that takes them over, in the transaction that gives them to it. What does
    not open stays as it is."""
    for row in rows.external_tokens_of(tx, user_id):
        try:
            token = _unseal(parts, (user_id, row.name), row.sealed)
        except NoSuchToken:
            continue
        rows.put_external_token(tx, replace(row, sealed=_seal(parts, (heir, row.name), token)))


def forget_expired_tokens(parts: Parts) -> int:
    """Delete tokens that are over; how many there were."""
    return parts.store.write(lambda tx: rows.drop_expired_external_tokens(tx, parts.clock.now()))


def _living(row: rows.ExternalTokenRow, now: datetime) -> bool:
    return row.expires_at is None or now < row.expires_at


def _check_person(tx: ReadTx, place: Place) -> None:
    caller = place.caller
    if seen_person(tx, caller.tenant, caller.sites, By.USER_ID, place.user_id) is None:
        raise NoSuchAccount


def _note(tx: WriteTx, parts: Parts, place: Place, event: str) -> None:
    """The trail tells that there was a token and who asked, neither its name nor what it is."""
    actor = f"client:{place.caller.client_id}"
    record(tx, parts, Event(event, place.caller.tenant, actor, subject=place.user_id))


def _seal(parts: Parts, mine: tuple[str, str], token: str) -> bytes:
    """As one ciphertext, which opens for this person and this name only."""
    nonce = parts.random.token(_NONCE)
    return nonce + AESGCM(_key(parts)).encrypt(nonce, token.encode(), "\0".join(mine).encode())


def _unseal(parts: Parts, mine: tuple[str, str], sealed: bytes) -> str:
    """Raises NoSuchToken for a row that was sealed with another key, or changed, or moved: staff see it in the log."""
    try:
        return AESGCM(_key(parts)).decrypt(sealed[:_NONCE], sealed[_NONCE:], "\0".join(mine).encode()).decode()
    except (InvalidTag, ValueError):
        _log.error("external_token_unreadable")
        raise NoSuchToken from None


def _key(parts: Parts) -> bytes:
    """A key of its own for these tokens (HMAC as the key derivation function, NIST SP 800-108)."""
    return hmac.digest(parts.hmac_key, b"keywright external tokens 1", "sha256")
