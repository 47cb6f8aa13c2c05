"""A server shaped like Zitadel: users found by queries, passkeys registered with a code that is good for one use."""

from __future__ import annotations

import re
import secrets
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

from cryptography import x509

from kiosk.service.sources import Clock
from tests.faces import frame
from tests.faces.frame import Answer, Face, Route
from tests.faces.server import Json, Refusal, Request
from tests.faces.shape import Misshapen, shaped
from tests.faces.truth import Ceremony, Credential, User
from tests.faces.webauthn import Made, Rejected, Wanted, b64url, b64url_text, challenge_of, registered
from tests.faces.zitadel_query import Query

WRITE, READ = "user.passkey.write", "user.read"

_AUTHENTICATORS = tuple(f"PASSKEY_AUTHENTICATOR_{each}" for each in ("UNSPECIFIED", "PLATFORM", "CROSS_PLATFORM"))
_DOMAIN = re.compile(r"(?=.{1,200}\Z)[a-z0-9-]+(\.[a-z0-9-]+)*")
_LINK: Json = {"returnCode": {}}
_BEGIN = {"code": {"id": str, "code": str}, "authenticator?": _AUTHENTICATORS, "domain": _DOMAIN}
_FINISH = {
    "publicKeyCredential": {
        "id": str,
        "rawId": str,
        "type": ("public-key",),
        "response": {"clientDataJSON": str, "attestationObject": str, "transports?": [str]},
        "authenticatorAttachment?": str,
        "clientExtensionResults?": {"...": None},
    },
    "passkeyName": re.compile(r".{1,200}"),
}
_CODES = {400: 3, 401: 16, 403: 7, 404: 5, 405: 12, 415: 3, 429: 8, 503: 14}
"""The codes of gRPC that the gateway tells."""
_CODE_LIFE, _CEREMONY_LIFE = timedelta(hours=1), timedelta(minutes=5)


