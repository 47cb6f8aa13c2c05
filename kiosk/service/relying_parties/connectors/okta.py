"""Okta as a relying party: keys are registered for people as WebAuthn factors, by the management API (Factors).

Begun is a factor that waits for its activation, and that has to be taken away where nobody activates it. Its creation
options name no RP ID: keys are made for the host of the sign-in page, unless the org or the settings name another.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Final, Literal, Self
from urllib.parse import urlsplit

import structlog
from pydantic import Field, model_validator

from kiosk.contract.enrollments import WebAuthnObject
from kiosk.contract.profile import RelyingPartyName
from kiosk.service.catalog import Connector
from kiosk.service.probe import ProbeFailed
from kiosk.service.relying_parties.accounts import account_of
from kiosk.service.relying_parties.connector import (
    BegunCeremony,
    CreationOptions,
    CreationRequest,
    ListedCredential,
    OutcomeUnknown,
    PartyPolicy,
    RegisteredCredential,
    RelyingPartyRefused,
    RelyingPartyUnavailable,
)
from kiosk.service.relying_parties.half_made import taken_back
from kiosk.service.relying_parties.options import canonical, id_candidates, verifying
from kiosk.service.relying_parties.registration import checked
from kiosk.service.relying_parties.remote import remote_errors
from kiosk.service.relying_parties.settings import RemotePartySettings
from kiosk.service.relying_parties.webauthn import decode
from kiosk.service.settings_model import HttpsUrl, RpId
from kiosk.service.vendors import okta
from kiosk.service.vendors.kept import Kept
from kiosk.service.vendors.moments import ahead, begun_since
from kiosk.service.vendors.okta import Attempts, OktaOrg, okta_api
from kiosk.service.vendors.okta_method import Method, read_method
from kiosk.service.vendors.probing import probing
from kiosk.service.vendors.rest import Refused, RestApi, quoted, told
from kiosk.service.wiring import Wiring

_logger = structlog.get_logger("keywright.relying_parties")

_SCOPE: Final = "okta.users.manage okta.users.read"
_AUTHENTICATORS: Final = " okta.authenticators.read"
_PENDING: Final = "PENDING_ACTIVATION"
_METHOD_LIFE: Final = timedelta(minutes=5)


class OktaParty(RemotePartySettings, OktaOrg):
    """Keys for people of an Okta org, who are named by login or id.

    Scopes of a service app: okta.users.manage and okta.users.read; okta.authenticators.read with `read_policy`.
    """

    kind: Literal["okta"] = "okta"
    """Which connector."""
    origin: HttpsUrl | None = None
    """The web origin of the sign-in page, where people sign in at a domain of their own; else that of `url`."""
    rp_id: RpId | None = None
    """The WebAuthn RP ID, where the org has another than the host of `origin` and may not be asked for it."""
    read_policy: bool = True
    """Whether the authenticator's settings are read: its RP ID, and whether it takes security keys at all."""
    activation_seconds: int = Field(default=300, ge=120, le=86_400)
    """How long a begun registration may be answered."""

    @model_validator(mode="after")
    def _origin_belongs_to_rp(self) -> Self:
        host = urlsplit(self.page).hostname or ""
        if self.rp_id is not None and host != self.rp_id and not host.endswith("." + self.rp_id):
            raise ValueError("rp_id: the sign-in page is not within it")
        return self

    @property
    def page(self) -> str:
        """The origin of the sign-in page."""
        parts = urlsplit(self.origin or self.url)
        return f"https://{parts.netloc}"


