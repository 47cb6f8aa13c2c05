"""Projects and their numbers, pure: what each kind has, ranges, how a number stands, what is refused.

ProjectRefused
├── NoSuchProject      no such project for this caller
├── NoSuchCode         an activation code that no project has, or had
│   ├── CodeRenewed    the project has a newer one
│   └── ProjectClosed  the project hands out nothing any more
├── NotInThisProject   projects of the other kind have this, for `reasons`
├── RangeExhausted     every number of the project was handed out
├── IdOutOfRange       the number is not in the range, or nobody was given it, for `reasons`
├── IdTaken            the number is somebody else's, or theirs is another one
├── NameTaken          another project of the tenant has the name, or the settings
├── RangeShrinks       a range only grows, at its end
└── TooManyActivations again in `retry_after` seconds
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from kiosk.service.projects.settings import ProjectSettings, ProjectsSettings
from kiosk.service.store.mobile_ids import MobileIdRow
from kiosk.service.store.projects import ProjectRow

ACTIVE_FOR: Final = timedelta(days=30)
"""How long a phone counts as active after it was last seen."""

HIGHEST: Final = 10**15
"""The highest number that a range may have: what every host system and every JSON reader keeps exactly."""

_FEW: Final = 20
_TWENTIETH: Final = 20


class ProjectRefused(Exception):
    """The request is refused for a reason that the caller can act upon."""


class _Reasoned(ProjectRefused):
    def __init__(self, *reasons: str) -> None:
        super().__init__(*reasons)
        self.reasons = reasons


class NoSuchProject(ProjectRefused):
    """No such project for this caller; whether somebody else has one is not told."""


class NoSuchCode(ProjectRefused):
    """An activation code that no project has, or had."""

    reasons: tuple[str, ...] = ("unknown_code",)


class CodeRenewed(NoSuchCode):
    """A code that the project had earlier."""

    reasons = ("renewed",)


class ProjectClosed(NoSuchCode):
    """The code of a project that hands out nothing any more."""

    reasons = ("closed",)


class NotInThisProject(_Reasoned):
    """Self-service projects have no user list and no auto-sync, the others no activation code; and none becomes the
    other."""


class RangeExhausted(ProjectRefused):
    """Every number of the project was handed out."""


class IdOutOfRange(_Reasoned):
    """The number is not in the range, or nobody was given it."""


class IdTaken(ProjectRefused):
    """The number is somebody else's, or the person has another one in this project."""


class NameTaken(_Reasoned):
    """Another project of the tenant has the name, or names the same settings."""


class RangeShrinks(_Reasoned):
    """A range only grows, at its end: what was handed out stays in it."""


@dataclass(eq=False)
class TooManyActivations(ProjectRefused):
    """More phones than may get a number in a minute."""

    retry_after: int


class IdState(StrEnum):
    """How a number stands; each is told apart from the others, and several may hold at once.

    `assigned`: handed out on activation. `claimed`: a person is tied to it. `registered`: the host system confirmed
    that it knows it. `active`: its phone was seen in the last 30 days. `released`: nobody has it any more.
    """

    ASSIGNED = "assigned"
    CLAIMED = "claimed"
    REGISTERED = "registered"
    ACTIVE = "active"
    RELEASED = "released"


class Part(StrEnum):
    """What projects of one kind have and those of the other have not."""

    ACTIVATION_CODE = "activation_code"
    USERS = "users"
    AUTO_SYNC = "auto_sync"


PARTS: Final = {
    True: frozenset({Part.ACTIVATION_CODE}),
    False: frozenset({Part.USERS, Part.AUTO_SYNC}),
}
"""By whether the project is one of self-service."""


def require_part(project: ProjectRow, part: Part) -> None:
    """Let go on who asks for what the project has. Raises NotInThisProject."""
    if part not in PARTS[project.self_service] or (part is Part.ACTIVATION_CODE and not project.assigned_here):
        raise NotInThisProject(part)


def in_range(project: ProjectRow, number: int) -> bool:
    """Whether the project has the number."""
    return project.first_id <= number <= project.last_id


def left(project: ProjectRow) -> int:
    """How many numbers the project can still hand out."""
    return project.last_id + 1 - project.next_id


def few_left(project: ProjectRow) -> bool:
    """Whether the range should be extended: fewer than 20 numbers are left, or less than a twentieth of them."""
    size = project.last_id + 1 - project.first_id
    return left(project) < _FEW or left(project) * _TWENTIETH < size


def extended(project: ProjectRow, last_id: int) -> int:
    """The end of the range as it was asked for. Raises RangeShrinks."""
    if last_id < project.last_id:
        raise RangeShrinks("last_id")
    return last_id


def to_be_tied(row: MobileIdRow | None) -> MobileIdRow:
    """The number, if it was handed out and nobody is tied to it. Raises IdOutOfRange, IdTaken."""
    if row is None:
        raise IdOutOfRange("not_given_out")
    if row.released_at is not None:
        raise IdOutOfRange("released")
    if row.user_id is not None or row.member_id is not None:
        raise IdTaken
    return row


def states_of(row: MobileIdRow, now: datetime) -> tuple[IdState, ...]:
    """All that holds of a number."""
    if row.released_at is not None:
        return (IdState.RELEASED,)
    held = (
        (IdState.ASSIGNED, True),
        (IdState.CLAIMED, row.claimed_at is not None),
        (IdState.REGISTERED, row.registered_at is not None),
        (IdState.ACTIVE, row.active_at is not None and row.active_at > now - ACTIVE_FOR),
    )
    return tuple(state for state, holds in held if holds)


def settings_of(settings: ProjectsSettings, project: ProjectRow) -> ProjectSettings | None:
    """What the files of this machine have to do with the project: the settings that it names, if they are its
    tenant's."""
    named = settings.named.get(str(project.details.get("settings", "")))
    return named if named is not None and named.tenant == project.tenant else None
