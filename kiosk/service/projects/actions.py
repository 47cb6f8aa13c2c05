"""What may be asked of projects: made, shown, changed, closed; and which of their numbers the host system knows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from kiosk.service.audit.actions import Event, record
from kiosk.service.once import Asked, once
from kiosk.service.parts import Parts
from kiosk.service.projects import bodies, codes, numbers, rules
from kiosk.service.projects.bodies_ids import AssignedId, AssignedIds, ClaimedId, ClaimId, Confirmed
from kiosk.service.projects.owned import own
from kiosk.service.projects.rules import IdState
from kiosk.service.sources import new_id
from kiosk.service.store import mobile_ids as ids_store
from kiosk.service.store import projects as rows
from kiosk.service.store.engine import WriteTx
from kiosk.service.store.members import member_counts
from kiosk.service.store.mobile_ids import MobileIdRow
from kiosk.service.store.project_lists import sync_of
from kiosk.service.store.projects import ProjectRow
from kiosk.service.tokens.rules import Caller


@dataclass(frozen=True, slots=True)
class Page:
    """Which numbers are wanted: behind `after`, at most `limit`, in one state and not in another."""

    after: int = -1
    limit: int = 100
    state: IdState | None = None
    lacks: IdState | None = None


def create(parts: Parts, caller: Caller, body: bodies.NewProject, key: str = "") -> bodies.Project:
    """Make a project; the same Idempotency-Key makes one. Raises NameTaken, IdempotencyConflict."""

    def work(tx: WriteTx) -> str:
        project = _new(parts, caller.tenant, body)
        _require_free(tx, project)
        rows.add_project(tx, project)
        details = {"self_service": project.self_service, "first": project.first_id, "last": project.last_id}
        _record(tx, parts, caller, project, "project_created", details)
        return project.id

    made = once(parts, Asked(caller.client_id, key, "create_project", body), str, work)
    return show(parts, caller, made)


def overview(parts: Parts, caller: Caller, after: str, limit: int) -> bodies.Projects:
    """The projects of the caller's tenant, by name."""
    with parts.store.read() as tx:
        found = rows.projects_of(tx, caller.tenant, after, limit + 1)
    shown = tuple(bodies.ProjectInList(**_told(parts, each)) for each in found[:limit])
    return bodies.Projects(projects=shown, next=found[limit - 1].name if len(found) > limit else "")


def show(parts: Parts, caller: Caller, project_id: str) -> bodies.Project:
    """The settings of a project. Raises NoSuchProject."""
    with parts.store.read() as tx:
        project = own(tx, caller, project_id)
        counted = ids_store.counts(tx, project.id, parts.clock.now() - rules.ACTIVE_FOR)
        synced, users = sync_of(tx, project.id), member_counts(tx, project.id)
    ids = bodies.IdCounts(**{name: getattr(counted, name) for name in counted.__slots__})
    sync = None
    if synced is not None:
        sync = bodies.AutoSync(read_at=synced.read_at, trouble=synced.trouble, result=synced.result)
    return bodies.Project(**_told(parts, project), ids=ids, users=users, auto_sync=sync)


def change(parts: Parts, caller: Caller, project_id: str, body: bodies.ChangeProject) -> bodies.Project:
    """Change what is told. Raises NoSuchProject, ProjectClosed, NotInThisProject, RangeShrinks, NameTaken."""

    def work(tx: WriteTx) -> None:
        project = _open(tx, caller, project_id)
        if body.self_service is not None:
            raise rules.NotInThisProject("self_service_is_fixed")
        changes = _changes(project, body)
        if changes.keys() & {"name", "details"}:
            _require_free(tx, rows.changed(project, changes))
        rows.move_project(tx, project, **changes)
        _record(tx, parts, caller, project, "project_changed", dict.fromkeys(sorted(changes), True))

    parts.store.write(work)
    return show(parts, caller, project_id)


