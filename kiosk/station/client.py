"""The service as the station calls it: tokens, the calls of the contract, and what may be tried again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, replace
from typing import Any, TypeVar
from urllib.parse import quote, urlencode

from pydantic import TypeAdapter, ValidationError

from kiosk.config import ServiceEndpoint
from kiosk.contract import paths
from kiosk.contract.enrollments import (
    AbandonCeremony,
    AbandonReason,
    AcceptedTerms,
    BeginCeremony,
    Ceremony,
    CheckedKey,
    CheckKey,
    CodeSent,
    CompleteCeremony,
    CompletedCeremony,
    FinishedEnrollment,
    FinishEnrollment,
    Identified,
    Identify,
    KeyReport,
    OpenedEnrollment,
    OpenEnrollment,
    ProveCeremony,
    ProvedCeremony,
    Register,
    SendCode,
    Verified,
    Verify,
)
from kiosk.contract.keys import ChooseIntent, Intent, IntentTaken, NextKey, NextKeyOpened
from kiosk.contract.mobile_ids import MobileId, ShowMobileId
from kiosk.contract.phone import OpenPhone, PhoneCode, PhoneStanding
from kiosk.contract.problems import MEDIA_TYPE, Problem
from kiosk.contract.profile import FormKind, Profile, VerificationMethod
from kiosk.contract.staff import Approval, ApprovalAction, OpenApproval
from kiosk.contract.totp import ConfirmTotp, SetUpTotp, TotpEnrolled, TotpSetUp
from kiosk.errors import OutcomeUnknown, ServiceBroken, ServiceUnreachable, StationRefused
from kiosk.station import phone_wire
from kiosk.station.http import Answer, Https
from kiosk.station.own_key import Credential
from kiosk.station.problems import error_of
from kiosk.station.tokens import Tokens

T = TypeVar("T")
_MAY_PASS = (ServiceUnreachable, ServiceBroken, OutcomeUnknown)
_LONGEST_WAIT = 5.0


class Client:
    """The service, for one thread. It raises only `ServiceError`s, InputRefused, NoCredential, ConfigurationError.

    `secret` gives what the station signs in with when a token is needed. `wait` sleeps so many seconds and is
    true when everything stops; `clock` is monotonic. Calls that may be made twice are made again, a few times, after
    a failure that may pass: reading, and all that carries a ceremony or enrollment to its end.
    """

    def __init__(
        self,
        endpoint: ServiceEndpoint,
        secret: Callable[[], Credential],
        *,
        clock: Callable[[], float],
        wait: Callable[[float], bool],
        reference: Callable[[], str],
    ) -> None:
        self._https = Https(endpoint, clock, reference)
        self._tokens = Tokens(self._https, endpoint, secret, clock)
        self._retries = endpoint.retries
        self._wait = wait

    @property
    def requests_made(self) -> int:
        """How many HTTP requests were sent."""
        return self._https.requests_made

    def close(self) -> None:
        """Close the connection and forget the token."""
        self._tokens.forget()
        self._https.close()

    # ── the calls ───────────────────────────────────────────────────────────────────────────────

    def health(self) -> Answer:
        """GET /health, without a token."""
        return _accepted(self._https.send("GET", paths.HEALTH))

    def profile(self) -> Profile:
        """What the service wants shown."""
        return self._again(lambda: _decoded(self._call("GET", paths.PROFILE), _PROFILE))

    def open(self, locale: str) -> OpenedEnrollment:
        """Open an enrollment."""
        return _decoded(self._call("POST", paths.ENROLLMENTS, OpenEnrollment(locale)), _OPENED)

    def identify(self, enrollment_id: str, alternative: str, criteria: dict[str, str]) -> Identified:
        """Say who the person is."""
        path = _path(paths.IDENTIFY, enrollment_id)
        return _decoded(self._call("POST", path, Identify(alternative, criteria)), _IDENTIFIED)

    def register(
        self, enrollment_id: str, form: FormKind, values: dict[str, str], accepted: tuple[AcceptedTerms, ...]
    ) -> Identified:
        """Say who the person is, of whom nothing is known here."""
        path = _path(paths.REGISTER, enrollment_id)
        return _decoded(self._call("POST", path, Register(form, values, accepted)), _IDENTIFIED)

    def send_code(self, enrollment_id: str, method: VerificationMethod) -> CodeSent:
        """Have a code sent."""
        return _decoded(self._call("POST", _path(paths.SEND_CODE, enrollment_id), SendCode(method)), _CODE_SENT)

    def verify(
        self, enrollment_id: str, method: VerificationMethod, answer: str = "", *, confirmed: bool = False
    ) -> Verified:
        """Verify the person. While the service still looks at a guest, it is asked again."""
        path, body = _path(paths.VERIFY, enrollment_id), Verify(method, answer, confirmed)
        return self._while_busy(lambda: _decoded(self._call("POST", path, body), _VERIFIED))

    def check(self, enrollment_id: str, key: KeyReport) -> CheckedKey:
        """Ask whether everybody would take this key."""
        path, body = _path(paths.KEY, enrollment_id), CheckKey(key)
        return self._again(lambda: _decoded(self._call("POST", path, body), _CHECKED))

    def begin(self, enrollment_id: str, relying_party: str, key: KeyReport) -> Ceremony:
        """Fetch creation options."""
        path = _path(paths.CEREMONY, enrollment_id)
        return _decoded(self._call("POST", path, BeginCeremony(relying_party, key)), _CEREMONY)

    def complete(
        self, enrollment_id: str, ceremony_id: str, credential: dict[str, Any], name: str = ""
    ) -> CompletedCeremony:
        """Hand over the registration response."""
        path, body = _path(paths.COMPLETE, enrollment_id, ceremony_id), CompleteCeremony(credential, name)
        return self._again(lambda: _decoded(self._call("POST", path, body), _COMPLETED))

    def prove(self, enrollment_id: str, ceremony_id: str, credential: dict[str, Any]) -> ProvedCeremony:
        """Hand over the assertion."""
        path, body = _path(paths.PROOF, enrollment_id, ceremony_id), ProveCeremony(credential)
        return self._again(lambda: _decoded(self._call("POST", path, body), _PROVED))

    def abandon(self, enrollment_id: str, ceremony_id: str, reason: AbandonReason) -> None:
        """Have the service forget a ceremony."""
        path, body = _path(paths.ABANDON, enrollment_id, ceremony_id), AbandonCeremony(reason)
        self._again(lambda: self._call("POST", path, body))

    def finish(self, enrollment_id: str) -> FinishedEnrollment:
        """End an enrollment with what was proved."""
        path = _path(paths.FINISH, enrollment_id)
        return self._again(lambda: _decoded(self._call("POST", path, FinishEnrollment()), _FINISHED))

    def set_up_totp(self, enrollment_id: str) -> TotpSetUp:
        """Fetch a secret for the person's authenticator app; each time another one."""
        path = _path(paths.TOTP, enrollment_id)
        return self._again(lambda: _decoded(self._call("POST", path, SetUpTotp()), _TOTP))

    def confirm_totp(self, enrollment_id: str, code: str) -> TotpEnrolled:
        """Hand over a code of the app. What it is answered with comes once, so this is not asked again."""
        path = _path(paths.TOTP_CONFIRM, enrollment_id)
        return _decoded(self._call("POST", path, ConfirmTotp(code)), _TOTP_ENROLLED)

    def open_phone(self, asked: OpenPhone) -> PhoneCode:
        """Have a code for a phone. Raises PhonesUnavailable also where this station may have none."""
        self._tokens.require_phones()
        return _decoded(self._call("POST", paths.QR_ENROL, phone_wire.asking(asked)), phone_wire.CODE).plain()

    def phone_standing(self, transaction_id: str, seen: str = "", hold: int = 0) -> PhoneStanding:
        """How a code stands; while it is `seen`, the service may hold the answer back for `hold` seconds."""
        path = phone_wire.status_path(transaction_id, seen, hold)
        return _decoded(self._call("GET", path), phone_wire.STANDING).plain()

    def close_phone(self, transaction_id: str) -> None:
        """Take a code back."""
        self._again(lambda: self._call("DELETE", phone_wire.path_of(transaction_id)))

    def show_mobile_id(self, enrollment_id: str, shown: str) -> MobileId:
        """Tie a mobile ID to the person; the same again is harmless."""
        path, body = _path(paths.MOBILE_ID, enrollment_id), ShowMobileId(shown)
        return self._again(lambda: _decoded(self._call("POST", path, body), _MOBILE_ID))

    def choose_intent(self, enrollment_id: str, intent: Intent, lost: tuple[str, ...] = ()) -> IntentTaken:
        """Say what the person is here for; the same again is harmless."""
        path, body = _path(paths.INTENT, enrollment_id), ChooseIntent(intent, lost)
        return self._again(lambda: _decoded(self._call("POST", path, body), _INTENT))

    def next_key(self, enrollment_id: str) -> NextKeyOpened:
        """Go on with one more key; the same again is harmless."""
        path = _path(paths.NEXT_KEY, enrollment_id)
        return self._again(lambda: _decoded(self._call("POST", path, NextKey()), _NEXT_KEY))

    def ask_staff(self, enrollment_id: str, action: ApprovalAction, key: KeyReport | None = None) -> Approval:
        """Ask staff; the same again gives the request that is there."""
        path, body = _path(paths.APPROVALS, enrollment_id), OpenApproval(action, key)
        return self._again(lambda: _decoded(self._call("POST", path, body), _APPROVAL))

    def approval(self, enrollment_id: str, approval_id: str, seen: str = "", hold: int = 0) -> Approval:
        """How a request stands; while it is as `seen`, the service may hold the answer back for `hold` seconds."""
        path = _approval_path(enrollment_id, approval_id)
        return _decoded(self._call("GET", f"{path}?{urlencode({'seen': seen, 'wait': hold})}"), _APPROVAL)

    def take_back_approval(self, enrollment_id: str, approval_id: str) -> None:
        """Ask staff no more."""
        self._again(lambda: self._call("DELETE", _approval_path(enrollment_id, approval_id)))

    def cancel(self, enrollment_id: str) -> None:
        """End an enrollment."""
        self._again(lambda: self._call("DELETE", _path(paths.ENROLLMENT, enrollment_id)))

    # ── one call ────────────────────────────────────────────────────────────────────────────────

    def _again(self, call: Callable[[], T]) -> T:
        for tried in range(self._retries):
            try:
                return call()
            except _MAY_PASS as error:
                if isinstance(error, OutcomeUnknown) and error.retry_after:
                    raise  # the service says when
                if self._wait(min(0.25 * 2.0**tried, _LONGEST_WAIT)):
                    raise error from None
        return call()

    def _while_busy(self, call: Callable[[], T]) -> T:
        for _ in range(self._retries):
            try:
                return call()
            except OutcomeUnknown as error:
                if self._wait(min(max(error.retry_after, 1), _LONGEST_WAIT)):
                    raise
        return call()

    def _call(self, method: str, path: str, body: Any = None) -> Answer:
        """One request with a token; with a fresh one when the service does not know it any more."""
        json = body if body is None or isinstance(body, dict) else asdict(body)
        answer = self._https.send(method, path, headers=self._tokens.authorization(), json=json)
        if answer.status == 401:
            self._tokens.forget()
            answer = self._https.send(method, path, headers=self._tokens.authorization(), json=json)
        return _accepted(answer)


