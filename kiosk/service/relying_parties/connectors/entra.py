"""Microsoft Entra ID as a relying party: keys are registered for people through Microsoft Graph.

Nothing is half made there: the creation options are all that a begun registration is. Which answers are known and
which are believed: "FIDO2 authentication methods" of Microsoft Graph, v1.0 and beta.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any, Final, Literal, Self

import structlog
from pydantic import Field, model_validator

from kiosk.contract.enrollments import WebAuthnObject
from kiosk.contract.profile import RelyingPartyName
from kiosk.service.catalog import Connector
from kiosk.service.probe import ProbeFailed
from kiosk.service.relying_parties import entra_policy
from kiosk.service.relying_parties.accounts import account_of
from kiosk.service.relying_parties.connector import (
    BegunCeremony,
    CreationOptions,
    CreationRequest,
    IssuedPass,
    ListedCredential,
    PartyPolicy,
    RegisteredCredential,
    RelyingPartyRefused,
)
from kiosk.service.relying_parties.options import canonical, id_candidates
from kiosk.service.relying_parties.registration import checked
from kiosk.service.relying_parties.remote import remote_errors
from kiosk.service.relying_parties.settings import RemotePartySettings
from kiosk.service.settings_model import SettingsModel
from kiosk.service.vendors.entra import (
    TOKEN_SECONDS,
    EntraApplication,
    code_of,
    graph_api,
    listed,
    remedy,
)
from kiosk.service.vendors.kept import Kept
from kiosk.service.vendors.probing import probing
from kiosk.service.vendors.rest import Answer, Malformed, Refused, RestApi, Route, quoted, told
from kiosk.service.wiring import Wiring

_logger = structlog.get_logger("keywright.relying_parties")

_METHODS: Final = "users/{}/authentication/fido2Methods"
_NOBODY: Final = "00000000-0000-0000-0000-000000000000"
_RIGHTS: Final = "UserAuthMethod-Passkey.ReadWrite.All"
_LONGEST_NAME: Final = 60  # bytes of UTF-16: 30 characters as .NET counts them
_POLICY_LIFE: Final = timedelta(minutes=5)
_REPLICATION: Final = 3.0
"""Seconds in which an account that was just made comes to be known everywhere."""


class TemporaryAccessPass(SettingsModel):
    """A pass for the first days (Temporary Access Pass), given to the person besides the key."""

    lifetime_minutes: int = Field(default=60, ge=10, le=43_200)
    """How long it may be used; the tenant's policy may allow less."""
    once: bool = True
    """Whether it may be used only once."""


class EntraParty(RemotePartySettings, EntraApplication):
    """Keys for people of a Microsoft Entra tenant."""

    kind: Literal["entra"] = "entra"
    """Which connector."""
    version: Literal["v1.0", "beta"] = "v1.0"
    """Which version of Graph makes the creation options and takes the key."""
    challenge_minutes: int = Field(default=5, ge=5, le=43_200)
    """How long creation options may be answered; beta only."""
    read_policy: bool = True
    """Whether the tenant's passkey policy is read, to refuse a key before anything is done with it. Needs the right
    Policy.Read.All."""
    temporary_access_pass: TemporaryAccessPass | None = None
    """Whether people also get a pass. Needs the right UserAuthenticationMethod.ReadWrite.All."""

    @model_validator(mode="after")
    def _only_beta_takes_minutes(self) -> Self:
        if self.version == "v1.0" and self.challenge_minutes != 5:
            raise ValueError("challenge_minutes: only beta takes it; v1.0 has five minutes")
        return self


