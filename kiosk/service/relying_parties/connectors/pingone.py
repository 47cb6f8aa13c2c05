"""PingOne MFA as a relying party: keys are registered for people as FIDO2 devices.

Begun is a device that waits for its activation, and that has to be taken away where nobody activates it. PingOne tells
no credential ids: a key is known by the id of its device.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator, Mapping
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
)
from kiosk.service.relying_parties.half_made import taken_back
from kiosk.service.relying_parties.options import canonical, verifying
from kiosk.service.relying_parties.registration import checked
from kiosk.service.relying_parties.remote import remote_errors
from kiosk.service.relying_parties.settings import RemotePartySettings
from kiosk.service.relying_parties.webauthn import decode, encode
from kiosk.service.settings_model import HttpsUrl, RpId
from kiosk.service.vendors import pingone
from kiosk.service.vendors.kept import Kept
from kiosk.service.vendors.moments import ahead, begun_since
from kiosk.service.vendors.pingone import PingOneEnvironment, embedded, literal, pingone_api, unsigned
from kiosk.service.vendors.probing import probing
from kiosk.service.vendors.rest import Malformed, Refused, RestApi, quoted, told
from kiosk.service.wiring import Wiring

_logger = structlog.get_logger("keywright.relying_parties")

_ACTIVATE: Final = "application/vnd.pingidentity.device.activate+json"
_PENDING: Final = "ACTIVATION_REQUIRED"
_ATTESTED: Final = frozenset({"GLOBAL", "CERTIFIED", "SPECIFIC"})
"""Where the policy looks a key up in metadata, and so has to know its make."""
_POLICY_LIFE: Final = timedelta(minutes=5)


class PingOneParty(RemotePartySettings, PingOneEnvironment):
    """Keys for people of a PingOne environment."""

    kind: Literal["pingone"] = "pingone"
    """Which connector."""
    rp_id: RpId
    """The WebAuthn RP ID: the domain in which people sign in, as in PingOne's FIDO policy."""
    origin: HttpsUrl
    """The web origin of the sign-in page."""
    find_by: Literal["username", "email", "externalId", "accountId", "id"] = "username"
    """What `account` names a person by."""
    policy_id: str | None = Field(default=None, min_length=1, max_length=64)
    """The device authentication policy (MFA policy) that devices are made under; else the default one."""
    enable_mfa: bool = False
    """Whether MFA is switched on for people who do not have it yet. Needs the role Environment Admin."""
    read_policy: bool = True
    """Whether the FIDO policy is read, to refuse a key before anything is done with it."""

    @model_validator(mode="after")
    def _origin_belongs_to_rp(self) -> Self:
        host = urlsplit(self.origin).hostname or ""
        if host != self.rp_id and not host.endswith("." + self.rp_id):
            raise ValueError("origin: is not within rp_id")
        return self


