"""Everybody whom staff may look up, masked as there, with what they have: who has a key, and who has not."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Final

from kiosk.service.concierge import rules
from kiosk.service.concierge.bodies import UserDetails
from kiosk.service.concierge.locks import Standing, stands
from kiosk.service.parts import Parts
from kiosk.service.store import desk_list as rows
from kiosk.service.store.desk_list import LastEnrollment
from kiosk.service.store.keys import KeyState
from kiosk.service.tokens.rules import Caller
from kiosk.service.verification.counters import subject_of_person

_NONE: Final[Counter[KeyState]] = Counter()


@dataclass(frozen=True, slots=True)
class Listed:
    """One person: how many keys of theirs work, and how many do once they are handed over; their last enrollment,
    where there was one; whether wrong tries lock them."""

    person: UserDetails
    working: int
    waiting: int
    last: LastEnrollment | None
    standing: Standing


@dataclass(frozen=True, slots=True)
class PeoplePage:
    """Some people, and what to ask for the next ones with: an id, empty behind the last."""

    people: tuple[Listed, ...]
    next: str = ""


def people(parts: Parts, caller: Caller, after: str, limit: int) -> PeoplePage:
    """A page of the people at the caller's sites, in five statements."""
    now, seen = parts.clock.now(), None if caller.everywhere else caller.sites
    with parts.store.read() as tx:
        found = rows.seen_people(tx, caller.tenant, seen, after, limit + 1)
        page = found[:limit]
        ids = [each.user_id for each in page]
        subjects = {each: subject_of_person(parts.hmac_key, each) for each in ids}
        sites, held = rows.sites_of_people(tx, ids), rows.held_by_people(tx, ids)
        last, failures = rows.last_enrollments(tx, ids), rows.failures_of(tx, list(subjects.values()))
    listed = []
    for each in page:
        at = [(site, since) for site, since in sites.get(each.user_id, ()) if seen is None or site in seen]
        keys = held.get(each.user_id, _NONE)
        listed.append(
            Listed(
                rules.user_details(each, at),
                keys[KeyState.ISSUED] + keys[KeyState.RECALLED],
                keys[KeyState.AWAITING],
                last.get(each.user_id),
                stands(failures.get(subjects[each.user_id]), parts.settings.verification.limits, now),
            )
        )
    return PeoplePage(tuple(listed), page[-1].user_id if len(found) > limit else "")
