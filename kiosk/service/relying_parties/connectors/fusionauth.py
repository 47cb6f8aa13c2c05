"""FusionAuth as a relying party: WebAuthn registrations that are started and completed with an API key.

FusionAuth asks for no attestation and judges none, so the service asks for it and judges it before it hands over.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final, Literal
from urllib.parse import urlsplit

from pydantic import Field

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
from kiosk.service.relying_parties.options import canonical, id_candidates
from kiosk.service.relying_parties.registration import believed
from kiosk.service.relying_parties.remote import remote_errors
from kiosk.service.relying_parties.settings import RemotePartySettings
from kiosk.service.settings_model import HttpsUrl
from kiosk.service.vendors.fusionauth import CALL_SECONDS, FusionAuthServer, codes_of, fusionauth_api, remedy
from kiosk.service.vendors.probing import probing
from kiosk.service.vendors.rest import Refused, RestApi, quoted, told
from kiosk.service.wiring import Wiring

_WEBAUTHN: Final = "api/webauthn"
_NOBODY: Final = "00000000-0000-0000-0000-000000000000"
_LIFE: Final = timedelta(minutes=3)
"""How long a challenge lives where its options do not tell."""
_TRANSPORTS: Final = frozenset({"usb", "nfc", "ble", "internal", "hybrid", "smart-card"})


class FusionAuthParty(RemotePartySettings, FusionAuthServer):
    """Keys for people of FusionAuth, which needs a license for it. The API key needs GET of `/api/user`, and GET, POST
    and DELETE of `/api/webauthn`."""

    kind: Literal["fusionauth"] = "fusionauth"
    """Which connector."""
    account_is: Literal["login", "id"] = "login"
    """What `account` names people by: their user name or mail address, or their id."""
    workflow: Literal["bootstrap", "general", "reauthentication"] = "bootstrap"
    """What the key is for: `bootstrap` signs in with nothing else."""
    origin: HttpsUrl | None = None
    """The web origin of the sign-in page, where it is not that of `url`."""
    label: str = Field(default="Security key", min_length=1, max_length=100)
    """What the key is called there."""


@dataclass(frozen=True, slots=True)
class FusionAuthRelyingParty:
    """A `RelyingParty`."""

    settings: FusionAuthParty
    wiring: Wiring
    api: RestApi

    remote = True

    @classmethod
    def make(cls, settings: FusionAuthParty, wiring: Wiring) -> FusionAuthRelyingParty:
        """Raises NoCredential."""
        return cls(settings, wiring, fusionauth_api(settings, wiring, settings.id))

    @property
    def name(self) -> RelyingPartyName:
        """From the settings."""
        return RelyingPartyName(self.settings.id, self.settings.name)

    @property
    def deadline(self) -> timedelta:
        """At most two calls: the user, and the registration."""
        return timedelta(seconds=2 * CALL_SECONDS)

    def policy(self) -> PartyPolicy:
        """FusionAuth takes any key; its options tell the algorithms."""
        return PartyPolicy()

    def begin(self, request: CreationRequest) -> CreationOptions:
        """Options of FusionAuth. It keeps a challenge, and nothing else."""
        user = self._user(account_of(self.settings.account, request.person))
        with _errors():
            account = told(user, "id", kind=str)
            body = {
                "userId": account,
                "workflow": self.settings.workflow,
                "displayName": self.settings.label,
                "name": str(user.get("username") or user.get("email") or request.person.upn),
            }
            answer = self.api.call("POST", f"{_WEBAUTHN}/register/start", body=body)
            options = told(answer.document, "options", kind=dict)
        public_key = canonical(options, exclude=request.exclude)
        public_key["attestation"] = self.wiring.trust.policy.conveyance.value
        algorithms = " ".join(str(each["alg"]) for each in public_key["pubKeyCredParams"])
        return CreationOptions(
            public_key, self._origin(), _lifetime(options), account=account, state={"algorithms": algorithms}
        )

    def complete(self, begun: BegunCeremony, response: WebAuthnObject) -> RegisteredCredential:
        """Verified and judged here, then handed over."""
        algorithms = tuple(int(each) for each in begun.state.get("algorithms", "").split())
        made = believed(begun, response, self.wiring.trust, algorithms)
        body = {
            "userId": begun.account,
            "origin": begun.origin,
            "rpId": begun.rp_id,
            "credential": _credential(response, made),
        }
        with _errors(begun.account, writes=True):
            answer = self.api.call("POST", f"{_WEBAUTHN}/register/complete", body=body)
            reference = told(answer.document, "credential", "id", kind=str)
        return replace(made, reference=reference)

    def abort(self, account: str, reference: str, since: datetime) -> None:
        """Nothing is half made at FusionAuth: a challenge that nobody answers runs out by itself."""

    def list_credentials(self, account: str) -> tuple[ListedCredential, ...]:
        """All passkeys of the user."""
        with _errors(account):
            answer = self.api.call("GET", _WEBAUTHN, query={"userId": account})
            listed = told(answer.document, "credentials", kind=list)
            return tuple(
                ListedCredential(told(each, "id", kind=str), id_candidates(told(each, "credentialId", kind=str)))
                for each in listed
            )

    def delete(self, account: str, reference: str) -> None:
        """200, or 404 where it is gone already."""
        with _errors(account, writes=True):
            self.api.call("DELETE", quoted(f"{_WEBAUTHN}/{{}}", reference), good={200, 204, 404})

    def probe(self) -> str:
        """Asks for somebody who is not there, and for the keys of nobody."""
        with probing(remedy):
            self.api.call("GET", "api/user", query={"userId": _NOBODY}, good={200, 404})
            try:
                self.api.call("GET", _WEBAUTHN, query={"userId": _NOBODY}, good={200, 404})
            except Refused as refused:
                if "userId [invalid]" not in codes_of(refused):
                    raise
        return "signed in; may see keys"

    def _origin(self) -> str:
        parts = urlsplit(self.settings.origin or self.settings.url)
        return f"{parts.scheme}://{parts.netloc}"

    def _user(self, account: str) -> dict[str, Any]:
        """The account, if it is one and active. Raises RelyingPartyRefused."""
        by_id = self.settings.account_is == "id"
        with _errors():
            query = {"userId" if by_id else "loginId": account}
            user = told(self.api.call("GET", "api/user", query=query).document, "user", kind=dict)
        names = [user.get(name) for name in (("id",) if by_id else ("username", "email"))]
        fits = account.casefold() in (each.casefold() for each in names if isinstance(each, str))
        if not fits or user.get("active") is not True:
            raise RelyingPartyRefused("no_account")
        return user


def _credential(response: WebAuthnObject, made: RegisteredCredential) -> WebAuthnObject:
    """The members that FusionAuth knows: it refuses others."""
    inner: Mapping[str, Any] = response["response"]
    results = response.get("clientExtensionResults")
    properties = results.get("credProps") if isinstance(results, Mapping) else None
    resident = properties.get("rk") if isinstance(properties, Mapping) else None
    return {
        "id": response["id"],
        "type": "public-key",
        "transports": [each for each in made.transports if each in _TRANSPORTS],
        "clientExtensionResults": {"credProps": {"rk": resident}} if isinstance(resident, bool) else {},
        "response": {
            "attestationObject": inner["attestationObject"],
            "clientDataJSON": inner["clientDataJSON"],
        },
    }


def _lifetime(options: Mapping[str, Any]) -> timedelta:
    """How long the challenge lives: FusionAuth's `timeout` is just that."""
    milliseconds = options.get("timeout")
    if isinstance(milliseconds, int) and 0 < milliseconds <= 3_600_000:
        return timedelta(milliseconds=milliseconds)
    return _LIFE


@contextmanager
def _errors(account: str = "", *, writes: bool = False) -> Iterator[None]:
    """As `remote_errors`; FusionAuth says most of what it refuses with 400."""
    with remote_errors(account, writes=writes):
        try:
            yield
        except Refused as refused:
            codes = codes_of(refused)
            if "[notLicensed]" in codes:
                raise RelyingPartyRefused("not_licensed") from refused
            if "userId [invalid]" in codes:
                raise RelyingPartyRefused("no_account") from refused
            raise


CONNECTOR = Connector("fusionauth", FusionAuthParty, FusionAuthRelyingParty.make)
