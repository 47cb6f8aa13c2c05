"""Invitations that phones open: one phone goes on with the newest one, and gets its person's number."""

from __future__ import annotations

import re

from kiosk.service.parts import Parts
from kiosk.service.projects import member_changes as happening
from kiosk.service.projects.member_changes import Desk
from kiosk.service.projects.member_rules import (
    InvitationExpired,
    InvitationUsed,
    InvitationWithdrawn,
    MemberEvent,
    MemberState,
    NoSuchInvitation,
    PhoneHasNumber,
    after,
)
from kiosk.service.store import members as rows
from kiosk.service.store import mobile_ids as ids_store
from kiosk.service.store.engine import ReadTx, WriteTx
from kiosk.service.store.members import MemberRow
from kiosk.service.store.mobile_ids import MobileIdRow
from kiosk.service.store.projects import ProjectRow, held_project, project

_CODE = re.compile(r"[A-Za-z0-9_-]{22}", re.ASCII)


def look(parts: Parts, code: str, phone_hash: bytes | None, *, away: bool = False) -> ProjectRow:
    """The project that the invitation is for; nothing happens. Of a phone that is `away` it is not known yet which one
    it is.

    Raises NoSuchInvitation, InvitationWithdrawn, InvitationUsed, InvitationExpired.
    """
    with parts.store.read() as tx:
        row = _invited(tx, code)
        of = project(tx, row.project_id)
        return _admitted(parts, of, row, row.phone_hash if away else phone_hash)


def activate(parts: Parts, code: str, phone_hash: bytes) -> MobileIdRow:
    """This phone goes on with the invitation and gets its person's number; the same again gives the same.

    Raises as `look`, PhoneHasNumber, RangeExhausted, IdOutOfRange, IdTaken.
    """

    def work(tx: WriteTx) -> MobileIdRow:
        of = held_project(tx, _invited(tx, code).project_id)
        row = _invited(tx, code)  # as it is now that nobody else changes it
        of = _admitted(parts, of, row, phone_hash)
        has = ids_store.held_by(tx, of.id, phone_hash=phone_hash)
        if has is not None and has.member_id == row.id:
            return has
        if has is not None:
            raise PhoneHasNumber
        return _activated(Desk(tx, parts, of, f"user:{row.id}"), row, phone_hash)

    return parts.store.write(work)


def _activated(desk: Desk, row: MemberRow, phone_hash: bytes) -> MobileIdRow:
    now = desk.parts.clock.now()
    status = after(row.status, MemberEvent.ACTIVATE)
    rows.change_members(desk.tx, [rows.as_changed(row, now, status=status, phone_hash=phone_hash)])
    number = happening.number_of(desk, row, phone_hash)
    desk.record("member_activated", row, number=number.number)
    return ids_store.change_mobile_id(desk.tx, number, active_at=now)


def _invited(tx: ReadTx, code: str) -> MemberRow:
    row = rows.member_invited(tx, happening.hash_of(code)) if _CODE.fullmatch(code) else None
    if row is None:
        raise NoSuchInvitation
    return row


def _admitted(parts: Parts, of: ProjectRow | None, row: MemberRow, phone_hash: bytes | None) -> ProjectRow:
    """The project, if this phone may go on. The phone that went on may come back at any time."""
    if of is None or of.closed_at is not None or row.status == MemberState.DELETION_PENDING:
        raise InvitationWithdrawn
    if row.phone_hash is not None and row.phone_hash != phone_hash:
        raise InvitationUsed
    expires_at = row.invitation_expires_at
    if row.phone_hash is None and (expires_at is None or expires_at <= parts.clock.now()):
        raise InvitationExpired
    return of
