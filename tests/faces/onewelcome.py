"""A server shaped like OneWelcome's Mobile Identity: a code for an account, and how it stands.

Told by its documents: the order of the calls, the two paths, the two scopes, the PNG in base64, that the status is
polled. The rest differs from one product to the next: a dialect.
"""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import reduce
from pathlib import Path
from typing import Any
from urllib.parse import unquote_plus
from uuid import uuid4

from cryptography import x509

from kiosk.service.sources import Clock
from tests.faces import frame
from tests.faces.frame import Answer, Face, Route
from tests.faces.pictures import qr_png
from tests.faces.server import Json, Refusal, Request
from tests.faces.tokens import Client, Issuer, basic

QR_SCOPE, STATUS_SCOPE = "credential:omi:enrol:qr:admin:post", "credential:omi:enrol:status:get"
ENROL, STATUS = "enrol", "status"


@dataclass(frozen=True)
class Dialect:
    """How one product tells it. A call is verb, path (`{value}` where the value is a segment) and where the value is:
    `body <name>`, `query <name>`, `path`. Members are named from the outside in. `attribute` of users is what accounts
    are called, empty for their id. A code without `told_life` has a lifetime that the caller must know."""

    name: str
    enrol: tuple[str, str, str] = ("POST", "/omi/qr/enrol", "body uuid")
    status: tuple[str, str, str] = ("GET", "/omi/qr/enrol/status", "query transactionId")
    members: dict[str, str] = field(
        default_factory=lambda: {
            "picture": "qrCode",
            "reference": "transactionId",
            "lifetime": "expiresIn",
            "status": "status",
        }
    )
    words: dict[str, Any] = field(default_factory=dict)
    attribute: str = ""
    data_url: bool = False
    numbered: bool = False
    told_life: bool = True
    gone: bool = True
    token_path: str = "/oauth2/token"
    secret_in_form: bool = False

    def word(self, state: str) -> Any:
        return self.words.get(state, state)


DOCUMENTED = Dialect("documented")
NESTED = Dialect(
    "nested",
    enrol=("PUT", "/v2/users/{value}/phone-code", "path"),
    status=("POST", "/v2/phone-codes/search", "body codeId"),
    members={
        "picture": "data.qr.image",
        "reference": "data.id",
        "lifetime": "data.qr.ttl",
        "status": "result.state.code",
    },
    words={"PENDING": 1000, "SCANNED": 1500, "COMPLETED": 2000, "EXPIRED": 4100, "FAILED": 4000, "CANCELLED": 4200},
    attribute="login",
    data_url=True,
    numbered=True,
    gone=False,
    token_path="/auth/realms/staff/token",
    secret_in_form=True,
)
FLAGGED = Dialect(
    "flagged",
    enrol=("GET", "/qr", "query subject"),
    status=("GET", "/qr/{value}/status", "path"),
    members={"picture": "image", "reference": "ticket", "lifetime": "", "status": "done"},
    words={"PENDING": False, "SCANNED": False, "COMPLETED": True, "FAILED": "error", "CANCELLED": "aborted"},
    told_life=False,
)
DIALECTS = (DOCUMENTED, NESTED, FLAGGED)


@dataclass
class Code:
    """A code that somebody may scan. `text` is what is in the picture."""

    id: str
    user: str
    text: str
    expires: datetime
    state: str = "PENDING"


