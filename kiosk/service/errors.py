"""The one table from errors to answers: HTTP status, problem word, title; and its rendering (RFC 9457, RFC 6749)."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Mapping
from dataclasses import asdict
from typing import Any, Final

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from starlette.exceptions import HTTPException

from kiosk.contract.problems import MEDIA_TYPE, Problem, Word
from kiosk.contract.stations import CLOCK_HEADER
from kiosk.errors import StorageFull
from kiosk.service.accounts import rules as account
from kiosk.service.approvals import rules as approval
from kiosk.service.bulk_import import rules as migration
from kiosk.service.directories.connector import DirectoryUnavailable
from kiosk.service.directories.rules import BadCriteria
from kiosk.service.enrollments import rules as enrollment
from kiosk.service.messages.receipts import NoSuchReceipt
from kiosk.service.methods import methods_of
from kiosk.service.mobile import rules as phone
from kiosk.service.mobile.connector import PhonesUnavailable
from kiosk.service.once import IdempotencyConflict
from kiosk.service.partners import rules as partner
from kiosk.service.projects import member_rules as member
from kiosk.service.projects import rules as project
from kiosk.service.projects.handouts import NoSuchPage
from kiosk.service.projects.press import PressBusy, Unprintable
from kiosk.service.relying_parties.connector import RelyingPartyUnavailable
from kiosk.service.seed_shape import is_seed_shaped
from kiosk.service.staff import rules as staff
from kiosk.service.stations import rules as station
from kiosk.service.store.engine import StaleRow, StoreBusy, Unstorable
from kiosk.service.titles import TITLES
from kiosk.service.tokens import rules as token
from kiosk.service.verification import rules as verification

_log = structlog.get_logger("keywright.service")

TABLE: Final[Mapping[type[Exception], tuple[int, Word]]] = {
    BadCriteria: (400, Word.MALFORMED),
    token.InvalidToken: (401, Word.INVALID_TOKEN),
    token.InsufficientScope: (403, Word.INSUFFICIENT_SCOPE),
    enrollment.NotFound: (404, Word.NOT_FOUND),
    NoSuchReceipt: (404, Word.NOT_FOUND),
    enrollment.WrongPhase: (409, Word.WRONG_PHASE),
    enrollment.Expired: (410, Word.EXPIRED),
    enrollment.Conflict: (409, Word.CONFLICT),
    enrollment.InProgress: (409, Word.IN_PROGRESS),
    enrollment.OutcomeUnknown: (503, Word.OUTCOME_UNKNOWN),
    enrollment.SimulatedKey: (409, Word.SIMULATED_KEY),
    enrollment.KeyNotAllowed: (409, Word.KEY_NOT_ALLOWED),
    enrollment.KeysEnough: (409, Word.KEYS_ENOUGH),
    enrollment.CeremonyExpired: (410, Word.CEREMONY_EXPIRED),
    enrollment.RegistrationRejected: (422, Word.REGISTRATION_REJECTED),
    enrollment.NotBelieved: (422, Word.ATTESTATION_REJECTED),
    enrollment.ProofRejected: (422, Word.PROOF_REJECTED),
    verification.MethodNotOffered: (400, Word.METHOD_NOT_OFFERED),
    verification.TooSoon: (429, Word.TOO_SOON),
    verification.Locked: (423, Word.LOCKED),
    verification.CodeInvalid: (400, Word.CODE_INVALID),
    verification.CodeExpired: (410, Word.CODE_EXPIRED),
    verification.NotVerified: (403, Word.VERIFICATION_FAILED),
    verification.VerificationUnavailable: (503, Word.VERIFICATION_UNAVAILABLE),
    RelyingPartyUnavailable: (503, Word.RELYING_PARTY_UNAVAILABLE),
    DirectoryUnavailable: (503, Word.DIRECTORY_UNAVAILABLE),
    token.TooManyRequests: (429, Word.TOO_MANY_REQUESTS),
    IdempotencyConflict: (409, Word.IDEMPOTENCY_CONFLICT),
    account.NoSuchAccount: (404, Word.NOT_FOUND),
    account.NameTaken: (400, Word.DUPLICATE),
    account.WrongState: (409, Word.ACCOUNT_STATE),
    account.ActivationExpired: (404, Word.ACTIVATION_EXPIRED),
    account.SignInRefused: (401, Word.SIGN_IN_REFUSED),
    account.SiteNotAllowed: (403, Word.SITE_NOT_ALLOWED),
    account.BadAttributes: (400, Word.MALFORMED),
    account.PasswordRefused: (400, Word.PASSWORD_REFUSED),
    account.TermsNotAccepted: (400, Word.TERMS_NOT_ACCEPTED),
    account.Held: (403, Word.HELD_FOR_REVIEW),
    account.ScreeningRejected: (400, Word.SCREENING_REJECTED),
    account.TotpWrongState: (409, Word.TOTP_STATE),
    account.TotpNotSetUp: (404, Word.TOTP_NOT_SET_UP),
    account.Busy: (503, Word.BUSY),
    phone.NoSuchCode: (404, Word.NOT_FOUND),
    phone.CodeOver: (410, Word.EXPIRED),
    phone.AnotherPhone: (409, Word.CONFLICT),
    phone.WrongNumber: (400, Word.CODE_INVALID),
    phone.NotNow: (409, Word.WRONG_PHASE),
    phone.NotOffered: (400, Word.METHOD_NOT_OFFERED),
    phone.NotEnrolled: (422, Word.REGISTRATION_REJECTED),
    PhonesUnavailable: (503, Word.PHONE_UNAVAILABLE),
    Unstorable: (400, Word.MALFORMED),
    partner.MessageRefused: (400, Word.MESSAGE_REFUSED),
    partner.QuotaExceeded: (429, Word.QUOTA_EXCEEDED),
    partner.NoAgreement: (403, Word.INSUFFICIENT_SCOPE),
    migration.NoSuchBatch: (404, Word.NOT_FOUND),
    migration.BatchBusy: (409, Word.BATCH_BUSY),
    project.NoSuchProject: (404, Word.NOT_FOUND),
    project.NoSuchCode: (422, Word.ID_OUT_OF_RANGE),
    project.NotInThisProject: (409, Word.NOT_IN_THIS_PROJECT),
    project.RangeExhausted: (409, Word.RANGE_EXHAUSTED),
    project.IdOutOfRange: (422, Word.ID_OUT_OF_RANGE),
    project.IdTaken: (409, Word.ID_TAKEN),
    project.NameTaken: (409, Word.DUPLICATE),
    project.RangeShrinks: (409, Word.ID_OUT_OF_RANGE),
    member.WrongState: (409, Word.CONFLICT),
    member.ListRejected: (422, Word.LIST_REJECTED),
    member.NoSuchInvitation: (404, Word.NOT_FOUND),
    project.TooManyActivations: (429, Word.TOO_MANY_REQUESTS),
    approval.ApprovalRequired: (409, Word.APPROVAL_REQUIRED),
    approval.NotOffered: (400, Word.METHOD_NOT_OFFERED),
    approval.NoSuchApproval: (404, Word.NOT_FOUND),
    approval.NotPending: (409, Word.CONFLICT),
    staff.StaffRefused: (403, Word.STAFF_REFUSED),
    staff.NoConsole: (400, Word.METHOD_NOT_OFFERED),
    station.NotActivated: (400, Word.CODE_INVALID),
    station.BadActivation: (400, Word.MALFORMED),
    station.NoSuchStation: (404, Word.NOT_FOUND),
    NoSuchPage: (404, Word.NOT_FOUND),
    PressBusy: (503, Word.BUSY),
    Unprintable: (409, Word.UNPRINTABLE),
    StaleRow: (409, Word.CONFLICT),
    StoreBusy: (503, Word.BUSY),
    StorageFull: (507, Word.STORAGE_FULL),
}
"""Every error that may reach a caller, but for OAuth2's own."""