@dataclass(frozen=True, slots=True)
class PingOneRelyingParty:
    """A `RelyingParty`. Its accounts are user ids."""

    settings: PingOneParty
    wiring: Wiring
    api: RestApi
    _policy: Kept[PartyPolicy] = field(repr=False)

    remote = True

    @classmethod
    def make(cls, settings: PingOneParty, wiring: Wiring) -> PingOneRelyingParty:
        """Raises NoCredential."""
        return cls(settings, wiring, pingone_api(settings, wiring, settings.id), Kept(wiring.clock, _POLICY_LIFE))

    @property
    def name(self) -> RelyingPartyName:
        """From the settings."""
        return RelyingPartyName(self.settings.id, self.settings.name)

    @property
    def deadline(self) -> timedelta:
        """To begin takes up to three calls."""
        return timedelta(seconds=3 * pingone.CALL_SECONDS + 2 * pingone.TOKEN_SECONDS)

    def policy(self) -> PartyPolicy:
        """Whether the FIDO policy wants keys that prove their make. It tells models by ids of its own, not AAGUIDs."""
        if not self.settings.read_policy:
            return PartyPolicy()
        with remote_errors():
            return self._policy.get(self._read_policy)

    def begin(self, request: CreationRequest) -> CreationOptions:
        """Find the person, see that MFA is on, make a device."""
        account = self._account(account_of(self.settings.account, request.person))
        body: dict[str, Any] = {"type": "FIDO2", "rp": {"id": self.settings.rp_id, "name": self.settings.name}}
        if self.settings.policy_id is not None:
            body["policy"] = {"id": self.settings.policy_id}
        with self._errors(account, writes=True):
            document = self.api.call("POST", quoted("users/{}/devices", account), body=body).document
            device = told(document, "id", kind=str)
        with taken_back(account, lambda: self.delete(account, device)):
            options = canonical(_options(document), rp_id=self.settings.rp_id, exclude=request.exclude)
        return CreationOptions(
            verifying(options, request.user_verification),
            origin=self.settings.origin.rstrip("/"),
            lifetime=timedelta(milliseconds=options["timeout"]),
            account=account,
            reference=device,
            state={"algorithms": " ".join(str(each["alg"]) for each in options["pubKeyCredParams"])},
        )

    def complete(self, begun: BegunCeremony, response: WebAuthnObject) -> RegisteredCredential:
        """Checked here as far as can be, then activated there."""
        algorithms = tuple(int(each) for each in begun.state.get("algorithms", "").split())
        made = checked(begun, response, algorithms).credential
        body = {"origin": begun.origin, "attestation": json.dumps(_attestation(response))}
        with self._errors(begun.account, writes=True, words={400: "key_not_allowed", 404: "expired"}):
            route = quoted("users/{}/devices/{}", begun.account, begun.reference)
            answer = self.api.call("POST", route, body=body, media_type=_ACTIVATE)
            status = told(answer.document, "status", kind=str)
        if status != "ACTIVE":
            raise OutcomeUnknown(begun.account)
        return replace(made, reference=begun.reference, attestation="pingone:accepted")

    def abort(self, account: str, reference: str, since: datetime) -> None:
        """Delete what waits for its activation."""
        if reference:
            with self._errors(account):
                route = quoted("users/{}/devices/{}", account, reference)
                answer = self.api.call("GET", route, good={200, 404})
            if answer.status == 200 and _is_pending(answer.document):
                self.delete(account, reference)
            return
        with self._errors(account):
            answer = self.api.call("GET", quoted("users/{}/devices", account))
            skew = ahead(answer.headers, self.wiring.clock.now())
            pending = (each for each in embedded(answer.document, "devices") if _is_pending(each))
            since_then = (each for each in pending if begun_since(each.get("createdAt"), since, skew))
            found = [told(each, "id", kind=str) for each in since_then]
        for device in found:
            self.delete(account, device)

    def list_credentials(self, account: str) -> tuple[ListedCredential, ...]:
        """The FIDO2 devices, by the ids of the devices: PingOne tells no other."""
        with self._errors(account):
            document = self.api.call("GET", quoted("users/{}/devices", account)).document
            return tuple(
                ListedCredential(told(each, "id", kind=str), active=each.get("status") == "ACTIVE")
                for each in embedded(document, "devices")
                if _is_fido(each)
            )

    def delete(self, account: str, reference: str) -> None:
        """204, or 404 where it is gone already."""
        with self._errors(account, writes=True):
            self.api.call("DELETE", quoted("users/{}/devices/{}", account, reference), good={200, 204, 404})

    def probe(self) -> str:
        """Signs in, asks for one person, reads the FIDO policy."""
        with probing(pingone.remedy):
            embedded(self.api.call("GET", "users", query={"limit": "1"}).document, "users")
            policy = self._read_policy() if self.settings.read_policy else PartyPolicy()
        return f"signed in; finds people{'; takes keys with attestation' * policy.attested}"

    def _account(self, wanted: str) -> str:
        """The id of the one person of this name. Raises RelyingPartyRefused: none, several, or not able."""
        by = self.settings.find_by
        with self._errors(wanted):
            if by == "id":
                found = [told(self.api.call("GET", quoted("users/{}", wanted)).document, kind=dict)]
            else:
                query = {"filter": f"{by} eq {literal(wanted)}", "limit": "2"}
                found = embedded(self.api.call("GET", "users", query=query).document, "users")
            found = [each for each in found if str(each.get(by)).casefold() == wanted.casefold()]
            if len(found) != 1:
                raise RelyingPartyRefused("several_accounts" if found else "no_account")
            account = told(found[0], "id", kind=str)
            if found[0].get("enabled") is False:
                raise RelyingPartyRefused("account_closed")
            if found[0].get("mfaEnabled") is False:
                self._enable_mfa(account)
        return account

    def _enable_mfa(self, account: str) -> None:
        """Raises RelyingPartyRefused where the settings do not allow it."""
        if not self.settings.enable_mfa:
            raise RelyingPartyRefused("mfa_not_enabled")
        self.api.call("PUT", quoted("users/{}/mfaEnabled", account), body={"mfaEnabled": True}, repeatable=True)

    def _read_policy(self) -> PartyPolicy:
        """Of the default FIDO policy. Raises what RestApi raises, and Malformed; what we may not read is open."""
        try:
            policies = embedded(self.api.call("GET", "fido2Policies").document, "fido2Policies")
        except Refused as refused:
            if refused.status not in (403, 404):
                raise
            return PartyPolicy()
        default = next((each for each in policies if each.get("default") is True), {})
        metadata = default.get("mdsAuthenticatorsRequirements")
        option = metadata.get("option") if isinstance(metadata, dict) else metadata
        return PartyPolicy(attested=isinstance(option, str) and option in _ATTESTED)

    @contextmanager
    def _errors(self, account: str, *, writes: bool = False, words: Mapping[int, str] | None = None) -> Iterator[None]:
        """As `remote_errors`; a refusal's code goes to the log."""
        with remote_errors(account, words=words or {}, writes=writes):
            try:
                yield
            except Refused as refused:
                _logger.info("call_refused", relying_party=self.settings.id, word=pingone.code_of(refused))
                raise


