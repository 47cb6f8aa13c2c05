"""The half of a server shaped like PingOne that gives tokens to worker applications and finds users."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from uuid import uuid4

from cryptography import x509

from kiosk.service.sources import Clock
from tests.faces import frame
from tests.faces.expressions import BadExpression, Expression, Grammar
from tests.faces.frame import Answer, Face, Route
from tests.faces.server import Json, Refusal, Request
from tests.faces.shape import Misshapen, shaped
from tests.faces.tokens import Client, Issuer, basic
from tests.faces.truth import User

DATA, ENVIRONMENT = "Identity Data Admin", "Environment Admin"

_COMPARED = frozenset(("eq", "sw"))
_NAMES = ("username", "email", "externalId", "mobilePhone", "primaryPhone", "accountId", "name.given", "name.family")
FILTERED = Grammar(dict.fromkeys((*_NAMES, "enabled"), _COMPARED), _COMPARED, re.compile(r"custom\w*"))
"""Custom attributes are called `custom…` here."""
_CODES = {
    "not_found": "NOT_FOUND",
    "method_not_allowed": "INVALID_REQUEST",
    "bad_query": "INVALID_DATA",
    "bad_media_type": "UNSUPPORTED_MEDIA_TYPE",
    "bad_json": "INVALID_REQUEST",
    "service_unavailable": "UNEXPECTED_ERROR",
    "too_many_requests": "REQUEST_LIMITED",
}


class PingOneUsers(Face):
    """One environment: `client` is a worker application with its roles; `without_mfa` are users for whom it is off."""

    NAME = "pingone"

    def __init__(self, folder: Path, *, clock: Clock | None = None, roots: Sequence[x509.Certificate] = ()) -> None:
        self.environment = str(uuid4())
        self.base = f"/v1/environments/{self.environment}"
        super().__init__(folder, clock=clock, roots=roots)
        self.client = Client(str(uuid4()), "pingone.secret", rights={DATA, ENVIRONMENT})
        self.issuer = Issuer(self.clock.now)
        self.without_mfa: set[str] = set()

    def routes(self) -> list[Route]:
        user = self.base + "/users/{user}"
        return [
            Route(frame.TOKEN, "POST", f"/{self.environment}/as/token", self._token),
            Route(frame.SEARCH, "GET", self.base + "/users", self._search, DATA),
            Route(frame.READ, "GET", user, self._read, DATA),
            Route("enable", "GET", user + "/mfaEnabled", self._mfa, DATA, ENVIRONMENT),
            Route("enable", "PUT", user + "/mfaEnabled", self._set_mfa, ENVIRONMENT),
        ]

    def authorize(self, request: Request, route: Route) -> None:
        rights = self.issuer.rights(request.headers.get("authorization", ""))
        if rights is None:
            raise self.expired()
        if not rights & set(route.rights):
            raise Refusal(403, "ACCESS_FAILED", "You do not have access to this resource.")

    def expired(self) -> Refusal:
        return Refusal(401, "INVALID_TOKEN", "The access token is missing or has expired.")

    def problem(self, refusal: Refusal, request: Request) -> Json:
        if request.path.endswith("/as/token"):
            return {"error": refusal.code, "error_description": refusal.message}
        code, _, target = refusal.code.partition(" ")
        told: Json = {"id": str(uuid4()), "code": _CODES.get(code, code), "message": refusal.message}
        details = [{"code": "INVALID_VALUE", "target": target, "message": refusal.message}]
        return told | ({"details": details} if target else {})

    def invalid(self, target: str, why: str) -> Refusal:
        return Refusal(400, f"INVALID_DATA {target}", why)

    def missing(self, what: str) -> Refusal:
        return Refusal(404, "NOT_FOUND", f"The requested {what} was not found.")

    def found_user(self, request: Request) -> User:
        """By id. Raises Refusal."""
        user = self.users.truth.get(request.parts["user"])
        if user is None:
            raise self.missing("user")
        return user

    def able_user(self, request: Request) -> User:
        """One who is enabled and has MFA on. Raises Refusal."""
        user = self.found_user(request)
        if not user.active or user.id in self.without_mfa:
            raise Refusal(400, "INVALID_REQUEST", "The user is disabled, or MFA is not enabled for the user.")
        return user

    def _token(self, request: Request) -> Answer:
        form = request.form("grant_type", "scope")
        if form.get("grant_type") != "client_credentials":
            raise Refusal(400, "unsupported_grant_type", "Unsupported grant type")
        if basic(request.headers.get("authorization", "")) != (self.client.id, self.client.secret):
            raise Refusal(401, "invalid_client", "Invalid client credentials")
        life = int(self.issuer.life.total_seconds())
        told = {"token_type": "Bearer", "expires_in": life, "access_token": self.issuer.issue(self.client.rights)}
        return Answer(told)

    def _search(self, request: Request) -> Answer:
        query = request.query("filter", "limit")
        limit = query.get("limit", "100")
        if not limit.isascii() or not limit.isdigit() or not 1 <= int(limit) <= 1000:
            raise self.invalid("limit", "1 to 1000")
        users = self.users.seen()
        if "filter" in query:
            try:
                wanted = Expression(query["filter"], FILTERED)
            except BadExpression as why:
                raise self.invalid("filter", str(why)) from why
            users = [each for each in users if wanted.matches(_flat(each))]
        told = [self.document(each) for each in users[: int(limit)]]
        return Answer({"_embedded": {"users": told}, "count": len(users), "size": len(told), "_links": {}})

    def _read(self, request: Request) -> Answer:
        request.query()
        return Answer(self.document(self.found_user(request)))

    def _mfa(self, request: Request) -> Answer:
        request.query()
        return Answer({"mfaEnabled": self.found_user(request).id not in self.without_mfa})

    def _set_mfa(self, request: Request) -> Answer:
        request.query()
        user = self.found_user(request)
        try:
            on = shaped(request.document(), {"mfaEnabled": bool})["mfaEnabled"]
        except Misshapen as why:
            raise self.invalid(why.path, why.what) from why
        (self.without_mfa.discard if on else self.without_mfa.add)(user.id)
        return Answer({"mfaEnabled": on})

    def document(self, user: User) -> Json:
        """The user as PingOne tells them; members that are empty are left out."""
        told = {
            "id": user.id,
            "environment": {"id": self.environment},
            "enabled": user.active,
            "mfaEnabled": user.id not in self.without_mfa,
            "username": user.login,
            "email": user.email,
            "name": {"given": user.given_name, "family": user.family_name},
            "mobilePhone": user.phone,
            "externalId": user.employee_id,
            "lifecycle": {"status": "ACCOUNT_OK"},
        } | user.attributes
        return {name: value for name, value in told.items() if value != ""}


def _flat(user: User) -> Json:
    return {
        "username": user.login,
        "email": user.email,
        "externalId": user.employee_id,
        "mobilePhone": user.phone,
        "name.given": user.given_name,
        "name.family": user.family_name,
        "enabled": user.active,
    } | user.attributes