_PROFILE = TypeAdapter(Profile)
_OPENED = TypeAdapter(OpenedEnrollment)
_IDENTIFIED = TypeAdapter(Identified)
_CODE_SENT = TypeAdapter(CodeSent)
_VERIFIED = TypeAdapter(Verified)
_CHECKED = TypeAdapter(CheckedKey)
_CEREMONY = TypeAdapter(Ceremony)
_COMPLETED = TypeAdapter(CompletedCeremony)
_PROVED = TypeAdapter(ProvedCeremony)
_FINISHED = TypeAdapter(FinishedEnrollment)
_TOTP = TypeAdapter(TotpSetUp)
_TOTP_ENROLLED = TypeAdapter(TotpEnrolled)
_MOBILE_ID = TypeAdapter(MobileId)
_INTENT = TypeAdapter(IntentTaken)
_NEXT_KEY = TypeAdapter(NextKeyOpened)
_APPROVAL = TypeAdapter(Approval)
_PROBLEM = TypeAdapter(Problem)


def _path(template: str, enrollment_id: str, ceremony_id: str = "") -> str:
    return template.format(enrollment_id=quote(enrollment_id, safe=""), ceremony_id=quote(ceremony_id, safe=""))


def _approval_path(enrollment_id: str, approval_id: str) -> str:
    ids = {"enrollment_id": quote(enrollment_id, safe=""), "approval_id": quote(approval_id, safe="")}
    return paths.APPROVAL.format(**ids)


def _accepted(answer: Answer) -> Answer:
    """The answer, if it is a success; else raises what the service meant, or what its status means."""
    if 200 <= answer.status < 300:
        return answer
    if answer.media_type == MEDIA_TYPE:
        problem = _decoded(answer, _PROBLEM)
        if problem.retry_after is None:
            problem = replace(problem, retry_after=answer.retry_after)
        raise error_of(problem)
    if answer.status in (401, 403):
        raise StationRefused(answer.reference)
    raise ServiceBroken(answer.reference)


def _decoded(answer: Answer, adapter: TypeAdapter[T]) -> T:
    try:
        return adapter.validate_json(answer.body)
    except ValidationError as error:
        raise ServiceBroken(answer.reference) from _where(error)


def _where(error: ValidationError) -> ValueError:
    """Which members do not fit, without their values: the answer may name a person."""
    places = sorted({".".join(str(part) for part in one["loc"]) for one in error.errors(include_input=False)})
    return ValueError("members that do not fit: " + ", ".join(places))
