"""What happens to the numbers of projects: taken, given, tied to a person, confirmed, seen, given back.

The next number of a project moves here and nowhere else, in the transaction that stores who got it: what is rolled back
gives the number back, so there is no gap and no double.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from kiosk.service.audit.actions import Event, record
from kiosk.service.parts import Parts
from kiosk.service.projects import rules
from kiosk.service.projects.feed import tell
from kiosk.service.projects.feed_rules import FeedKind
from kiosk.service.store import mobile_ids as rows
from kiosk.service.store import projects as projects_store
from kiosk.service.store.engine import ReadTx, WriteTx
from kiosk.service.store.mobile_ids import MobileIdRow
from kiosk.service.store.projects import ProjectRow

_MINUTE: Final = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Holder:
    """Who has a number, or is to get one: a phone, a member of the list, a person, or what of these is one. Names and
    address are as far as they are known; `sync_id` is what the host system calls the person."""

    phone_hash: bytes | None = field(default=None, repr=False)
    member_id: str | None = None
    user_id: str | None = None
    given_name: str = field(default="", repr=False)
    family_name: str = field(default="", repr=False)
    email: str = field(default="", repr=False)
    sync_id: str = field(default="", repr=False)

    @property
    def known(self) -> bool:
        """Whether it is known who it is, not only which phone."""
        return self.member_id is not None or self.user_id is not None


def take_number(tx: WriteTx, parts: Parts, project: ProjectRow, holder: Holder, actor: str) -> MobileIdRow:
    """The next number of the project, or the one that the holder has already. `actor` is for the trail.

    Raises RangeExhausted, ProjectClosed.
    """
    found = _held(tx, project.id, holder)
    if found is not None:
        return found
    held = projects_store.held_project(tx, project.id)
    if held is None or held.closed_at is not None:
        raise rules.ProjectClosed
    found = _held(tx, project.id, holder)  # by whoever held the project before us
    return found or _stored(tx, parts, held, _next(tx, held), holder, actor)


def take_for_person(
    tx: WriteTx, parts: Parts, project: ProjectRow, holder: Holder, actor: str
) -> tuple[MobileIdRow, bool]:
    """As `take_number`, for a known person, whose names are as they are now; and whether it is news."""
    mine = _held(tx, project.id, holder)
    if mine is None:
        return take_number(tx, parts, project, holder, actor), True
    return kept_up(tx, parts, project, mine, holder, actor), False


def give_number(tx: WriteTx, parts: Parts, project: ProjectRow, number: int, holder: Holder, actor: str) -> MobileIdRow:
    """A certain number, which somebody else chose. The same holder gets it again. Raises IdOutOfRange, IdTaken,
    ProjectClosed."""
    held = projects_store.held_project(tx, project.id)
    if held is None or held.closed_at is not None:
        raise rules.ProjectClosed
    if not rules.in_range(held, number):
        raise rules.IdOutOfRange("range")
    mine, row = _held(tx, project.id, holder), rows.mobile_id(tx, project.id, number)
    if mine is not None and mine.number == number:
        return mine
    if mine is not None or row is not None:
        raise rules.IdTaken
    return _stored(tx, parts, held, number, holder, actor)


def tie(
    tx: WriteTx, parts: Parts, project: ProjectRow, number: int, holder: Holder, actor: str
) -> tuple[MobileIdRow, bool]:
    """The number is this person's from now on; whether that is news. The same again is none.

    Raises NotInThisProject, ProjectClosed, IdOutOfRange, IdTaken.
    """
    if not project.self_service:
        raise rules.NotInThisProject("claim")
    if project.closed_at is not None:
        raise rules.ProjectClosed
    mine = rows.held_by(tx, project.id, user_id=holder.user_id)
    if mine is not None:
        if mine.number != number:
            raise rules.IdTaken
        return kept_up(tx, parts, project, mine, holder, actor), False
    row = rows.mobile_id(tx, project.id, number) if rules.in_range(project, number) else None
    if row is None and not project.assigned_here:
        return give_number(tx, parts, project, number, holder, actor), True
    free = rules.to_be_tied(row)
    tied = rows.change_mobile_id(tx, free, user_id=holder.user_id, claimed_at=parts.clock.now(), **_texts(holder))
    _claimed(tx, parts, project, tied, actor)
    return tied, True


def release(tx: WriteTx, parts: Parts, project: ProjectRow, row: MobileIdRow, actor: str, reason: str = "") -> None:
    """Nobody has the number any more, and nobody gets it again; the same again changes nothing."""
    if row.released_at is not None:
        return
    if row.claimed_at is not None:
        tell(tx, parts, row, FeedKind.RELEASED)
    gone: dict[str, None] = {"phone_hash": None, "member_id": None, "user_id": None}
    rows.change_mobile_id(tx, row, released_at=parts.clock.now(), **gone)
    trail(tx, parts, project, "mobile_id_released", actor, row, reason=reason)


def seen(tx: WriteTx, parts: Parts, row: MobileIdRow) -> MobileIdRow:
    """The phone with this number was here just now; written down once a minute at most."""
    now = parts.clock.now()
    if row.released_at is not None or (row.active_at is not None and now - _MINUTE < row.active_at <= now):
        return row
    return rows.change_mobile_id(tx, row, active_at=now)


def admit_phone(tx: ReadTx, parts: Parts, project: ProjectRow) -> None:
    """Let one phone more get a number. Raises TooManyActivations.

    Numbers are consecutive: too many were taken in a minute if the one so many back was.
    """
    most, now = parts.settings.projects.activations_per_minute, parts.clock.now()
    at = rows.assigned_when(tx, project.id, project.next_id - most)
    if at is not None and now - _MINUTE < at <= now:
        raise rules.TooManyActivations(max(1, int((at + _MINUTE - now).total_seconds())))


def project_of_number(tx: ReadTx, tenant: str, number: int) -> ProjectRow:
    """The one project of self-service that the number can be of; if several have it in their range, the one that gave
    it out. Raises IdOutOfRange."""
    holding = [each for each in projects_store.projects_holding(tx, tenant, number) if each.self_service]
    if len(holding) > 1:
        given = [each for each in holding if rows.assigned_when(tx, each.id, number) is not None]
        holding = given or holding
    if len(holding) != 1:
        raise rules.IdOutOfRange("several_projects" if holding else "range")
    return holding[0]


def trail(
    tx: WriteTx, parts: Parts, project: ProjectRow, event: str, actor: str, row: MobileIdRow, *, reason: str = ""
) -> None:
    """Write down what happened to a number."""
    details: Mapping[str, str | int | bool] = {"project": project.id, "number": row.number}
    subject = row.user_id or row.member_id or ""
    record(tx, parts, Event(event, project.tenant, actor, subject=subject, reason=reason, details=details))


def _held(tx: WriteTx, project_id: str, holder: Holder) -> MobileIdRow | None:
    return rows.held_by(
        tx, project_id, phone_hash=holder.phone_hash, member_id=holder.member_id, user_id=holder.user_id
    )


def _next(tx: WriteTx, project: ProjectRow) -> int:
    """The next number; where a list gives some of them to people, the next that it does not."""
    while (number := projects_store.take_next(tx, project.id)) is not None:
        if project.self_service or not rows.spoken_for(tx, project.id, number):
            return number
    raise rules.RangeExhausted


def _stored(tx: WriteTx, parts: Parts, project: ProjectRow, number: int, holder: Holder, actor: str) -> MobileIdRow:
    now = parts.clock.now()
    row = _row(project.id, number, holder, now)
    rows.add_mobile_id(tx, row)
    trail(tx, parts, project, "mobile_id_assigned", actor, row)
    if holder.known:
        _claimed(tx, parts, project, row, actor)
    return row


def _row(project_id: str, number: int, holder: Holder, now: datetime) -> MobileIdRow:
    return MobileIdRow(
        project_id=project_id,
        number=number,
        phone_hash=holder.phone_hash,
        member_id=holder.member_id,
        user_id=holder.user_id,
        assigned_at=now,
        claimed_at=now if holder.known else None,
        registered_at=None,
        active_at=None,
        released_at=None,
        **_texts(holder),
    )


def kept_up(
    tx: WriteTx, parts: Parts, project: ProjectRow, row: MobileIdRow, holder: Holder, actor: str
) -> MobileIdRow:
    """The same person; names and address as they are now, where they are told."""
    told = {name: value for name, value in _texts(holder).items() if value and value != getattr(row, name)}
    if not told:
        return row
    changed = rows.change_mobile_id(tx, row, **told)
    tell(tx, parts, changed, FeedKind.CHANGED)
    trail(tx, parts, project, "mobile_id_changed", actor, changed)
    return changed


def _claimed(tx: WriteTx, parts: Parts, project: ProjectRow, row: MobileIdRow, actor: str) -> None:
    tell(tx, parts, row, FeedKind.CLAIMED)
    trail(tx, parts, project, "mobile_id_claimed", actor, row)


def _texts(holder: Holder) -> dict[str, str]:
    return {
        "given_name": holder.given_name[:128],
        "family_name": holder.family_name[:128],
        "email": holder.email[:254],
        "sync_id": holder.sync_id[:128],
    }