class OneWelcomeFace(Face):
    """One tenant. `client` may ask for tokens with the scopes that are its `rights`; tests say what phones do."""

    NAME = "onewelcome"
    CALLS = (frame.TOKEN, ENROL, STATUS)
    BASE64 = frozenset({"qrCode", "image"})

    def __init__(
        self,
        folder: Path,
        *,
        clock: Clock | None = None,
        roots: Sequence[x509.Certificate] = (),
        dialect: Dialect = DOCUMENTED,
    ) -> None:
        self.dialect = dialect
        super().__init__(folder, clock=clock, roots=roots)
        self.client = Client("registration page", "onewelcome/secret:1", rights={QR_SCOPE, STATUS_SCOPE})
        self.issuer = Issuer(self.clock.now)
        self.life = timedelta(seconds=90)
        self.codes: dict[str, Code] = {}
        self.picture: str | None = None
        """In place of the picture, as the answer tells it."""

    def routes(self) -> list[Route]:
        enrol, status = self.dialect.enrol, self.dialect.status
        return [
            Route(frame.TOKEN, "POST", self.dialect.token_path, self._token),
            Route(ENROL, enrol[0], enrol[1], self._enrol, QR_SCOPE),
            Route(STATUS, status[0], status[1], self._status, STATUS_SCOPE),
        ]

    def authorize(self, request: Request, route: Route) -> None:
        rights = self.issuer.rights(request.headers.get("authorization", ""))
        if rights is None:
            raise self.expired()
        if not rights & set(route.rights):
            raise Refusal(403, "insufficient_scope", "the token has not the scope of this call")

    def problem(self, refusal: Refusal, request: Request) -> Json:
        return {"error": refusal.code, "error_description": refusal.message}

    # What happens on the other side of the picture.

    def scanned(self, text: str) -> Code:
        """A phone has read this text. Raises KeyError: it is in no picture of ours."""
        code = next((each for each in self.codes.values() if each.text == text), None)
        if code is None:
            raise KeyError(text)
        code.state = "SCANNED"
        return code

    def live(self) -> Code:
        """The newest code."""
        return list(self.codes.values())[-1]

    # The calls.

    def _token(self, request: Request) -> Answer:
        form = request.form("grant_type", "scope", "client_id", "client_secret")
        if form.get("grant_type") != "client_credentials":
            raise Refusal(400, "unsupported_grant_type")
        sent = (form.get("client_id", ""), form.get("client_secret", ""))
        if not self.dialect.secret_in_form:  # both stand there as in a form (RFC 6749, 2.3.1)
            id, secret = basic(request.headers.get("authorization", ""))
            sent = (unquote_plus(id), unquote_plus(secret))
        if sent != (self.client.id, self.client.secret):
            raise Refusal(401, "invalid_client")
        asked = set(form.get("scope", "").split())
        if not asked or not asked <= self.client.rights:
            raise Refusal(400, "invalid_scope", "a scope is unknown, or was not granted to this client")
        life = int(self.issuer.life.total_seconds())
        return Answer({"access_token": self.issuer.issue(asked), "token_type": "Bearer", "expires_in": life})

    def _enrol(self, request: Request) -> Answer:
        user = self._account(self._value(request, self.dialect.enrol[2]))
        id = str(len(self.codes) + 70_001) if self.dialect.numbered else str(uuid4())
        code = Code(id, user, f"omi://enrol/{uuid4()}", self.clock.now() + self.life)
        self.codes[id] = code
        picture = self.picture
        if picture is None:
            coded = base64.b64encode(qr_png(code.text)).decode()
            picture = f"data:image/png;base64,{coded}" if self.dialect.data_url else coded
        names = self.dialect.members
        told = [(names["picture"], picture), (names["reference"], int(id) if self.dialect.numbered else id)]
        if self.dialect.told_life:
            told.append((names["lifetime"], int(self.life.total_seconds())))
        return Answer(nested(told))

    def _status(self, request: Request) -> Answer:
        code = self.codes.get(self._value(request, self.dialect.status[2]))
        if code is None:
            raise Refusal(404, "unknown_transaction")
        if self.clock.now() >= code.expires and code.state in ("PENDING", "SCANNED"):
            code.state = "EXPIRED"
        if code.state == "EXPIRED" and self.dialect.gone:
            raise Refusal(410, "expired_transaction")
        return Answer(nested([(self.dialect.members["status"], self.dialect.word(code.state))]))

    def _value(self, request: Request, place: str) -> str:
        """The one value of the call, and nothing beside it. Raises Refusal."""
        where, _, name = place.partition(" ")
        if where == "path":
            request.query()
            return request.parts["value"]
        if where == "query":
            return request.query(name).get(name, "")
        request.query()
        document = request.document()
        if not isinstance(document, dict) or document.keys() != {name} or not isinstance(document[name], str):
            raise Refusal(400, "invalid_request", f"the body has {name} and nothing else")
        return str(document[name])

    def _account(self, value: str) -> str:
        for user in self.users.truth.values():
            if value == (user.id if not self.dialect.attribute else getattr(user, self.dialect.attribute)):
                if not user.active:
                    raise Refusal(409, "account_closed")
                return user.id
        raise Refusal(404, "unknown_account")


def nested(members: list[tuple[str, Any]]) -> Json:
    """Objects within objects, from names with dots between them."""

    def put(document: Json, member: tuple[str, Any]) -> Json:
        *outer, last = member[0].split(".")
        place = document
        for name in outer:
            place = place.setdefault(name, {})
        place[last] = member[1]
        return document

    return reduce(put, members, {})