def renew_code(parts: Parts, caller: Caller, project_id: str, key: str = "") -> bodies.Project:
    """Another activation code; the old one, wherever it hangs, tells people to ask for the new one.

    Raises NoSuchProject, ProjectClosed, NotInThisProject, IdempotencyConflict.
    """

    def work(tx: WriteTx) -> int:
        project = _open(tx, caller, project_id)
        rules.require_part(project, rules.Part.ACTIVATION_CODE)
        moved = rows.move_project(tx, project, code_version=project.code_version + 1)
        _record(tx, parts, caller, project, "project_code_renewed", {"version": moved.code_version})
        return moved.code_version

    once(parts, Asked(caller.client_id, key, "renew_code", project_id), int, work)
    return show(parts, caller, project_id)


def close(parts: Parts, caller: Caller, project_id: str) -> None:
    """Hand out nothing any more; what was handed out stays known. The same again changes nothing. Raises
    NoSuchProject."""

    def work(tx: WriteTx) -> None:
        project = own(tx, caller, project_id)
        if project.closed_at is None:
            rows.move_project(tx, project, closed_at=parts.clock.now())
            _record(tx, parts, caller, project, "project_closed", {})

    parts.store.write(work)


def ids(parts: Parts, caller: Caller, project_id: str, page: Page) -> AssignedIds:
    """The numbers that were handed out, each with how it stands. Raises NoSuchProject."""
    now = parts.clock.now()
    told = ((page.state, True), (page.lacks, False))
    states = [(state.value, holds) for state, holds in told if state is not None]
    with parts.store.read() as tx:
        project = own(tx, caller, project_id)
        since = now - rules.ACTIVE_FOR
        found = ids_store.mobile_ids_of(tx, project.id, page.after, page.limit + 1, states, since)
    shown = tuple(AssignedId(**_standing(each), states=rules.states_of(each, now)) for each in found)
    return AssignedIds(ids=shown[: page.limit], next=shown[page.limit - 1].number if len(shown) > page.limit else None)


def confirm_registered(parts: Parts, caller: Caller, project_id: str, numbers: tuple[int, ...]) -> Confirmed:
    """The host system says that it knows these numbers. Those that nobody has are told, and do not hinder the others.

    Raises NoSuchProject.
    """

    def work(tx: WriteTx) -> Confirmed:
        project, wanted = own(tx, caller, project_id), set(numbers)
        had, news = ids_store.registered_now(tx, project.id, wanted, parts.clock.now())
        told = {"registered": len(news), "already": len(had - news), "unknown": len(wanted - had)}
        _record(tx, parts, caller, project, "mobile_ids_registered", told)
        unknown = tuple(sorted(wanted - had))
        return Confirmed(registered=len(news), already=len(had - news), unknown=unknown)

    return parts.store.write(work)


def take_back(parts: Parts, caller: Caller, project_id: str, number: int) -> None:
    """Nobody has the number any more (a lost phone), and nobody gets it again; its person may get another. The same
    again changes nothing. Raises NoSuchProject, IdOutOfRange."""

    def work(tx: WriteTx) -> None:
        project = own(tx, caller, project_id)
        row = ids_store.mobile_id(tx, project.id, number)
        if row is None:
            raise rules.IdOutOfRange("not_given_out")
        numbers.release(tx, parts, project, row, caller.actor)

    parts.store.write(work)


def claim(parts: Parts, caller: Caller, body: ClaimId) -> tuple[ClaimedId, bool]:
    """Tie a number to a person whom the caller has identified; whether that is news.

    Raises NoSuchProject, NotInThisProject, ProjectClosed, IdOutOfRange, IdTaken.
    """

    def work(tx: WriteTx) -> tuple[ClaimedId, bool]:
        project = (
            numbers.project_of_number(tx, caller.tenant, body.assigned_id)
            if body.project_id is None
            else own(tx, caller, body.project_id)
        )
        person = body.model_dump(include={"user_id", "given_name", "family_name", "email", "sync_id"})
        holder, actor = numbers.Holder(**person), caller.actor
        row, news = numbers.tie(tx, parts, project, body.assigned_id, holder, actor)
        told = {"user_id": body.user_id, "project_id": project.id, "project": project.name}
        return ClaimedId(**told, assigned_id=row.number, registered=row.registered_at is not None), news

    return parts.store.write(work)


