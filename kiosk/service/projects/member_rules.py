"""The user list of a project, pure: how its people stand, what a list changes, and what is refused."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from kiosk.service.directories.rules import fold
from kiosk.service.projects.rules import NoSuchProject, ProjectRefused
from kiosk.service.store.members import MemberRow

MANY: Final = 10
"""From how many people on, a list that removes more than half of them must be meant."""

MOST_ERRORS: Final = 100
"""How many errors of a list are told, the first ones."""


class NoSuchMember(NoSuchProject):
    """Nobody of this id is on the list."""


class WrongState(ProjectRefused):
    """What is asked for is not possible in the state that it is in, for `reasons`."""

    def __init__(self, *reasons: str) -> None:
        super().__init__(*reasons)
        self.reasons = reasons


class NoSuchInvitation(ProjectRefused):
    """No invitation has this code: it never had, or a newer one took its place, or its person was deleted."""


class InvitationExpired(NoSuchInvitation):
    """The invitation is too old."""


class InvitationUsed(NoSuchInvitation):
    """Another phone goes on with this invitation: one device."""


class InvitationWithdrawn(NoSuchInvitation):
    """Its person was taken off the list, or the project is closed."""


class PhoneHasNumber(NoSuchInvitation):
    """This phone has a number of the project for somebody else."""


@dataclass(frozen=True, slots=True)
class ListError:
    """What is wrong in a list. `line` counts from 1, a header included; `column` is empty where it is the line as a
    whole; `word` is for programs."""

    line: int
    column: str
    word: str

    def __str__(self) -> str:
        return ": ".join(filter(None, (f"line {self.line}", self.column, self.word)))


class ListRejected(ProjectRefused):
    """The list has errors, or removes more than somebody confirmed; nothing of it was taken.

    All or nothing: whoever is on a line that cannot be read would be missing, and what is missing is removed.
    """

    def __init__(self, errors: Sequence[ListError]) -> None:
        super().__init__(len(errors))
        self.errors = tuple(errors[:MOST_ERRORS])
        self.more = len(errors) - len(self.errors)

    @property
    def reasons(self) -> tuple[str, ...]:
        """Each error in a line."""
        return (*map(str, self.errors), *((f"{self.more} more",) if self.more else ()))


class MemberState(StrEnum):
    """How somebody of the list stands. `invited`: a mail was sent. `active`: their phone went on with it. `reset`:
    their phone was unbound, and they wait to be invited again. `deletion_pending`: taken off the list, and not deleted
    yet."""

    INVITED = "invited"
    ACTIVE = "active"
    DELETION_PENDING = "deletion_pending"
    RESET = "reset"


class MemberEvent(StrEnum):
    """What happens to somebody of the list."""

    INVITE = "invite"
    ACTIVATE = "activate"
    RESET = "reset"
    REMOVE = "remove"


NEXT: Final[Mapping[MemberEvent, tuple[frozenset[MemberState], MemberState]]] = {
    MemberEvent.INVITE: (frozenset(MemberState), MemberState.INVITED),
    MemberEvent.ACTIVATE: (frozenset({MemberState.INVITED}), MemberState.ACTIVE),
    MemberEvent.RESET: (frozenset(MemberState) - {MemberState.DELETION_PENDING}, MemberState.RESET),
    MemberEvent.REMOVE: (frozenset(MemberState), MemberState.DELETION_PENDING),
}
"""From which states each event leads, and where to. Back on the list it is `as_it_was`."""


def after(state: str, event: MemberEvent) -> MemberState:
    """The state after the event. Raises WrongState."""
    sources, target = NEXT[event]
    if state not in sources:
        raise WrongState(state)
    return target


def as_it_was(row: MemberRow) -> MemberState:
    """How somebody stood before they were taken off the list: their phone and their invitation are kept meanwhile."""
    if row.phone_hash is not None:
        return MemberState.ACTIVE
    return MemberState.RESET if row.invitation_hash is None else MemberState.INVITED


def key_of(email: str, sync_id: str) -> str:
    """What tells people of a list apart: the Sync ID where there is one, else the mail address. An address has no
    space in it, so none is like a Sync ID."""
    return f"id {sync_id}" if sync_id else fold(email)


@dataclass(frozen=True, slots=True)
class Listed:
    """Somebody on a line of a list. `number` is the ID that the list gives them, if it does."""

    line: int
    given_name: str = field(repr=False)
    family_name: str = field(repr=False)
    email: str = field(repr=False)
    number: int | None
    sync_id: str

    @property
    def key(self) -> str:
        """What tells them from the others."""
        return key_of(self.email, self.sync_id)


@dataclass(frozen=True, slots=True)
class Kept:
    """Somebody who is on the list and stays: their row, their line, and what that means."""

    row: MemberRow
    listed: Listed
    changed: bool
    returned: bool

    @property
    def to_invite(self) -> bool:
        """Whether another address is to be invited: the old one may have been somebody else's."""
        was = as_it_was(self.row) if self.returned else self.row.status
        return was != MemberState.RESET and fold(self.row.email) != fold(self.listed.email)


