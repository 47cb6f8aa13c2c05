"""What may be asked of people on a project's user list: added, shown, changed, removed, invited again, reset."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from kiosk.service.once import Asked, once
from kiosk.service.parts import Parts
from kiosk.service.projects import member_changes as happening
from kiosk.service.projects import rules
from kiosk.service.projects.member_bodies import ChangeMember, Member, Members, NewMember
from kiosk.service.projects.member_changes import Desk
from kiosk.service.projects.member_rules import MemberState, NoSuchMember, WrongState, key_of
from kiosk.service.projects.owned import own
from kiosk.service.sources import new_id
from kiosk.service.store import members as rows
from kiosk.service.store import mobile_ids as ids_store
from kiosk.service.store.engine import ReadTx, WriteTx
from kiosk.service.store.members import MemberRow
from kiosk.service.store.projects import ProjectRow, held_project
from kiosk.service.tokens.rules import Caller

_PENDING = MemberState.DELETION_PENDING


def listed_project(tx: ReadTx, caller: Caller, project_id: str) -> ProjectRow:
    """The caller's project, if it has a user list. Raises NoSuchProject, NotInThisProject."""
    project = own(tx, caller, project_id)
    rules.require_part(project, rules.Part.USERS)
    return project


def at_list(tx: WriteTx, parts: Parts, caller: Caller, project_id: str) -> Desk:
    """The list of the caller's project; until the end of the transaction nobody else changes it.

    Raises NoSuchProject, NotInThisProject, ProjectClosed.
    """
    listed_project(tx, caller, project_id)
    project = held_project(tx, project_id)
    if project is None or project.closed_at is not None:
        raise rules.ProjectClosed
    return Desk(tx, parts, project, caller.actor)


def add(parts: Parts, caller: Caller, project_id: str, body: NewMember, key: str = "") -> Member:
    """Put somebody on the list and invite them; the same Idempotency-Key does it once.

    Raises NoSuchProject, NotInThisProject, ProjectClosed, NameTaken, IdOutOfRange, IdTaken, WrongState.
    """

    def work(tx: WriteTx) -> str:
        desk = at_list(tx, parts, caller, project_id)
        row = _new(desk, body)
        _require_free(desk, row)
        happening.add_all(desk, [row])
        return row.id

    made = once(parts, Asked(caller.client_id, key, f"add_member {project_id}", body), str, work)
    return show(parts, caller, project_id, made)


def overview(
    parts: Parts, caller: Caller, project_id: str, after: str, limit: int, status: MemberState | None = None
) -> Members:
    """The people of a list, page by page. Raises NoSuchProject, NotInThisProject."""
    with parts.store.read() as tx:
        project = listed_project(tx, caller, project_id)
        found = rows.members_of(tx, project.id, after, limit + 1, status or "")
        shown = tuple(_told(tx, each) for each in found[:limit])
    return Members(users=shown, next=found[limit - 1].id if len(found) > limit else "")


def show(parts: Parts, caller: Caller, project_id: str, member_id: str) -> Member:
    """Somebody of the list. Raises NoSuchProject, NotInThisProject, NoSuchMember."""
    with parts.store.read() as tx:
        return _told(tx, _member(tx, listed_project(tx, caller, project_id), member_id))


def change(parts: Parts, caller: Caller, project_id: str, member_id: str, body: ChangeMember) -> Member:
    """Change what is told; another address is invited anew, another ID is told to the host system.

    Raises as `add`, and NoSuchMember.
    """

    def do(desk: Desk, row: MemberRow) -> MemberRow | None:
        if row.status == _PENDING:
            raise WrongState(row.status)
        changes = _changes(row, body)
        if not changes:
            return None
        changed = rows.as_changed(row, parts.clock.now(), **changes)
        _require_free(desk, changed)
        if key_of(row.email, "") != key_of(changed.email, "") and row.status != MemberState.RESET:
            changed = happening.invited(desk, changed)
        rows.change_members(desk.tx, [changed])
        happening.follow(desk, changed)
        desk.record("member_changed", row, **dict.fromkeys(sorted(changes), True))
        return None

    return _changed(parts, caller, project_id, member_id, do)


def remove(parts: Parts, caller: Caller, project_id: str, member_id: str) -> None:
    """Take somebody off the list: they are told, and deleted later. The same again changes nothing.

    Raises NoSuchProject, NotInThisProject, ProjectClosed, NoSuchMember.
    """

    def do(desk: Desk, row: MemberRow) -> MemberRow | None:
        return None if row.status == _PENDING else happening.removed(desk, row)

    _changed(parts, caller, project_id, member_id, do)


