"""Guests that a client enrolls: made, screened, let in or held; and screened again when somebody asks for it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from kiosk.service.accounts import consents, guests_screening, people
from kiosk.service.accounts.bodies_guests import GuestEnrolled, GuestEnrollment
from kiosk.service.accounts.consents import Accepted, Answer
from kiosk.service.accounts.guests_assets import sealed
from kiosk.service.accounts.guests_rules import GuestKind
from kiosk.service.accounts.people import NewPerson
from kiosk.service.accounts.rules import NoSuchAccount, Origin, ScreeningRejected
from kiosk.service.audit.actions import Event, record
from kiosk.service.once import Asked, once
from kiosk.service.parts import Parts
from kiosk.service.screening.connector import CallType
from kiosk.service.screening.rules import screens
from kiosk.service.store import guests as rows
from kiosk.service.store.accounts import account
from kiosk.service.store.engine import ReadTx, WriteTx
from kiosk.service.store.guests import GuestRow
from kiosk.service.store.screenings import ScreeningRow
from kiosk.service.tokens.rules import Caller

_CHUNK: Final = 500


@dataclass(frozen=True, slots=True)
class GuestWish:
    """Somebody to be a guest: who they are, what they accepted, and by whose program they come (a client)."""

    person: NewPerson = field(repr=False)
    program: str
    kind: GuestKind = GuestKind.ENROLLED
    call_type: CallType = CallType.BOTH
    accepted: tuple[Accepted, ...] = ()
    assets: Sequence[Any] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class MadeGuest:
    """A guest who was made just now, and the screening that has to be asked for."""

    user_id: str
    screening_id: str


@dataclass(frozen=True, slots=True)
class Whom:
    """Who is to be screened again: some ids, or all in a range of ids."""

    user_ids: tuple[str, ...] = ()
    first: str = ""
    last: str = ""


@dataclass(frozen=True, slots=True)
class Program:
    """By whom guests come: a client of a tenant, and as which kind of guests."""

    client_id: str
    tenant: str
    kind: GuestKind = GuestKind.ENROLLED


def _everybody(_tx: WriteTx) -> None:
    """Nobody counts the guests of this program."""


def enroll_guest(
    parts: Parts,
    program: Program,
    body: GuestEnrollment,
    asked: Asked,
    admit: Callable[[WriteTx], None] = _everybody,
) -> GuestEnrolled:
    """Make a guest at a site that the caller was let in for, screen them, and tell where they stand; the same key
    again makes nobody. `admit` counts the guest in the transaction of the creation; what it raises ends it.

    Raises NameTaken, BadAttributes, SiteNotAllowed, TermsNotAccepted, IdempotencyConflict.
    """
    wish = _wish(parts, program, body)
    mine: list[ScreeningRow] = []

    def work(tx: WriteTx) -> MadeGuest:
        admit(tx)
        made, claimed = make(tx, parts, wish)
        mine[:] = [claimed]
        return made

    made = once(parts, asked, MadeGuest, work)
    for claimed in mine:
        if claimed.id == made.screening_id:  # else another request under the same key was faster
            guests_screening.ask(parts, claimed)
    with parts.store.read() as tx:
        return standing(tx, made.user_id)


def _wish(parts: Parts, program: Program, body: GuestEnrollment) -> GuestWish:
    site = people.site_of(parts, body.site_id, program.tenant)
    answers = [Answer(each.id, each.version, each.language, each.accepted) for each in body.consents]
    given = consents.accepted(parts.settings.accounts.terms, site.terms, answers)
    person = NewPerson(
        tenant=program.tenant,
        site=site.id,
        name=body.primary_user_identifier,
        email=body.email,
        given_name=body.given_name,
        family_name=body.family_name,
        locale=body.locale,
        origin=Origin.GUEST,
        attributes=body.attributes,
    )
    wanted = consents.opted_in(body.marketing_opt_ins, body.locale)
    return GuestWish(person, program.client_id, program.kind, body.call_type, (*given, *wanted), body.user_assets)


def make(tx: WriteTx, parts: Parts, wish: GuestWish) -> tuple[MadeGuest, ScreeningRow]:
    """Make a guest, in the caller's transaction. Who commits it calls `guests_screening.ask` with the screening; if
    they die before, the worker does.

    Raises NameTaken, BadAttributes, SiteNotAllowed.
    """
    person = wish.person
    user_id = people.create(tx, parts, person)
    consents.keep(tx, parts, (user_id, person.site), wish.program, wish.accepted)
    assets = sealed(parts, wish.program, wish.assets)
    rows.put_guest(tx, GuestRow(user_id, wish.kind, person.site, program=wish.program, assets=assets))
    claimed = guests_screening.call_for(tx, parts, user_id, wish.call_type)
    details = {"kind": wish.kind.value, "call_type": wish.call_type.value, "consents": len(wish.accepted)}
    actor = f"client:{wish.program}"
    record(tx, parts, Event("guest_enrolled", person.tenant, actor, user_id, person.site, details=details))
    return MadeGuest(user_id, claimed.id), claimed


def standing(tx: ReadTx, user_id: str) -> GuestEnrolled:
    """Where a guest stands: the state of the account, and of the newest screening. Raises NoSuchAccount."""
    who, newest = account(tx, user_id), guests_screening.standing(tx, user_id)
    if who is None or newest is None:
        raise NoSuchAccount
    return GuestEnrolled(user_id=user_id, status=who.status.upper(), screening=newest.state.upper())


def revalidate(parts: Parts, caller: Caller, call_type: CallType, whom: Whom) -> int:
    """Have guests of the caller's sites screened again, by the worker, soon; how many.

    Who is in stays until a checker finds something. Raises ScreeningRejected: nobody is there, or nobody who screens.
    """
    if not screens(parts.screeners, call_type):
        raise ScreeningRejected
    count = 0
    for chunk in _chunks(parts, caller, whom):
        parts.store.write(lambda tx, ids=chunk: _again(tx, parts, caller, call_type, ids))  # type: ignore[misc]  # mypy cannot infer a default of a lambda
        count += len(chunk)
    if not count:
        raise ScreeningRejected
    return count


def _chunks(parts: Parts, caller: Caller, whom: Whom) -> Iterator[tuple[str, ...]]:
    if whom.user_ids:
        with parts.store.read() as tx:
            found = rows.guests_named(tx, caller.tenant, caller.sites, whom.user_ids)
        yield from (found[at : at + _CHUNK] for at in range(0, len(found), _CHUNK))
        return
    first = whom.first
    while True:
        with parts.store.read() as tx:
            found = rows.guests_between(tx, caller.tenant, caller.sites, first, whom.last, _CHUNK)
        if found:
            yield found
        if len(found) < _CHUNK:
            return
        first = found[-1] + "\0"


def _again(tx: WriteTx, parts: Parts, caller: Caller, call_type: CallType, user_ids: Sequence[str]) -> None:
    for user_id in user_ids:
        who = account(tx, user_id)
        if who is None:
            continue
        guests_screening.call_for(tx, parts, user_id, call_type, now_by_us=False)
        actor, details = f"client:{caller.client_id}", {"call_type": call_type.value}
        record(tx, parts, Event("guest_revalidated", caller.tenant, actor, user_id, details=details))
