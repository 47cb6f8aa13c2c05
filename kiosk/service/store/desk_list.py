"""Of many people at once what staff know of each: a statement for each question, however many they are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import BindParameter, Select, and_, bindparam, case, func, select

from kiosk.service.store.attempts import attempts
from kiosk.service.store.columns import one_of
from kiosk.service.store.desk import AT_SITES, PERSON, THEIRS, DeskPerson
from kiosk.service.store.engine import ReadTx
from kiosk.service.store.enrollments import OPEN_PHASES, enrollments
from kiosk.service.store.keys import HELD, KeyState, keys
from kiosk.service.store.outcomes import OUTCOME, Outcome
from kiosk.service.store.sites import user_sites
from kiosk.service.store.users import users


@dataclass(frozen=True, slots=True)
class LastEnrollment:
    """When the last enrollment of somebody began, and how it ended; None where it is under way."""

    began_at: datetime
    ended: Outcome | None


_PEOPLE: Final[BindParameter[Any]] = bindparam("people", expanding=True)
_EVERYBODY: Select[Any] = (
    select(*PERSON).where(*THEIRS, users.c.id > bindparam("after")).order_by(users.c.id).limit(bindparam("most"))
)
_AT_SITES = _EVERYBODY.where(AT_SITES)
_SITES = (
    select(user_sites.c.user_id, user_sites.c.site, user_sites.c.joined_at)
    .where(user_sites.c.user_id.in_(_PEOPLE))
    .order_by(user_sites.c.user_id, user_sites.c.site)
)
_KEYS = (
    select(keys.c.user_id, keys.c.state, func.count())
    .where(keys.c.user_id.in_(_PEOPLE), one_of(keys.c.state, HELD))
    .group_by(keys.c.user_id, keys.c.state)
)
_LAST = (
    select(enrollments.c.user_id, func.max(enrollments.c.opened_at).label("began_at"))
    .where(enrollments.c.user_id.in_(_PEOPLE))
    .group_by(enrollments.c.user_id)
    .subquery()
)
_ENDED = select(
    enrollments.c.user_id,
    enrollments.c.opened_at,
    case((one_of(enrollments.c.phase, OPEN_PHASES), ""), else_=OUTCOME),
).join(_LAST, and_(enrollments.c.user_id == _LAST.c.user_id, enrollments.c.opened_at == _LAST.c.began_at))
_FAILURES = select(attempts.c.subject, attempts.c.failures, attempts.c.last_at).where(
    attempts.c.subject.in_(bindparam("subjects", expanding=True))
)


def seen_people(
    tx: ReadTx, tenant: str, sites: frozenset[str] | None, after: str, limit: int
) -> tuple[DeskPerson, ...]:
    """A page of people by id, behind `after`, as far as these sites see (None: all of the tenant)."""
    values: dict[str, Any] = {"of_tenant": tenant, "after": after, "most": limit}
    if sites is None:
        return tuple(DeskPerson(*each) for each in tx.connection.execute(_EVERYBODY, values))
    found = tx.connection.execute(_AT_SITES, {**values, "sites": sorted(sites)})
    return tuple(DeskPerson(*each) for each in found)


def sites_of_people(tx: ReadTx, people: Sequence[str]) -> Mapping[str, Sequence[tuple[str, datetime]]]:
    """At which sites each of them is, and since when."""
    told: dict[str, list[tuple[str, datetime]]] = {}
    for user_id, site, since in tx.connection.execute(_SITES, {"people": people}):
        told.setdefault(user_id, []).append((site, since))
    return told


def held_by_people(tx: ReadTx, people: Sequence[str]) -> Mapping[str, Counter[KeyState]]:
    """How many keys each of them has in their hands, by their state."""
    told: dict[str, Counter[KeyState]] = {}
    for user_id, state, number in tx.connection.execute(_KEYS, {"people": people}):
        told.setdefault(user_id, Counter())[KeyState(state)] = number
    return told


def last_enrollments(tx: ReadTx, people: Sequence[str]) -> Mapping[str, LastEnrollment]:
    """The last visit of each of them who was ever identified at one."""
    return {
        user_id: LastEnrollment(began_at, Outcome(word) if word else None)
        for user_id, began_at, word in tx.connection.execute(_ENDED, {"people": people})
    }


def failures_of(tx: ReadTx, subjects: Sequence[str]) -> Mapping[str, tuple[int, datetime]]:
    """How often each subject has failed, and when last; one that did not is left out."""
    found = tx.connection.execute(_FAILURES, {"subjects": subjects})
    return {subject: (count, last) for subject, count, last in found}
