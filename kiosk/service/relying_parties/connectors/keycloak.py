"""Keycloak as a relying party: it has no registration for somebody else, so the service verifies, and imports.

Options and all checks are the service's own: Keycloak believes whatever is imported. Nothing is half made there.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Final, Literal
from urllib.parse import urlsplit

from pydantic import Field

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
    RegisteredCredential,
    RelyingPartyRefused,
    UserVerification,
)
from kiosk.service.relying_parties.keycloak_policy import (
    TYPES,
    RealmPolicy,
    Use,
    entry,
    id_in,
    read_policy,
)
from kiosk.service.relying_parties.options import canonical
from kiosk.service.relying_parties.registration import believed
from kiosk.service.relying_parties.remote import remote_errors
from kiosk.service.relying_parties.settings import RemotePartySettings
from kiosk.service.relying_parties.webauthn import encode
from kiosk.service.settings_model import HttpsUrl
from kiosk.service.vendors.kept import Kept
from kiosk.service.vendors.keycloak import NOBODY, KeycloakRealm, Realm
from kiosk.service.vendors.probing import probing
from kiosk.service.vendors.rest import told
from kiosk.service.wiring import Wiring

_POLICY_LIFE: Final = timedelta(minutes=5)


class KeycloakParty(RemotePartySettings, KeycloakRealm):
    """Keys for people of a Keycloak realm. Its service account needs the roles `query-users`, `view-users`,
    `manage-users` and `view-realm` of the client `realm-management`."""

    kind: Literal["keycloak"] = "keycloak"
    """Which connector."""
    account_is: Literal["username", "email", "id"] = "username"
    """What `account` names people by; `id` for `{directory_id}` of a directory that is the same realm."""
    use: Use = "passwordless"
    """`passwordless` for a passkey that needs no password, or `second_factor` besides one."""
    origin: HttpsUrl | None = None
    """The web origin of the sign-in page, where it is not that of `url`."""
    label: str = Field(default="Security key", min_length=1, max_length=100)
    """What the key is called there when the person gave it no name."""


@dataclass(frozen=True, slots=True)
class KeycloakRelyingParty:
    """A `RelyingParty`."""

    settings: KeycloakParty
    wiring: Wiring
    realm: Realm
    _policy: Kept[RealmPolicy] = field(repr=False)

    remote = True

    @classmethod
    def make(cls, settings: KeycloakParty, wiring: Wiring) -> KeycloakRelyingParty:
        """Raises NoCredential, ConfigurationError."""
        return cls(settings, wiring, Realm(settings, wiring, settings.id), Kept(wiring.clock, _POLICY_LIFE))

    @property
    def name(self) -> RelyingPartyName:
        """From the settings."""
        return RelyingPartyName(self.settings.id, self.settings.name)

    @property
    def deadline(self) -> timedelta:
        """At most three calls (realm, user, credentials), and signing in before and in the middle."""
        return timedelta(seconds=3 * self.settings.timeout + 2 * self.settings.token_timeout)

    def policy(self) -> PartyPolicy:
        """The realm's WebAuthn policy."""
        return self._realm_policy().party()

    def begin(self, request: CreationRequest) -> CreationOptions:
        """Options of our own, by the realm's policy; Keycloak's user handle is the text of the user's UUID."""
        policy, origin = self._realm_policy(), self._origin()
        rp_id = policy.rp_id or _host(origin)
        if _host(origin) != rp_id and not _host(origin).endswith(f".{rp_id}"):
            raise RelyingPartyRefused("origin_outside_rp")
        user = self._user(account_of(self.settings.account, request.person))
        with remote_errors():
            account = told(user, "id", kind=str)
            listed = self.realm.credentials(account)
        options: WebAuthnObject = {
            "rp": {"id": rp_id, "name": policy.rp_name or self.settings.name},
            "user": {
                "id": encode(account.encode()),
                "name": str(user.get("username") or request.person.upn),
                "displayName": request.person.display_name,
            },
            "challenge": encode(self.wiring.random.token(32)),
            "pubKeyCredParams": [{"type": "public-key", "alg": each} for each in policy.algorithms],
            "timeout": int(self.wiring.lifetime.total_seconds() * 1000),
            "authenticatorSelection": {"userVerification": self._verification(policy, request).value},
            "attestation": self.wiring.trust.policy.conveyance.value,
            "extensions": {"credProps": True},
        }
        exclude = {*request.exclude, *(known for each in listed if (known := id_in(each)))}
        return CreationOptions(
            canonical(options, exclude=exclude),
            origin,
            self.wiring.lifetime,
            account=account,
            state={"algorithms": " ".join(map(str, policy.algorithms))},
        )

    def complete(self, begun: BegunCeremony, response: WebAuthnObject) -> RegisteredCredential:
        """Verify all of it, for Keycloak will not; then put the user back as they are, with the credential added."""
        algorithms = tuple(int(each) for each in begun.state.get("algorithms", "").split())
        made = believed(begun, response, self.wiring.trust, algorithms)
        allowed = self._realm_policy().aaguids
        if allowed and made.aaguid not in allowed:
            raise RelyingPartyRefused("key_not_allowed")
        format_ = made.attestation.partition(":")[0]
        label = begun.name.strip() or self.settings.label
        added = entry(made, self.settings.use, label, format_, begun.now)
        with remote_errors(begun.account):
            user = self.realm.user(begun.account)
        with remote_errors(begun.account, words={409: "conflict"}, writes=True):
            route = self.realm.route("/users/{}", begun.account)
            self.realm.api.call("PUT", route, body=user | {"credentials": [added]})
        return replace(made, reference=added["id"])

    def abort(self, account: str, reference: str, since: datetime) -> None:
        """Nothing is half made at Keycloak: until the import it knows of nothing."""

    def list_credentials(self, account: str) -> tuple[ListedCredential, ...]:
        """Both the passkeys and the second factors."""
        with remote_errors(account):
            listed = self.realm.credentials(account)
            keys = [each for each in listed if each.get("type") in TYPES.values()]
            return tuple(
                ListedCredential(told(each, "id", kind=str), frozenset({known} if (known := id_in(each)) else ()))
                for each in keys
            )

    def delete(self, account: str, reference: str) -> None:
        """204, or 404 where it is gone already."""
        with remote_errors(account, writes=True):
            route = self.realm.route("/users/{}/credentials/{}", account, reference)
            self.realm.api.call("DELETE", route, good={200, 204, 404})

    def probe(self) -> str:
        """Signs in, reads the realm's policy, asks for somebody who is not there, and for the keys of nobody."""
        with probing():
            policy = read_policy(self.realm.representation(), self.settings.use)
            self.realm.users(username=NOBODY, max="1")
            self.realm.api.call("GET", self.realm.route("/users/{}/credentials", NOBODY), good={200, 404})
        rp_id, host = policy.rp_id or _host(self._origin()), _host(self._origin())
        if host != rp_id and not host.endswith(f".{rp_id}"):
            raise ProbeFailed(
                f"the realm's RP ID is {rp_id}, which is not {host} or a part of it",
                "set origin to the address of the sign-in page, or correct the RP ID in the realm's WebAuthn policy",
            )
        return f"signed in; keys for {rp_id}; {len(policy.aaguids) or 'all'} models allowed"

    def _realm_policy(self) -> RealmPolicy:
        return self._policy.get(self._read_policy)

    def _read_policy(self) -> RealmPolicy:
        with remote_errors(words={404: "no_realm"}):
            return read_policy(self.realm.representation(), self.settings.use)

    def _origin(self) -> str:
        parts = urlsplit(self.settings.origin or self.settings.url)
        return f"{parts.scheme}://{parts.netloc}"

    def _verification(self, policy: RealmPolicy, request: CreationRequest) -> UserVerification:
        """A passkey stands for the password as well: without its PIN it would be found, and that is all."""
        if self.settings.use == "passwordless":
            return UserVerification.REQUIRED
        return policy.user_verification or request.user_verification

    def _user(self, account: str) -> dict[str, Any]:
        """The account, if it is one and active. Raises RelyingPartyRefused."""
        by = self.settings.account_is
        with remote_errors():
            found = [self.realm.user(account)] if by == "id" else self.realm.users(**{by: account}, max="2")
        fitting = [each for each in found if str(each.get(by, "")).casefold() == account.casefold()]
        if len(fitting) != 1 or fitting[0].get("enabled") is not True:
            raise RelyingPartyRefused("no_account")
        return fitting[0]


def _host(origin: str) -> str:
    return urlsplit(origin).hostname or ""


CONNECTOR = Connector("keycloak", KeycloakParty, KeycloakRelyingParty.make)
