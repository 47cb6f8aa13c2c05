"""privacyIDEA as a relying party: keys are enrolled as tokens for people, and proved by a real log-in.

It is told the origin in a header of its own. It tells no credential ids, so ours is found by the token's serial number.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final, Literal, Self

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
    PartyPolicy,
    ProofOptions,
    RegisteredCredential,
    RelyingPartyRefused,
)
from kiosk.service.relying_parties.half_made import taken_back
from kiosk.service.relying_parties.options import canonical, verifying
from kiosk.service.relying_parties.privacyidea_tokens import TYPES, TokenType
from kiosk.service.relying_parties.registration import checked
from kiosk.service.relying_parties.remote import remote_errors
from kiosk.service.relying_parties.settings import RemotePartySettings
from kiosk.service.relying_parties.webauthn import encode
from kiosk.service.settings_model import HttpsUrl
from kiosk.service.vendors import privacyidea
from kiosk.service.vendors.moments import ahead, begun_since
from kiosk.service.vendors.privacyidea import PrivacyIdeaServer, admin_api, detail, public_api, value
from kiosk.service.vendors.probing import probing
from kiosk.service.vendors.rest import Malformed, Refused, RestApi, quoted, told
from kiosk.service.wiring import Wiring

_KEYS: Final = frozenset(TYPES)
_PENDING: Final = frozenset({"clientwait", "pending", "verify", "failed", "broken", "denied"})
_MOST_TOKENS: Final = 1000
_ROOM: Final = timedelta(seconds=10)
"""What is left of a challenge's life for the way back."""


class PrivacyIdeaParty(RemotePartySettings, PrivacyIdeaServer):
    """Keys for people of a privacyIDEA realm, as tokens of type passkey or webauthn (right enrollWEBAUTHN).

    The enrollment policies webauthn_relying_party_id and _name must be set; webauthn_user_verification_requirement
    should be `required` for enrollment and for authentication, and for tokens of type webauthn also
    webauthn_avoid_double_registration.
    """

    kind: Literal["privacyidea"] = "privacyidea"
    """Which connector."""
    origin: HttpsUrl
    """The web origin of the sign-in page; within the relying party id of the policies."""
    token_type: Literal["passkey", "webauthn"] = "passkey"  # noqa: S105 - a kind of token
    """What kind of token a key becomes: `passkey` to log in with the key alone, `webauthn` for who says their name."""
    challenge_seconds: int = Field(default=120, ge=30, le=3600)
    """How long a challenge may be answered, as the server is configured (WebauthnChallengeValidityTime)."""

    @model_validator(mode="after")
    def _origin_is_bare(self) -> Self:
        if "/" in self.origin.removeprefix("https://"):
            raise ValueError("origin: has no path, not even a slash")
        return self


