"""What is done to somebody's second factor: set up, enrolled with a first code, unenrolled; each in a transaction."""

from __future__ import annotations

import hmac
from dataclasses import dataclass, field
from datetime import datetime

from kiosk.service.accounts import recovery, totp
from kiosk.service.accounts.rules import TotpNotSetUp, TotpState
from kiosk.service.accounts.second_factor import judge_code, second_factor
from kiosk.service.accounts.second_factor_notice import Holder, tell
from kiosk.service.accounts.totp import Change
from kiosk.service.parts import Parts
from kiosk.service.store import totp as rows
from kiosk.service.store.engine import ReadTx, WriteTx
from kiosk.service.store.totp import TotpRow
from kiosk.service.verification.counters import (
    Counter,
    count_failure,
    forget,
    person_admitted,
    subject_of_person,
)
from kiosk.service.verification.rules import CodeInvalid, VerificationRefused


@dataclass(frozen=True, slots=True)
class SetUp:
    """A fresh secret: as people type it, and as the QR code says it."""

    secret: str = field(repr=False)
    uri: str = field(repr=False)


def state_of(tx: ReadTx, user_id: str, now: datetime) -> TotpState:
    """Where somebody's app stands."""
    return _standing(rows.totp_of(tx, user_id), now)


def set_up(tx: WriteTx, parts: Parts, holder: Holder) -> SetUp:
    """Another secret, which waits for its first code; an earlier one that waited is dead. Raises TotpWrongState."""
    now = parts.clock.now()
    state = totp.moved(state_of(tx, holder.user_id, now), Change.SET_UP)
    secret = parts.random.token(totp.SECRET_BYTES)
    sealed = second_factor(parts).seal(parts.random, holder.user_id, secret)
    rows.put_totp(tx, TotpRow(holder.user_id, state, sealed, -1, now))
    tell(tx, parts, holder, Change.SET_UP)
    return SetUp(totp.typed_form(secret), totp.uri_of(secret, holder.name, parts.settings.organization))


def enroll(tx: WriteTx, parts: Parts, holder: Holder, code: str) -> tuple[str, ...] | VerificationRefused:
    """The recovery codes, told once; or why not, which the caller raises after the commit: it is counted.

    Raises TotpNotSetUp, TotpWrongState.
    """
    now, row = parts.clock.now(), rows.totp_of(tx, holder.user_id)
    before = _standing(row, now)
    if row is None or before is TotpState.NOT_ENROLLED:
        raise TotpNotSetUp
    state = totp.moved(before, Change.ENROLL)
    # The secret is known to who types: that the app works does not forgive them failures of signing in.
    counters = _admitted(tx, parts, _set_up_subject(parts, holder.user_id), now)
    if isinstance(counters, VerificationRefused):
        return counters
    step = second_factor(parts).step(row, holder.user_id, recovery.as_typed(code), now)
    if step is None:
        return _failed(tx, counters, now)
    forget(tx, counters)
    rows.take_step(tx, row, step, state, now)
    codes = recovery.new_codes(parts.random, parts.settings.accounts.totp.recovery_codes)
    digests = [recovery.digest(parts.hmac_key, holder.user_id, recovery.as_typed(each)) for each in codes]
    rows.put_recovery_codes(tx, holder.user_id, digests)
    tell(tx, parts, holder, Change.ENROLL)
    return codes


def unenroll(tx: WriteTx, parts: Parts, holder: Holder, code: str) -> VerificationRefused | None:
    """Forget the app, for a code of it or a recovery code; or why not, as `enroll`. Raises TotpWrongState."""
    now = parts.clock.now()
    totp.moved(state_of(tx, holder.user_id, now), Change.UNENROLL)
    counters = _admitted(tx, parts, subject_of_person(parts.hmac_key, holder.user_id), now)
    if isinstance(counters, VerificationRefused):
        return counters
    if not judge_code(tx, parts, holder.user_id, code):
        return _failed(tx, counters, now)
    forget(tx, counters)
    rows.drop_totp(tx, holder.user_id)
    tell(tx, parts, holder, Change.UNENROLL)
    return None


def take_away(tx: WriteTx, parts: Parts, holder: Holder, reason: str) -> None:
    """Staff forget the app of somebody who lost it. Raises TotpNotSetUp."""
    if state_of(tx, holder.user_id, parts.clock.now()) is TotpState.NOT_ENROLLED:
        raise TotpNotSetUp
    rows.drop_totp(tx, holder.user_id)
    tell(tx, parts, holder, Change.TAKE_AWAY, reason)


def _standing(row: TotpRow | None, now: datetime) -> TotpState:
    return TotpState.NOT_ENROLLED if row is None else totp.standing(TotpState(row.state), row.changed_at, now)


def _admitted(tx: WriteTx, parts: Parts, subject: str, now: datetime) -> tuple[Counter, ...] | VerificationRefused:
    try:
        return person_admitted(tx, parts, subject, now)
    except VerificationRefused as refusal:
        return refusal


def _failed(tx: WriteTx, counters: tuple[Counter, ...], now: datetime) -> CodeInvalid:
    count_failure(tx, counters, now)
    return CodeInvalid(min(max(each.limits.free - each.failures.count - 1, 0) for each in counters))


def _set_up_subject(parts: Parts, user_id: str) -> str:
    return hmac.new(parts.hmac_key, b"totp set-up\0" + user_id.encode(), "sha256").hexdigest()
