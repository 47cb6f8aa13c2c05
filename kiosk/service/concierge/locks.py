"""Whether too many failures lock somebody out of being verified and of signing in, and that staff forgive them.

All ways count together: wrong codes, badges, passwords, and one-time passwords. Which one failed is not kept. Each time
somebody is forgiven is in the trail, with who did it, why, and how many failures there were.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from kiosk.service.accounts.rules import NoSuchAccount
from kiosk.service.audit.actions import Event, record
from kiosk.service.concierge.bodies import Unlock
from kiosk.service.parts import Parts
from kiosk.service.store.attempts import failures, forget_failures
from kiosk.service.store.desk import By, seen_person
from kiosk.service.store.engine import WriteTx
from kiosk.service.store.users import DEFAULT_TENANT, user_id_of_upn
from kiosk.service.tokens.rules import Caller
from kiosk.service.verification.counters import subject_of_person
from kiosk.service.verification.rules import Failures, locked_until, person_limits, steadied
from kiosk.service.verification.settings import LimitSettings


@dataclass(frozen=True, slots=True)
class Standing:
    """The consecutive failures of somebody, and when the last one was. While `locked` they wait until `until` (UTC);
    None then means for staff, for nothing else unlocks them."""

    failures: int = 0
    last: datetime | None = None
    locked: bool = False
    until: datetime | None = None


def standing_of(parts: Parts, caller: Caller, user_id: str) -> Standing:
    """How somebody stands now. Raises NoSuchAccount."""
    now, limits = parts.clock.now(), parts.settings.verification.limits
    with parts.store.read() as tx:
        if seen_person(tx, caller.tenant, _sites(caller), By.USER_ID, user_id) is None:
            raise NoSuchAccount
        found = failures(tx, subject_of_person(parts.hmac_key, user_id))
    return stands(found, limits, now)


def stands(found: tuple[int, datetime] | None, limits: LimitSettings, now: datetime) -> Standing:
    """What follows from so many failures, and when the last one was; None for none."""
    if found is None:
        return Standing()
    counted = steadied(Failures(*found), now)
    until = locked_until(counted, person_limits(limits))
    return Standing(counted.count, counted.last, until is None or now < until, until)


def unlock(parts: Parts, caller: Caller, body: Unlock) -> None:
    """Forgive somebody at the caller's sites. Raises NoSuchAccount, when that is in the trail."""

    def work(tx: WriteTx) -> bool:
        person = seen_person(tx, caller.tenant, _sites(caller), By.USER_ID, body.user_id)
        user_id = "" if person is None else person.user_id
        _forgive(tx, parts, Event("person_unlocked", caller.tenant, caller.actor, user_id, reason=body.reason))
        return person is not None

    if not parts.store.write(work):
        raise NoSuchAccount


def unlock_named(parts: Parts, actor: str, upn_key: str, reason: str) -> bool:
    """Forgive whoever has this normalised user name; False, and nothing in the trail, when nobody has it."""

    def work(tx: WriteTx) -> bool:
        user_id = user_id_of_upn(tx, upn_key)
        if user_id is not None:
            _forgive(tx, parts, Event("person_unlocked", DEFAULT_TENANT, actor, user_id, reason=reason))
        return user_id is not None

    return parts.store.write(work)


def _forgive(tx: WriteTx, parts: Parts, event: Event) -> None:
    subject = subject_of_person(parts.hmac_key, event.subject)
    found = failures(tx, subject) if event.subject else None
    forget_failures(tx, subject)
    details = {"failures": 0 if found is None else found[0], "found": bool(event.subject)}
    record(tx, parts, replace(event, details=details))


def _sites(caller: Caller) -> frozenset[str] | None:
    return None if caller.everywhere else caller.sites
