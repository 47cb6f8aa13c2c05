"""Judges codes of authenticator apps and recovery codes; for people without an app, and for nobody, with the same work.

Secrets are kept as AES-256-GCM ciphertexts under a key derived from the service's own, bound to their person.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final

import structlog
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from kiosk.service.accounts import recovery, totp
from kiosk.service.accounts.rules import TotpState
from kiosk.service.parts import Parts
from kiosk.service.sources import Random
from kiosk.service.store import totp as rows
from kiosk.service.store.engine import ReadTx, WriteTx
from kiosk.service.store.totp import TotpRow

_log = structlog.get_logger("keywright.accounts")

_NONCE: Final = 12


@dataclass(frozen=True, slots=True)
class SecondFactor:
    """What codes are judged with: the service's key (32 bytes), and how many periods a phone may be early or late."""

    hmac_key: bytes = field(repr=False)
    drift: int = 1

    def seal(self, random: Random, user_id: str, secret: bytes) -> bytes:
        """The secret as a ciphertext that opens for this person only."""
        nonce = random.token(_NONCE)
        return nonce + AESGCM(self._key(b"keywright totp 1")).encrypt(nonce, secret, user_id.encode())

    def step(self, row: TotpRow | None, user_id: str, typed: str, now: datetime) -> int | None:
        """The time step whose code was typed, of the app in the row, and not taken yet; None for any other code.

        Without a row the same is computed with a secret that nobody has.
        """
        secret = self._decoy(user_id) if row is None else self.opened(row) or self._decoy(row.user_id)
        step = totp.matching_step(secret, typed, now, drift=self.drift, after=-1 if row is None else row.last_step)
        return None if row is None else step

    def judge(self, tx: WriteTx, user_id: str, answer: str, now: datetime) -> bool:
        """Whether the answer is a code of the person's app, or a recovery code: each is taken once.

        It is for the caller to have counted the attempt. Raises StaleRow when the same code is taken elsewhere.
        """
        typed = recovery.as_typed(answer)
        row = rows.totp_of(tx, user_id)
        digest = recovery.digest(self.hmac_key, user_id, typed)
        step, spare = self.step(row, user_id, typed, now), rows.has_recovery_code(tx, user_id, digest)
        if row is None or row.state != TotpState.ENROLLED:
            return False
        if step is not None:
            rows.take_step(tx, row, step, row.state, row.changed_at)
        elif spare:
            rows.use_recovery_code(tx, user_id, digest, now)
        return step is not None or spare

    def opened(self, row: TotpRow) -> bytes | None:
        """The secret of a row; None where it does not open."""
        nonce, sealed = row.sealed[:_NONCE], row.sealed[_NONCE:]
        try:
            return AESGCM(self._key(b"keywright totp 1")).decrypt(nonce, sealed, row.user_id.encode())
        except InvalidTag:  # the service's key is another one now, or the row was changed: no code is right
            _log.warning("totp_unreadable")
            return None

    def _decoy(self, user_id: str) -> bytes:
        """A secret that no app has, at the price of opening one."""
        key = self._key(b"keywright totp decoy 1")
        return AESGCM(key).encrypt(bytes(_NONCE), bytes(totp.SECRET_BYTES), user_id.encode())[-totp.SECRET_BYTES :]

    def _key(self, purpose: bytes) -> bytes:
        """A key of its own for each purpose (HMAC as the key derivation function, NIST SP 800-108)."""
        return hmac.digest(self.hmac_key, purpose, "sha256")


def second_factor(parts: Parts) -> SecondFactor:
    """That of the service."""
    return SecondFactor(parts.hmac_key, parts.settings.accounts.totp.drift)


def judge_code(tx: WriteTx, parts: Parts, user_id: str, code: str) -> bool:
    """Whether this is a code of the person's app, or a recovery code; see `SecondFactor.judge`."""
    return second_factor(parts).judge(tx, user_id, code, parts.clock.now())


def take_over(tx: WriteTx, parts: Parts, user_id: str, new_owner: str) -> None:
    """Somebody's app becomes that of another account of theirs, unless that has one; no row is left of the first.

    Recovery codes stay behind: only hashes of them are kept, which are bound to the account.
    """
    row, factor = rows.totp_of(tx, user_id), second_factor(parts)
    if row is None:
        return
    secret = factor.opened(row) if rows.totp_of(tx, new_owner) is None else None
    rows.drop_totp(tx, user_id)
    if secret is not None:
        rows.put_totp(tx, replace(row, user_id=new_owner, sealed=factor.seal(parts.random, new_owner, secret)))


def needs_code(tx: ReadTx, user_id: str) -> bool:
    """Whether the person has an app, so that signing in asks for its code."""
    row = rows.totp_of(tx, user_id)
    return row is not None and row.state == TotpState.ENROLLED
