"""What happens to people of a user list, one at a time, inside the transaction that holds their project."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from hashlib import sha256
from typing import Any

from kiosk.service.audit.actions import Event, record_all
from kiosk.service.messages.outbox import enqueue_all
from kiosk.service.parts import Parts
from kiosk.service.projects import member_rules, numbers, rules
from kiosk.service.projects.feed import tell
from kiosk.service.projects.feed_rules import FeedKind
from kiosk.service.projects.member_mail import invitation_mail, mail_invitation, mail_removed, mail_reset, origin_of
from kiosk.service.projects.member_rules import MemberEvent
from kiosk.service.projects.numbers import Holder
from kiosk.service.store import members as rows
from kiosk.service.store import mobile_ids as ids_store
from kiosk.service.store.engine import WriteTx
from kiosk.service.store.members import MemberRow
from kiosk.service.store.mobile_ids import MobileIdRow
from kiosk.service.store.projects import ProjectRow

_CODE = 16  # bytes: 128 bits


@dataclass(frozen=True, slots=True)
class Desk:
    """Who changes the list of which project, inside which transaction."""

    tx: WriteTx
    parts: Parts
    project: ProjectRow
    actor: str

    def record(self, event: str, row: MemberRow, **details: str | int | bool) -> None:
        """Write down what happened to somebody."""
        record_all(self.tx, self.parts, (self.event(event, row, **details),))

    def event(self, event: str, row: MemberRow, **details: str | int | bool) -> Event:
        """What happened to somebody, for the trail."""
        told = {"project": self.project.id, **details}
        return Event(event, self.project.tenant, self.actor, subject=row.id, details=told)


def hash_of(code: str) -> bytes:
    """What is kept of an invitation's code."""
    return sha256(code.encode()).digest()


def invited(desk: Desk, row: MemberRow) -> MemberRow:
    """They get a new invitation; the earlier one and the phone that used it stop at once. The row as it is to be
    written. Raises WrongState."""
    origin_of(desk.parts)
    code, changed = _with_invitation(desk, row)
    unbind(desk, row)
    expires_at = changed.invitation_expires_at or changed.changed_at
    mail_invitation(desk.tx, desk.parts, desk.project, row, code, expires_at)
    desk.record("member_invited", row)
    return changed


def add_all(desk: Desk, new: Sequence[MemberRow]) -> None:
    """Many people are on the list from now on, and are invited. Raises WrongState."""
    mails, written, events = [], [], []
    for row in new:
        code, changed = _with_invitation(desk, row)
        expires_at = changed.invitation_expires_at or changed.changed_at
        mails.append(invitation_mail(desk.parts, desk.project, row, code, expires_at))
        written.append(changed)
        events += [desk.event(name, row) for name in ("member_added", "member_invited")]
    if not new:
        return
    rows.add_members(desk.tx, written)
    enqueue_all(desk.tx, desk.parts, mails)
    record_all(desk.tx, desk.parts, events)


def _with_invitation(desk: Desk, row: MemberRow) -> tuple[str, MemberRow]:
    """A new code, and the row that knows its hash."""
    now = desk.parts.clock.now()
    code = base64.urlsafe_b64encode(desk.parts.random.token(_CODE)).decode().rstrip("=")
    changes: dict[str, Any] = {
        "status": member_rules.after(row.status, MemberEvent.INVITE),
        "invitation_hash": hash_of(code),
        "invited_at": now,
        "invitation_expires_at": now + timedelta(days=desk.parts.settings.projects.invitation_days),
        "phone_hash": None,
    }
    return code, rows.as_changed(row, now, **changes)


def reset(desk: Desk, row: MemberRow) -> MemberRow:
    """Their phone and their invitation stop at once; they keep their number. The row as it is to be written. Raises
    WrongState."""
    status = member_rules.after(row.status, MemberEvent.RESET)
    unbind(desk, row)
    mail_reset(desk.tx, desk.parts, desk.project, row)
    desk.record("member_reset", row)
    gone = {"invitation_hash": None, "invitation_expires_at": None, "phone_hash": None}
    return rows.as_changed(row, desk.parts.clock.now(), status=status, **gone)


