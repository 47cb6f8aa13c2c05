"""A server shaped like Okta: the management API as far as it finds users and enrolls WebAuthn factors for them."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from cryptography import x509

from kiosk.service.sources import Clock
from tests.faces import frame
from tests.faces.frame import Answer, Route
from tests.faces.okta_users import MANAGE, READ, OktaUsers
from tests.faces.server import Json, Refusal, Request
from tests.faces.shape import Misshapen, shaped
from tests.faces.truth import Ceremony, Credential, User
from tests.faces.webauthn import (
    Made,
    Rejected,
    Wanted,
    b64,
    b64url,
    b64url_text,
    challenge_of,
    registered,
)

_FACTOR = {"factorType": ("webauthn",), "provider": ("FIDO",)}
_ACTIVATE = {"attestation": str, "clientData": str}
_ATTEMPTS, _WINDOW = 5, timedelta(minutes=5)


class OktaFace(OktaUsers):
    """One org with its factors: `aaguids` are the models its authenticator policy takes (None: all), `attested` whether
    they must come from a maker in `roots`."""

    CALLS = (
        frame.TOKEN,
        frame.SEARCH,
        frame.READ,
        frame.POLICY,
        frame.BEGIN,
        frame.REGISTER,
        frame.LIST,
        frame.DELETE,
    )

    def __init__(self, folder: Path, *, clock: Clock | None = None, roots: Sequence[x509.Certificate] = ()) -> None:
        super().__init__(folder, clock=clock, roots=roots)
        self.aaguids: frozenset[UUID] | None = None
        self.attested = True
        self.custom_rp_id = ""

    def routes(self) -> list[Route]:
        factors, one = "/api/v1/users/{user}/factors", "/api/v1/users/{user}/factors/{factor}"
        return [
            *super().routes(),
            Route(frame.POLICY, "GET", "/api/v1/authenticators", self._authenticators, "okta.authenticators.read"),
            Route(
                frame.POLICY,
                "GET",
                "/api/v1/authenticators/{id}/methods/webauthn",
                self._method,
                "okta.authenticators.read",
            ),
            Route(frame.BEGIN, "POST", factors, self._enroll, MANAGE),
            Route(frame.REGISTER, "POST", one + "/lifecycle/activate", self._activate, MANAGE),
            Route(frame.LIST, "GET", factors, self._list, READ, MANAGE),
            Route(frame.LIST, "GET", one, self._one, READ, MANAGE),
            Route(frame.DELETE, "DELETE", one, self._delete, MANAGE),
        ]

    def half_made(self, user: str) -> list[str]:
        wanted = self.user(user).id
        return [each.id for each in self.ceremonies.values() if each.user == wanted and not each.used]

    def _authenticators(self, request: Request) -> Answer:
        request.query()
        return Answer([{"id": "aut1nd8PQhGcQtSxB0g4", "key": "webauthn", "status": "ACTIVE", "type": "security_key"}])

    def _method(self, request: Request) -> Answer:
        request.query()
        if request.parts["id"] != "aut1nd8PQhGcQtSxB0g4":
            raise Refusal(404, "E0000007", "Not found: Resource not found (Authenticator)")
        domain = {"enabled": bool(self.custom_rp_id), "domain": {"name": self.custom_rp_id}}
        settings = {"userVerification": "PREFERRED", "attachment": "ANY"} | (
            {"rpId": domain} if self.custom_rp_id else {}
        )
        return Answer({"type": "webauthn", "status": "ACTIVE", "settings": settings})

    def _enroll(self, request: Request) -> Answer:
        query = request.query("tokenLifetimeSeconds", "activate", "updatePhone", "templateId")
        user = self.active_user(request)
        seconds = query.get("tokenLifetimeSeconds", "300")
        self._shaped(request, _FACTOR)
        if not seconds.isascii() or not seconds.isdigit() or not 1 <= int(seconds) <= 86400:
            raise self.invalid("tokenLifetimeSeconds must be between 1 and 86400")
        now = self.clock.now()
        factor = Ceremony(
            "fwf" + secrets.token_hex(9)[:17],
            user.id,
            secrets.token_bytes(15),
            self.custom_rp_id or self.rp_id,
            now + timedelta(seconds=int(seconds)),
        )
        self.ceremonies[factor.id] = factor
        return Answer(self._factor(factor.id, user, "PENDING_ACTIVATION") | {"_embedded": self._embedded(user, factor)})

    def _embedded(self, user: User, factor: Ceremony) -> Json:
        excluded = [{"type": "public-key", "id": b64url_text(each.credential_id)} for each in self.credentials(user.id)]
        return {
            "activation": {
                "rp": {"name": "Example org"},
                "user": {"id": user.id, "name": user.login, "displayName": f"{user.given_name} {user.family_name}"},
                "pubKeyCredParams": [{"type": "public-key", "alg": -7}, {"type": "public-key", "alg": -257}],
                "challenge": b64url_text(factor.challenge),
                "attestation": "direct",
                "authenticatorSelection": {"userVerification": "preferred", "requireResidentKey": False},
                "u2fParams": {"appid": self.url},
                "excludeCredentials": excluded,
            }
        }

    def _factor(self, id: str, user: User, status: str) -> Json:
        href = f"{self.url}/api/v1/users/{user.id}"
        link: Json = {"self": {"href": f"{href}/factors/{id}"}, "user": {"href": href}}
        if status == "PENDING_ACTIVATION":
            link["activate"] = {"href": f"{href}/factors/{id}/lifecycle/activate", "hints": {"allow": ["POST"]}}
        told = {"id": id, "factorType": "webauthn", "provider": "FIDO", "vendorName": "FIDO", "status": status}
        return told | {"created": None, "lastUpdated": None, "_links": link}

    def _activate(self, request: Request) -> Answer:
        request.query()
        user = self.active_user(request)
        factor = self.ceremonies.get(request.parts["factor"])
        if factor is None or factor.user != user.id or factor.used:
            raise Refusal(404, "E0000007", "Not found: Resource not found (UserFactor)")
        now = self.clock.now()
        factor.attempts = [each for each in factor.attempts if now - each < _WINDOW]
        if len(factor.attempts) >= _ATTEMPTS:
            raise self.too_many()
        factor.attempts.append(now)
        told = self._shaped(request, _ACTIVATE)
        if now >= factor.expires:
            raise Refusal(403, "E0000068", "Invalid Passcode/Answer: the activation has expired")
        try:
            made = self._made(told, factor)
        except Rejected as why:
            raise self.invalid(str(why)) from why
        factor.used = True
        credential = Credential(
            factor.id,
            user.id,
            made.credential_id,
            made.public_key,
            made.aaguid,
            made.sign_count,
            "Security key",
            now,
            bool(made.certificates),
            _decoded(user.id),
        )
        self.stored.put(credential.id, credential)
        return Answer(self._active(credential))

    def _made(self, told: Json, factor: Ceremony) -> Made:
        client_data = _either(told["clientData"])
        if challenge_of(client_data) != factor.challenge:
            raise Rejected("the challenge is another factor's")
        wanted = Wanted(
            factor.challenge,
            (self.origin,),
            factor.rp_id,
            user_verification=False,
            formats=("packed",) if self.attested else ("packed", "none"),
            roots=self.roots if self.attested else None,
        )
        made = registered(client_data, _either(told["attestation"]), wanted)
        if self.aaguids is not None and made.aaguid not in self.aaguids:
            raise Rejected("the authenticator is not in the allowed list")
        if any(each.credential_id == made.credential_id for each in self.stored.truth.values()):
            raise Rejected("the credential is enrolled already")
        return made

    def _active(self, credential: Credential) -> Json:
        user = self.users.truth[credential.user]
        profile = {"credentialId": b64url_text(credential.credential_id), "authenticatorName": credential.name}
        return self._factor(credential.id, user, "ACTIVE") | {"profile": profile}

    def _list(self, request: Request) -> Answer:
        request.query()
        user = self.found_user(request)
        found: list[Json] = [self._active(each) for each in self.stored.seen() if each.user == user.id]
        found += [self._factor(id, user, "PENDING_ACTIVATION") for id in self.half_made(user.id)]
        other = {"id": "ost1", "factorType": "token:software:totp", "provider": "OKTA", "status": "ACTIVE"}
        return Answer([other, *found])

    def _one(self, request: Request) -> Answer:
        user, id = self.found_user(request), request.parts["factor"]
        if id in self.half_made(user.id):
            return Answer(self._factor(id, user, "PENDING_ACTIVATION"))
        if id in self.stored.truth and self.stored.truth[id].user == user.id:
            return Answer(self._active(self.stored.truth[id]))
        raise Refusal(404, "E0000007", "Not found: Resource not found (UserFactor)")

    def _delete(self, request: Request) -> Answer:
        request.query("removeRecoveryEnrollment")
        user, id = self.active_user(request), request.parts["factor"]
        if id in self.half_made(user.id):
            del self.ceremonies[id]
        elif id in self.stored.truth and self.stored.truth[id].user == user.id:
            self.stored.remove(id)
        else:
            raise Refusal(404, "E0000007", "Not found: Resource not found (UserFactor)")
        return Answer(status=204)

    def _shaped(self, request: Request, shape: Json) -> Any:
        try:
            return shaped(request.document(), shape)
        except Misshapen as why:
            raise self.invalid(str(why)) from why


def _either(text: str) -> bytes:
    """Standard base64 with padding, or base64url without: Okta takes both. Raises Rejected."""
    try:
        return b64url(text)
    except Rejected:
        return b64(text)


def _decoded(user_id: str) -> bytes:
    """The handle that Okta's own page makes of an id: decoded as if it were base64url."""
    return b64url(user_id)
