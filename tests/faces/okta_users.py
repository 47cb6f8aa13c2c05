"""The half of a server shaped like Okta that checks callers, finds users and speaks of errors."""

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
from tests.faces.expressions import BadExpression, Expression, Grammar
from tests.faces.frame import Answer, Face, Route
from tests.faces.server import Json, Refusal, Request
from tests.faces.tokens import ASSERTION, Client, Issuer
from tests.faces.truth import User
from tests.faces.webauthn import Rejected

MANAGE, READ = "okta.users.manage", "okta.users.read"

_COMPARED = frozenset(("eq", "sw", "gt", "ge", "lt", "le", "pr"))
_NAMES = ("profile.firstName", "profile.lastName", "profile.email", "profile.login")
_OTHERS = ("secondEmail", "mobilePhone", "primaryPhone", "employeeNumber", "displayName", "department")
SEARCHED = Grammar(
    dict.fromkeys(("id", "status", *(f"profile.{each}" for each in _OTHERS)), _COMPARED)
    | dict.fromkeys(_NAMES, _COMPARED | {"co"}),
    _COMPARED,
    re.compile(r"profile\.custom\w*"),
)
"""`search=`: names are told with their case; custom attributes are called `custom…` here."""
FILTERED = Grammar(dict.fromkeys(("id", "status", "lastUpdated", *_NAMES), frozenset(("eq",))))

_MAX_LIMIT = 200


