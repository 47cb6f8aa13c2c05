"""The mailed or texted code of an enrollment, typed on the phone: by the rules and counters of the kiosk."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from kiosk.contract.enrollments import Phase, SendCode, Verify
from kiosk.contract.phone import PhoneReason
from kiosk.contract.profile import VerificationMethod
from kiosk.service import masking
from kiosk.service.directories.rules import BadCriteria
from kiosk.service.enrollments import actions as enrollments
from kiosk.service.enrollments.register import by_mail
from kiosk.service.mobile import codes
from kiosk.service.pages.ceremony import refuse_stopped
from kiosk.service.pages.subject import caller_of, enrollment_of, masked_name, subject_of
from kiosk.service.parts import Parts
from kiosk.service.store import codes as rows
from kiosk.service.store.engine import WriteTx
from kiosk.service.store.enrollments import EnrollmentRow
from kiosk.service.store.phone_codes import PhoneCodeRow
from kiosk.service.verification import actions as verification
from kiosk.service.verification.connector import CodeVerifier
from kiosk.service.verification.rules import CodeExpired, CodeInvalid, Locked, MethodNotOffered, TooSoon

Told = tuple[str, dict[str, int]]
"""The name of a sentence, and its values."""

_TOO_LONG: Final = 3600
"""Seconds of waiting beyond which no code is coming in this visit."""


@dataclass(frozen=True, slots=True)
class CodePage:
    """What the page shows: who (masked), by which way a code was sent last (empty: none yet) and where to, and all the
    ways in which one can be sent, with the masked addresses."""

    person: str
    sent: str
    hint: str
    ways: tuple[tuple[str, str], ...]


def view(parts: Parts, row: PhoneCodeRow) -> CodePage:
    """What to show now. Raises NotNow."""
    enrollment = enrollment_of(parts, row, Phase.VERIFY)
    with parts.store.read() as tx:
        sent = {way: rows.newest_code(tx, enrollment.id, way) for way in _ways(parts, enrollment)}
    last = max((each for each in sent.values() if each is not None), key=lambda each: each.number, default=None)
    method = "" if last is None else last.method
    ways = tuple((way.value, enrollment.hints.get(way, "")) for way in sent)
    return CodePage(_name(parts, row, enrollment), method, enrollment.hints.get(method, ""), ways)


def send(parts: Parts, row: PhoneCodeRow, method: str) -> Told | None:
    """Send a code, or act as if; what stands against it. Raises BadCriteria (no such way), NotNow."""
    enrollment = enrollment_of(parts, row, Phase.VERIFY)
    try:
        asked = SendCode(VerificationMethod(method))
        enrollments.send_code(parts, caller_of(row), enrollment.id, asked)
    except (ValueError, MethodNotOffered) as error:
        raise BadCriteria(("method",)) from error
    except TooSoon as refusal:
        soon = refusal.retry_after <= _TOO_LONG
        return ("code_soon", {"seconds": refusal.retry_after}) if soon else ("code_most", {})
    except Locked:
        _lock(parts, row)
    return None


def typed(parts: Parts, row: PhoneCodeRow, answer: str) -> Told | None:
    """Judge what was typed: None where it completed the code, else what to say.

    Raises NotNow, CodeOver, StaleRow. Too many wrong codes end this one.
    """
    if refuse_stopped(parts, row):
        return None
    enrollment = enrollment_of(parts, row, Phase.VERIFY)
    method = view(parts, row).sent
    if not method:
        return "code_old", {}
    judged = by_mail(parts) if enrollment.registration is not None else parts
    asked = Verify(VerificationMethod(method), answer=answer)

    try:
        verification.judge(judged, enrollment, enrollment.person, asked, lambda tx: _complete(tx, parts, row))
    except CodeInvalid as refusal:
        return ("code_wrong", {"left": refusal.tries_left}) if refusal.tries_left else ("code_dead", {})
    except CodeExpired:
        return "code_old", {}
    except Locked:
        _lock(parts, row)
    return None


def _complete(tx: WriteTx, parts: Parts, row: PhoneCodeRow) -> None:
    subject_of(tx, parts, row, Phase.VERIFY)
    codes.completed(tx, parts, row)


def _lock(parts: Parts, row: PhoneCodeRow) -> None:
    parts.store.write(lambda tx: codes.failed(tx, parts, row, PhoneReason.LOCKED))


def _ways(parts: Parts, enrollment: EnrollmentRow) -> tuple[VerificationMethod, ...]:
    verifiers = by_mail(parts).verifiers if enrollment.registration is not None else parts.verifiers
    return tuple(way for way, each in verifiers.items() if isinstance(each, CodeVerifier))


def _name(parts: Parts, row: PhoneCodeRow, enrollment: EnrollmentRow) -> str:
    """Whoever filled in a form sees their own name, known or not."""
    if enrollment.registration is None:
        return masked_name(parts, row, enrollment.person)
    values = enrollment.registration["values"]
    return masking.mask_name(f"{values['given_name']} {values['family_name']}")
