"""One-time secrets that lead to an account: made, mailed by others, and judged; people who do not exist have them, too.

A secret is bound to its purpose and to its subject, works once and for a time, and only the newest one does; digits
are tried a few times at most (OWASP ASVS 6.5.1, 6.5.5, 6.6.2; NIST SP 800-63B-4, 3.1.3). Of its text only a keyed hash
is kept.
"""

from __future__ import annotations

import base64
import hmac
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from kiosk.service.parts import Parts
from kiosk.service.sources import new_id
from kiosk.service.store import one_time as rows
from kiosk.service.store.engine import WriteTx
from kiosk.service.store.one_time import OneTimeRow
from kiosk.service.verification import rules as verification
from kiosk.service.verification.codes import normalized

SKEW: Final = timedelta(seconds=5)
"""How far the clocks of two replicas may differ."""

_TOKEN_BYTES, _PASSCODE_BYTES = 16, 10
_GROUP: Final = 4
_ALPHABET: Final = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", "0123456789ABCDEFGHJKMNPQRSTVWXYZ")
"""Of base 32 (RFC 4648) without letters that look like digits (Crockford's)."""
_MISREAD: Final = str.maketrans("OIL", "011")


class Purpose(StrEnum):
    """What a secret is for."""

    ACTIVATION = "activation"
    PASSCODE = "passcode"
    SIGN_IN = "sign_in"
    CONCIERGE = "concierge"


_DIGITS: Final = frozenset({Purpose.SIGN_IN, Purpose.CONCIERGE})
"""Purposes whose secrets are a few digits."""


@dataclass(frozen=True, slots=True)
class Issued:
    """A fresh secret: `text` is told once and kept nowhere; `life` in seconds."""

    text: str = field(repr=False)
    subject: str
    life: int
    expires_at: datetime


def subject_of(parts: Parts, user_id: str | None, tenant: str, typed: str) -> str:
    """Whose secrets and failures they are: of the person, by whichever name they came, or of what was typed."""
    whose = f"user\0{user_id}" if user_id is not None else f"typed\0{tenant}\0{typed}"
    return hmac.digest(parts.hmac_key, b"subject of accounts\0" + whose.encode(), "sha256").hex()


def issue(tx: WriteTx, parts: Parts, purpose: Purpose, subject: str, user_id: str | None) -> Issued | None:
    """Make a secret; it alone is good from now on. None where too many were made lately: the earlier one stays good.

    How many is the same for everybody (`verification.code`: a minute between two, and a few in an hour).
    """
    now, settings = parts.clock.now(), parts.settings.verification.code
    lately = rows.secrets_made(tx, purpose, subject, now - verification.HOUR)
    text = _text(parts, purpose)
    try:
        verification.may_send(lately, lately, settings, now)
    except verification.TooSoon:
        return None
    life = life_of(parts, purpose)
    expires_at = now + timedelta(seconds=life)
    digest = _digest(parts, purpose, subject, text)
    rows.add_secret(tx, OneTimeRow(new_id(parts.random), purpose, subject, user_id, digest, now, now, expires_at))
    return Issued(text, subject, life, expires_at)


def judge(tx: WriteTx, parts: Parts, purpose: Purpose, subject: str, text: str) -> str | None:
    """The id of the person whose secret this is, which is used now. None where it is not: wrong, used, replaced, too
    old, tried too often, or nobody's; the try is counted, so the caller must commit. Raises StaleRow."""
    now = parts.clock.now()
    row = rows.newest_secret(tx, purpose, subject)
    expected = bytes(32) if row is None else row.digest
    same = hmac.compare_digest(expected, _digest(parts, purpose, subject, _as_made(purpose, text)))
    right = same and row is not None and row.user_id is not None and _alive(parts, row, now)
    tries = 1 if row is None else row.tries + 1
    unused = None if row is None or row.used else row
    rows.count_try(tx, unused, tries=tries, seen_at=now if row is None else max(row.seen_at, now), used=right)
    return row.user_id if right and row is not None else None


def forget_old_secrets(parts: Parts) -> int:
    """Delete the rows of secrets that nothing counts any more; how many there were."""
    before = parts.clock.now() - verification.HOUR
    return parts.store.write(lambda tx: rows.forget_secrets(tx, before))


def life_of(parts: Parts, purpose: Purpose) -> int:
    """How many seconds a secret lives."""
    settings = parts.settings.accounts.sign_in
    lives = {
        Purpose.ACTIVATION: settings.activation,
        Purpose.PASSCODE: settings.passcode,
        Purpose.SIGN_IN: settings.code,
        Purpose.CONCIERGE: settings.code,
    }
    return lives[purpose]


def _alive(parts: Parts, row: OneTimeRow, now: datetime) -> bool:
    """Set back, the clock ends the life of a secret. What has 64 bits or more may be tried as often as one likes, so
    that nobody spends the tries of somebody else."""
    spent = row.purpose in _DIGITS and row.tries >= parts.settings.verification.code.tries
    return not row.used and not spent and row.seen_at - SKEW <= now < row.expires_at


def _text(parts: Parts, purpose: Purpose) -> str:
    """128 bits for a link, 80 bits to be typed from a mail within a day, digits to be typed at once."""
    if purpose is Purpose.ACTIVATION:
        return base64.urlsafe_b64encode(parts.random.token(_TOKEN_BYTES)).rstrip(b"=").decode()
    if purpose is Purpose.PASSCODE:
        plain = base64.b32encode(parts.random.token(_PASSCODE_BYTES)).decode().translate(_ALPHABET)
        return "-".join(plain[at : at + _GROUP] for at in range(0, len(plain), _GROUP))
    return parts.random.digits(parts.settings.verification.code.digits)


def _as_made(purpose: Purpose, typed: str) -> str:
    """What was typed, without what people add and mistake; far too long becomes empty."""
    if purpose is Purpose.ACTIVATION:
        return typed.strip()
    plain = normalized(typed)
    if purpose in _DIGITS:
        return plain
    plain = plain.upper().translate(_MISREAD)
    return "-".join(plain[at : at + _GROUP] for at in range(0, len(plain), _GROUP))


def _digest(parts: Parts, purpose: Purpose, subject: str, text: str) -> bytes:
    secret = f"one-time\0{purpose}\0{subject}\0{text}"
    return hmac.digest(parts.hmac_key, secret.encode(), "sha256")
