"""The steps of an enrollment up to the verified person: open, identify, send a code, verify, cancel."""

from __future__ import annotations

from kiosk.contract.enrollments import (
    CodeSent,
    Identified,
    Identify,
    OpenedEnrollment,
    OpenEnrollment,
    Phase,
    SendCode,
    Verified,
    Verify,
)
from kiosk.contract.profile import VerificationMethod
from kiosk.service.approvals import actions as approvals
from kiosk.service.directories.actions import site
from kiosk.service.directories.connector import Criteria, Person
from kiosk.service.directories.rules import normalise_criteria
from kiosk.service.enrollments import register, rules
from kiosk.service.enrollments.finish import end_left
from kiosk.service.enrollments.giving_up import end_enrollment, people_go_on
from kiosk.service.enrollments.policy import policy_for
from kiosk.service.enrollments.profile import alternatives
from kiosk.service.enrollments.register import by_mail, by_phone, keep_handles
from kiosk.service.keys.holding import Holding, holding
from kiosk.service.mobile.codes import take_back_of_enrollment
from kiosk.service.parts import Parts
from kiosk.service.sources import new_id
from kiosk.service.store import enrollments as rows
from kiosk.service.store.engine import WriteTx
from kiosk.service.store.enrollments import EnrollmentRow
from kiosk.service.tokens.rules import Caller
from kiosk.service.verification import actions as verification
from kiosk.service.verification.hints import hints
from kiosk.service.verification.staff import judge_by_staff


def open_enrollment(parts: Parts, caller: Caller, asked: OpenEnrollment) -> OpenedEnrollment:
    """Begin an enrollment; what the station had begun before is cancelled, and half-made things are forgotten."""
    now, session = parts.clock.now(), parts.settings.session
    row = EnrollmentRow(
        id=new_id(parts.random),
        client_id=caller.client_id,
        locale=rules.locale_of(asked.locale, parts.settings.languages),
        phase=Phase.IDENTIFY,
        version=1,
        opened_at=now,
        expires_at=now + session.life,
        receipt=rules.receipt_of(parts.random.token(8)),
    )

    def work(tx: WriteTx) -> None:
        for earlier in rows.open_enrollments(tx, caller.client_id):
            end_left(tx, parts, earlier, Phase.CANCELLED)
        if people_go_on(parts):
            rows.forget_people_of(tx, caller.client_id)
        rows.add_enrollment(tx, row)

    parts.store.write(work)
    return OpenedEnrollment(row.id, session.absolute, row.phase)


def identify(parts: Parts, caller: Caller, enrollment_id: str, asked: Identify) -> Identified:
    """Look for the person; answers alike for nobody, somebody and many. The same criteria again: the same answer.

    Raises NotFound, WrongPhase, Expired, BadCriteria, DirectoryUnavailable.
    """
    wanted = rules.field_set(alternatives(parts.settings.identify), asked.alternative)
    criteria = normalise_criteria(wanted, asked.criteria, site(parts.settings))
    with parts.store.glance() as tx:
        found = rows.enrollment(tx, enrollment_id, caller.client_id)
    rules.require_phase(found, parts.clock.now(), Phase.IDENTIFY, Phase.VERIFY)
    person = _exactly_one(parts, criteria)
    subject = rules.subject_of(parts.hmac_key, asked.alternative, criteria, person)
    shown = hints(parts, criteria, person)

    def work(tx: WriteTx) -> EnrollmentRow:
        row = rules.require_phase(
            rows.enrollment(tx, enrollment_id, caller.client_id), parts.clock.now(), Phase.IDENTIFY, Phase.VERIFY
        )
        if row.phase is Phase.VERIFY:
            if row.subject != subject:
                raise rules.WrongPhase
            return row
        user_id = person.user_id if person else None
        return rows.move_enrollment(
            tx, row, phase=Phase.VERIFY, subject=subject, person=person, user_id=user_id, hints=shown
        )

    row = parts.store.write(work)
    return Identified(row.phase, verification.offers(parts, row), verification.confirmation(parts, row))


