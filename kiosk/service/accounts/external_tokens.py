"""Tokens that other systems know people by: kept sealed, told to who may act for the person, and nothing else.

They are apart from all sign-in: nothing that lets anybody in reads them. A row opens under a key derived from the
service's own, for its person and its name only.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final, TypeVar

import structlog
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from kiosk.service.accounts.rules import BadAttributes, NoSuchAccount
from kiosk.service.audit.actions import Event, record
from kiosk.service.parts import Parts
from kiosk.service.store import external_tokens as rows
from kiosk.service.store.desk import By, seen_person
from kiosk.service.store.engine import WriteTx
from kiosk.service.tokens.rules import Caller

MOST_TOKENS: Final = 50
"""Tokens of one person."""

Answer = TypeVar("Answer")

_NONCE: Final = 12
_log = structlog.get_logger("keywright.accounts")


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
        others = {each.name for each in rows.external_tokens_of(tx, place.user_id)} - {place.name}
        if len(others) >= MOST_TOKENS:
            raise BadAttributes(("name",))
        if expires_at is not None and expires_at <= now:
            raise BadAttributes(("expiresAt",))
        sealed = _seal(parts, (place.user_id, place.name), token)
        rows.put_external_token(tx, rows.ExternalTokenRow(place.user_id, place.name, sealed, now, expires_at))
        return Told(place.name, now, expires_at)

    return _asked(parts, place, "external_token_kept", work)


def tell(parts: Parts, place: Place) -> Told:
    """The token itself. Raises NoSuchAccount, also where there is no token of this name, or it is over."""

    def work(tx: WriteTx) -> Told | None:
        row = rows.external_token(tx, place.user_id, place.name)
        token = None if row is None or not _living(row, parts.clock.now()) else _unseal(parts, row)
        return None if row is None or token is None else Told(row.name, row.changed_at, row.expires_at, token)

    return _asked(parts, place, "external_token_told", work)


def names(parts: Parts, place: Place) -> tuple[Told, ...]:
    """Which tokens there are: their names and dates. Raises NoSuchAccount."""

    def work(tx: WriteTx) -> tuple[Told, ...]:
        found, now = rows.external_tokens_of(tx, place.user_id), parts.clock.now()
        return tuple(Told(each.name, each.changed_at, each.expires_at) for each in found if _living(each, now))

    return _asked(parts, place, "external_tokens_listed", work)


def forget(parts: Parts, place: Place) -> None:
    """Forget a token. Raises NoSuchAccount, also where there is none of this name."""

    def work(tx: WriteTx) -> bool | None:
        return rows.drop_external_token(tx, place.user_id, place.name) or None

    _asked(parts, place, "external_token_forgotten", work)


def seal_for(tx: WriteTx, parts: Parts, user_id: str, heir: str) -> None:
    """Seal somebody's tokens for the account that takes them over, in the transaction that gives them to it. What does
    not open stays as it is."""
    for row in rows.external_tokens_of(tx, user_id):
        token = _unseal(parts, row)
        if token is not None:
            rows.put_external_token(tx, replace(row, sealed=_seal(parts, (heir, row.name), token)))


def forget_expired_tokens(parts: Parts) -> int:
    """Delete tokens that are over; how many there were."""
    return parts.store.write(lambda tx: rows.drop_expired_external_tokens(tx, parts.clock.now()))


def _living(row: rows.ExternalTokenRow, now: datetime) -> bool:
    return row.expires_at is None or now < row.expires_at


def _asked(parts: Parts, place: Place, event: str, work: Callable[[WriteTx], Answer | None]) -> Answer:
    """Do it for somebody of the caller's sites, and write down that it was asked: neither the name of the token nor
    what it is, and of people of others not even who. Raises NoSuchAccount."""
    caller = place.caller

    def do(tx: WriteTx) -> Answer | None:
        person = seen_person(tx, caller.tenant, caller.sites, By.USER_ID, place.user_id)
        answer = None if person is None else work(tx)
        subject, details = "" if person is None else person.user_id, {"found": answer is not None}
        record(tx, parts, Event(event, caller.tenant, f"client:{caller.client_id}", subject, details=details))
        return answer

    answer = parts.store.write(do)
    if answer is None:
        raise NoSuchAccount
    return answer


def _seal(parts: Parts, mine: tuple[str, str], token: str) -> bytes:
    """As one ciphertext, which opens for this person and this name only."""
    nonce = parts.random.token(_NONCE)
    return nonce + AESGCM(_key(parts)).encrypt(nonce, token.encode(), "\0".join(mine).encode())


def _unseal(parts: Parts, row: rows.ExternalTokenRow) -> str | None:
    """None for what was sealed with another key, or changed, or moved: staff see it in the log."""
    bound = f"{row.user_id}\0{row.name}".encode()
    try:
        return AESGCM(_key(parts)).decrypt(row.sealed[:_NONCE], row.sealed[_NONCE:], bound).decode()
    except (InvalidTag, ValueError):
        _log.error("external_token_unreadable")
        return None


def _key(parts: Parts) -> bytes:
    """A key of its own for these tokens (HMAC as the key derivation function, NIST SP 800-108)."""
    return hmac.digest(parts.hmac_key, b"keywright external tokens 1", "sha256")
