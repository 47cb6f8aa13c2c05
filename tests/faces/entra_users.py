"""The half of a server shaped like Microsoft Entra ID that gives tokens and finds users."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import ClassVar
from uuid import uuid4

from cryptography import x509

from kiosk.service.sources import Clock
from tests.faces import frame
from tests.faces.entra_query import ADVANCED, EXTENSIONS, LISTS, PLAIN, Document, Filter
from tests.faces.frame import Answer, Face, Route
from tests.faces.server import Json, Refusal, Request
from tests.faces.tokens import ASSERTION, Client, Issuer
from tests.faces.truth import User
from tests.faces.webauthn import Rejected

PASSKEYS = ("UserAuthMethod-Passkey.ReadWrite.All", "UserAuthenticationMethod.ReadWrite.All")
USERS, POLICIES = "User.Read.All", "Policy.Read.All"

_DEFAULT = ["id", "businessPhones", "displayName", "givenName", "mail", "mobilePhone", "surname", "userPrincipalName"]
_SELECTABLE = (PLAIN | ADVANCED | LISTS | {"onPremisesExtensionAttributes"}) - set(EXTENSIONS)


class EntraUsers(Face):
    """One tenant: `client` with its permissions, `issuer` for the life of tokens, `scopes` that may be asked for."""

    NAME = "entra"
    MEDIA_TYPE = "application/json; odata.metadata=minimal"
    NOISE: ClassVar[Json] = {"@odata.type": "#microsoft.graph.unheardOf", "unheardOf@odata.count": 1, "unheardOf": [{}]}

    def __init__(self, folder: Path, *, clock: Clock | None = None, roots: Sequence[x509.Certificate] = ()) -> None:
        self.tenant = "6f1f0f4e-0000-4000-8000-00000000c0de"
        super().__init__(folder, clock=clock, roots=roots)
        self.client = Client(str(uuid4()), "entra~secret", rights={PASSKEYS[0], USERS, POLICIES})
        self.issuer = Issuer(self.clock.now, timedelta(seconds=3599))
        self.scopes = {"https://graph.microsoft.com/.default", f"{self.url}/.default"}

    def routes(self) -> list[Route]:
        return [
            Route(frame.TOKEN, "POST", "/{tenant}/oauth2/v2.0/token", self._token),
            Route(frame.SEARCH, "GET", "/v1.0/users", self._search, USERS),
            Route(frame.READ, "GET", "/v1.0/users/{user}", self._read, USERS),
        ]

    def authorize(self, request: Request, route: Route) -> None:
        rights = self.issuer.rights(request.headers.get("authorization", ""))
        if rights is None:
            raise self.expired()
        if not rights & set(route.rights):
            raise Refusal(403, "Authorization_RequestDenied", "Insufficient privileges to complete the operation.")

    def expired(self) -> Refusal:
        told = 'Bearer realm="", error="invalid_token"'
        return Refusal(401, "InvalidAuthenticationToken", "Lifetime validation failed.", WWW_Authenticate=told)

    def too_many(self) -> Refusal:
        return Refusal(429, "TooManyRequests", Retry_After=str(self.retry_after))

    def problem(self, refusal: Refusal, request: Request) -> Json:
        if request.path.endswith("/oauth2/v2.0/token"):
            return {"error": refusal.code, "error_description": refusal.message, "error_codes": []}
        names = {
            "not_found": "ResourceNotFound",
            "method_not_allowed": "methodNotAllowed",
            "bad_query": "Request_BadRequest",
            "bad_media_type": "Request_BadRequest",
            "bad_json": "Request_BadRequest",
        }
        inner = {"date": request.told(self.clock.now()).strftime("%Y-%m-%dT%H:%M:%S"), "request-id": str(uuid4())}
        return {
            "error": {"code": names.get(refusal.code, refusal.code), "message": refusal.message, "innerError": inner}
        }

    def headers(self, request: Request) -> dict[str, str]:
        own = request.headers.get("client-request-id", str(uuid4()))
        return {"request-id": str(uuid4()), "client-request-id": own, "x-ms-resource-unit": "1"}

    def _token(self, request: Request) -> Answer:
        form = request.form(
            "grant_type", "client_id", "client_secret", "scope", "client_assertion", "client_assertion_type"
        )
        if form.get("grant_type") != "client_credentials":
            raise Refusal(400, "unsupported_grant_type", "AADSTS70003: The grant type is not supported.")
        if request.parts["tenant"] != self.tenant:
            raise Refusal(400, "invalid_request", "AADSTS90002: Tenant not found.")
        if form.get("client_id") != self.client.id:
            raise Refusal(400, "unauthorized_client", "AADSTS700016: Application was not found in the directory.")
        if form.get("scope") not in self.scopes:
            raise Refusal(400, "invalid_scope", "AADSTS70011: The provided value for scope is not valid.")
        self._check_client(form)
        token = self.issuer.issue(self.client.rights)
        life = int(self.issuer.life.total_seconds())
        return Answer({"token_type": "Bearer", "expires_in": life, "ext_expires_in": life, "access_token": token})

    def _check_client(self, form: dict[str, str]) -> None:
        if "client_assertion" not in form:
            if not secrets.compare_digest(form.get("client_secret", ""), self.client.secret):
                raise Refusal(401, "invalid_client", "AADSTS7000215: Invalid client secret provided.")
            return
        if form.get("client_assertion_type") != ASSERTION:
            raise Refusal(400, "invalid_request", "AADSTS50027: client_assertion_type")
        audience = f"{self.url}/{self.tenant}/oauth2/v2.0/token"
        try:
            self.issuer.check_assertion(
                form["client_assertion"], self.client, audience, ("PS256", "RS256"), timedelta(hours=24)
            )
        except Rejected as why:
            raise Refusal(401, "invalid_client", f"AADSTS700027: Client assertion failed validation: {why}") from why

    def _search(self, request: Request) -> Answer:
        query = request.query("$filter", "$select", "$top", "$count")
        wanted = Filter(query["$filter"]) if "$filter" in query else None
        eventual = request.headers.get("consistencylevel") == "eventual" and query.get("$count") == "true"
        if wanted and wanted.advanced and not eventual:
            raise Refusal(400, "Request_UnsupportedQuery", "Unsupported or invalid query filter clause specified.")
        top = query.get("$top", "100")
        if not top.isascii() or not top.isdigit() or not 1 <= int(top) <= 999:
            raise Refusal(400, "Request_BadRequest", "Invalid page size specified.")
        names = self._selected(query)
        found = [self.document(user) for user in self.users.seen()]
        found = [each for each in found if wanted is None or wanted.matches(each)]
        answer: Json = {"@odata.context": f"{self.url}/v1.0/$metadata#users"}
        if eventual:
            answer["@odata.count"] = len(found)
        if len(found) > int(top):
            answer["@odata.nextLink"] = f"{self.url}/v1.0/users?$skiptoken={secrets.token_hex(8)}"
        return Answer(answer | {"value": [_only(each, names) for each in found[: int(top)]]})

    def _selected(self, query: dict[str, str]) -> list[str]:
        names = query["$select"].split(",") if "$select" in query else _DEFAULT
        for name in names:
            if name not in _SELECTABLE:
                raise Refusal(400, "Request_BadRequest", f"Could not find a property named '{name}'")
        return names

    def _read(self, request: Request) -> Answer:
        query = request.query("$select")
        user = self.document(self.found_user(request))
        context = {"@odata.context": f"{self.url}/v1.0/$metadata#users/$entity"}
        return Answer(context | _only(user, self._selected(query)))

    def found_user(self, request: Request) -> User:
        for user in self.users.truth.values():
            if request.parts["user"].casefold() in (user.id, user.login.casefold()):
                return user
        raise Refusal(404, "Request_ResourceNotFound", f"Resource '{request.parts['user']}' does not exist.")

    def document(self, user: User) -> Document:
        """The user as Graph tells it, with everything that `$select` may pick; `attributes` are further members."""
        extensions = {name.rpartition("/")[2]: None for name in EXTENSIONS}
        told: Document = dict.fromkeys(_SELECTABLE) | {
            "id": user.id,
            "userPrincipalName": user.login,
            "mail": user.email or None,
            "displayName": f"{user.given_name} {user.family_name}",
            "givenName": user.given_name or None,
            "surname": user.family_name or None,
            "mobilePhone": user.phone or None,
            "employeeId": user.employee_id or None,
            "accountEnabled": user.active,
            "businessPhones": [],
            "otherMails": [],
            "proxyAddresses": [f"SMTP:{user.email}"] if user.email else [],
            "onPremisesExtensionAttributes": extensions,
        }
        for name, value in user.attributes.items():
            if name in extensions:
                extensions[name] = value  # type: ignore[assignment]  # the empty ones are None
            else:
                told[name] = value
        return told


def _only(document: Document, names: Sequence[str]) -> Document:
    return {name: document[name] for name in names}
