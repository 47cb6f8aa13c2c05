"""The number of a mobile ID, tied at the kiosk to the person who was just verified there.

They show the activation code of their project, the code on their phone's page, or type the number. The first two cannot
be guessed. A number can, so failures are counted as those of codes are; one that was handed out and that nobody has is
taken on the person's word.
"""

from __future__ import annotations

import hmac
import json
from dataclasses import replace

from kiosk.contract.enrollments import Phase
from kiosk.contract.mobile_ids import MobileId, ShowMobileId
from kiosk.service.audit.actions import Event, record
from kiosk.service.directories.connector import Person
from kiosk.service.enrollments import rules
from kiosk.service.parts import Parts
from kiosk.service.projects import codes, numbers
from kiosk.service.projects.activation import project_of_code
from kiosk.service.projects.codes import Activation, PhoneId, Typed
from kiosk.service.projects.numbers import Holder
from kiosk.service.projects.owned import own
from kiosk.service.projects.rules import (
    IdOutOfRange,
    IdTaken,
    NoSuchCode,
    NoSuchProject,
    NotInThisProject,
    ProjectRefused,
)
from kiosk.service.store import enrollments as rows
from kiosk.service.store.engine import WriteTx
from kiosk.service.store.enrollments import EnrollmentRow
from kiosk.service.store.mobile_ids import MobileIdRow
from kiosk.service.store.projects import ProjectRow
from kiosk.service.tokens.rules import Caller, live
from kiosk.service.verification.counters import admitted, count_failure, forget
from kiosk.service.verification.rules import Locked

Taken = tuple[ProjectRow, MobileIdRow, bool]
"""The number, whose it is, and whether that is news."""

_FAILURES = (IdOutOfRange, IdTaken, NoSuchCode, NoSuchProject, NotInThisProject)


def show_mobile_id(parts: Parts, caller: Caller, enrollment_id: str, asked: ShowMobileId) -> MobileId:
    """Tie what was shown to the person. The same again: the same answer.

    Raises NotFound, WrongPhase, Expired, Locked, IdOutOfRange, NoSuchCode, IdTaken, RangeExhausted.
    """

    def work(tx: WriteTx) -> MobileId | Exception:
        now = parts.clock.now()
        row, person = _verified(tx, parts, caller, enrollment_id)
        try:
            counters = admitted(tx, parts, replace(row, subject=_subject(parts, person)), now)
        except Locked as refusal:
            return refusal
        try:
            project, taken, news = _taken(tx, parts, caller, person, asked.shown)
        except _FAILURES as refusal:  # nothing was written before it
            count_failure(tx, counters, now)
            _tell_refusal(tx, parts, caller, person, refusal)
            return _told(refusal)
        if news:  # who shows their own number again and again guesses no more for it
            forget(tx, tuple(each for each in counters if each.stored is not None))
        return MobileId(project.name, taken.number, taken.registered_at is not None)

    outcome = parts.store.write(work)
    if isinstance(outcome, Exception):
        raise outcome
    return outcome


def _told(refusal: ProjectRefused) -> ProjectRefused:
    """To a kiosk, a project of another tenant is none, and one with a user list has no numbers to be claimed."""
    match refusal:
        case NoSuchProject():
            return NoSuchCode()
        case NotInThisProject(reasons=reasons):
            return IdOutOfRange(*reasons)
        case _:
            return refusal


def _verified(tx: WriteTx, parts: Parts, caller: Caller, enrollment_id: str) -> tuple[EnrollmentRow, Person]:
    """The enrollment of somebody who was verified at this station, within its life."""
    now = parts.clock.now()
    row = rules.require_phase(rows.enrollment(tx, enrollment_id, caller.client_id), now, Phase.KEY, Phase.DONE)
    if not live(row.opened_at, row.expires_at, now):
        raise rules.Expired
    if row.person is None:
        raise rules.WrongPhase
    return row, row.person


def _taken(tx: WriteTx, parts: Parts, caller: Caller, person: Person, shown: str) -> Taken:
    holder, actor = _holder(person), f"client:{caller.client_id}"
    match codes.read(shown):
        case Activation(code):
            project = project_of_code(tx, parts, code)
            own(tx, caller, project.id)
            return project, *numbers.take_for_person(tx, parts, project, holder, actor)
        case PhoneId() as told:
            if not codes.genuine(parts.hmac_key, told):
                raise IdOutOfRange("forged")
            project = own(tx, caller, told.project_id)
            row, news = numbers.tie(tx, parts, project, told.number, holder, actor)
            return project, numbers.seen(tx, parts, row), news
        case Typed(number):
            project = numbers.project_of_number(tx, caller.tenant, number)
            return project, *numbers.tie(tx, parts, project, number, holder, actor)


def _holder(person: Person) -> Holder:
    return Holder(
        user_id=person.user_id,
        given_name=person.given_name,
        family_name=person.family_name,
        email=person.email,
        sync_id=person.employee_id,
    )


def _subject(parts: Parts, person: Person) -> str:
    """What failures are counted for: not those of verification, which lock a person out of the kiosk."""
    return hmac.digest(parts.hmac_key, json.dumps(["mobile-id", person.user_id]).encode(), "sha256").hex()


def _tell_refusal(tx: WriteTx, parts: Parts, caller: Caller, person: Person, refusal: Exception) -> None:
    """What was shown is not in the trail: somebody typed it."""
    word = ", ".join(getattr(refusal, "reasons", ())) or "taken"
    event = Event("mobile_id_refused", caller.tenant, f"client:{caller.client_id}", person.user_id, reason=word)
    record(tx, parts, event)
