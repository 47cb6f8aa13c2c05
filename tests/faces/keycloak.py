"""A server shaped like Keycloak: an admin API that imports credentials which somebody else has verified."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from cryptography import x509
from fido2 import cbor
from fido2.cose import CoseKey, UnsupportedKey

from kiosk.service.sources import Clock
from tests.faces import frame
from tests.faces.frame import Answer, Route
from tests.faces.keycloak_users import MANAGE, REALM, VIEW, KeycloakUsers
from tests.faces.server import Json, Refusal, Request
from tests.faces.shape import Misshapen, shaped
from tests.faces.truth import Credential, User
from tests.faces.webauthn import Rejected, b64, b64_text, b64url, b64url_text

TYPES = ("webauthn", "webauthn-passwordless")

_CREDENTIAL = {
    "id?": str,
    "type": str,
    "userLabel?": str,
    "createdDate?": int,
    "secretData?": str,
    "credentialData?": str,
    "priority?": int,
    "value?": str,
    "temporary?": bool,
}
_USER: Json = {
    "id?": str,
    "username?": str,
    "enabled?": bool,
    "totp?": bool,
    "emailVerified?": bool,
    "createdTimestamp?": int,
    "firstName?": str,
    "lastName?": str,
    "email?": str,
    "attributes?": {"...": [str]},
    "disableableCredentialTypes?": [str],
    "requiredActions?": [str],
    "notBefore?": int,
    "access?": {"...": None},
    "credentials?": [_CREDENTIAL],
}
_DATA = {
    "aaguid": str,
    "credentialId": str,
    "counter": int,
    "attestationStatement?": (None,),
    "credentialPublicKey": str,
    "attestationStatementFormat?": ("packed", "none", "tpm", "fido-u2f", "apple", "android-key"),
    "transports?": [("usb", "nfc", "ble", "internal", "hybrid", "smart-card")],
}


class KeycloakFace(KeycloakUsers):
    """One realm. `realm` is its representation; `passwords` are those that a user got by an entry with a `value`, which
    a connector must never send."""

    CALLS = (
        frame.TOKEN,
        frame.SEARCH,
        frame.READ,
        frame.POLICY,
        frame.REGISTER,
        frame.LIST,
        frame.DELETE,
    )

    def __init__(self, folder: Path, *, clock: Clock | None = None, roots: Sequence[x509.Certificate] = ()) -> None:
        super().__init__(folder, clock=clock, roots=roots)
        self.passwords: dict[str, str] = {}
        self.kinds: dict[str, str] = {}
        self.realm: Json = {"realm": self.realm_name, "enabled": True, "sslRequired": "external"}
        for prefix in ("webAuthnPolicy", "webAuthnPolicyPasswordless"):
            strong = prefix.endswith("Passwordless")
            self.realm |= {
                f"{prefix}RpEntityName": "keycloak",
                f"{prefix}SignatureAlgorithms": ["ES256", "RS256"],
                f"{prefix}RpId": "",
                f"{prefix}AttestationConveyancePreference": "not specified",
                f"{prefix}AuthenticatorAttachment": "not specified",
                f"{prefix}RequireResidentKey": "Yes" if strong else "not specified",
                f"{prefix}UserVerificationRequirement": "required" if strong else "not specified",
                f"{prefix}CreateTimeout": 0,
                f"{prefix}AvoidSameAuthenticatorRegister": False,
                f"{prefix}AcceptableAaguids": [],
                f"{prefix}ExtraOrigins": [],
            }

    def routes(self) -> list[Route]:
        user = self.base + "/users/{user}"
        return [
            *super().routes(),
            Route(frame.POLICY, "GET", self.base, self._realm, REALM),
            Route(frame.REGISTER, "PUT", user, self._update, MANAGE),
            Route(frame.REGISTER, "POST", self.base + "/users", self._create, MANAGE),
            Route(frame.LIST, "GET", user + "/credentials", self._list, VIEW, MANAGE),
            Route(frame.DELETE, "DELETE", user + "/credentials/{id}", self._delete, MANAGE),
        ]

    def set_rp_id(self, rp_id: str, origin: str) -> None:
        """Another relying party for log-ins, as the policy of the realm then says."""
        self.rp_id, self.origin = rp_id, origin
        self.realm["webAuthnPolicyPasswordlessRpId"] = self.realm["webAuthnPolicyRpId"] = rp_id

    def _realm(self, request: Request) -> Answer:
        request.query()
        return Answer(json.loads(json.dumps(self.realm)))

    def _update(self, request: Request) -> Answer:
        request.query()
        user = self.found_user(request)
        told = self._representation(request)
        if told.get("id", user.id) != user.id or told.get("username", user.login) != user.login:
            raise Refusal(400, "error-user-attribute-read-only", "id and username cannot be changed")
        made = [self._checked(each) for each in told.get("credentials", [])]
        self._change(user, told)
        self._keep(user, made)
        return Answer(status=204)

    def _create(self, request: Request) -> Answer:
        request.query()
        told = self._representation(request)
        if "username" not in told:
            raise Refusal(400, "error-user-username-missing", "User name is missing")
        if any(each.login == told["username"] for each in self.users.truth.values()):
            raise Refusal(409, "conflict", "User exists with same username")
        made = [self._checked(each) for each in told.get("credentials", [])]
        user = self.add(told["username"], email="")
        self._change(user, {"enabled": False, "email": ""} | told)
        self._keep(user, made)
        return Answer(status=201, headers={"Location": f"{self.url}{self.base}/users/{user.id}"})

    def _representation(self, request: Request) -> Json:
        """What was told, without the noise that we have told ourselves. Raises Refusal."""
        document = _without(request.document(), set(self.NOISE))
        try:
            shaped(document, _USER)
            for name, values in document.get("attributes", {}).items():
                shaped(values, [str], f"attributes.{name}")
        except Misshapen as why:
            raise Refusal(400, "unknown_error", f"Unrecognized field or value: {why}") from why
        found: Json = document
        return found

    def _change(self, user: User, told: Json) -> None:
        """Members that are told are replaced, the attributes as a whole; others stay."""
        user.active = told.get("enabled", user.active)
        user.given_name = told.get("firstName", user.given_name)
        user.family_name = told.get("lastName", user.family_name)
        user.email = told.get("email", user.email)
        if "attributes" in told:
            given = {name: values[0] for name, values in told["attributes"].items() if values}
            user.phone, user.employee_id = given.pop("phoneNumber", ""), given.pop("employeeId", "")
            user.attributes = given

    def _checked(self, told: Json) -> Json:
        """The entry; its data must be what Keycloak can read at a log-in. Raises Refusal."""
        if told.get("value") or told.get("id") in self.stored.truth:
            return told
        try:
            if told["type"] not in TYPES:
                raise Refusal(400, "unknown_error", f"no provider of credentials of type {told['type']}")
            secret, data = json.loads(told.get("secretData", "")), json.loads(told.get("credentialData", ""))
            shaped(secret, {}, "secretData")
            shaped(data, _DATA, "credentialData")
            b64(data["credentialId"])
            key = CoseKey.parse(cbor.decode(b64url(data["credentialPublicKey"])))  # type: ignore[arg-type]  # a map
            UUID(data["aaguid"])
        except (Misshapen, Rejected, ValueError, TypeError, KeyError) as why:
            raise Refusal(400, "unknown_error", f"credentialData cannot be read: {why}") from why
        if isinstance(key, UnsupportedKey):
            raise Refusal(400, "unknown_error", "an algorithm of which nobody has heard")
        return told

    def _keep(self, user: User, made: Sequence[Json]) -> None:
        for told in made:
            if told.get("value"):
                self.passwords[user.id] = told["value"]
            elif told.get("id") not in self.stored.truth:
                self._import(user, told)

    def _import(self, user: User, told: Json) -> None:
        data = json.loads(told["credentialData"])
        credential = Credential(
            told.get("id") or str(uuid4()),
            user.id,
            b64(data["credentialId"]),
            b64url(data["credentialPublicKey"]),
            UUID(data["aaguid"]),
            data["counter"],
            told.get("userLabel", ""),
            self.clock.now(),
            False,
            user.id.encode(),
            tuple(data.get("transports", ())),
        )
        self.kinds[credential.id] = told["type"]
        self.stored.put(credential.id, credential)

    def log_in(self, assertion: Json) -> str:
        """Without a password only a passwordless credential opens the door."""
        user = super().log_in(assertion)
        raw = b64url(assertion["rawId"])
        used = [self.kinds[each.id] for each in self.stored.truth.values() if each.credential_id == raw]
        if used != ["webauthn-passwordless"]:
            raise Rejected(f"credentials of this id: {used}")
        return user

    def _list(self, request: Request) -> Answer:
        request.query()
        user = self.found_user(request)
        told: list[Json] = [self._told(each) for each in self.stored.seen() if each.user == user.id]
        if user.id in self.passwords:
            told.append({"id": str(UUID(int=1)), "type": "password", "createdDate": 1})
        return Answer(told)

    def _told(self, credential: Credential) -> Json:
        """Secret data are not told; the others are."""
        data = {
            "aaguid": str(credential.aaguid),
            "credentialId": b64_text(credential.credential_id),
            "counter": credential.sign_count,
            "credentialPublicKey": b64url_text(credential.public_key),
            "attestationStatementFormat": "packed",
            "transports": list(credential.transports),
        }
        return {
            "id": credential.id,
            "type": self.kinds[credential.id],
            "userLabel": credential.name,
            "createdDate": int(credential.made.timestamp() * 1000),
            "credentialData": json.dumps(data),
        }

    def _delete(self, request: Request) -> Answer:
        request.query()
        user = self.found_user(request)
        credential = self.stored.truth.get(request.parts["id"])
        if credential is None or credential.user != user.id:
            raise Refusal(404, "Credential not found")
        self.stored.remove(credential.id)
        return Answer(status=204)


def _without(document: Any, names: set[str]) -> Any:
    if isinstance(document, dict):
        return {k: _without(v, names) for k, v in document.items() if k not in names}
    return [_without(each, names) for each in document] if isinstance(document, list) else document
