"""Codes of authenticator apps, pure: RFC 6238 with SHA-1, six digits and 30 s, and the states of somebody's app.

NOT_ENROLLED ─ set up → SETUP ─ a right code → ENROLLED ─ a code, or staff → NOT_ENROLLED
"""

from __future__ import annotations

import base64
import hmac
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import accumulate
from typing import Final
from urllib.parse import quote, urlencode

from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP

from kiosk.service.accounts.rules import TotpState, TotpWrongState
from kiosk.service.tokens.rules import SKEW

DIGITS: Final = 6
PERIOD: Final = 30
"""Seconds of one time step."""

SECRET_BYTES: Final = 20
"""160 bits, as long as the hash (RFC 4226, 4: recommended)."""

SETUP_LIFE: Final = timedelta(hours=1)
"""How long a secret waits for the first code: one that was shown and left does not lie about for ever."""

_LONGEST_LABEL: Final = 200


class Change(StrEnum):
    """What is done to somebody's app."""

    SET_UP = "set_up"
    ENROLL = "enroll"
    UNENROLL = "unenroll"
    TAKE_AWAY = "take_away"


MOVES: Final[dict[tuple[TotpState, Change], TotpState]] = {
    (TotpState.NOT_ENROLLED, Change.SET_UP): TotpState.SETUP,
    (TotpState.SETUP, Change.SET_UP): TotpState.SETUP,
    (TotpState.SETUP, Change.ENROLL): TotpState.ENROLLED,
    (TotpState.ENROLLED, Change.UNENROLL): TotpState.NOT_ENROLLED,
    (TotpState.SETUP, Change.TAKE_AWAY): TotpState.NOT_ENROLLED,
    (TotpState.ENROLLED, Change.TAKE_AWAY): TotpState.NOT_ENROLLED,
}
"""Every change that there is; setting up anew makes another secret."""


def moved(state: TotpState, change: Change) -> TotpState:
    """The state after a change. Raises TotpWrongState."""
    after = MOVES.get((state, change))
    if after is None:
        raise TotpWrongState(state)
    return after


def standing(state: TotpState, changed_at: datetime, now: datetime) -> TotpState:
    """The state of what is stored: a set-up that nobody finished in time is none, nor one of the future (the clock was
    set back)."""
    waits = changed_at - SKEW <= now < changed_at + SETUP_LIFE
    return state if state is TotpState.ENROLLED or waits else TotpState.NOT_ENROLLED


def step_at(now: datetime) -> int:
    """The time step of a moment."""
    return int(now.timestamp()) // PERIOD


def code_of(secret: bytes, step: int) -> str:
    """What an app with this secret shows during a step."""
    return _app(secret).generate(step * PERIOD).decode()


def matching_step(secret: bytes, typed: str, now: datetime, *, drift: int, after: int) -> int | None:
    """The newest step whose code was typed: at most `drift` steps early or late, and later than `after`, the last one
    that was taken. It takes as long whatever was typed."""
    app, told, current, found = _app(secret), typed.encode(), step_at(now), None
    for step in range(current - drift, current + drift + 1):
        same = hmac.compare_digest(app.generate(max(step, 0) * PERIOD), told)
        if same and step > after:
            found = step
    return found


def uri_of(secret: bytes, name: str, issuer: str) -> str:
    """What the QR code says: the key URI format that authenticator apps read; a colon ends the issuer, so none is
    written as itself."""
    whose, label = _quoted(issuer), _quoted(name)
    values = {"algorithm": "SHA1", "digits": DIGITS, "period": PERIOD}
    return f"otpauth://totp/{whose}:{label}?secret={typed_form(secret)}&issuer={whose}&{urlencode(values)}"


def typed_form(secret: bytes) -> str:
    """The secret as people type it: Base32 (RFC 4648) without padding, which 20 bytes do not need."""
    return base64.b32encode(secret).decode().rstrip("=")


def _quoted(text: str) -> str:
    """Percent-encoded, and cut where a picture would become too fine to be read by a phone."""
    whole = [quote(each, safe="") for each in text]
    return "".join(each for each, end in zip(whole, accumulate(map(len, whole)), strict=True) if end <= _LONGEST_LABEL)


def _app(secret: bytes) -> TOTP:
    return TOTP(secret, DIGITS, SHA1(), PERIOD)  # noqa: S303 - what every app computes; HMAC-SHA-1 is not broken