OAUTH: Final[Mapping[type[Exception], tuple[int, str]]] = {
    token.InvalidClient: (401, "invalid_client"),
    token.ClockOff: (401, "invalid_client"),
    token.InvalidScope: (400, "invalid_scope"),
    token.UnsupportedGrant: (400, "unsupported_grant_type"),
    token.InvalidTokenRequest: (400, "invalid_request"),
}
"""The errors of the token endpoint, in OAuth2's words (RFC 6749, 5.2)."""


def reference_of(scope: Mapping[str, Any]) -> str:
    """The reference of the request: in the answer, in the log, on the screen."""
    return str(scope.get("state", {}).get("reference", ""))


def problem(
    scope: Mapping[str, Any],
    status: int,
    word: Word,
    *,
    error: Exception | None = None,
    detail: str = "",
    headers: Mapping[str, str] | None = None,
) -> Response:
    """A problem document, or the two members of the account workflows, with the data that the error carries."""
    retry_after = getattr(error, "retry_after", None)
    sent = {**(headers or {}), **_when(error)}
    reasons = _reasons(error)
    if is_seed_shaped(scope["path"]):
        return JSONResponse(_in_two_members(word, (detail, ", ".join(reasons))), status, sent)
    document = Problem(
        type=f"/problems/{word}",
        title=TITLES[word],
        status=status,
        code=word,
        reference=reference_of(scope),
        detail=detail,
        retry_after=retry_after,
        tries_left=getattr(error, "tries_left", None),
        reasons=reasons,
    )
    body = {name: value for name, value in asdict(document).items() if value not in (None, "", ())}
    return Response(json.dumps(body), status, sent, MEDIA_TYPE)