def send_code(parts: Parts, caller: Caller, enrollment_id: str, asked: SendCode) -> CodeSent:
    """Send a code, or act as if. Raises NotFound, WrongPhase, Expired, and what verification refuses."""
    with parts.store.glance() as tx:
        found = rows.enrollment(tx, enrollment_id, caller.client_id)
    row = rules.require_phase(found, parts.clock.now(), Phase.VERIFY)
    if row.registration is not None:
        parts = by_mail(parts)
    return verification.send_code(parts, row, row.person, asked.method)


def verify(parts: Parts, caller: Caller, enrollment_id: str, asked: Verify) -> Verified:
    """Judge the answer; an enrollment that is verified stays so. Raises as `send_code`, and where somebody registers
    as `register.verify`."""
    with parts.store.glance() as tx:
        found = rows.enrollment(tx, enrollment_id, caller.client_id)
    row = rules.require_phase(found, parts.clock.now(), Phase.VERIFY, Phase.KEY)
    if row.registration is not None:
        row = register.verify(parts, row, asked)
    elif row.phase is Phase.VERIFY:
        _judge(parts, caller, row, asked)
    assert row.person is not None
    parties = tuple(party.name for party in parts.relying_parties.values())
    policy, has = policy_for(parts.settings, row.person), _holding(parts, caller, enrollment_id)
    return Verified(Phase.KEY, row.person.display_name, parties, policy, has.held, has.intents)


def cancel(parts: Parts, caller: Caller, enrollment_id: str) -> None:
    """End the enrollment and forget what is half made; one that has ended stays as it is, without its codes for
    phones. Raises NotFound."""

    def work(tx: WriteTx) -> None:
        row = rows.enrollment(tx, enrollment_id, caller.client_id)
        if row is None:
            raise rules.NotFound
        if row.phase in rows.OPEN_PHASES:
            end_enrollment(tx, parts, row, Phase.CANCELLED)
            return
        take_back_of_enrollment(tx, parts, row.id)
        if row.person is not None:
            rows.move_enrollment(tx, row, person=None)

    parts.store.write(work)


def _judge(parts: Parts, caller: Caller, row: EnrollmentRow, asked: Verify) -> None:
    """Staff are asked first, whoever was matched; what they approved is used up with the step that it was for."""
    action = approvals.action_of(asked.method)

    def then(tx: WriteTx) -> None:
        _verified(tx, parts, caller, row.id, asked.method)

    if asked.method is VerificationMethod.STAFF:
        judge_by_staff(parts, row, then)
        return
    if action is not None and asked.method in parts.verifiers:
        approvals.require(parts, row, action)
    judged = by_phone(parts, row.id) if asked.method is VerificationMethod.PHONE else parts
    verification.judge(judged, row, row.person, asked, then)


def _exactly_one(parts: Parts, criteria: Criteria) -> Person | None:
    found = parts.directories.find_people(criteria)
    return found[0] if len(found) == 1 else None


def _holding(parts: Parts, caller: Caller, enrollment_id: str) -> Holding:
    """What the person has, as it is once they are verified; nobody looks where policy does not count keys."""
    if parts.settings.life.most is None:
        return Holding()
    with parts.store.read() as tx:
        row = rows.enrollment(tx, enrollment_id, caller.client_id)
        return Holding() if row is None else holding(tx, parts, row)


def _verified(tx: WriteTx, parts: Parts, caller: Caller, enrollment_id: str, method: VerificationMethod) -> None:
    """To the key step, with a stable user handle for each relying party. Two calls at once: both are right."""
    row = rules.require_phase(
        rows.enrollment(tx, enrollment_id, caller.client_id), parts.clock.now(), Phase.VERIFY, Phase.KEY
    )
    if row.phase is Phase.KEY or row.user_id is None:
        return
    if (action := approvals.action_of(method)) is not None:
        approvals.required(tx, parts, row, action)
    keep_handles(tx, parts, row.user_id)
    rows.move_enrollment(tx, row, phase=Phase.KEY, verified_by=method.value)
