"""What a caller may ask of verification: what is offered, send a code, judge an answer.

People who do not exist are treated like those who do, under the subject that their enrollment carries: same offers,
same answers, same rows, same locks; only no message leaves and no answer is ever right.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Final

from kiosk.contract.enrollments import CodeSent, MaskedPerson, VerificationOffer, Verify
from kiosk.contract.profile import VerificationMethod
from kiosk.service.directories.connector import Person
from kiosk.service.messages.connector import Channel, Message, TemplateName
from kiosk.service.messages.outbox import enqueue
from kiosk.service.parts import Parts
from kiosk.service.sources import new_id
from kiosk.service.store import attempts
from kiosk.service.store import codes as store_codes
from kiosk.service.store.engine import WriteTx
from kiosk.service.store.enrollments import EnrollmentRow
from kiosk.service.verification import codes, rules
from kiosk.service.verification.connector import Answer, AnswerVerifier, CodeVerifier, Outcome, Verifier
from kiosk.service.verification.counters import Counter, admitted, count_failure, forget, take_back
from kiosk.service.verification.hints import decoy_domain
from kiosk.service.verification.rules import VerificationRefused
from kiosk.service.verification.self_confirmation import masked_decoy, masked_person

KEPT: Final = timedelta(days=1)
"""How long the rows of codes are kept: longer than any window that counts them."""

_CHANNELS: Final = {VerificationMethod.EMAIL: Channel.MAIL, VerificationMethod.SMS: Channel.SMS}

Then = Callable[[WriteTx], object]
"""What a verified person makes necessary."""


def _nothing(_tx: WriteTx) -> None:
    """Nothing follows."""


def offers(parts: Parts, enrollment: EnrollmentRow) -> tuple[VerificationOffer, ...]:
    """The ways that policy offers, first choice first, with the hints that the enrollment was identified with."""
    return tuple(VerificationOffer(method, enrollment.hints.get(method, "")) for method in parts.verifiers)


def confirmation(parts: Parts, enrollment: EnrollmentRow) -> MaskedPerson | None:
    """The person to be confirmed, masked, where self-confirmation is offered; somebody invented for nobody."""
    if VerificationMethod.SELF_CONFIRMATION not in parts.verifiers:
        return None
    if enrollment.person is None:
        return masked_decoy(_seed(parts, enrollment))
    return masked_person(enrollment.person)


def send_code(parts: Parts, enrollment: EnrollmentRow, person: Person | None, method: VerificationMethod) -> CodeSent:
    """Make a code, keep its hash, and put the message into the outbox. Returns at once.

    Raises MethodNotOffered, Locked, TooSoon.
    """
    verifier = _offered(parts, method)
    if not isinstance(verifier, CodeVerifier):
        raise rules.MethodNotOffered
    settings = parts.settings.verification.code
    code = parts.random.digits(settings.digits)

    def work(tx: WriteTx) -> VerificationRefused | None:
        now = parts.clock.now()
        try:
            admitted(tx, parts, enrollment, now)
            in_enrollment = store_codes.sent_in(tx, enrollment.id)
            of_subject = store_codes.sent_to(tx, enrollment.subject, now - rules.HOUR)
            rules.may_send(in_enrollment, of_subject, settings, now)
        except VerificationRefused as refusal:
            return refusal
        number = len(in_enrollment) + 1
        store_codes.add_code(tx, _code_row(parts, enrollment, method, code, number, now))
        message = _code_message(parts, enrollment, person, verifier, code)
        enqueue(
            tx,
            parts,
            message,
            useless_after=now + timedelta(seconds=settings.life),
            once=f"code:{enrollment.id}:{number}",
            topic=f"code:{enrollment.id}:{method}",
        )
        return None

    _raise(parts.store.write(work))
    hint = enrollment.hints.get(method, "")
    return CodeSent(method, hint, settings.resend_after, settings.life, settings.digits)


def judge(
    parts: Parts, enrollment: EnrollmentRow, person: Person | None, verify: Verify, then: Then = _nothing
) -> None:
    """Return when the answer verifies the person. It is counted before it is looked at, and forgotten if right.

    `then` does what follows, in the transaction that forgets: whoever used up their code has what it was for.
    Raises MethodNotOffered, Locked, CodeInvalid, CodeExpired, NotVerified, VerificationUnavailable.
    """
    verifier = _offered(parts, verify.method)
    if isinstance(verifier, CodeVerifier):
        _judge_code(parts, enrollment, person, verify, then)
    else:
        _judge_answer(parts, enrollment, person, verifier, Answer(verify.answer, verify.confirmed), then)


def locked(parts: Parts, enrollment: EnrollmentRow) -> bool:
    """Whether the person or the station must wait before anything else is judged."""

    def work(tx: WriteTx) -> bool:
        try:
            admitted(tx, parts, enrollment, parts.clock.now())
        except rules.Locked:
            return True
        return False

    return parts.store.write(work)


def count_wrong(tx: WriteTx, parts: Parts, enrollment: EnrollmentRow) -> None:
    """Count an answer that was judged elsewhere and was wrong, as one that was judged here. Raises StaleRow."""
    now = parts.clock.now()
    with suppress(rules.Locked):  # another answer was the last one meanwhile
        count_failure(tx, admitted(tx, parts, enrollment, now), now)


def unlock(tx: WriteTx, subject: str) -> None:
    """Staff forgive a person (or a station) its failures."""
    attempts.forget_failures(tx, subject)


def forget_old_codes(parts: Parts) -> int:
    """Delete the rows of codes that nothing counts any more; how many there were."""
    before = parts.clock.now() - KEPT
    return parts.store.write(lambda tx: store_codes.forget_codes(tx, before))


def _judge_code(parts: Parts, enrollment: EnrollmentRow, person: Person | None, verify: Verify, then: Then) -> None:
    """Count, compare and use the code in one transaction: nothing is answered before all of it is written down."""
    settings = parts.settings.verification.code

    def work(tx: WriteTx) -> VerificationRefused | None:
        now = parts.clock.now()
        try:
            counters = admitted(tx, parts, enrollment, now)
            row = store_codes.newest_code(tx, enrollment.id, verify.method)
            sent = None if row is None else rules.SentCode(row.issued_at, row.seen_at, row.tries, row.used)
            tried = rules.try_code(sent, settings, now)
        except VerificationRefused as refusal:
            return refusal
        assert row is not None
        right = codes.matches(row.digest, parts.hmac_key, enrollment.id, verify.answer) and person is not None
        store_codes.count_try(tx, row, tries=tried.tries, seen_at=tried.seen_at, used=right)
        if right:
            forget(tx, tuple(each for each in counters if each.stored is not None))
            then(tx)
            return None
        count_failure(tx, counters, now)
        return rules.CodeInvalid(settings.tries - tried.tries)

    _raise(parts.store.write(work))


def _judge_answer(
    parts: Parts, enrollment: EnrollmentRow, person: Person | None, verifier: AnswerVerifier, answer: Answer, then: Then
) -> None:
    """Count → ask, without a transaction → forgive. A process that dies in between leaves the failure counted."""

    def count(tx: WriteTx) -> tuple[Counter, ...] | VerificationRefused:
        now = parts.clock.now()
        try:
            counters = admitted(tx, parts, enrollment, now)
        except VerificationRefused as refusal:
            return refusal
        count_failure(tx, counters, now)
        return counters

    counted = parts.store.write(count)
    if isinstance(counted, VerificationRefused):
        raise counted
    outcome = verifier.judge(person or _nobody(parts, enrollment), answer)
    if outcome is Outcome.UNAVAILABLE:
        parts.store.write(lambda tx: take_back(tx, counted))
        raise rules.VerificationUnavailable
    if person is None or outcome is not Outcome.VERIFIED:
        raise rules.NotVerified
    parts.store.write(lambda tx: _forgive(tx, counted, then))


def _forgive(tx: WriteTx, counted: tuple[Counter, ...], then: Then) -> None:
    forget(tx, counted)
    then(tx)


def _offered(parts: Parts, method: VerificationMethod) -> Verifier:
    verifier = parts.verifiers.get(method)
    if verifier is None:
        raise rules.MethodNotOffered
    return verifier


def _code_row(
    parts: Parts, enrollment: EnrollmentRow, method: VerificationMethod, code: str, number: int, now: datetime
) -> store_codes.CodeRow:
    return store_codes.CodeRow(
        id=new_id(parts.random),
        enrollment_id=enrollment.id,
        subject=enrollment.subject,
        method=method,
        digest=codes.digest(parts.hmac_key, enrollment.id, code),
        issued_at=now,
        seen_at=now,
        number=number,
    )


def _code_message(
    parts: Parts, enrollment: EnrollmentRow, person: Person | None, verifier: CodeVerifier, code: str
) -> Message:
    address = "" if person is None else verifier.address(person)
    minutes = parts.settings.verification.code.life // 60
    values = {"code": code, "minutes": str(minutes), "organization": parts.settings.organization}
    return Message(
        _CHANNELS[verifier.method],
        address or verifier.decoy(_seed(parts, enrollment), decoy_domain(parts.settings)),
        TemplateName.CODE,
        enrollment.locale,
        values,
        deliverable=bool(address),
    )


def _nobody(parts: Parts, enrollment: EnrollmentRow) -> Person:
    """Somebody to ask a look-up about where nobody was matched, so that it takes as long."""
    drawn = _seed(parts, enrollment).hex()
    address = f"{drawn[:8]}@{decoy_domain(parts.settings)}"
    return Person(drawn[:32], address, email=address, employee_id=drawn[8:16])


def _seed(parts: Parts, enrollment: EnrollmentRow) -> bytes:
    return hmac.digest(parts.hmac_key, b"decoy\0" + enrollment.subject.encode(), "sha256")


def _raise(refusal: VerificationRefused | None) -> None:
    if refusal is not None:
        raise refusal
