"""Policies: which one holds, the draft of the next, and its publication."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from kiosk.service.audit.actions import Event, record
from kiosk.service.parts import Parts
from kiosk.service.policies.rules import Change, Document, differences, effective, tidied
from kiosk.service.settings import ServiceSettings
from kiosk.service.store import policies as rows
from kiosk.service.store.engine import ReadTx, StaleRow, WriteTx
from kiosk.service.store.policies import PolicyRow

_LONGEST_NOTE: Final = 200
_HISTORY: Final = 50


class NoDraft(Exception):
    """There is no draft, or it is not the edition that was looked at."""


class NothingChanges(Exception):
    """A draft that says what holds already is not published."""


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose policy: a tenant's, or that of one of its projects, which stands over the tenant's."""

    tenant: str
    project_id: str = ""


@dataclass(frozen=True, slots=True)
class Proposal:
    """A draft beside what holds: `changes` are what people would notice."""

    draft: PolicyRow
    changes: tuple[Change, ...]


def in_force(tx: ReadTx, parts: Parts, owner: Owner) -> ServiceSettings:
    """The settings as policy has them now. Raises BadPolicy where the settings were changed under a policy so that both
    together make no sense: nobody is enrolled by half a policy."""
    return parts.policy_book.under(parts.settings, _published(tx, owner))


def for_client(tx: ReadTx, parts: Parts, client_id: str) -> ServiceSettings:
    """As `in_force`, for those who come to a client: a station's project has a policy of its own. Raises BadPolicy."""
    return in_force(tx, parts, Owner(*rows.owner_of_client(tx, client_id)))


def under(tx: ReadTx, parts: Parts, client_id: str) -> Parts:
    """The parts as policy has them, for work that no request asks for. Raises BadPolicy."""
    return replace(parts, settings=for_client(tx, parts, client_id))


def history(parts: Parts, owner: Owner) -> tuple[PolicyRow, ...]:
    """What was published, newest first, at most fifty."""
    with parts.store.read() as tx:
        return rows.history(tx, owner.tenant, owner.project_id, _HISTORY)


def standing(parts: Parts, owner: Owner) -> tuple[Change, ...]:
    """What holds now otherwise than in the settings. Raises BadPolicy."""
    with parts.store.read() as tx:
        return differences(parts.settings, in_force(tx, parts, owner))


def proposal(parts: Parts, owner: Owner) -> Proposal | None:
    """The draft and what it would change; None where there is none. Raises BadPolicy."""
    with parts.store.read() as tx:
        found = rows.draft(tx, owner.tenant, owner.project_id)
        return None if found is None else Proposal(found, _changes(tx, parts, owner, found.document))


def write_draft(parts: Parts, actor: str, owner: Owner, document: Document, note: str = "") -> Proposal:
    """Say what the next policy shall be; replaces what the draft said. Raises BadPolicy."""

    def work(tx: WriteTx) -> Proposal:
        below = parts.settings if not owner.project_id else in_force(tx, parts, replace(owner, project_id=""))
        said, now = tidied(below, document), parts.clock.now()
        seen, before = (find(tx, owner.tenant, owner.project_id) for find in (rows.draft, rows.published))
        if seen is None:
            version = 1 if before is None else before.version + 1
            row = PolicyRow(0, owner.tenant, owner.project_id, version, said, note[:_LONGEST_NOTE], actor, now, 1, None)
            rows.add_draft(tx, row)
        else:
            row = replace(seen, document=said, note=note[:_LONGEST_NOTE], changed_by=actor, changed_at=now)
            rows.edit_draft(tx, seen, row)
        written = rows.draft(tx, owner.tenant, owner.project_id)
        assert written is not None
        return Proposal(written, _changes(tx, parts, owner, said))

    return parts.store.write(work)


def publish(parts: Parts, actor: str, owner: Owner, edition: int) -> PolicyRow:
    """Let the draft hold from now on, if it is the edition that was looked at.

    Raises NoDraft, NothingChanges, BadPolicy.
    """

    def work(tx: WriteTx) -> PolicyRow:
        seen = rows.draft(tx, owner.tenant, owner.project_id)
        if seen is None or seen.edition != edition:
            raise NoDraft
        changes = _changes(tx, parts, owner, seen.document)
        if not changes:
            raise NothingChanges
        try:
            rows.publish_draft(tx, seen, actor, parts.clock.now())
        except StaleRow as error:
            raise NoDraft from error
        details: dict[str, str | int | bool] = {"version": seen.version, "changes": len(changes)}
        details["paths"] = " ".join(each.path for each in changes)[:400]
        record(tx, parts, Event("policy.published", owner.tenant, actor, owner.project_id, details=details))
        return seen

    return parts.store.write(work)


def discard(parts: Parts, owner: Owner, edition: int) -> None:
    """Give the draft up. Raises NoDraft."""

    def work(tx: WriteTx) -> None:
        seen = rows.draft(tx, owner.tenant, owner.project_id)
        if seen is None or seen.edition != edition or not rows.drop_draft(tx, seen):
            raise NoDraft

    parts.store.write(work)


def _published(tx: ReadTx, owner: Owner) -> tuple[PolicyRow, ...]:
    """What was published for the tenant, then for the project."""
    whose = ("", owner.project_id) if owner.project_id else ("",)
    found = (rows.published(tx, owner.tenant, each) for each in whose)
    return tuple(each for each in found if each is not None)


def _changes(tx: ReadTx, parts: Parts, owner: Owner, document: Document) -> tuple[Change, ...]:
    """What the document changes in what holds now. Raises BadPolicy."""
    before = in_force(tx, parts, owner)
    wide = _published(tx, replace(owner, project_id="")) if owner.project_id else ()
    return differences(before, effective(parts.settings, *(row.document for row in wide), document))