def invite(parts: Parts, caller: Caller, project_id: str, member_id: str, key: str = "") -> Member:
    """Invite somebody again: another link; the old one stops, and the phone that used it, too. Who was removed is on
    the list again.

    Raises NoSuchProject, NotInThisProject, ProjectClosed, NoSuchMember, WrongState.
    """
    asked = Asked(caller.client_id, key, f"invite_member {project_id}", member_id)
    return _changed(parts, caller, project_id, member_id, happening.invited, asked)


def reset(parts: Parts, caller: Caller, project_id: str, member_id: str) -> Member:
    """Unbind somebody's phone and take their invitation back; they keep their number. The same again changes nothing.

    Raises as `invite`.
    """

    def do(desk: Desk, row: MemberRow) -> MemberRow | None:
        return None if row.status == MemberState.RESET else happening.reset(desk, row)

    return _changed(parts, caller, project_id, member_id, do)


def _changed(
    parts: Parts,
    caller: Caller,
    project_id: str,
    member_id: str,
    do: Callable[[Desk, MemberRow], MemberRow | None],
    asked: Asked | None = None,
) -> Member:
    def work(tx: WriteTx) -> str:
        desk = at_list(tx, parts, caller, project_id)
        changed = do(desk, _member(tx, desk.project, member_id))
        if changed is not None:
            rows.change_members(tx, [changed])
        return member_id

    once(parts, asked or Asked(caller.client_id, "", "", ""), str, work)
    return show(parts, caller, project_id, member_id)


def _member(tx: ReadTx, project: ProjectRow, member_id: str) -> MemberRow:
    found = rows.member(tx, project.id, member_id)
    if found is None:
        raise NoSuchMember
    return found


def new_row(
    desk: Desk, names: tuple[str, str], email: str, number: int | None, sync_id: str, locale: str | None = None
) -> MemberRow:
    """Somebody who is to be invited."""
    return MemberRow(
        id=new_id(desk.parts.random),
        project_id=desk.project.id,
        sync_key=key_of(email, sync_id),
        given_name=names[0],
        family_name=names[1],
        email=email,
        sync_id=sync_id,
        wanted_id=number,
        locale=locale or desk.project.languages[0],
        status=MemberState.INVITED,
        invitation_hash=None,
        invited_at=None,
        invitation_expires_at=None,
        phone_hash=None,
        version=0,
        changed_at=desk.parts.clock.now(),
    )


def _new(desk: Desk, body: NewMember) -> MemberRow:
    return new_row(desk, (body.given_name, body.family_name), body.email, body.id, body.sync_id, body.locale)


def _changes(row: MemberRow, body: ChangeMember) -> dict[str, Any]:
    """What is another way. Only of an ID it is told that there is to be none."""
    told = {name: getattr(body, name) for name in body.model_fields_set}
    wanted = {"wanted_id" if name == "id" else name: value for name, value in told.items()}
    changes = {
        name: value
        for name, value in wanted.items()
        if value != getattr(row, name) and (value is not None or name == "wanted_id")
    }
    key = key_of(changes.get("email", row.email), changes.get("sync_id", row.sync_id))
    return changes | ({} if key == row.sync_key else {"sync_key": key})


def _require_free(desk: Desk, row: MemberRow) -> None:
    """Nobody else of the list is the same person or gets the same number. Raises NameTaken, IdOutOfRange, IdTaken."""
    same = rows.member_keyed(desk.tx, desk.project.id, row.sync_key)
    if same is not None and same.id != row.id:
        raise rules.NameTaken("sync_id" if row.sync_id else "email")
    if row.wanted_id is None:
        return
    if not rules.in_range(desk.project, row.wanted_id):
        raise rules.IdOutOfRange("range")
    wanting = rows.member_wanting(desk.tx, desk.project.id, row.wanted_id)
    given = ids_store.mobile_id(desk.tx, desk.project.id, row.wanted_id)
    has = given is not None and given.released_at is None and given.member_id != row.id
    if has or (wanting is not None and wanting.id != row.id):
        raise rules.IdTaken


def _told(tx: ReadTx, row: MemberRow) -> Member:
    held = ids_store.held_by(tx, row.project_id, member_id=row.id)
    same = (
        "given_name", "family_name", "email", "sync_id", "locale", "invited_at", "invitation_expires_at", "changed_at",
    )  # fmt: skip
    told = {name: getattr(row, name) for name in same}
    number = None if held is None else held.number
    return Member(**told, member_id=row.id, id=row.wanted_id, number=number, status=MemberState(row.status))