class ZitadelFace(Face):
    """One instance: `token` is the personal access token of a service user with `rights`; `codes` were not used yet."""

    NAME = "zitadel"
    CALLS = (frame.SEARCH, frame.LINK, frame.BEGIN, frame.REGISTER, frame.LIST, frame.DELETE)

    def __init__(self, folder: Path, *, clock: Clock | None = None, roots: Sequence[x509.Certificate] = ()) -> None:
        super().__init__(folder, clock=clock, roots=roots)
        self.token = secrets.token_urlsafe(48)
        self.rights = {WRITE, READ}
        self.org = "265432109876543210"
        self.codes: dict[tuple[str, str], Ceremony] = {}

    def routes(self) -> list[Route]:
        keys = "/v2/users/{user}/passkeys"
        return [
            Route(frame.SEARCH, "POST", "/v2/users", self._search, READ),
            Route(frame.LINK, "POST", keys + "/registration_link", self._link, WRITE),
            Route(frame.BEGIN, "POST", keys, self._begin, WRITE),
            Route(frame.LIST, "POST", keys + "/_search", self._list, READ, WRITE),
            Route(frame.REGISTER, "POST", keys + "/{passkey}", self._finish, WRITE),
            Route(frame.DELETE, "DELETE", keys + "/{passkey}", self._delete, WRITE),
        ]

    def authorize(self, request: Request, route: Route) -> None:
        if not secrets.compare_digest(
            request.headers.get("authorization", "").encode(), f"Bearer {self.token}".encode()
        ):
            raise self.expired()
        if request.headers.get("x-zitadel-orgid", self.org) != self.org:
            raise Refusal(403, "Organisation doesn't exist (AUTH-Bs7Ds)")
        if not self.rights & set(route.rights):
            raise Refusal(403, "No matching permissions found (AUTH-5mWD2)")

    def expired(self) -> Refusal:
        return Refusal(401, "auth header missing or invalid token (AUTH-7fs1e)")

    def problem(self, refusal: Refusal, request: Request) -> Json:
        code = 9 if refusal.code.startswith("Errors.") else _CODES[refusal.status]
        detail = {"@type": "type.googleapis.com/zitadel.v1.ErrorDetail", "id": "FACE-0", "message": refusal.message}
        return {"code": code, "message": refusal.message, "details": [detail]}

    def new_id(self) -> str:
        return str(10**17 + secrets.randbelow(9 * 10**17))

    def half_made(self, user: str) -> list[str]:
        wanted = self.user(user).id
        return [each.id for each in self.ceremonies.values() if each.user == wanted and not each.used]

    def _search(self, request: Request) -> Answer:
        request.query()
        try:
            query = Query(request.document())
        except Misshapen as why:
            raise Refusal(400, "bad_body", f"proto: syntax error: {why}") from why
        found = [self.document(each) for each in self.users.seen()]
        found = [each for each in found if query.matches(each)]
        details = {"totalResult": str(len(found)), "timestamp": self._now(request)}
        if found:
            return Answer({"details": details, "result": found[: query.limit]})
        return Answer({"details": {"timestamp": details["timestamp"]}})  # zero and empty are left out

    def document(self, user: User) -> Json:
        """The user as v2 tells them."""
        human: Json = {
            "profile": {
                "givenName": user.given_name,
                "familyName": user.family_name,
                "displayName": f"{user.given_name} {user.family_name}",
            },
            "email": {"email": user.email, "isVerified": True},
            "phone": {"phone": user.phone, "isVerified": True} if user.phone else {},
        }
        return {
            "userId": user.id,
            "details": {"sequence": "2", "resourceOwner": self.org},
            "state": user.state or ("USER_STATE_ACTIVE" if user.active else "USER_STATE_INACTIVE"),
            "username": user.login,
            "loginNames": [user.login],
            "preferredLoginName": user.login,
            "human": human,
        }

    def _user(self, request: Request) -> User:
        user = self.users.truth.get(request.parts["user"])
        if user is None:
            raise Refusal(404, "not_found", "User could not be found (QUERY-Dfbg2)")
        return user

    def _link(self, request: Request) -> Answer:
        request.query()
        user = self._user(request)
        self._shaped(request, _LINK)
        if not user.active:
            raise Refusal(400, "Errors.User.NotActive")
        code = Ceremony(self.new_id(), user.id, b"", "", self.clock.now() + _CODE_LIFE)
        word = secrets.token_urlsafe(9)
        self.codes[code.id, word] = code
        return Answer({"details": self._details(request), "code": {"id": code.id, "code": word}})

    def _begin(self, request: Request) -> Answer:
        request.query()
        user = self._user(request)
        told = self._shaped(request, _BEGIN)
        code = self.codes.pop((told["code"]["id"], told["code"]["code"]), None)
        if code is None or code.user != user.id or self.clock.now() >= code.expires:
            raise Refusal(400, "Errors.User.Code.Invalid")
        domain, challenge = told["domain"], secrets.token_bytes(32)
        ceremony = Ceremony(self.new_id(), user.id, challenge, domain, self.clock.now() + _CEREMONY_LIFE)
        self.ceremonies[ceremony.id] = ceremony
        chosen = told.get("authenticator", _AUTHENTICATORS[0]).removeprefix("PASSKEY_AUTHENTICATOR_")
        attachment = chosen.lower().replace("_", "-")
        selection = {"userVerification": "required", "requireResidentKey": True, "residentKey": "required"}
        if attachment != "unspecified":
            selection["authenticatorAttachment"] = attachment
        public_key = {
            "challenge": b64url_text(challenge),
            "rp": {"id": domain, "name": "ZITADEL"},
            "user": {"id": b64url_text(user.id.encode()), "name": user.login, "displayName": user.given_name},
            "pubKeyCredParams": [{"type": "public-key", "alg": -7}, {"type": "public-key", "alg": -257}],
            "timeout": 300000,
            "excludeCredentials": [
                {"type": "public-key", "id": b64url_text(each.credential_id)} for each in self.credentials(user.id)
            ],
            "authenticatorSelection": selection,
            "attestation": "none",
        }
        options = {"publicKeyCredentialCreationOptions": {"publicKey": public_key}}
        return Answer({"details": self._details(request), "passkeyId": ceremony.id} | options)

    def _finish(self, request: Request) -> Answer:
        request.query()
        user = self._user(request)
        told = self._shaped(request, _FINISH)
        ceremony = self.ceremonies.get(request.parts["passkey"])
        if ceremony is None or ceremony.user != user.id:
            raise Refusal(404, "not_found", "Passkey not found (COMMAND-2M9ds)")
        if ceremony.used or self.clock.now() >= ceremony.expires:
            raise Refusal(400, "Errors.User.WebAuthN.AlreadyVerifiedOrExpired")
        try:
            made = self._made(told["publicKeyCredential"], ceremony)
        except Rejected as why:
            raise Refusal(400, "Errors.User.WebAuthN.CreateCredentialFailed", f"Errors.User.WebAuthN: {why}") from why
        ceremony.used = True
        credential = Credential(
            ceremony.id,
            user.id,
            made.credential_id,
            made.public_key,
            made.aaguid,
            made.sign_count,
            told["passkeyName"],
            self.clock.now(),
            False,
            user.id.encode(),
        )
        self.stored.put(credential.id, credential)
        return Answer({"details": self._details(request)})

    def _made(self, told: Json, ceremony: Ceremony) -> Made:
        client_data = b64url(told["response"]["clientDataJSON"])
        if challenge_of(client_data) != ceremony.challenge:
            raise Rejected("another challenge")
        origins = [f"https://{ceremony.rp_id}", *([self.url] if ceremony.rp_id == "localhost" else [])]
        wanted = Wanted(ceremony.challenge, origins, ceremony.rp_id)
        made = registered(client_data, b64url(told["response"]["attestationObject"]), wanted)
        if {b64url(told["id"]), b64url(told["rawId"])} != {made.credential_id}:
            raise Rejected("id and rawId are not those of the credential")
        if any(each.credential_id == made.credential_id for each in self.stored.truth.values()):
            raise Rejected("the credential is registered already")
        return made

    def _list(self, request: Request) -> Answer:
        request.query()
        user = self._user(request)
        self._shaped(request, {})
        found = [
            {"id": each.id, "state": "AUTH_FACTOR_STATE_READY", "name": each.name}
            for each in self.stored.seen()
            if each.user == user.id
        ]
        found += [{"id": id, "state": "AUTH_FACTOR_STATE_NOT_READY"} for id in self.half_made(user.id)]
        details = {"totalResult": str(len(found)), "timestamp": self._now(request)}
        return Answer({"details": details, "result": found} if found else {"details": {}})

    def _delete(self, request: Request) -> Answer:
        request.query()
        user, id = self._user(request), request.parts["passkey"]
        if id in self.half_made(user.id):
            del self.ceremonies[id]
        elif id in self.stored.truth and self.stored.truth[id].user == user.id:
            self.stored.remove(id)
        else:
            raise Refusal(404, "not_found", "Passkey not found (COMMAND-2M9ds)")
        return Answer({"details": self._details(request)})

    def _shaped(self, request: Request, shape: Json) -> Any:
        try:
            return shaped(request.document(), shape)
        except Misshapen as why:
            raise Refusal(400, "bad_body", f"proto: (line 1:1): {why}") from why

    def _details(self, request: Request) -> Json:
        return {"sequence": "3", "changeDate": self._now(request), "resourceOwner": self.org}

    def _now(self, request: Request) -> str:
        return request.told(self.clock.now()).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