@dataclass(frozen=True, slots=True)
class OktaRelyingParty:
    """A `RelyingParty`."""

    settings: OktaParty
    wiring: Wiring
    api: RestApi
    _method: Kept[Method] = field(repr=False)
    _attempts: Attempts = field(default_factory=Attempts, repr=False)

    remote = True

    @classmethod
    def make(cls, settings: OktaParty, wiring: Wiring) -> OktaRelyingParty:
        """Raises NoCredential, ConfigurationError."""
        scope = _SCOPE + (_AUTHENTICATORS if settings.read_policy else "")
        api = okta_api(settings, wiring, settings.id, scope)
        return cls(settings, wiring, api, Kept(wiring.clock, _METHOD_LIFE))

    @property
    def name(self) -> RelyingPartyName:
        """From the settings."""
        return RelyingPartyName(self.settings.id, self.settings.name)

    @property
    def deadline(self) -> timedelta:
        """To begin takes up to three calls where the authenticator's settings are not known yet; all others two."""
        return timedelta(seconds=3 * okta.CALL_SECONDS + 2 * okta.TOKEN_SECONDS)

    def policy(self) -> PartyPolicy:
        """Open: which models are taken depends on a person's groups, and is told by no one setting. Raises
        RelyingPartyRefused("not_enabled") where the org takes no security keys."""
        if not self._settings_there().takes_keys:
            raise RelyingPartyRefused("not_enabled")
        return PartyPolicy()

    def begin(self, request: CreationRequest) -> CreationOptions:
        """Enroll a factor. Not for somebody who has used up their activations."""
        account = account_of(self.settings.account, request.person)
        if wait := self._attempts.wait(account, self.wiring.clock.now()):
            raise RelyingPartyUnavailable(wait)
        rp_id = self._rp_id()
        seconds = self.settings.activation_seconds
        with self._errors(account, writes=True):
            answer = self.api.call(
                "POST",
                quoted("api/v1/users/{}/factors", account),
                query={"tokenLifetimeSeconds": str(seconds)},
                body={"factorType": "webauthn", "provider": "FIDO"},
            )
            factor = told(answer.document, "id", kind=str)
            activation = told(answer.document, "_embedded", "activation", kind=dict)
        with taken_back(account, lambda: self.delete(account, factor)):
            options = canonical(activation, rp_id=rp_id, exclude=request.exclude)
        return CreationOptions(
            verifying(options, request.user_verification),
            origin=self.settings.page,
            lifetime=timedelta(seconds=seconds),
            account=account,
            reference=factor,
            state={"algorithms": " ".join(str(each["alg"]) for each in options["pubKeyCredParams"])},
        )

    def complete(self, begun: BegunCeremony, response: WebAuthnObject) -> RegisteredCredential:
        """Checked here, then activated there; that Okta names the same credential is part of the outcome."""
        algorithms = tuple(int(each) for each in begun.state.get("algorithms", "").split())
        made = checked(begun, response, algorithms).credential
        if wait := self._attempts.take(begun.account, self.wiring.clock.now()):
            raise RelyingPartyUnavailable(wait)
        inner = response["response"]
        body = {"attestation": _standard(inner["attestationObject"]), "clientData": _standard(inner["clientDataJSON"])}
        with self._errors(begun.account, writes=True, missing="expired"):
            route = quoted("api/v1/users/{}/factors/{}/lifecycle/activate", begun.account, begun.reference)
            listed = _listed(told(self.api.call("POST", route, body=body).document, kind=dict))
        if not listed.active or made.credential_id not in listed.ids:
            raise OutcomeUnknown(begun.account)
        return replace(made, reference=listed.reference, attestation="okta:accepted")

    def abort(self, account: str, reference: str, since: datetime) -> None:
        """Delete what waits for its activation."""
        if reference:
            with self._errors(account, missing=""):
                route = quoted("api/v1/users/{}/factors/{}", account, reference)
                answer = self.api.call("GET", route, good={200, 404})
            if answer.status == 200 and _is_pending(answer.document):
                self.delete(account, reference)
            return
        with self._errors(account):
            answer = self.api.call("GET", quoted("api/v1/users/{}/factors", account))
            skew = ahead(answer.headers, self.wiring.clock.now())
            pending = (each for each in told(answer.document, kind=list) if _is_pending(each))
            found = [_listed(each) for each in pending if begun_since(each.get("created"), since, skew)]
        for listed in found:
            self.delete(account, listed.reference)

    def list_credentials(self, account: str) -> tuple[ListedCredential, ...]:
        """The WebAuthn factors: security keys and what else the person registered by it."""
        with self._errors(account):
            answer = self.api.call("GET", quoted("api/v1/users/{}/factors", account))
            return tuple(_listed(each) for each in told(answer.document, kind=list) if _is_webauthn(each))

    def delete(self, account: str, reference: str) -> None:
        """204, or 404 where it is gone already."""
        with self._errors(account, writes=True):
            route = quoted("api/v1/users/{}/factors/{}", account, reference)
            self.api.call("DELETE", route, good={200, 204, 404})

    def probe(self) -> str:
        """Signs in, asks for one person, reads the authenticator's settings."""
        with probing(okta.remedy):
            self.api.call("GET", "api/v1/users", query={"limit": "1", "fields": "id"})
            method = read_method(self.api) if self.settings.read_policy else Method()
        if not method.takes_keys:
            raise ProbeFailed(
                "the org takes no security keys", "in Okta: Security, Authenticators: set up FIDO2 (WebAuthn) for keys"
            )
        return f"signed in; keys are made for {self.settings.rp_id or method.rp_id or self._host}"

    @property
    def _host(self) -> str:
        return urlsplit(self.settings.page).hostname or ""

    def _rp_id(self) -> str:
        return self.settings.rp_id or self._settings_there().rp_id or self._host

    def _settings_there(self) -> Method:
        """Raises RelyingPartyUnavailable; what we may not read is as if it were not set."""
        if not self.settings.read_policy:
            return Method()
        with remote_errors():
            return self._method.get(lambda: read_method(self.api))

    @contextmanager
    def _errors(self, account: str, *, writes: bool = False, missing: str = "no_account") -> Iterator[None]:
        """As `remote_errors`, by Okta's own codes; `missing` is what a 404 means."""
        with remote_errors(account, words={404: missing}, writes=writes):
            try:
                yield
            except Refused as refused:
                _logger.info("call_refused", relying_party=self.settings.id, word=okta.code_of(refused))
                if word := okta.word_of(refused):
                    raise RelyingPartyRefused(word) from refused
                raise


def _standard(text: str) -> str:
    """Standard base64 with padding, as in Okta's own examples."""
    return base64.b64encode(decode(text)).decode()


def _is_webauthn(factor: Any) -> bool:
    return isinstance(factor, dict) and factor.get("factorType") == "webauthn"


def _is_pending(factor: Any) -> bool:
    return _is_webauthn(factor) and factor.get("status") == _PENDING


def _listed(factor: Any) -> ListedCredential:
    """Raises Malformed."""
    profile = factor.get("profile")
    credential_id = profile.get("credentialId") if isinstance(profile, dict) else None
    ids = id_candidates(credential_id) if isinstance(credential_id, str) else frozenset[bytes]()
    return ListedCredential(told(factor, "id", kind=str), ids, active=factor.get("status") == "ACTIVE")


CONNECTOR = Connector("okta", OktaParty, OktaRelyingParty.make)
