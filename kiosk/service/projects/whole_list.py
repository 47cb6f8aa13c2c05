"""A whole user list is taken, in one transaction: all of it or, if anything is wrong in it, nothing."""

from __future__ import annotations

from dataclasses import dataclass, replace

from kiosk.service.audit.actions import Event, record
from kiosk.service.parts import Parts
from kiosk.service.projects import member_changes as happening
from kiosk.service.projects import member_rules
from kiosk.service.projects.list_reading import read_list
from kiosk.service.projects.member_bodies import ListProblem, ListTaken
from kiosk.service.projects.member_changes import Desk
from kiosk.service.projects.member_rules import Kept, Listed, ListError, ListRejected, Plan
from kiosk.service.projects.members import at_list, listed_project, new_row
from kiosk.service.store import members as rows
from kiosk.service.store.members import MemberRow
from kiosk.service.store.project_lists import given_numbers
from kiosk.service.tokens.rules import Caller


@dataclass(frozen=True, slots=True)
class Wanted:
    """How a list is to be taken: only tried, and whether many may be missing."""

    dry_run: bool = False
    confirm_removals: bool = False


def take_list(parts: Parts, caller: Caller, project_id: str, content: bytes, wanted: Wanted) -> ListTaken:
    """Let the list of the project be this one: new people are invited, changed ones updated, missing ones removed and
    told. The same again changes nothing and sends nothing.

    A dry run tells errors; else it raises ListRejected. Raises NoSuchProject, NotInThisProject, ProjectClosed,
    WrongState.
    """
    with parts.store.read() as tx:
        project = listed_project(tx, caller, project_id)
    try:
        listed = read_list(content, project.first_id, project.last_id)
        taken = parts.store.write(lambda tx: _taken(at_list(tx, parts, caller, project_id), listed, wanted))
    except ListRejected as rejected:
        if not wanted.dry_run:
            raise
        problems = tuple(ListProblem(line=e.line, column=e.column, word=e.word) for e in rejected.errors)
        return ListTaken(dry_run=True, errors=problems, more_errors=rejected.more)
    return taken


def _taken(desk: Desk, listed: tuple[Listed, ...], wanted: Wanted) -> ListTaken:
    tx, project = desk.tx, desk.project
    made = member_rules.plan(listed, rows.all_members(tx, project.id))
    given = given_numbers(tx, project.id)
    errors = member_rules.taken_numbers(made, given)
    too_many = member_rules.removes_too_many(made)
    if too_many and not wanted.confirm_removals and not wanted.dry_run:
        errors.append(ListError(1, "", "removes_too_many"))
    if errors:
        raise ListRejected(errors)
    told = ListTaken(
        dry_run=wanted.dry_run,
        added=len(made.added),
        changed=sum(each.changed for each in made.kept),
        same=sum(not each.changed and not each.returned for each in made.kept),
        removed=len(made.removed),
        returned=sum(each.returned for each in made.kept),
        invited=len(made.added) + sum(each.to_invite for each in made.kept),
        needs_confirmation=too_many and not wanted.confirm_removals,
    )
    if made.changes and not wanted.dry_run:
        _do(desk, made)
        _record(desk, told)
    return told


def _do(desk: Desk, made: Plan) -> None:
    """First whoever leaves and whoever stays, so that IDs are free for those who get them."""
    tx = desk.tx
    wanted = {each.number for each in (*made.added, *(kept.listed for kept in made.kept)) if each.number is not None}
    leaving = [_without(happening.removed(desk, row), wanted) for row in made.removed]
    gone = [_without(row, wanted) for row in made.gone if row.wanted_id in wanted]
    staying = [_kept(desk, each) for each in made.kept if each.changed or each.returned]
    rows.change_members(tx, [*leaving, *gone, *staying])
    happening.follow_all(desk, tuple(staying))
    happening.add_all(desk, [_added(desk, each) for each in made.added])


def _without(row: MemberRow, wanted: set[int]) -> MemberRow:
    """Somebody who leaves; their ID, if they never used it, is somebody else's now."""
    return replace(row, wanted_id=None) if row.wanted_id in wanted else row


def _kept(desk: Desk, each: Kept) -> MemberRow:
    status = member_rules.as_it_was(each.row) if each.returned else each.row.status
    values = member_rules.values_of(each.listed)
    row = rows.as_changed(each.row, desk.parts.clock.now(), **values, status=status)
    desk.record("member_returned" if each.returned else "member_changed", row)
    return happening.invited(desk, row) if each.to_invite else row


def _added(desk: Desk, each: Listed) -> MemberRow:
    return new_row(desk, (each.given_name, each.family_name), each.email, each.number, each.sync_id)


def _record(desk: Desk, told: ListTaken) -> None:
    counts = {name: getattr(told, name) for name in ("added", "changed", "same", "removed", "returned", "invited")}
    details = {"project": desk.project.id, **counts}
    record(desk.tx, desk.parts, Event("member_list_taken", desk.project.tenant, desk.actor, details=details))
