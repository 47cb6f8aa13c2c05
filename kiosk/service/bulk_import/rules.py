"""The rules of a migration, pure: what happens to each record of a block, and the states of a batch."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Final

from kiosk.service.accounts.rules import AccountState, Origin
from kiosk.service.directories.csv_file import BadRow
from kiosk.service.directories.csv_people import STATUSES, PersonRow
from kiosk.service.masking import mask_mail, mask_name
from kiosk.service.store.bulk import KeptUser, Place, Writes

_STATES: Final = dict(zip(STATUSES, (AccountState.ACTIVE, AccountState.ON_HOLD), strict=True))


class Form(StrEnum):
    """What a batch is written in."""

    NDJSON = "ndjson"
    CSV = "csv"


class BatchState(StrEnum):
    """What is being done with a batch."""

    RECEIVING = "receiving"
    IMPORTING = "importing"
    RETRYING = "retrying"
    DONE = "done"


AT_WORK: Final = (BatchState.IMPORTING, BatchState.RETRYING)
"""What the worker does something about."""


class NoSuchBatch(Exception):
    """The tenant has no batch of this id."""


@dataclass(eq=False)
class BatchBusy(Exception):
    """The batch is in `state`: this has to wait until it is done."""

    state: BatchState


Outcome = PersonRow | BadRow
"""What was read: somebody, or what is wrong with the record."""


@dataclass(frozen=True, slots=True)
class Around:
    """What the tables know of a block's names and badges."""

    kept: Mapping[str, KeptUser]
    aliased: frozenset[str] = frozenset()
    holders: Mapping[str, tuple[str, str]] = field(default_factory=dict)


@dataclass(slots=True)
class Plan:
    """What a block comes to: counts, what is to be written, and which of its records failed, in their order."""

    writes: Writes
    created: int = 0
    changed: int = 0
    same: int = 0
    failed: list[BadRow] = field(default_factory=list)


def masked(name: str) -> str:
    """A name that is shown to whoever has to look at a record: enough to know it by."""
    return (mask_mail(name) if "@" in name else mask_name(name) if name else "")[:64]


def plan(rows: Sequence[Outcome], around: Around, place: Place, new_id: Callable[[], str]) -> Plan:
    """Decide about a block, record by record: a later one finds what an earlier one has made of somebody."""
    now: dict[str, KeptUser] = {}
    badges: dict[str, str] = {}
    done = Plan(Writes())
    for row in rows:
        wrong = row if isinstance(row, BadRow) else _objection(row, around, place)
        if wrong is not None:
            done.failed.append(wrong)
            continue
        assert isinstance(row, PersonRow)
        key = row.values["upn"]
        before = now.get(key) or around.kept.get(key)
        after = _after(row, before, new_id)
        given = bool(row.badge) and _holder(row.badge, badges, around) != after.user_id
        if given:
            badges[row.badge] = after.user_id
        if before is None:
            done.created += 1
        elif given or not _alike(before, after):
            done.changed += 1
        else:
            done.same += 1
        now[key] = after
    done.writes = _writes(now, around, badges)
    return done


def _objection(row: PersonRow, around: Around, place: Place) -> BadRow | None:
    key = row.values["upn"]
    if key in around.aliased:
        return BadRow(row.line, "upn", "name_taken")
    kept = around.kept.get(key)
    if kept is not None and kept.status == AccountState.REMOVED:
        return BadRow(row.line, "upn", "removed")
    if kept is not None and kept.origin == Origin.GUEST:  # guests are let in and held by their screening alone
        return BadRow(row.line, "upn", "name_taken")
    holder = around.holders.get(row.badge) if row.badge else None
    if holder is not None and holder[1] != place.tenant:
        return BadRow(row.line, "badge", "badge_taken")
    return None


def _after(row: PersonRow, before: KeptUser | None, new_id: Callable[[], str]) -> KeptUser:
    if before is None:
        return KeptUser(new_id(), row.person, _STATES[row.status], row.values)
    return KeptUser(before.user_id, row.person, _STATES[row.status], row.values, before.origin)


def _holder(badge: str, given: Mapping[str, str], around: Around) -> str:
    return given.get(badge) or around.holders.get(badge, ("", ""))[0]


def _alike(before: KeptUser, after: KeptUser) -> bool:
    return (
        before.member
        and before.status == after.status
        and before.person == after.person
        and before.values == after.values
    )


def _writes(now: Mapping[str, KeptUser], around: Around, badges: Mapping[str, str]) -> Writes:
    new, changed, joined = [], [], []
    for key, after in now.items():
        before = around.kept.get(key)
        if before is None:
            new.append(after)
        elif not _alike(replace(before, member=True), after):
            changed.append(after)
        if before is None or not before.member:
            joined.append(after.user_id)
    return Writes(new, changed, joined, badges)