class OktaUsers(Face):
    """One org: `api_token` for SSWS, `client` for a service app with its key and scopes, `issuer` for its tokens."""

    NAME = "okta"

    def __init__(self, folder: Path, *, clock: Clock | None = None, roots: Sequence[x509.Certificate] = ()) -> None:
        super().__init__(folder, clock=clock, roots=roots)
        self.api_token = "00" + secrets.token_urlsafe(30)
        self.client = Client("0oa" + secrets.token_hex(9)[:17], rights={MANAGE, READ, "okta.authenticators.read"})
        self.issuer = Issuer(self.clock.now)

    def routes(self) -> list[Route]:
        return [
            Route(frame.TOKEN, "POST", "/oauth2/v1/token", self._token),
            Route(frame.SEARCH, "GET", "/api/v1/users", self._search, READ, MANAGE),
            Route(frame.READ, "GET", "/api/v1/users/{user}", self._read, READ, MANAGE),
        ]

    def authorize(self, request: Request, route: Route) -> None:
        told = request.headers.get("authorization", "")
        if secrets.compare_digest(told.encode(), f"SSWS {self.api_token}".encode()):
            return
        rights = self.issuer.rights(told)
        if rights is None:
            raise self.expired()
        if not rights & set(route.rights):
            raise Refusal(403, "E0000006", "You do not have permission to perform the requested action")

    def expired(self) -> Refusal:
        return Refusal(401, "E0000011", "Invalid token provided")

    def too_many(self) -> Refusal:
        """Okta tells the moment at which the window ends, and no Retry-After."""
        reset = str(int(self.clock.now().timestamp()) + self.retry_after)
        limits = {"X_Rate_Limit_Reset": reset, "X_Rate_Limit_Remaining": "0"}
        return Refusal(429, "E0000047", "API call exceeded rate limit due to too many requests.", **limits)

    def invalid(self, why: str) -> Refusal:
        return Refusal(400, "E0000001", why)

    def problem(self, refusal: Refusal, request: Request) -> Json:
        if request.path == "/oauth2/v1/token":
            return {"error": refusal.code, "error_description": refusal.message}
        codes = {
            "not_found": "E0000022",
            "method_not_allowed": "E0000022",
            "bad_query": "E0000031",
            "bad_media_type": "E0000021",
            "bad_json": "E0000003",
            "service_unavailable": "E0000010",
        }
        code = codes.get(refusal.code, refusal.code)
        causes = [{"errorSummary": refusal.message}] if code == "E0000001" else []
        summary = "Api validation failed: factorEnrollRequest" if causes else refusal.message
        told = {"errorCode": code, "errorSummary": summary, "errorLink": code, "errorId": f"oae{secrets.token_hex(8)}"}
        return told | {"errorCauses": causes}

    def headers(self, request: Request) -> dict[str, str]:
        reset = str(int(request.told(self.clock.now()).timestamp()) + 60)
        limits = {"X-Rate-Limit-Limit": "600", "X-Rate-Limit-Remaining": "599", "X-Rate-Limit-Reset": reset}
        return {"X-Okta-Request-Id": secrets.token_hex(12)} | limits

    def new_id(self) -> str:
        return "00u" + secrets.token_hex(9)[:17]

    def found_user(self, request: Request) -> User:
        """By id or login. Raises Refusal."""
        for user in self.users.truth.values():
            if request.parts["user"] in (user.id, user.login):
                return user
        raise Refusal(404, "E0000007", f"Not found: Resource not found: {request.parts['user']} (User)")

    def active_user(self, request: Request) -> User:
        """One that is not deactivated. Raises Refusal."""
        user = self.found_user(request)
        if self.status(user) == "DEPROVISIONED":
            raise Refusal(403, "E0000038", "This operation is not allowed in the user's current status.")
        return user

    def status(self, user: User) -> str:
        return user.state or ("ACTIVE" if user.active else "DEPROVISIONED")

    def _token(self, request: Request) -> Answer:
        form = request.form("grant_type", "scope", "client_assertion", "client_assertion_type")
        if form.get("grant_type") != "client_credentials":
            raise Refusal(400, "unsupported_grant_type")
        if form.get("client_assertion_type") != ASSERTION:
            raise Refusal(401, "invalid_client", "private_key_jwt is required")
        try:
            self.issuer.check_assertion(
                form.get("client_assertion", ""),
                self.client,
                self.url + "/oauth2/v1/token",
                ("RS256",),
                timedelta(hours=1),
            )
        except Rejected as why:
            raise Refusal(401, "invalid_client", f"The client_assertion is invalid: {why}") from why
        scopes = set(form.get("scope", "").split())
        if not scopes or not scopes <= self.client.rights:
            raise Refusal(400, "invalid_scope", "One or more scopes are not granted to the app.")
        life = int(self.issuer.life.total_seconds())
        told = {"token_type": "Bearer", "expires_in": life, "scope": " ".join(sorted(scopes))}
        return Answer(told | {"access_token": self.issuer.issue(scopes)})

    def _search(self, request: Request) -> Answer:
        query = request.query("search", "filter", "limit", "fields", "after")
        if "search" in query and "filter" in query:
            raise self.invalid("search and filter cannot be combined")
        limit = query.get("limit", str(_MAX_LIMIT))
        if not limit.isascii() or not limit.isdigit() or not 1 <= int(limit) <= _MAX_LIMIT:
            raise self.invalid("limit must be between 1 and 200")
        found = self._matching(query)
        told = [self._told(each, query.get("fields")) for each in found[: int(limit)]]
        link = f'<{self.url}/api/v1/users?limit={limit}>; rel="self"'
        if len(found) > int(limit):
            link += f', <{self.url}/api/v1/users?after={secrets.token_hex(8)}&limit={limit}>; rel="next"'
        return Answer(told, headers={"Link": link})

    def _matching(self, query: dict[str, str]) -> list[User]:
        """Searches lag behind and show those who are gone; filters know the truth; without either, only the living."""
        try:
            if "search" in query:
                wanted = Expression(query["search"], SEARCHED)
                return [each for each in self.users.seen() if wanted.matches(self._flat(each))]
            if "filter" in query:
                wanted = Expression(query["filter"], FILTERED)
                return [each for each in self.users.truth.values() if wanted.matches(self._flat(each))]
        except BadExpression as why:
            raise Refusal(400, "E0000031", f"Invalid search criteria. {why}") from why
        return [each for each in self.users.seen() if self.status(each) != "DEPROVISIONED"]

    def _read(self, request: Request) -> Answer:
        query = request.query("fields")
        return Answer(self._told(self.found_user(request), query.get("fields")))

    def _flat(self, user: User) -> Json:
        told = self._told(user, None)
        return {"id": told["id"], "status": told["status"]} | {f"profile.{k}": v for k, v in told["profile"].items()}

    def _told(self, user: User, fields: str | None) -> Json:
        profile: dict[str, Any] = {
            "login": user.login,
            "email": user.email,
            "secondEmail": None,
            "firstName": user.given_name,
            "lastName": user.family_name,
            "mobilePhone": user.phone or None,
            "primaryPhone": None,
            "employeeNumber": user.employee_id or None,
        } | user.attributes
        told = {
            "id": user.id,
            "status": self.status(user),
            "created": "2024-01-01T00:00:00.000Z",
            "profile": profile,
            "credentials": {"provider": {"type": "OKTA", "name": "OKTA"}},
            "_links": {"self": {"href": f"{self.url}/api/v1/users/{user.id}"}},
        }
        return told if fields is None else self._trimmed(told, fields)

    def _trimmed(self, told: Json, fields: str) -> Json:
        found = re.fullmatch(r"((?:\w+,)*)profile:\(([\w,]+)\)((?:,\w+)*)|([\w,]+)", fields)
        if found is None:
            raise self.invalid("fields")
        names = set(",".join(part or "" for part in found.group(1, 3, 4)).split(","))
        kept = {name: value for name, value in told.items() if name in names}
        if found.group(2):
            wanted = found.group(2).split(",")
            kept["profile"] = {name: value for name, value in told["profile"].items() if name in wanted}
        return kept
