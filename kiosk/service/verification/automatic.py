"""Automatic verification: a badge that the imported table, or another system asked over HTTPS, gives to the person."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Lock
from typing import Final
from urllib.parse import quote, urlencode

import structlog

from kiosk.contract.profile import FieldKind, IdentifyField, VerificationMethod
from kiosk.secret import Secret
from kiosk.service.directories.connector import Person
from kiosk.service.directories.rules import BadValue, Site, normalise
from kiosk.service.outbound import AnswerTooLarge, Call, NotJson, Outbound, OutboundError, Reply, Untrusted
from kiosk.service.probe import ProbeFailed
from kiosk.service.reach import reach
from kiosk.service.store.engine import Store
from kiosk.service.store.users import badge_holder
from kiosk.service.verification import lookup
from kiosk.service.verification.connector import Answer, Outcome
from kiosk.service.verification.settings import BadgeSettings, LookupAuth, LookupSettings

_logger = structlog.get_logger("keywright.verification")

_BADGE: Final = IdentifyField("badge", FieldKind.BADGE)
_AS_READ: Final = BadgeSettings()
_TOKEN_MARGIN: Final = timedelta(seconds=30)
_TOKEN_LIFE: Final = 300


@dataclass(frozen=True, slots=True)
class BadgeTable:
    """Asks the imported table badge → user. Satisfies AnswerVerifier."""

    store: Store
    forms: BadgeSettings = _AS_READ

    @property
    def method(self) -> VerificationMethod:
        """Automatic."""
        return VerificationMethod.AUTOMATIC

    def judge(self, person: Person, answer: Answer) -> Outcome:
        """Whether the badge is the person's, and nobody else's however it is read."""
        badges = []
        for each in self.forms.candidates(answer.code):
            with suppress(BadValue):
                badges.append(normalise(_BADGE, each, Site()))
        with self.store.read() as tx:
            holders = {badge_holder(tx, badge) for badge in badges} - {None}
        if not holders:
            return Outcome.NOT_FOUND
        return Outcome.VERIFIED if holders == {person.user_id} else Outcome.MISMATCH


class NoToken(Exception):
    """The token endpoint gave no access token."""


@dataclass(slots=True)
class TokenSource:
    """Fetches an OAuth2 access token (RFC 6749, 4.4) and keeps it until shortly before its end."""

    auth: LookupAuth
    secret: Secret
    outbound: Outbound
    now: Callable[[], datetime]
    call: Callable[..., Call]
    _lock: Lock = field(default_factory=Lock)
    _token: Secret | None = None
    _until: datetime | None = None

    def token(self) -> str:
        """A living token. Raises NoToken, OutboundError."""
        with self._lock:
            if self._token is None or self._until is None or self.now() >= self._until:
                self._fetch()
            assert self._token is not None
            return self._token.reveal()

    def forget(self) -> None:
        """The token was not accepted."""
        with self._lock:
            self._until = None

    def _fetch(self) -> None:
        form = {"grant_type": "client_credentials"} | ({"scope": self.auth.scope} if self.auth.scope else {})
        credentials = (quote(self.auth.user, safe=""), quote(self.secret.reveal(), safe=""))  # RFC 6749, 2.3.1
        reply = self.outbound.call(
            self.call(
                method="POST",
                url=self.auth.token_url,
                headers={"Content-Type": "application/x-www-form-urlencoded"},
                body=urlencode(form).encode(),
                basic=credentials,
            )
        )
        answer = reply.json() if reply.status == 200 else None
        token = answer.get("access_token") if isinstance(answer, dict) else None
        if not isinstance(token, str) or not token:
            raise NoToken
        life = answer.get("expires_in", _TOKEN_LIFE) if isinstance(answer, dict) else _TOKEN_LIFE
        seconds = life if isinstance(life, int) and 0 < life <= 86400 else _TOKEN_LIFE
        self._token, self._until = Secret(token), self.now() + timedelta(seconds=seconds) - _TOKEN_MARGIN


class HttpsLookup:
    """Asks another system whose badge it is, as configured. Satisfies AnswerVerifier; safe to share between threads.

    The host is the settings' own, whatever a badge says; redirects are not followed, long answers not read. After three
    calls without a usable answer the system is left in peace for half a minute.
    """

    def __init__(
        self,
        settings: LookupSettings,
        outbound: Outbound,
        secret: Secret | None,
        now: Callable[[], datetime],
        forms: BadgeSettings = _AS_READ,
    ) -> None:
        self._settings, self._outbound, self._secret, self._now = settings, outbound, secret, now
        self._forms = forms
        self._lock, self._breaker = Lock(), lookup.Breaker()
        self._tokens: TokenSource | None = None
        if settings.auth.type == "oauth2_client_credentials" and secret is not None:
            self._tokens = TokenSource(settings.auth, secret, outbound, now, self._call)

    @property
    def method(self) -> VerificationMethod:
        """Automatic."""
        return VerificationMethod.AUTOMATIC

    def probe(self) -> str:
        """Reach the service, and fetch a token where it wants one; nobody's badge is asked about.

        Raises ProbeFailed.
        """
        settings, path = self._settings, "verification.lookup"
        seen = reach(path, settings.url, settings.certificate_authority, settings.timeout)
        if self._tokens is None:
            return seen
        reach(f"{path}.auth", settings.auth.token_url, settings.certificate_authority, settings.timeout)
        try:
            self._tokens.token()
        except (OutboundError, NotJson, NoToken) as error:
            remedy = f"correct {path}.auth.token_url, user and scope, and the secret that {path}.auth.secret names"
            raise ProbeFailed("its token endpoint gives no token", remedy) from error
        return f"{seen}, token given"

    def judge(self, person: Person, answer: Answer) -> Outcome:
        """What the other system says of the badge and the person: of its likeliest reading that it knows."""
        outcome = Outcome.NOT_FOUND
        for code in self._forms.candidates(answer.code):
            outcome = self._judge(person, code)
            if outcome is not Outcome.NOT_FOUND:
                break
        return outcome

    def _judge(self, person: Person, code: str) -> Outcome:
        values = lookup.values_of(person, code)
        try:
            question = lookup.ask(self._settings, values)
        except lookup.NothingToAsk:
            return Outcome.NOT_FOUND
        with self._lock:
            if self._breaker.open(self._now()):
                return Outcome.UNAVAILABLE
        outcome = self._asked(question, values)
        with self._lock:
            failed = outcome is Outcome.UNAVAILABLE
            self._breaker = self._breaker.failed(self._now()) if failed else self._breaker.answered()
        return outcome

    def _asked(self, question: lookup.Question, values: Mapping[str, str]) -> Outcome:
        try:
            return self._read(self._send(question), values)
        except Untrusted:
            return self._unusable("untrusted")
        except AnswerTooLarge:
            return self._unusable("too_large")
        except OutboundError:
            return self._unusable("no_answer")
        except NotJson:
            return self._unusable("not_json")
        except NoToken:
            return self._unusable("no_token")

    def _send(self, question: lookup.Question) -> Reply:
        settings = self._settings
        headers = {**settings.headers, **self._authorization()}
        if question.body is not None:
            headers["Content-Type"] = "application/json"
        basic = None
        if settings.auth.type == "basic" and self._secret is not None:
            basic = (settings.auth.user, self._secret.reveal())
        return self._outbound.call(
            self._call(method=settings.method, url=question.url, headers=headers, body=question.body, basic=basic)
        )

    def _read(self, reply: Reply, values: Mapping[str, str]) -> Outcome:
        if reply.status in self._settings.not_found:
            return Outcome.NOT_FOUND
        if reply.status in self._settings.success.status:
            document = reply.json() if self._settings.success.json_pointer else None
            return lookup.judge(self._settings.success, document, values)
        if reply.status == 401 and self._tokens is not None:
            self._tokens.forget()
        return self._unusable(f"status_{reply.status}")

    def _authorization(self) -> dict[str, str]:
        auth = self._settings.auth
        if self._tokens is not None:
            return {"Authorization": f"Bearer {self._tokens.token()}"}
        if self._secret is None:
            return {}
        if auth.type == "bearer":
            return {"Authorization": f"Bearer {self._secret.reveal()}"}
        return {auth.header: self._secret.reveal()} if auth.type == "api_key" else {}

    def _call(
        self,
        *,
        method: str,
        url: str,
        headers: dict[str, str],
        body: bytes | None,
        basic: tuple[str, str] | None,
    ) -> Call:
        settings = self._settings
        return Call(
            method=method,
            url=url,
            headers=headers,
            body=body,
            basic=basic,
            timeout=settings.timeout,
            authority=settings.certificate_authority,
            certificate=settings.auth.certificate if settings.auth.type == "mtls" else None,
        )

    def _unusable(self, reason: str) -> Outcome:
        """Tell staff, in words that name neither badge nor person."""
        _logger.warning("lookup_failed", service=self._settings.name, reason=reason)
        return Outcome.UNAVAILABLE