def _options(document: Any) -> WebAuthnObject:
    """The options in the string, their bytes as base64url. Raises RelyingPartyRefused("bad_options")."""
    try:
        options = told(json.loads(told(document, "publicKeyCredentialCreationOptions", kind=str)), kind=dict)
        excluded = told(options.get("excludeCredentials") or [], kind=list)
        return {
            **options,
            "challenge": encode(unsigned(told(options, "challenge", kind=list))),
            "user": {
                **told(options, "user", kind=dict),
                "id": encode(unsigned(told(options, "user", "id", kind=list))),
            },
            "excludeCredentials": [
                {"type": "public-key", "id": encode(unsigned(told(each, "id", kind=list)))} for each in excluded
            ],
        }
    except (Malformed, ValueError, RecursionError) as error:
        raise RelyingPartyRefused("bad_options") from error


def _attestation(response: WebAuthnObject) -> WebAuthnObject:
    """What PingOne wants in its string: ids as they are, all else in standard base64."""
    inner: Mapping[str, Any] = response["response"]
    return {
        "id": response["id"],
        "type": "public-key",
        "rawId": _standard(response["rawId"]),
        "response": {
            "clientDataJSON": _standard(inner["clientDataJSON"]),
            "attestationObject": _standard(inner["attestationObject"]),
        },
        "clientExtensionResults": {},
    }


def _standard(text: str) -> str:
    return base64.b64encode(decode(text)).decode()


def _is_fido(device: Any) -> bool:
    return isinstance(device, dict) and device.get("type") == "FIDO2"


def _is_pending(device: Any) -> bool:
    return _is_fido(device) and device.get("status") == _PENDING


CONNECTOR = Connector("pingone", PingOneParty, PingOneRelyingParty.make)
