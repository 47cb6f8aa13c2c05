"""What the service refuses, in the station's errors: one table from the machine word to the class."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from kiosk.contract.problems import Problem, Word
from kiosk.errors import (
    CeremonyExpired,
    CodeTooOld,
    KeyNotAllowed,
    Locked,
    NotVerified,
    OutcomeUnknown,
    OutOfStep,
    PartyUnavailable,
    ProofRefused,
    RegistrationRefused,
    ServiceBroken,
    ServiceError,
    SessionExpired,
    StationRefused,
    TooSoon,
    VerificationUnavailable,
    WrongCode,
)

STANDARD_WAIT = 60
"""Seconds, where the service names none."""


def _plain(error: Callable[[str], ServiceError]) -> Callable[[Problem], ServiceError]:
    return lambda problem: error(problem.reference)


def _with_reasons(error: Callable[[str, tuple[str, ...]], ServiceError]) -> Callable[[Problem], ServiceError]:
    return lambda problem: error(problem.reference, problem.reasons)


def _with_wait(error: Callable[[str, int], ServiceError]) -> Callable[[Problem], ServiceError]:
    return lambda problem: error(problem.reference, problem.retry_after or 0)


TABLE: Mapping[Word, Callable[[Problem], ServiceError]] = {
    Word.MALFORMED: _plain(ServiceBroken),
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
    Word.INTERNAL: _plain(ServiceBroken),
}


def error_of(problem: Problem) -> ServiceError:
    """The error that a problem document means."""
    return TABLE[problem.code](problem)
