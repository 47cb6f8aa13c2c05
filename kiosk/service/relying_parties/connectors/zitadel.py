"""Zitadel as a relying party: passkeys are registered for people with a code that only the service sees.

Zitadel asks for no attestation (`none`), so which models are let in is our own policy's to decide. Where that policy
wants proof, the key is asked for it (`direct`), and the proof is judged here. Zitadel then gets what a browser would
have given it: the same registration with its attestation statement taken out (WebAuthn L3, 5.1.3, for the conveyance
`none`). No signature of Zitadel's check is over that statement, so nothing that it verifies is changed; nor does it
learn more of the key than it asked for.

Begun is a passkey that is not ready. Zitadel tells no credential ids: a key is known by the id of its passkey.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final, Literal, Self
from urllib.parse import urlsplit

import structlog
from fido2.webauthn import AttestationObject
from pydantic import model_validator

from kiosk.contract.enrollments import WebAuthnObject
from kiosk.contract.profile import RelyingPartyName
from kiosk.service.catalog import Connector
from kiosk.service.relying_parties.accounts import account_of
from kiosk.service.relying_parties.connector import (
    BegunCeremony,
    CreationOptions,
    CreationRequest,
    ListedCredential,
    PartyPolicy,
    RegisteredCredential,
    RelyingPartyRefused,
)
from kiosk.service.relying_parties.half_made import taken_back
from kiosk.service.relying_parties.options import canonical, verifying
from kiosk.service.relying_parties.registration import believed
from kiosk.service.relying_parties.remote import remote_errors
from kiosk.service.relying_parties.settings import RemotePartySettings
from kiosk.service.relying_parties.webauthn import decode, encode
from kiosk.service.settings_model import HttpsUrl, RpId
from kiosk.service.vendors import zitadel
from kiosk.service.vendors.probing import probing
from kiosk.service.vendors.rest import Refused, RestApi, quoted, told
from kiosk.service.vendors.zitadel import ZitadelInstance, zitadel_api
from kiosk.service.wiring import Wiring

_logger = structlog.get_logger("keywright.relying_parties")

_LIFETIME: Final = timedelta(minutes=5)
_LONGEST_NAME: Final = 200
_PENDING: Final = "AUTH_FACTOR_STATE_NOT_READY"
_QUERIES: Final[Mapping[str, tuple[str, str]]] = {
    "login_name": ("loginNameQuery", "loginName"),
    "username": ("userNameQuery", "userName"),
    "email": ("emailQuery", "emailAddress"),
}


class ZitadelParty(RemotePartySettings, ZitadelInstance):
    """Keys for people of a Zitadel instance."""

    kind: Literal["zitadel"] = "zitadel"
    """Which connector."""
    domain: RpId
    """The domain in which people sign in; it becomes the WebAuthn RP ID."""
    origin: HttpsUrl | None = None
    """The web origin of the sign-in page, if it is not `https://<domain>`."""
    find_by: Literal["login_name", "username", "email", "id"] = "login_name"
    """What `account` names a person by."""

    @model_validator(mode="after")
    def _origin_belongs_to_domain(self) -> Self:
        host = urlsplit(self.page).hostname or ""
        if host != self.domain and not host.endswith("." + self.domain):
            raise ValueError("origin: is not within domain")
        return self

    @property
    def page(self) -> str:
        """The origin of the sign-in page."""
        return (self.origin or f"https://{self.domain}").rstrip("/")


@dataclass(frozen=True, slots=True)
class ZitadelRelyingParty:
    """A `RelyingParty`. Its accounts are user ids."""

    settings: ZitadelParty
    wiring: Wiring
    api: RestApi

    remote = True

    @classmethod
    def make(cls, settings: ZitadelParty, wiring: Wiring) -> ZitadelRelyingParty:
        """Raises NoCredential."""
        return cls(settings, wiring, zitadel_api(settings, wiring, settings.id))

    @property
    def name(self) -> RelyingPartyName:
        """From the settings."""
        return RelyingPartyName(self.settings.id, self.settings.name)

    @property
    def deadline(self) -> timedelta:
        """To begin takes three calls."""
        return timedelta(seconds=3 * zitadel.CALL_SECONDS + 2 * zitadel.TOKEN_SECONDS)

    def policy(self) -> PartyPolicy:
        """Zitadel takes any model; ours decides."""
        return PartyPolicy()

    def begin(self, request: CreationRequest) -> CreationOptions:
        """Find the person, have a code made, spend it."""
        account = self._account(account_of(self.settings.account, request.person))
        with self._errors(account, writes=True):
            code = self._code(account)
            body = {
                "code": code,
                "authenticator": "PASSKEY_AUTHENTICATOR_CROSS_PLATFORM",
                "domain": self.settings.domain,
            }
            document = self.api.call("POST", quoted("v2/users/{}/passkeys", account), body=body).document
            passkey = told(document, "passkeyId", kind=str)
            public_key = told(document, "publicKeyCredentialCreationOptions", "publicKey", kind=dict)
        with taken_back(account, lambda: self.delete(account, passkey)):
            options = canonical(public_key, rp_id=self.settings.domain, exclude=request.exclude)
        return CreationOptions(
            {
                **verifying(options, request.user_verification),
                "attestation": self.wiring.trust.policy.conveyance.value,
            },
            origin=self.settings.page,
            lifetime=_LIFETIME,
            account=account,
            reference=passkey,
            state={"algorithms": " ".join(str(each["alg"]) for each in options["pubKeyCredParams"])},
        )

    def complete(self, begun: BegunCeremony, response: WebAuthnObject) -> RegisteredCredential:
        """Judged here, by our own policy; then handed over without what was judged."""
        algorithms = tuple(int(each) for each in begun.state.get("algorithms", "").split())
        made = believed(begun, response, self.wiring.trust, algorithms)
        name = begun.name.strip()[:_LONGEST_NAME] or "Security key"
        body = {"publicKeyCredential": without_attestation(response), "passkeyName": name}
        with self._errors(begun.account, writes=True, words={400: "key_not_allowed", 404: "expired"}):
            answer = self.api.call("POST", quoted("v2/users/{}/passkeys/{}", begun.account, begun.reference), body=body)
            told(answer.document, "details", kind=dict)
        return replace(made, reference=begun.reference)

    def abort(self, account: str, reference: str, since: datetime) -> None:  # noqa: ARG002 - Zitadel tells no dates
        """Delete what is not ready. Zitadel does not tell when it was begun: without a reference, all that the account
        has of it is taken away, and whoever was just beginning another must do so again. Under its reference, what is
        not listed is deleted, too: some versions list only what is ready."""
        found = {told(each, "id", kind=str): each for each in self._passkeys(account)}
        pending = [each for each, passkey in found.items() if passkey.get("state") == _PENDING]
        if reference:
            pending = [reference] if reference in pending or reference not in found else []
        for each in pending:
            self.delete(account, each)

    def list_credentials(self, account: str) -> tuple[ListedCredential, ...]:
        """The passkeys, by Zitadel's ids of them: it tells no other."""
        return tuple(
            ListedCredential(told(each, "id", kind=str), active=each.get("state") != _PENDING)
            for each in self._passkeys(account)
        )

    def delete(self, account: str, reference: str) -> None:
        """200, or 404 where it is gone already."""
        with self._errors(account, writes=True):
            self.api.call("DELETE", quoted("v2/users/{}/passkeys/{}", account, reference), good={200, 204, 404})

    def probe(self) -> str:
        """Signs in and asks for one person."""
        with probing(zitadel.remedy):
            found = self._search([{"typeQuery": {"type": "TYPE_HUMAN"}}], 1)
        return "signed in; finds people" if found else "signed in; sees nobody: check the organization"

    def _account(self, wanted: str) -> str:
        """The id of the one person of this name. Raises RelyingPartyRefused: none, or several."""
        if self.settings.find_by == "id":
            return wanted
        query, member = _QUERIES[self.settings.find_by]
        asked = {query: {member: wanted, "method": "TEXT_QUERY_METHOD_EQUALS_IGNORE_CASE"}}
        with self._errors(wanted):
            found = self._search([asked, {"typeQuery": {"type": "TYPE_HUMAN"}}], 2)
            if len(found) != 1:
                raise RelyingPartyRefused("several_accounts" if found else "no_account")
            return told(found[0], "userId", kind=str)

    def _search(self, queries: list[Any], most: int) -> list[Any]:
        """A search changes nothing, though it is a POST. What is empty is left out of the answer."""
        body = {"query": {"limit": most}, "queries": queries}
        document = told(self.api.call("POST", "v2/users", body=body, repeatable=True).document, kind=dict)
        return told(document.get("result", []), kind=list)

    def _code(self, account: str) -> dict[str, str]:
        """For one registration. One that is not spent runs out by itself."""
        route = quoted("v2/users/{}/passkeys/registration_link", account)
        document = self.api.call("POST", route, body={"returnCode": {}}).document
        return {each: told(document, "code", each, kind=str) for each in ("id", "code")}

    def _passkeys(self, account: str) -> list[dict[str, Any]]:
        with self._errors(account):
            route = quoted("v2/users/{}/passkeys/_search", account)
            document = told(self.api.call("POST", route, body={}, repeatable=True).document, kind=dict)
            found = [told(each, kind=dict) for each in told(document.get("result", []), kind=list)]
            return [each for each in found if told(each, "id", kind=str)]

    @contextmanager
    def _errors(self, account: str, *, writes: bool = False, words: Mapping[int, str] | None = None) -> Iterator[None]:
        """As `remote_errors`; a refusal's code goes to the log."""
        with remote_errors(account, words=words or {}, writes=writes):
            try:
                yield
            except Refused as refused:
                _logger.info("call_refused", relying_party=self.settings.id, word=zitadel.code_of(refused))
                raise


def without_attestation(response: WebAuthnObject) -> WebAuthnObject:
    """The registration as a client conveys it where a party asks for `none`: no statement, the same credential."""
    inner: Mapping[str, Any] = response["response"]
    told_by_key = AttestationObject(decode(inner["attestationObject"]))
    bare = AttestationObject.create("none", told_by_key.auth_data, {})
    return {
        "id": response["id"],
        "rawId": response["rawId"],
        "type": "public-key",
        "response": {"clientDataJSON": inner["clientDataJSON"], "attestationObject": encode(bytes(bare))},
    }


CONNECTOR = Connector("zitadel", ZitadelParty, ZitadelRelyingParty.make)
