"""Codes are made: for an account or for an enrollment, by ourselves or by a service elsewhere."""

from __future__ import annotations

import base64
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final

from kiosk.contract.paths import QR_ENROL
from kiosk.contract.phone import OpenPhone, PhoneCode, PhonePurpose, PhoneStatus
from kiosk.service.mobile import outside, rules
from kiosk.service.mobile.changes import move, replace_live, tell
from kiosk.service.mobile.connector import OutsideCode
from kiosk.service.mobile.rules import NoSuchCode
from kiosk.service.once import Asked, once
from kiosk.service.parts import Parts
from kiosk.service.qr_picture import modules, png
from kiosk.service.sources import new_id
from kiosk.service.store import enrollments as enrollment_rows
from kiosk.service.store import phone_codes as rows
from kiosk.service.store.accounts import account
from kiosk.service.store.engine import ReadTx, WriteTx
from kiosk.service.store.phone_codes import PhoneCodeRow
from kiosk.service.store.users import ACTIVE, active_user
from kiosk.service.tokens.rules import Caller

_SCALE: Final = 10
"""Dots of a module: a code of 37 modules is 370 dots wide, and is drawn larger without blur."""


@dataclass(frozen=True, slots=True)
class Target:
    """Whom a code is about. `ends_at` is when their enrollment does; `attributes` are what the directory told."""

    subject: str
    user_id: str | None
    enrollment_id: str | None
    locale: str
    ends_at: datetime | None
    attributes: dict[str, str] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class _Made:
    """A new code: its transaction, and what is in it, or what a service elsewhere drew."""

    id: str
    link: str = field(repr=False)
    outside: OutsideCode | None
    connector: str


def open_code(parts: Parts, caller: Caller, asked: OpenPhone, key: str = "") -> PhoneCode:
    """A code to be shown; the station's earlier one for the same person is over.

    `key` is the caller's Idempotency-Key: the same one again answers the same transaction with a new picture, because
    nobody keeps what was in the lost one. Raises NoSuchCode, CodeOver, NotNow, NotOffered, NotEnrolled,
    PhonesUnavailable, IdempotencyConflict.
    """
    rules.check_offered(parts.settings, asked)
    with parts.store.read() as tx:
        target = _target(tx, parts, caller, asked)
    made = _make(parts, asked.purpose, target)

    def work(tx: WriteTx) -> str:
        """Looked at once more, for the enrollment may have moved since; then in place of the earlier code."""
        row = _row(parts, caller, asked, _target(tx, parts, caller, asked), made)
        replace_live(tx, parts, caller.client_id, row.subject, f"client:{caller.client_id}")
        rows.add_code(tx, row)
        tell(tx, parts, row, "phone_code_shown", f"client:{caller.client_id}")
        return row.id

    kept = once(parts, Asked(caller.client_id, key, f"POST {QR_ENROL}", asked), str, work)
    if kept != made.id:
        return _answer(parts, parts.store.write(lambda tx: _renewed(tx, parts, kept, made)), made)
    with parts.store.read() as tx:
        row = rows.code(tx, kept)
    if row is None:
        raise NoSuchCode
    return _answer(parts, row, made)


def _target(tx: ReadTx, parts: Parts, caller: Caller, asked: OpenPhone) -> Target:
    """Raises NoSuchCode, CodeOver, NotNow."""
    if asked.uuid:
        return _account(tx, parts, caller, rules.account_id(asked.uuid))
    found = enrollment_rows.enrollment(tx, asked.enrollment_id, caller.client_id)
    row = rules.require_step(found, asked.purpose, parts.clock.now())
    known = row.person or (active_user(tx, row.user_id) if row.user_id else None)
    return Target(
        subject=rules.subject_of_enrollment(parts.hmac_key, row),
        user_id=row.user_id,
        enrollment_id=row.id,
        locale=row.locale,
        ends_at=row.expires_at,
        attributes={} if known is None else outside.attributes_of(known),
    )


def _account(tx: ReadTx, parts: Parts, caller: Caller, user_id: str) -> Target:
    """Only an active account of the caller's tenant; all others look like none."""
    row, person = account(tx, user_id), active_user(tx, user_id)
    if row is None or person is None or row.tenant != caller.tenant or row.status != ACTIVE:
        raise NoSuchCode
    return Target(
        subject=rules.subject_of_account(parts.hmac_key, user_id),
        user_id=user_id,
        enrollment_id=None,
        locale=row.locale or parts.settings.languages[0],
        ends_at=None,
        attributes=outside.attributes_of(person),
    )


def _make(parts: Parts, purpose: PhonePurpose, target: Target) -> _Made:
    """Raises PhonesUnavailable, NotEnrolled."""
    made = _Made(new_id(parts.random), rules.new_link(parts.random), None, "")
    if parts.enroller is None or purpose is not PhonePurpose.PASSKEY:
        return made
    drawn = outside.opened(parts.enroller, target.user_id or "", target.attributes)
    return replace(made, outside=drawn, connector=parts.enroller.id)


def _row(parts: Parts, caller: Caller, asked: OpenPhone, target: Target, made: _Made) -> PhoneCodeRow:
    now, own = parts.clock.now(), timedelta(seconds=parts.settings.phone.lifetime)
    ends_at = now + (own if made.outside is None else made.outside.lifetime)
    return PhoneCodeRow(
        id=made.id,
        link_hash=rules.link_hash(made.link),
        client_id=caller.client_id,
        tenant=caller.tenant,
        subject=target.subject,
        user_id=target.user_id,
        enrollment_id=target.enrollment_id,
        purpose=asked.purpose,
        form=asked.form or "",
        locale=target.locale,
        status=PhoneStatus.PENDING,
        reason="",
        number="",
        number_tries=0,
        matched=0,
        phone_hash=None,
        work=None,
        connector=made.connector,
        reference="" if made.outside is None else made.outside.reference,
        version=1,
        opened_at=now,
        changed_at=now,
        expires_at=min(ends_at, target.ends_at or ends_at),
    )


def _renewed(tx: WriteTx, parts: Parts, row_id: str, made: _Made) -> PhoneCodeRow:
    """The row of an earlier answer, with what is in this picture. Raises NoSuchCode, CodeOver."""
    row = rules.require_live(rows.code(tx, row_id), parts.clock.now())
    reference = "" if made.outside is None else made.outside.reference
    return move(tx, parts, row, row.status, link_hash=rules.link_hash(made.link), reference=reference)


def _answer(parts: Parts, row: PhoneCodeRow, made: _Made) -> PhoneCode:
    left = max(1, int((row.expires_at - parts.clock.now()).total_seconds()))
    if made.outside is not None:
        return PhoneCode(row.id, base64.b64encode(made.outside.picture).decode(), left)
    link = f"{parts.settings.phone.url}/m/{made.link}"
    return PhoneCode(row.id, base64.b64encode(png(modules(link), _SCALE)).decode(), left, link)