@dataclass(frozen=True, slots=True)
class Plan:
    """What a list does to the people of a project."""

    added: tuple[Listed, ...]
    kept: tuple[Kept, ...]
    removed: tuple[MemberRow, ...]
    gone: tuple[MemberRow, ...]
    """Those who are still in deletion pending and are not back."""

    @property
    def changes(self) -> bool:
        """Whether anything is another way afterwards."""
        return bool(self.added or self.removed or any(each.changed or each.returned for each in self.kept))


def plan(listed: Sequence[Listed], rows: Iterable[MemberRow]) -> Plan:
    """Whole-list semantics: who is new, who stays, who is missing."""
    left = {row.sync_key: row for row in sorted(rows, key=lambda row: row.sync_key)}
    matched = {each.line: left.pop(each.key) for each in listed if each.key in left}
    # A list that has Sync IDs from now on, or none any more, knows the same people by their addresses.
    by_mail: dict[str, list[MemberRow]] = {}
    for row in left.values():
        by_mail.setdefault(fold(row.email), []).append(row)
    for each in listed:
        same = () if each.line in matched else by_mail.get(fold(each.email), ())
        found = next((row for row in same if not (each.sync_id and row.sync_id)), None)
        if found is not None:
            del left[found.sync_key]
            by_mail[fold(each.email)].remove(found)
            matched[each.line] = found
    pending = MemberState.DELETION_PENDING
    return Plan(
        tuple(each for each in listed if each.line not in matched),
        tuple(_kept(matched[each.line], each) for each in listed if each.line in matched),
        tuple(row for row in left.values() if row.status != pending),
        tuple(row for row in left.values() if row.status == pending),
    )


def _kept(row: MemberRow, listed: Listed) -> Kept:
    changed = any(getattr(row, name) != value for name, value in values_of(listed).items())
    return Kept(row, listed, changed, row.status == MemberState.DELETION_PENDING)


def values_of(listed: Listed) -> dict[str, str | int | None]:
    """The columns of a member that a list decides."""
    return {
        "sync_key": listed.key,
        "given_name": listed.given_name,
        "family_name": listed.family_name,
        "email": listed.email,
        "sync_id": listed.sync_id,
        "wanted_id": listed.number,
    }


def taken_numbers(made: Plan, given: Mapping[int, str | None]) -> list[ListError]:
    """The lines whose ID somebody else has, and keeps. `given` tells who has a number that was handed out; None for
    nobody any more, which a list may give again."""
    moving = {each.row.id: each.listed.number for each in made.kept}
    owners = {each.listed.line: each.row.id for each in made.kept}

    def taken(each: Listed) -> bool:
        holder = None if each.number is None else given.get(each.number)
        if holder is None or holder == owners.get(each.line):
            return False
        return moving.get(holder) in (None, each.number)

    lines = (*made.added, *(each.listed for each in made.kept))
    return [ListError(each.line, "id", "taken") for each in lines if taken(each)]


def removes_too_many(made: Plan) -> bool:
    """Whether a list looks like an export that went wrong: it has nobody, or less than half of those who were there."""
    before = len(made.removed) + sum(not each.returned for each in made.kept)
    nobody = not made.added and not made.kept
    return bool(made.removed) and (nobody or (before >= MANY and 2 * len(made.removed) > before))