def removed(desk: Desk, row: MemberRow) -> MemberRow:
    """They are told, and deleted later; until then they can come back as they were. The row as it is to be written."""
    mail_removed(desk.tx, desk.parts, desk.project, row)
    desk.record("member_removed", row)
    status = member_rules.after(row.status, MemberEvent.REMOVE)
    return rows.as_changed(row, desk.parts.clock.now(), status=status)


def unbind(desk: Desk, row: MemberRow) -> None:
    """No phone shows the member's number any more."""
    if row.phone_hash is None:
        return
    number = ids_store.held_by(desk.tx, desk.project.id, member_id=row.id)
    if number is not None:
        ids_store.change_mobile_id(desk.tx, number, phone_hash=None, active_at=None)


def number_of(desk: Desk, row: MemberRow, phone_hash: bytes) -> MobileIdRow:
    """The number of a member whose phone goes on: the one that they have, the one of the list, or the next.

    Raises RangeExhausted, ProjectClosed, IdOutOfRange, IdTaken.
    """
    mine = ids_store.held_by(desk.tx, desk.project.id, member_id=row.id)
    if mine is not None:
        return ids_store.change_mobile_id(desk.tx, mine, phone_hash=phone_hash)
    holder = holder_of(row, phone_hash)
    if row.wanted_id is not None:
        return give(desk, row.wanted_id, holder)
    return numbers.take_number(desk.tx, desk.parts, desk.project, holder, desk.actor)


def follow(desk: Desk, row: MemberRow) -> None:
    """The number of somebody who changed, and what the host system is told, are as the list has it now: another number
    if the list gives them one, else their name and address."""
    follow_all(desk, (row,))


def follow_all(desk: Desk, changed: tuple[MemberRow, ...]) -> None:
    """As `follow`; numbers may go round among these people. Raises IdOutOfRange, IdTaken, ProjectClosed."""
    moving: list[tuple[MemberRow, MobileIdRow]] = []
    for row in changed:
        mine = ids_store.held_by(desk.tx, desk.project.id, member_id=row.id)
        if mine is None:
            continue
        if row.wanted_id is None or row.wanted_id == mine.number:
            numbers.kept_up(desk.tx, desk.parts, desk.project, mine, holder_of(row), desk.actor)
        else:
            numbers.release(desk.tx, desk.parts, desk.project, mine, desk.actor, "another_id")
            moving.append((row, mine))
    for row, old in moving:
        assert row.wanted_id is not None
        given = give(desk, row.wanted_id, holder_of(row, old.phone_hash))
        ids_store.change_mobile_id(desk.tx, given, active_at=old.active_at)


def give(desk: Desk, number: int, holder: Holder) -> MobileIdRow:
    """A number that the list gives to somebody. One that was given back may be given again: the list decides whose
    number it is. Raises IdOutOfRange, IdTaken, ProjectClosed."""
    found = ids_store.mobile_id(desk.tx, desk.project.id, number)
    if found is None or found.released_at is None:
        return numbers.give_number(desk.tx, desk.parts, desk.project, number, holder, desk.actor)
    if not rules.in_range(desk.project, number):
        raise rules.IdOutOfRange("range")
    now = desk.parts.clock.now()
    again = replace(
        found, assigned_at=now, claimed_at=now, registered_at=None, active_at=None, released_at=None, user_id=None
    )
    texts = ("given_name", "family_name", "email", "sync_id")
    taken = {name: getattr(holder, name) for name in ("phone_hash", "member_id", *texts)}
    given = ids_store.change_mobile_id(desk.tx, again, **taken)
    for event in ("mobile_id_assigned", "mobile_id_claimed"):
        numbers.trail(desk.tx, desk.parts, desk.project, event, desk.actor, given)
    tell(desk.tx, desk.parts, given, FeedKind.CLAIMED)
    return given


def holder_of(row: MemberRow, phone_hash: bytes | None = None) -> Holder:
    """The member, as a number knows them."""
    texts = {name: getattr(row, name) for name in ("given_name", "family_name", "email", "sync_id")}
    return Holder(phone_hash=phone_hash, member_id=row.id, **texts)
