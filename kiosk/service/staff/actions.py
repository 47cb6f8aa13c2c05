"""Who is staff: they are added, changed and disabled, get codes to join with and sealed codes; keys are revoked."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Final

from kiosk.contract.staff import Role
from kiosk.service.audit.actions import Event, record
from kiosk.service.directories.rules import BadValue, fold, tame
from kiosk.service.parts import Parts
from kiosk.service.sources import new_id
from kiosk.service.staff import hands, rules
from kiosk.service.staff.notices import Notice, tell
from kiosk.service.staff.rules import BadMember, CannotVouch, NameTaken, NoSuchStaff, StaffSession
from kiosk.service.store import staff as rows
from kiosk.service.store import staff_proofs as proofs
from kiosk.service.store.engine import WriteTx
from kiosk.service.store.staff import StaffKeyRow, StaffRow
from kiosk.service.store.staff_proofs import StaffCodeRow
from kiosk.service.tokens.rules import hashed

JOIN: Final = "join"
SEALED: Final = "sealed"
"""Purposes of codes."""

_CODE_BYTES: Final = {JOIN: 20, SEALED: 20}
_HANDLE_BYTES: Final = 64
_LONGEST: Final = 128


@dataclass(frozen=True, slots=True)
class NewMember:
    """Somebody who becomes staff. No site means all of the tenant; without an address nothing is mailed."""

    name: str
    display_name: str
    email: str
    roles: frozenset[Role]
    sites: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class ToldCode:
    """A fresh code; `text` is told once and kept nowhere."""

    text: str = field(repr=False)
    staff_id: str
    expires_in: int


def add_member(parts: Parts, actor: str, tenant: str, new: NewMember, behind: frozenset[str] = frozenset()) -> ToldCode:
    """Make somebody staff; the code that registers their first key. `behind` are the hands that the actor's sign-in may
    be in (none: the command line). Raises NameTaken, BadMember."""
    shown, told = _tamed("name", new.name), _tamed("display_name", new.display_name or new.name)
    held, at = rules.checked_member(new.email, new.roles, new.sites)

    def work(tx: WriteTx) -> ToldCode:
        rows.alone_with_staff(tx, tenant)
        if rows.staff_named(tx, tenant, fold(shown)) is not None:
            raise NameTaken
        row = StaffRow(
            id=new_id(parts.random),
            tenant=tenant,
            name=shown,
            name_key=fold(shown),
            display_name=told,
            email=new.email,
            roles=held,
            sites=at,
            user_handle=parts.random.token(_HANDLE_BYTES),
            created_at=parts.clock.now(),
        )
        rows.add_staff(tx, row)
        record(tx, parts, Event("staff_added", tenant, actor, row.id, details={"roles": held, "sites": at}))
        return _new_code(tx, parts, actor, row, JOIN, behind)

    return parts.store.write(work)


def change_member(
    parts: Parts,
    actor: str,
    staff_id: str,
    *,
    display_name: str | None = None,
    email: str | None = None,
    roles: Iterable[Role] | None = None,
    sites: Iterable[str] | None = None,
) -> StaffRow:
    """Change what is given; whom it is taken from has it no more at once. Raises NoSuchStaff, BadMember."""

    def work(tx: WriteTx) -> StaffRow:
        row = _known(tx, staff_id)
        address = row.email if email is None else email
        wanted = rules.roles_of(row) if roles is None else roles
        places = rules.sites_of(row) if sites is None else sites
        held, at = rules.checked_member(address, wanted, places)
        shown = row.display_name if display_name is None else _tamed("display_name", display_name)
        now = replace(row, display_name=shown, email=address, roles=held, sites=at)
        rows.change_staff(tx, now)
        record(tx, parts, Event("staff_changed", row.tenant, actor, row.id, details={"roles": held, "sites": at}))
        return now

    return parts.store.write(work)


def disable_member(parts: Parts, actor: str, staff_id: str) -> None:
    """They are staff no more: every sign-in of theirs is over, and no key and no code of theirs is good. Raises
    NoSuchStaff."""

    def work(tx: WriteTx) -> None:
        row = _known(tx, staff_id)
        for purpose in (JOIN, SEALED):
            proofs.drop_staff_codes(tx, row.id, purpose)
        proofs.drop_staff_sessions(tx, row.id)
        if row.disabled_at is None:
            rows.change_staff(tx, replace(row, disabled_at=parts.clock.now()))
            record(tx, parts, Event("staff_disabled", row.tenant, actor, row.id))

    parts.store.write(work)


def new_join_code(parts: Parts, actor: str, staff_id: str, behind: frozenset[str] = frozenset()) -> ToldCode:
    """Another code to register a key with; earlier ones are not good any more. Raises NoSuchStaff, BadMember."""
    return parts.store.write(lambda tx: _new_code(tx, parts, actor, _active(tx, staff_id), JOIN, behind))


def new_sealed_code(parts: Parts, actor: str, staff_id: str, behind: frozenset[str] = frozenset()) -> ToldCode:
    """A one-time code for a sealed envelope, that stands for the key once; an earlier one is not good any more. The
    member is told by mail that there is one. Raises NoSuchStaff, BadMember."""

    def work(tx: WriteTx) -> ToldCode:
        row = _active(tx, staff_id)
        tell(tx, parts, row, Notice.CODE_MADE)
        return _new_code(tx, parts, actor, row, SEALED, behind)

    return parts.store.write(work)


def revoke_key(parts: Parts, actor: str, staff_id: str, key_id: str) -> None:
    """A key is not good any more, and every sign-in of its owner is over. Raises NoSuchStaff."""

    def work(tx: WriteTx) -> None:
        row, key = _known(tx, staff_id), rows.staff_key_numbered(tx, key_id)
        if key is None or key.staff_id != row.id:
            raise NoSuchStaff
        proofs.drop_staff_sessions(tx, row.id)
        if rows.revoke_staff_key(tx, key.id, parts.clock.now()):
            tell(tx, parts, row, Notice.KEY_REVOKED)
            record(tx, parts, Event("staff_key_revoked", row.tenant, actor, row.id, details={"staff_key": key.id}))

    parts.store.write(work)


def vouch(parts: Parts, by: StaffSession, staff_id: str, key_id: str) -> None:
    """Somebody else made sure that the key is its owner's: from now on it counts beside whoever made the link. Raises
    NoSuchStaff, CannotVouch."""

    def work(tx: WriteTx) -> None:
        row, key = _active(tx, staff_id), rows.staff_key_numbered(tx, key_id)
        if key is None or key.staff_id != row.id:
            raise NoSuchStaff
        if not hands.may_vouch(by.actor, by.hands, rules.actor_of(row), key):
            raise CannotVouch
        if rows.vouch_for_staff_key(tx, key.id, by.actor):
            record(tx, parts, Event("staff_key_vouched", row.tenant, by.actor, row.id, details={"staff_key": key.id}))

    parts.store.write(work)


def members(parts: Parts, tenant: str) -> tuple[StaffRow, ...]:
    """Everybody who is or was staff of the tenant, by name."""
    with parts.store.read() as tx:
        return rows.staff_of(tx, tenant)


def member_named(parts: Parts, tenant: str, name: str) -> StaffRow:
    """The member of this name. Raises NoSuchStaff."""
    with parts.store.read() as tx:
        found = rows.staff_named(tx, tenant, fold(_tamed("name", name)))
    if found is None:
        raise NoSuchStaff
    return found


def member(parts: Parts, tenant: str, staff_id: str) -> StaffRow:
    """The member of this id. Raises NoSuchStaff."""
    with parts.store.read() as tx:
        found = rows.staff_member(tx, staff_id)
    if found is None or found.tenant != tenant:
        raise NoSuchStaff
    return found


def keys_of(parts: Parts, staff_id: str) -> tuple[StaffKeyRow, ...]:
    """The keys of a member, the oldest first, also revoked ones."""
    with parts.store.read() as tx:
        return rows.keys_of_staff(tx, staff_id)


def _new_code(tx: WriteTx, parts: Parts, actor: str, row: StaffRow, purpose: str, behind: frozenset[str]) -> ToldCode:
    try:
        holders = hands.told(behind | {rules.actor_of(row)})
    except hands.TooManyHands as error:
        raise BadMember("hands") from error
    settings, now = parts.settings.staff, parts.clock.now()
    life = timedelta(hours=settings.join) if purpose == JOIN else timedelta(days=settings.sealed)
    text = rules.code_text(parts.random.token(_CODE_BYTES[purpose]))
    proofs.drop_staff_codes(tx, row.id, purpose)
    proofs.add_staff_code(tx, StaffCodeRow(hashed(text), row.id, purpose, actor[:128], now, now + life, hands=holders))
    record(tx, parts, Event("staff_code_made", row.tenant, actor, row.id, reason=purpose))
    return ToldCode(text, row.id, int(life.total_seconds()))


def _known(tx: WriteTx, staff_id: str) -> StaffRow:
    found = rows.staff_member(tx, staff_id)
    if found is None:
        raise NoSuchStaff
    rows.alone_with_staff(tx, found.tenant)
    again = rows.staff_member(tx, staff_id)
    assert again is not None
    return again


def _active(tx: WriteTx, staff_id: str) -> StaffRow:
    row = _known(tx, staff_id)
    if row.disabled_at is not None:
        raise NoSuchStaff
    return row


def _tamed(name: str, text: str) -> str:
    try:
        told = tame(text)
    except BadValue as error:
        raise BadMember(name) from error
    if not 0 < len(told) <= _LONGEST:
        raise BadMember(name)
    return told