def link_of(parts: Parts, project: ProjectRow) -> str:
    """What the activation QR code of a project says. Raises NotInThisProject."""
    rules.require_part(project, rules.Part.ACTIVATION_CODE)
    origin = parts.settings.projects.url or parts.settings.phone.url or ""
    return codes.activation_link(origin, codes.activation_code(parts.hmac_key, project))


def code_text(parts: Parts, caller: Caller, project_id: str) -> str:
    """What the activation QR code of the caller's project says. Raises NoSuchProject, NotInThisProject."""
    with parts.store.read() as tx:
        return link_of(parts, own(tx, caller, project_id))


def _open(tx: WriteTx, caller: Caller, project_id: str) -> ProjectRow:
    project = own(tx, caller, project_id)
    if project.closed_at is not None:
        raise rules.ProjectClosed
    return project


def _new(parts: Parts, tenant: str, body: bodies.NewProject) -> ProjectRow:
    return ProjectRow(
        id=new_id(parts.random),
        tenant=tenant,
        name=body.name,
        self_service=body.self_service,
        first_id=body.first_id,
        last_id=body.last_id,
        next_id=body.first_id,
        assigned_here=body.assigned_here,
        code_version=1,
        languages=body.languages or parts.settings.languages,
        details=body.details.model_dump(exclude_defaults=True),
        version=1,
        created_at=parts.clock.now(),
        closed_at=None,
    )


def _changes(project: ProjectRow, body: bodies.ChangeProject) -> dict[str, Any]:
    told = {"name": body.name, "languages": body.languages}
    changes: dict[str, Any] = {name: value for name, value in told.items() if value is not None}
    if body.last_id is not None:
        changes["last_id"] = rules.extended(project, body.last_id)
    if body.details is not None:
        changes["details"] = body.details.model_dump(exclude_defaults=True)
    return changes


def _require_free(tx: WriteTx, project: ProjectRow) -> None:
    """Nobody else of the tenant has the name, or writes into the same files. Raises NameTaken."""
    named = rows.project_named(tx, project.tenant, project.name)
    if named is not None and named.id != project.id:
        raise rules.NameTaken("name")
    word = project.details.get("settings")
    others = rows.open_projects(tx, project.tenant) if word else ()
    if any(each.id != project.id and each.details.get("settings") == word for each in others):
        raise rules.NameTaken("settings")


def _told(parts: Parts, project: ProjectRow) -> dict[str, Any]:
    has_code = project.self_service and project.assigned_here
    has = {part for part in rules.PARTS[project.self_service] if has_code or part is not rules.Part.ACTIVATION_CODE}
    same = (
        "id",
        "name",
        "self_service",
        "assigned_here",
        "first_id",
        "last_id",
        "languages",
        "created_at",
        "closed_at",
    )
    return {name: getattr(project, name) for name in same} | {
        "next_id": project.next_id if rules.left(project) else None,
        "left": rules.left(project),
        "few_left": rules.few_left(project),
        "parts": tuple(sorted(has)),
        "link": link_of(parts, project) if has_code else "",
        "details": bodies.Details(**project.details),
    }


def _standing(row: MobileIdRow) -> dict[str, Any]:
    same = ("number", "assigned_at", "claimed_at", "registered_at", "active_at", "released_at")
    return {name: getattr(row, name) for name in same} | {"user_id": row.user_id or ""}


def _record(
    tx: WriteTx, parts: Parts, caller: Caller, project: ProjectRow, event: str, details: Mapping[str, str | int | bool]
) -> None:
    told = {"project": project.id, **details}
    record(tx, parts, Event(event, project.tenant, caller.actor, details=told))