@dataclass(frozen=True, slots=True)
class PrivacyIdeaRelyingParty:
    """A `RelyingParty` and a `ProvingParty`."""

    settings: PrivacyIdeaParty
    wiring: Wiring
    admin: RestApi
    public: RestApi

    remote = True

    @classmethod
    def make(cls, settings: PrivacyIdeaParty, wiring: Wiring) -> PrivacyIdeaRelyingParty:
        """Raises NoCredential."""
        return cls(
            settings, wiring, admin_api(settings, wiring, settings.id), public_api(settings, wiring, settings.id)
        )

    @property
    def name(self) -> RelyingPartyName:
        """From the settings."""
        return RelyingPartyName(self.settings.id, self.settings.name)

    @property
    def deadline(self) -> timedelta:
        """Two calls, and signing in before and in the middle of them."""
        return timedelta(seconds=2 * (privacyidea.CALL_SECONDS + privacyidea.TOKEN_SECONDS))

    def policy(self) -> PartyPolicy:
        """Open: it takes attestation by policies that an administrator of keys may not read."""
        return PartyPolicy()

    def begin(self, request: CreationRequest) -> CreationOptions:
        """The first step of token/init: a token that waits for its key."""
        account = self._account(request)
        body = {"type": self._type.word, "user": account, "realm": self.settings.realm}
        with self._errors(account, writes=True):
            began = detail(self.admin.call("POST", "token/init", body=body))
            serial = told(began, "serial", kind=str)
        with taken_back(account, lambda: self.delete(account, serial)):
            asked, transaction = self._asked(began)
            options = canonical(asked, exclude=request.exclude)
        return CreationOptions(
            verifying(options, request.user_verification),
            origin=self.settings.origin,
            lifetime=timedelta(seconds=self.settings.challenge_seconds) - _ROOM,
            account=account,
            reference=serial,
            state={
                "transaction": transaction,
                "algorithms": " ".join(str(each["alg"]) for each in options["pubKeyCredParams"]),
            },
        )

    def complete(self, begun: BegunCeremony, response: WebAuthnObject) -> RegisteredCredential:
        """The second step. The server does not look whether the PIN was checked, so we do."""
        algorithms = tuple(int(each) for each in begun.state.get("algorithms", "").split())
        made = checked(begun, response, algorithms).credential
        body = {
            "type": self._type.word,
            "user": begun.account,
            "realm": self.settings.realm,
            "serial": begun.reference,
            "transaction_id": begun.state.get("transaction", ""),
            "description": begun.name,
            **self._type.answer(made, response),
        }
        with self._errors(begun.account, writes=True):
            value(self.admin.call("POST", "token/init", body=body, headers={"Origin": begun.origin}))
        return replace(made, reference=begun.reference, attestation="privacyidea:accepted")

    def abort(self, account: str, reference: str, since: datetime) -> None:
        """Delete the tokens that wait for their key."""
        with self._errors(account):
            tokens, skew = self._tokens(account)
        for token in tokens:
            created = _info(token).get("creation_date")
            ours = token["serial"] == reference if reference else begun_since(created, since, skew)
            if ours and token.get("rollout_state") in _PENDING:
                self.delete(account, token["serial"])

    def list_credentials(self, account: str) -> tuple[ListedCredential, ...]:
        """The tokens of the person that are keys; a revoked one is none any more."""
        with self._errors(account):
            tokens, _ = self._tokens(account)
        return tuple(
            ListedCredential(each["serial"], active=each.get("rollout_state") not in _PENDING)
            for each in tokens
            if not each.get("revoked")
        )

    def delete(self, account: str, reference: str) -> None:
        """200, or 404 where it is gone already."""
        with self._errors(account, writes=True):
            self.admin.call("DELETE", quoted("token/{}", reference), good={200, 404})

    def begin_proof(self, account: str, credential_id: bytes) -> ProofOptions:
        """A challenge of a log-in, which anybody may ask for."""
        with self._errors(account):
            who = self._type.who(account, self.settings.realm)
            began = detail(self.public.call("POST", self._type.start, body=who, repeatable=True))
            asked = self._type.challenge(began)
        options: WebAuthnObject = {
            "challenge": asked.value,
            "timeout": int(timedelta(seconds=self.settings.challenge_seconds).total_seconds() * 1000),
            "rpId": asked.rp_id,
            "allowCredentials": [{"type": "public-key", "id": encode(credential_id)}],
            "userVerification": "required",
            "userPresence": "required",
        }
        return ProofOptions(options, {"transaction": asked.transaction})

    def finish_proof(self, account: str, state: Mapping[str, str], response: WebAuthnObject) -> None:
        """Log in. A refusal comes with a good status, too: only a plain yes is one."""
        body = {
            "user": account,
            "realm": self.settings.realm,
            "transaction_id": state.get("transaction", ""),
            **self._type.assertion(response),
        }
        with self._errors(account, writes=True):
            headers = {"Origin": self.settings.origin}
            accepted = value(self.public.call("POST", "validate/check", body=body, headers=headers))
        if accepted is not True:
            raise RelyingPartyRefused("log_in_refused")

    def probe(self) -> str:
        """Signs in, asks for one person's tokens, and begins a log-in: the policies for keys must be there."""
        with probing(privacyidea.remedy):
            query = {"realm": self.settings.realm, "pagesize": "1"}
            told(value(self.admin.call("GET", "token/", query=query)), "tokens", kind=list)
        with probing(_no_policy):
            began = detail(self.public.call("POST", "validate/initialize", body={"type": "passkey"}, repeatable=True))
            rp_id = told(began, "passkey", "rpId", kind=str)
        host = self.settings.origin.removeprefix("https://").partition(":")[0]
        if host != rp_id and not host.endswith("." + rp_id):
            raise ProbeFailed(f"keys are made for {rp_id}", "correct origin, or the policy webauthn_relying_party_id")
        return f"signed in; keys are made for {rp_id}"

    @property
    def _type(self) -> TokenType:
        return TYPES[self.settings.token_type]

    def _asked(self, began: Any) -> tuple[Mapping[str, Any], str]:
        """What the server wants made. Raises RelyingPartyRefused."""
        try:
            return self._type.options(began)
        except Malformed as error:
            raise RelyingPartyRefused("bad_options") from error

    def _account(self, request: CreationRequest) -> str:
        account = account_of(self.settings.account, request.person)
        if privacyidea.WILDCARD in account:
            raise RelyingPartyRefused("no_account")
        return account

    def _tokens(self, account: str) -> tuple[list[Any], timedelta]:
        """All tokens of this person that are keys, and how far the server's clock is ahead. Raises as RestApi does."""
        query = {"user": account, "realm": self.settings.realm, "pagesize": str(_MOST_TOKENS)}
        answer = self.admin.call("GET", "token/", query=query)
        tokens = told(value(answer), "tokens", kind=list)
        mine = [each for each in tokens if told(each, "username", kind=str).casefold() == account.casefold()]
        keys = [each for each in mine if each.get("tokentype") in _KEYS and told(each, "serial", kind=str)]
        return keys, ahead(answer.headers, self.wiring.clock.now())

    @contextmanager
    def _errors(self, account: str, *, writes: bool = False) -> Iterator[None]:
        """As `remote_errors`, by privacyIDEA's own numbers: its 400 and 403 mean many things."""
        with remote_errors(account, writes=writes):
            try:
                yield
            except Refused as refused:
                code = privacyidea.code_of(refused)
                if code == privacyidea.NO_USER:
                    raise RelyingPartyRefused("no_account") from refused
                if privacyidea.timed_out(refused):
                    raise RelyingPartyRefused("expired") from refused
                raise


def _info(token: Mapping[str, Any]) -> Mapping[str, Any]:
    info = token.get("info")
    return info if isinstance(info, dict) else {}


def _no_policy(refused: Refused) -> ProbeFailed | None:
    """What stands in the way of a log-in."""
    if privacyidea.code_of(refused) != privacyidea.NO_RIGHT:
        return None
    return ProbeFailed(
        "the policies for keys are missing",
        "in privacyIDEA: Config, Policies, scope enrollment: set webauthn_relying_party_id and _name",
    )


CONNECTOR = Connector("privacyidea", PrivacyIdeaParty, PrivacyIdeaRelyingParty.make)
