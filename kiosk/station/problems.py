"""What the service refuses, in the station's errors: one table from the machine word to the class."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from kiosk.contract.problems import Problem, Word
from kiosk.errors import (
    ApprovalNeeded,
    CeremonyExpired,
    CodeTooOld,
    HeldForReview,
    IdOutOfRange,
    IdTakenByOther,
    InputRefused,
    KeyNotAllowed,
    KeysEnough,
    KioskError,
    Locked,
    NotVerified,
    NumbersExhausted,
    OutcomeUnknown,
    OutOfStep,
    PartyUnavailable,
    PhonesUnavailable,
    ProofRefused,
    RegistrationRefused,
    ServiceBroken,
    ServiceError,
    SessionExpired,
    StationRefused,
    TermsChanged,
    TooSoon,
    TotpWrongState,
    VerificationUnavailable,
    WrongCode,
)

STANDARD_WAIT = 60
"""Seconds, where the service names none."""

_NEVER_OURS = (
    *(Word.IDEMPOTENCY_CONFLICT, Word.DUPLICATE, Word.ACCOUNT_STATE, Word.ACTIVATION_EXPIRED, Word.SIGN_IN_REFUSED),
    *(Word.SITE_NOT_ALLOWED, Word.PASSWORD_REFUSED, Word.SCREENING_REJECTED, Word.MESSAGE_REFUSED, Word.QUOTA_EXCEEDED),
    *(Word.BATCH_BUSY, Word.NOT_IN_THIS_PROJECT, Word.LIST_REJECTED, Word.UNPRINTABLE),
)
"""What is said on the routes of accounts and of projects, which no station calls."""


def _plain(error: Callable[[str], ServiceError]) -> Callable[[Problem], ServiceError]:
    return lambda problem: error(problem.reference)


def _with_reasons(error: Callable[[str, tuple[str, ...]], ServiceError]) -> Callable[[Problem], ServiceError]:
    return lambda problem: error(problem.reference, problem.reasons)


def _with_wait(error: Callable[[str, int], ServiceError]) -> Callable[[Problem], ServiceError]:
    return lambda problem: error(problem.reference, problem.retry_after or 0)


def _malformed(problem: Problem) -> KioskError:
    """Where the service names fields, it is what a person typed that it does not take; else it is our own fault."""
    return InputRefused(problem.reasons[0], "shape") if problem.reasons else ServiceBroken(problem.reference)


TABLE: Mapping[Word, Callable[[Problem], KioskError]] = {
    Word.MALFORMED: _malformed,
    Word.INVALID_TOKEN: _plain(StationRefused),
    Word.INSUFFICIENT_SCOPE: _plain(StationRefused),
    Word.NOT_FOUND: _plain(SessionExpired),
    Word.WRONG_PHASE: _plain(OutOfStep),
    Word.EXPIRED: _plain(SessionExpired),
    Word.CONFLICT: _plain(OutOfStep),
    Word.IN_PROGRESS: _with_wait(OutcomeUnknown),
    Word.TOO_SOON: lambda problem: TooSoon(problem.reference, problem.retry_after or STANDARD_WAIT),
    Word.LOCKED: lambda problem: Locked(problem.reference, problem.retry_after or STANDARD_WAIT),
    Word.CODE_INVALID: lambda problem: WrongCode(problem.reference, problem.tries_left),
    Word.CODE_EXPIRED: _plain(CodeTooOld),
    Word.VERIFICATION_FAILED: _plain(NotVerified),
    Word.VERIFICATION_UNAVAILABLE: _plain(VerificationUnavailable),
    Word.METHOD_NOT_OFFERED: _plain(VerificationUnavailable),
    Word.KEY_NOT_ALLOWED: _with_reasons(KeyNotAllowed),
    Word.SIMULATED_KEY: lambda problem: KeyNotAllowed(problem.reference, problem.reasons or ("simulated",)),
    Word.CEREMONY_EXPIRED: _plain(CeremonyExpired),
    Word.ATTESTATION_REJECTED: _with_reasons(RegistrationRefused),
    Word.REGISTRATION_REJECTED: _with_reasons(RegistrationRefused),
    Word.PROOF_REJECTED: _with_reasons(ProofRefused),
    Word.RELYING_PARTY_UNAVAILABLE: _with_wait(PartyUnavailable),
    Word.OUTCOME_UNKNOWN: _with_wait(OutcomeUnknown),
    Word.DIRECTORY_UNAVAILABLE: _plain(ServiceBroken),
    Word.STORAGE_FULL: _plain(ServiceBroken),
    Word.BUSY: _plain(ServiceBroken),
    Word.TOO_MANY_REQUESTS: _plain(ServiceBroken),
    Word.TERMS_NOT_ACCEPTED: _plain(TermsChanged),
    Word.HELD_FOR_REVIEW: _plain(HeldForReview),
    Word.TOTP_STATE: _plain(TotpWrongState),
    Word.TOTP_NOT_SET_UP: _plain(TotpWrongState),
    Word.PHONE_UNAVAILABLE: _plain(PhonesUnavailable),
    Word.ID_OUT_OF_RANGE: _plain(IdOutOfRange),
    Word.ID_TAKEN: _plain(IdTakenByOther),
    Word.RANGE_EXHAUSTED: _plain(NumbersExhausted),
    Word.APPROVAL_REQUIRED: lambda problem: ApprovalNeeded(problem.reference, "".join(problem.reasons[:1])),
    Word.KEYS_ENOUGH: _plain(KeysEnough),
    Word.STAFF_REFUSED: _plain(StationRefused),
    Word.INTERNAL: _plain(ServiceBroken),
    **dict.fromkeys(_NEVER_OURS, _plain(ServiceBroken)),
}


def error_of(problem: Problem) -> KioskError:
    """The error that a problem document means."""
    return TABLE[problem.code](problem)