@dataclass(frozen=True, slots=True)
class EntraRelyingParty:
    """A `RelyingParty` and an `IssuingParty`."""

    settings: EntraParty
    wiring: Wiring
    api: RestApi
    _policy: Kept[PartyPolicy] = field(repr=False)

    remote = True

    @classmethod
    def make(cls, settings: EntraParty, wiring: Wiring) -> EntraRelyingParty:
        """Raises NoCredential, ConfigurationError."""
        api = graph_api(settings, wiring, settings.id)
        return cls(settings, wiring, api, Kept(wiring.clock, _POLICY_LIFE))

    @property
    def name(self) -> RelyingPartyName:
        """From the settings."""
        return RelyingPartyName(self.settings.id, self.settings.name)

    @property
    def deadline(self) -> timedelta:
        """A call, and signing in before and in the middle of it; then once more for an account that is new."""
        return timedelta(seconds=2 * self.settings.timeout + 2 * TOKEN_SECONDS + _REPLICATION)

    def policy(self) -> PartyPolicy:
        """The tenant's passkey policy; the widest of its profiles, for which one is a person's is not told."""
        if not self.settings.read_policy:
            return PartyPolicy()
        return self._policy.get(self._read_policy)

    def begin(self, request: CreationRequest) -> CreationOptions:
        """Options of Graph. 405: the tenant has self-service set-up off, or its cloud lacks the feature."""
        account = account_of(self.settings.account, request.person)
        with remote_errors(words={405: "not_enabled"}):
            answer = self._creation_options(account)
            public_key = told(answer.document, "publicKey", kind=dict)
        options = canonical(public_key, exclude=request.exclude)
        options["extensions"] = {"hmacCreateSecret": True, **options.get("extensions", {})}
        algorithms = " ".join(str(each["alg"]) for each in options["pubKeyCredParams"])
        return CreationOptions(
            options,
            origin=f"https://{options['rp']['id']}",
            lifetime=_lifetime(answer, timedelta(minutes=self.settings.challenge_minutes)),
            account=account,
            state={"algorithms": algorithms},
        )

    def complete(self, begun: BegunCeremony, response: WebAuthnObject) -> RegisteredCredential:
        """Checked here as far as can be, then handed over; whether its attestation is believed, Entra says."""
        algorithms = tuple(int(each) for each in begun.state.get("algorithms", "").split())
        made = checked(begun, response, algorithms).credential
        document = _registration(response, begun.name)
        with remote_errors(begun.account, words={400: "key_not_allowed", 405: "not_enabled"}, writes=True):
            try:
                route = self._methods(begun.account)
                answer = self._once_known(lambda: self.api.call("POST", route, body=document))
            except Refused as refused:
                _logger.info("registration_refused", relying_party=self.settings.id, word=code_of(refused))
                raise
            reference = told(answer.document, "id", kind=str)
        attested = answer.document.get("attestationLevel") == "attested"
        return replace(made, reference=reference, attestation=f"entra:{'attested' if attested else 'not_attested'}")

    def abort(self, account: str, reference: str, since: datetime) -> None:
        """Nothing is half made at Entra: options that nobody answers run out by themselves."""

    def list_credentials(self, account: str) -> tuple[ListedCredential, ...]:
        """All passkeys. Their ids are credential ids, in one of three encodings."""
        with remote_errors(account):
            found = [told(each, "id", kind=str) for each in listed(self.api, self._methods(account))]
        return tuple(ListedCredential(each, id_candidates(each)) for each in found)

    def delete(self, account: str, reference: str) -> None:
        """204, or 404 where it is gone already."""
        with remote_errors(account, writes=True):
            route = quoted(f"{self.settings.version}/{_METHODS}/{{}}", account, reference)
            self.api.call("DELETE", route, good={200, 204, 404})

    def issue_pass(self, account: str) -> IssuedPass | None:
        """A Temporary Access Pass; the tenant's policy may bend what is asked for."""
        wanted = self.settings.temporary_access_pass
        if wanted is None:
            return None
        with remote_errors(account, words={400: "pass_not_allowed", 405: "not_enabled"}, writes=True):
            answer = self.api.call(
                "POST",
                quoted("v1.0/users/{}/authentication/temporaryAccessPassMethods", account),
                body={"lifetimeInMinutes": wanted.lifetime_minutes, "isUsableOnce": wanted.once},
            )
            value = told(answer.document, "temporaryAccessPass", kind=str)
            minutes = told(answer.document, "lifetimeInMinutes", kind=int)
        return IssuedPass(value[:256], minutes * 60)

    def probe(self) -> str:
        """Signs in, asks for the keys of nobody, reads the policy."""
        with probing(remedy(_RIGHTS)):
            self.api.call("GET", self._methods(_NOBODY), good={200, 404})
        if not self.settings.read_policy:
            return "signed in; may register keys"
        with probing(remedy("Policy.Read.All (or set read_policy = false)")):
            document = self.api.call("GET", entra_policy.PATH).document
            try:
                policy = entra_policy.read(document)
            except RelyingPartyRefused as refused:
                raise ProbeFailed(
                    f"the tenant takes no keys ({refused.word})",
                    "in Entra: Authentication methods, Passkey (FIDO2): enable it and allow self-service set-up",
                ) from None
        models = len(policy.aaguids_allowed)
        return f"signed in; may register keys{' with attestation' * policy.attested}; {models or 'all'} models allowed"

    def _methods(self, account: str) -> Route:
        return quoted(f"{self.settings.version}/{_METHODS}", account)

    def _creation_options(self, account: str) -> Answer:
        beta = self.settings.version == "beta"
        asked = f"(challengeTimeoutInMinutes={self.settings.challenge_minutes})" if beta else ""
        route = quoted(f"{self.settings.version}/{_METHODS}/creationOptions{asked}", account)
        return self._once_known(lambda: self.api.call("GET", route))

    def _once_known(self, call: Callable[[], Answer]) -> Answer:
        """Once more after a moment where the account is not known: it may have been made just now, and not all of
        Entra's servers have heard of it. A call that is refused so has done nothing."""
        try:
            return call()
        except Refused as refused:
            if refused.status != 404:
                raise
        self.wiring.sleep(_REPLICATION)
        return call()

    def _read_policy(self) -> PartyPolicy:
        with remote_errors(words={404: "no_policy"}):
            return entra_policy.read(self.api.call("GET", entra_policy.PATH).document)


def _registration(response: WebAuthnObject, name: str) -> WebAuthnObject:
    """The members of Graph's schema and no others: it refuses what it does not know."""
    inner: Mapping[str, Any] = response["response"]
    cut = name.strip().encode("utf-16-le")[:_LONGEST_NAME].decode("utf-16-le", errors="ignore").strip()
    return {
        "displayName": cut or "Security key",
        "publicKeyCredential": {
            "id": response["id"],
            "response": {
                "clientDataJSON": inner["clientDataJSON"],
                "attestationObject": inner["attestationObject"],
            },
        },
    }


def _lifetime(answer: Answer, longest: timedelta) -> timedelta:
    """How long the options live, by the server's own clock (its `Date`): ours may be another."""
    try:
        ends = datetime.fromisoformat(told(answer.document, "challengeTimeoutDateTime", kind=str))
        left = ends - parsedate_to_datetime(answer.headers.get("date", ""))
    except (Malformed, ValueError, TypeError, OverflowError):
        return longest
    return min(left, longest) if left > timedelta() else longest


CONNECTOR = Connector("entra", EntraParty, EntraRelyingParty.make)
