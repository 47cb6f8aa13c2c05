"""The half of a server shaped like Keycloak that gives tokens to service accounts and finds users."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

from cryptography import x509

from kiosk.service.sources import Clock
from tests.faces import frame
from tests.faces.frame import Answer, Face, Route
from tests.faces.server import Json, Refusal, Request
from tests.faces.tokens import Client, Issuer, basic
from tests.faces.truth import User

QUERY, VIEW, MANAGE, REALM = "query-users", "view-users", "manage-users", "view-realm"

_MATCHED = {"username": "username", "email": "email", "firstName": "firstName", "lastName": "lastName"}
_CODES = {
    "not_found": "Unable to find matching target resource method",
    "method_not_allowed": "HTTP 405 Method Not Allowed",
    "bad_media_type": "HTTP 415 Unsupported Media Type",
    "service_unavailable": "HTTP 503 Service Unavailable",
    "too_many_requests": "HTTP 429 Too Many Requests",
}


class KeycloakUsers(Face):
    """One realm: `client` with its client roles, `issuer` for its tokens."""

    NAME = "keycloak"

    def __init__(self, folder: Path, *, clock: Clock | None = None, roots: Sequence[x509.Certificate] = ()) -> None:
        self.realm_name = "staff"
        self.base = f"/admin/realms/{self.realm_name}"
        super().__init__(folder, clock=clock, roots=roots)
        self.client = Client("keywright", "keycloak-secret", rights={QUERY, VIEW, MANAGE, REALM})
        self.issuer = Issuer(self.clock.now, timedelta(seconds=300))

    def routes(self) -> list[Route]:
        token = f"/realms/{self.realm_name}/protocol/openid-connect/token"
        return [
            Route(frame.TOKEN, "POST", token, self._token),
            Route(frame.SEARCH, "GET", self.base + "/users", self._search, QUERY),
            Route(frame.READ, "GET", self.base + "/users/{user}", self._read, VIEW, MANAGE),
        ]

    def authorize(self, request: Request, route: Route) -> None:
        rights = self.issuer.rights(request.headers.get("authorization", ""))
        if rights is None:
            raise self.expired()
        if not rights & set(route.rights):
            raise Refusal(403, "HTTP 403 Forbidden")

    def expired(self) -> Refusal:
        return Refusal(401, "HTTP 401 Unauthorized")

    def problem(self, refusal: Refusal, request: Request) -> Json:
        if request.path.endswith("/token"):
            return {"error": refusal.code, "error_description": refusal.message}
        if refusal.status in (400, 409):
            return {"errorMessage": refusal.message}
        return {"error": _CODES.get(refusal.code, refusal.code)}

    def found_user(self, request: Request) -> User:
        """By id only. Raises Refusal."""
        user = self.users.truth.get(request.parts["user"])
        if user is None:
            raise Refusal(404, "User not found")
        return user

    def _token(self, request: Request) -> Answer:
        form = request.form("grant_type", "client_id", "client_secret", "scope")
        name, secret = basic(request.headers.get("authorization", ""))
        given = (name or form.get("client_id", ""), secret or form.get("client_secret", ""))
        if form.get("grant_type") != "client_credentials":
            raise Refusal(400, "unsupported_grant_type", "Unsupported grant_type")
        if given != (self.client.id, self.client.secret):
            raise Refusal(401, "unauthorized_client", "Invalid client or Invalid client credentials")
        life = int(self.issuer.life.total_seconds())
        told = {"expires_in": life, "refresh_expires_in": 0, "token_type": "Bearer", "not-before-policy": 0}
        return Answer(told | {"access_token": self.issuer.issue(self.client.rights), "scope": "profile email"})

    def _search(self, request: Request) -> Answer:
        rest = ("enabled", "exact", "max", "first", "q", "briefRepresentation")
        query = request.query(*_MATCHED, *rest)
        for name in ("enabled", "exact", "briefRepresentation"):
            if query.get(name, "true") not in ("true", "false"):
                raise Refusal(400, "bad_query", f"{name} is neither true nor false")
        most = query.get("max", "100")
        if not most.isascii() or not most.isdigit():
            raise Refusal(404, "HTTP 404 Not Found")  # a number that cannot be read is a path that is not there
        wanted = self._wanted(query.get("q", ""))
        found = [
            each
            for each in map(self.document, self.users.seen())
            if self._matches(each, query)
            and all(_lower(each["attributes"].get(k)) == [v.lower()] for k, v in wanted.items())
        ]
        brief = query.get("briefRepresentation") == "true"
        told = [{k: v for k, v in each.items() if not brief or k != "attributes"} for each in found[: int(most)]]
        return Answer(told)

    def _wanted(self, text: str) -> dict[str, str]:
        """`q=name:value name:"a value"`."""
        found: dict[str, str] = {}
        rest = text.strip()
        while rest:
            name, colon, rest = rest.partition(":")
            if not colon or not name or " " in name:
                raise Refusal(400, "bad_query", "q is not name:value")
            quote = '"' if rest.startswith('"') else ""
            value, _, rest = rest.removeprefix(quote).partition(quote or " ")
            found[name], rest = value, rest.strip()
        return found

    def _matches(self, told: Json, query: dict[str, str]) -> bool:
        """Without its case, and in any place unless `exact=true`."""
        exact = query.get("exact") == "true"
        for name in _MATCHED:
            value, wanted = str(told.get(name, "")).casefold(), query.get(name, "").casefold()
            if name in query and not (value == wanted if exact else wanted in value):
                return False
        return "enabled" not in query or told["enabled"] is (query["enabled"] == "true")

    def _read(self, request: Request) -> Answer:
        request.query("userProfileMetadata")
        access = {"manage": True, "view": True, "mapRoles": False, "impersonate": False}
        return Answer(self.document(self.found_user(request)) | {"access": access})

    def document(self, user: User) -> Json:
        """The representation; members that are empty are left out."""
        own = {"employeeId": user.employee_id, "phoneNumber": user.phone} | user.attributes
        told = {
            "id": user.id,
            "username": user.login,
            "firstName": user.given_name,
            "lastName": user.family_name,
            "email": user.email,
        }
        return {name: value for name, value in told.items() if value} | {
            "enabled": user.active,
            "emailVerified": True,
            "totp": False,
            "createdTimestamp": 1700000000000,
            "attributes": {name: [value] for name, value in own.items() if value},
            "disableableCredentialTypes": [],
            "requiredActions": [],
            "notBefore": 0,
        }


def _lower(values: list[str] | None) -> list[str]:
    """Attributes are compared without their case, by their exact names."""
    return [each.lower() for each in values or ()]