def refusal_of(error: Exception) -> tuple[int, dict[str, str], dict[str, str]]:
    """Status, members and headers for an error of the table, for an answer that is sealed before it is sent."""
    status, word = _entry(error)
    return status, _in_two_members(word, (", ".join(_reasons(error)),)), _when(error)


def _entry(error: Exception) -> tuple[int, Word]:
    return next(TABLE[kind] for kind in type(error).__mro__ if kind in TABLE)


def _reasons(error: Exception | None) -> tuple[str, ...]:
    return tuple(map(str, getattr(error, "reasons", ())))


def _when(error: Exception | None) -> dict[str, str]:
    """When to come again, and what time it is, where the error says it."""
    told = {"Retry-After": getattr(error, "retry_after", None), CLOCK_HEADER: getattr(error, "service_time", None)}
    return {name: str(value) for name, value in told.items() if value is not None}


def _in_two_members(word: Word, details: tuple[str, ...]) -> dict[str, str]:
    more = "; ".join(filter(None, details))
    return {"error": word, "errorDetails": TITLES[word] + (f" ({more})" if more else "")}


def install(app: FastAPI) -> None:
    """Teach the application to answer with problems."""
    for error in TABLE:
        app.add_exception_handler(error, _refused)
    for error in OAUTH:
        app.add_exception_handler(error, _oauth_refused)
    app.add_exception_handler(RequestValidationError, _malformed)
    app.add_exception_handler(HTTPException, _http)


async def or_unexpected(work: Awaitable[None], scope: Mapping[str, Any]) -> Response | None:
    """Await the work. What nobody thought of is logged, and the answer to it tells its reference alone."""
    try:
        await work
    except Exception as error:  # noqa: BLE001 - the HTTP edge
        _log.error("unexpected_error", reference=reference_of(scope), exc_info=error)
        return problem(scope, 500, Word.INTERNAL)
    return None


async def _refused(request: Request, error: Exception) -> Response:
    status, word = _entry(error)
    headers = {}
    if word in (Word.INVALID_TOKEN, Word.INSUFFICIENT_SCOPE):
        headers["WWW-Authenticate"] = f'Bearer error="{word}"'
    if status >= 500:
        _log.warning("request_failed", reference=reference_of(request.scope), word=word)
    return problem(request.scope, status, word, error=error, headers=headers)


async def _oauth_refused(_request: Request, error: Exception) -> Response:
    status, word = OAUTH[type(error)]
    headers = {"Cache-Control": "no-store", **_when(error)}
    if status == 401:
        headers["WWW-Authenticate"] = 'Basic realm="keywright"'
    return JSONResponse({"error": word, "error_description": word.replace("_", " ")}, status, headers)


async def _malformed(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    first = next(iter(error.errors()), {"loc": (), "type": ""})
    where = ".".join(str(part) for part in first["loc"])[:200]
    return problem(request.scope, 400, Word.MALFORMED, detail=f"{where}: {first['type']}")


async def _http(request: Request, error: Exception) -> Response:
    """What the framework says by itself: no such route, or another method."""
    assert isinstance(error, HTTPException)
    word = Word.NOT_FOUND if error.status_code == 404 else Word.MALFORMED
    headers = dict(error.headers or {})
    if error.status_code == 405:
        headers["Allow"] = ", ".join(methods_of(request.app, request.scope))
    return problem(request.scope, error.status_code, word, headers=headers)
