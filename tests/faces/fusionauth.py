"""A server shaped like FusionAuth: WebAuthn registrations that are started and completed with an API key."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from cryptography import x509

from kiosk.service.sources import Clock
from tests.faces import frame
from tests.faces.frame import Answer, Face, Route
from tests.faces.server import Json, Refusal, Request
from tests.faces.shape import Misshapen, shaped
from tests.faces.truth import Ceremony, Credential, User
from tests.faces.webauthn import Made, Rejected, Wanted, b64url, b64url_text, challenge_of, registered

WEBAUTHN, USERS = "/api/webauthn", "/api/user"

_START = {
    "userId": str,
    "workflow": ("bootstrap", "general", "reauthentication"),
    "displayName?": str,
    "name?": str,
    "userAgent?": str,
}
_COMPLETE = {
    "userId": str,
    "origin": str,
    "rpId": str,
    "credential": {
        "id": str,
        "type": ("public-key",),
        "transports?": [str],
        "clientExtensionResults": {"credProps?": {"rk?": bool}},
        "response": {"attestationObject": str, "clientDataJSON": str},
    },
}
_LIFE = timedelta(minutes=3)


class FusionAuthFace(Face):
    """One tenant: `api_key` with `rights` on paths, `licensed`, `several_tenants` makes the header of the tenant due,
    `policy` is the `webAuthnConfiguration` of the tenant."""

    NAME = "fusionauth"
    CALLS = (frame.READ, frame.POLICY, frame.BEGIN, frame.REGISTER, frame.LIST, frame.DELETE)

    def __init__(self, folder: Path, *, clock: Clock | None = None, roots: Sequence[x509.Certificate] = ()) -> None:
        super().__init__(folder, clock=clock, roots=roots)
        self.api_key, self.tenant = secrets.token_urlsafe(48), str(uuid4())
        self.rights = {WEBAUTHN, USERS, "/api/tenant"}
        self.licensed, self.several_tenants = True, False
        flow = {"enabled": True, "userVerificationRequirement": "required"}
        self.policy: Json = {
            "enabled": True,
            "relyingPartyId": "localhost",
            "relyingPartyName": "Example",
            "bootstrapWorkflow": dict(flow),
            "reauthenticationWorkflow": dict(flow),
        }

    def routes(self) -> list[Route]:
        return [
            Route(frame.READ, "GET", USERS, self._search, USERS),
            Route(frame.READ, "GET", USERS + "/{user}", self._read, USERS),
            Route(frame.POLICY, "GET", "/api/tenant/{tenant}", self._tenant, "/api/tenant"),
            Route(frame.BEGIN, "POST", WEBAUTHN + "/register/start", self._start, WEBAUTHN),
            Route(frame.REGISTER, "POST", WEBAUTHN + "/register/complete", self._complete, WEBAUTHN),
            Route(frame.LIST, "GET", WEBAUTHN, self._list, WEBAUTHN),
            Route(frame.LIST, "GET", WEBAUTHN + "/{id}", self._one, WEBAUTHN),
            Route(frame.DELETE, "DELETE", WEBAUTHN, self._delete_all, WEBAUTHN),
            Route(frame.DELETE, "DELETE", WEBAUTHN + "/{id}", self._delete, WEBAUTHN),
        ]

    def authorize(self, request: Request, route: Route) -> None:
        if not secrets.compare_digest(request.headers.get("authorization", "").encode(), self.api_key.encode()):
            raise self.expired()
        tenant = request.headers.get("x-fusionauth-tenantid", "" if self.several_tenants else self.tenant)
        if tenant != self.tenant or not self.rights & set(route.rights):
            raise Refusal(
                400 if not tenant else 401, "[invalid]X-FusionAuth-TenantId", "the tenant is missing or wrong"
            )
        if WEBAUTHN in route.rights and not self.licensed:
            raise Refusal(400, "[notLicensed]", "This feature requires a valid license")

    def expired(self) -> Refusal:
        return Refusal(401, "[unauthorized]")

    def problem(self, refusal: Refusal, request: Request) -> Any:
        """401 and 404 have no body; an error of a field stands under its name."""
        if refusal.status in (401, 404, 405):
            return None
        code, _, name = refusal.code.partition(" ")
        told = [{"code": code, "message": refusal.message}]
        return {"fieldErrors": {name: told}} if name else {"generalErrors": told, "fieldErrors": {}}

    def half_made(self, user: str) -> list[str]:
        """FusionAuth keeps a challenge and nothing else: no credential is half made."""
        return []

    def _found(self, user_id: Any) -> User:
        user = self.users.truth.get(user_id)
        if user is None:
            raise Refusal(400, "[invalid] userId", "The user does not exist")
        return user

    def _search(self, request: Request) -> Answer:
        query = request.query("userId", "loginId", "email", "username")
        for user in self.users.seen():
            own = {"userId": user.id, "loginId": user.login, "email": user.email, "username": user.login}
            if query and all(own[name].casefold() == value.casefold() for name, value in query.items()):
                return Answer({"user": self.document(user)})
        raise Refusal(404, "not_found")

    def _read(self, request: Request) -> Answer:
        request.query()
        user = self.users.truth.get(request.parts["user"])
        if user is None:
            raise Refusal(404, "not_found")
        return Answer({"user": self.document(user)})

    def document(self, user: User) -> Json:
        """The user as FusionAuth tells them."""
        told = {"id": user.id, "username": user.login, "email": user.email, "active": user.active}
        names = {"firstName": user.given_name, "lastName": user.family_name, "mobilePhone": user.phone}
        return told | names | {"tenantId": self.tenant, "data": {"employeeId": user.employee_id} | user.attributes}

    def _tenant(self, request: Request) -> Answer:
        request.query()
        if request.parts["tenant"] != self.tenant:
            raise Refusal(404, "not_found")
        return Answer({"tenant": {"id": self.tenant, "webAuthnConfiguration": dict(self.policy)}})

    def _start(self, request: Request) -> Answer:
        request.query()
        told = self._shaped(request, _START)
        user = self._found(told["userId"])
        if not user.active or not self.policy["enabled"]:
            raise Refusal(400, "[WebAuthnDisabled]", "The user is locked, or WebAuthn is not enabled")
        challenge = secrets.token_bytes(32)
        expires = self.clock.now() + _LIFE
        ceremony = Ceremony(b64url_text(challenge), user.id, challenge, self.policy["relyingPartyId"], expires)
        ceremony.details["name"] = told.get("displayName", "")
        self.ceremonies[ceremony.id] = ceremony
        options = {
            "attestation": "none",
            "authenticatorSelection": {
                "authenticatorAttachment": "cross-platform",
                "requireResidentKey": True,
                "residentKey": "required",
                "userVerification": self.policy["bootstrapWorkflow"]["userVerificationRequirement"],
            },
            "challenge": ceremony.id,
            "excludeCredentials": [
                {"type": "public-key", "id": b64url_text(each.credential_id), "transports": ["usb"]}
                for each in self.credentials(user.id)
            ],
            "extensions": {"credProps": True},
            "pubKeyCredParams": [{"type": "public-key", "alg": -7}, {"type": "public-key", "alg": -257}],
            "rp": {"id": ceremony.rp_id, "name": self.policy["relyingPartyName"]},
            "timeout": 180000,
            "user": {"id": b64url_text(UUID(user.id).bytes), "name": user.login, "displayName": user.given_name},
        }
        return Answer({"options": options})

    def _complete(self, request: Request) -> Answer:
        request.query()
        told = self._shaped(request, _COMPLETE)
        user = self._found(told["userId"])
        try:
            ceremony, made = self._made(told, user)
        except Rejected as why:
            raise Refusal(400, "[invalid] credential", str(why)) from why
        credential = Credential(
            self.new_id(),
            user.id,
            made.credential_id,
            made.public_key,
            made.aaguid,
            made.sign_count,
            ceremony.details["name"],
            self.clock.now(),
            bool(made.certificates),
            UUID(user.id).bytes,
            tuple(told["credential"].get("transports", ())),
        )
        self.stored.put(credential.id, credential)
        return Answer({"credential": self._told(credential)})

    def _made(self, told: Json, user: User) -> tuple[Ceremony, Made]:
        client_data = b64url(told["credential"]["response"]["clientDataJSON"])
        ceremony = self.ceremonies.get(b64url_text(challenge_of(client_data)))
        if ceremony is None or ceremony.user != user.id or self.clock.now() >= ceremony.expires:
            raise Rejected("the challenge is unknown or has expired")
        if ceremony.used:
            raise Rejected("the challenge was used before")
        ceremony.used = True
        host = told["origin"].removeprefix("https://").partition(":")[0]
        if told["rpId"] != ceremony.rp_id or not f".{host}".endswith(f".{ceremony.rp_id}"):
            raise Rejected("rpId, or an origin that is not of it")
        verified = self.policy["bootstrapWorkflow"]["userVerificationRequirement"] == "required"
        wanted = Wanted(ceremony.challenge, (told["origin"],), ceremony.rp_id, verified)
        made = registered(client_data, b64url(told["credential"]["response"]["attestationObject"]), wanted)
        if b64url(told["credential"]["id"]) != made.credential_id:
            raise Rejected("id is not that of the credential")
        if any(each.credential_id == made.credential_id for each in self.stored.truth.values()):
            raise Rejected("the credential is registered already")
        return ceremony, made

    def _told(self, credential: Credential) -> Json:
        return {
            "id": credential.id,
            "credentialId": b64url_text(credential.credential_id),
            "userId": credential.user,
            "tenantId": self.tenant,
            "displayName": credential.name,
            "publicKey": "-----BEGIN PUBLIC KEY-----",
            "algorithm": "ES256",
            "attestationType": "basic" if credential.attested else "none",
            "relyingPartyId": self.policy["relyingPartyId"],
            "signCount": credential.sign_count,
            "discoverable": True,
            "transports": list(credential.transports),
            "insertInstant": int(credential.made.timestamp() * 1000),
        }

    def _list(self, request: Request) -> Answer:
        user = self._found(request.query("userId").get("userId"))
        return Answer({"credentials": [self._told(each) for each in self.stored.seen() if each.user == user.id]})

    def _one(self, request: Request) -> Answer:
        request.query()
        return Answer({"credential": self._told(self._credential(request))})

    def _credential(self, request: Request) -> Credential:
        credential = self.stored.truth.get(request.parts["id"])
        if credential is None:
            raise Refusal(404, "not_found")
        return credential

    def _delete(self, request: Request) -> Answer:
        request.query()
        self.stored.remove(self._credential(request).id)
        return Answer()

    def _delete_all(self, request: Request) -> Answer:
        user = self._found(request.query("userId").get("userId"))
        for each in self.credentials(user.id):
            self.stored.remove(each.id)
        return Answer()

    def _shaped(self, request: Request, shape: Json) -> Any:
        try:
            return shaped(request.document(), shape)
        except Misshapen as why:
            raise Refusal(400, f"[invalid] {why.path}", why.what) from why
