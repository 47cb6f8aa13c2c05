"""One frame for servers that stand for those of vendors: routes, rights, faults, and a look at the truth."""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from threading import RLock
from types import TracebackType
from typing import Any, ClassVar, Self
from urllib.parse import unquote
from uuid import uuid4

from cryptography import x509

from kiosk.service.sources import Clock, SystemClock
from kiosk.service.tls import issue_server_certificate, make_authority, server_context
from tests.faces.faults import Change, Fault, Faults, spoiled, with_noise
from tests.faces.server import Cut, Json, Refusal, Reply, Request, Server
from tests.faces.truth import Ceremony, Credential, Kept, Lag, User
from tests.faces.webauthn import Rejected, Wanted, b64url, b64url_text, proved

TOKEN, SEARCH, READ, POLICY = "token", "search", "read", "policy"
LINK, BEGIN, REGISTER, LIST, DELETE = "link", "begin", "register", "list", "delete"

NADA, OBRIEN = "nada.hassan@example.org", "sean.obrien@example.org"
PEOPLE: tuple[Json, ...] = (
    {"login": NADA, "given_name": "Nada", "family_name": "Hassan", "phone": "+31 6 12345678", "employee_id": "4711"},
    {"login": OBRIEN, "given_name": "Seán", "family_name": "O'Brien", "phone": "+353851234567", "employee_id": "0815"},
    {"login": "jan.devries@example.org", "given_name": "Jan", "family_name": "de Vries", "employee_id": "1001"},
    {"login": "jan.devries2@example.org", "given_name": "Jan", "family_name": "de Vries", "employee_id": "1002"},
    {"login": "gone@example.org", "given_name": "Gone", "family_name": "Away", "employee_id": "9999", "active": False},
)
"""In every face: an ordinary one, one with an apostrophe and an accent, two of one name, and one who has left."""


@dataclass(frozen=True)
class Answer:
    """What a route gives."""

    document: Any = None
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)


Handle = Callable[[Request], Answer]


class Route:
    """A method and a path in which `{name}` is one segment; `rights` of which the caller must have one."""

    def __init__(self, call: str, method: str, path: str, handle: Handle, *rights: str) -> None:
        self.call, self.method, self.handle, self.rights = call, method, handle, rights
        self._pattern = re.compile(re.sub(r"\\{(\w+)\\}", r"(?P<\1>[^/]+)", re.escape(path)) + r"\Z")

    def parts(self, path: str) -> dict[str, str] | None:
        """The variable parts, decoded, if the path is this one."""
        found = self._pattern.match(path)
        return None if found is None else {name: unquote(value) for name, value in found.groupdict().items()}


@dataclass(frozen=True)
class Call:
    """One call as it was recorded; status 0 is no whole answer."""

    name: str
    method: str
    path: str
    status: int


class Face:
    """A vendor's server on loopback. `authority` (PEM) vouches for it; `roots` are the makers of keys it trusts.

    Use it as a context manager. A mistake of the face itself answers 500 and is raised when it stops.
    """

    NAME: ClassVar[str]
    MEDIA_TYPE: ClassVar[str] = "application/json"
    CALLS: ClassVar[tuple[str, ...]]
    """The calls that can meet a fault."""
    BASE64: ClassVar[frozenset[str]] = frozenset(("challenge", "credentialId"))
    NOISE: ClassVar[Json] = {"x-unheard-of": {"deep": [1, None, "ü"]}}

    def __init__(self, folder: Path, *, clock: Clock | None = None, roots: Sequence[x509.Certificate] = ()) -> None:
        now = datetime.now(UTC)
        authority = make_authority(folder, now)
        identity = issue_server_certificate(folder, ("localhost",), now, authority)
        self.authority: Path = authority.certificate
        self.clock: Clock = clock or SystemClock()
        self.roots = tuple(roots)
        self.faults, self.calls = Faults(), list[Call]()
        self.retry_after = 1
        self.ceremonies: dict[str, Ceremony] = {}
        self.users: Kept[User] = Kept(self.clock.now)
        self.stored: Kept[Credential] = Kept(self.clock.now)
        self.mistakes: list[Exception] = []
        self._lock = RLock()
        self._server = Server(server_context(identity), self.respond, f"face of {self.NAME}")
        self.url = self._server.url
        self.rp_id, self.origin = "localhost", self.url
        self._challenges: set[bytes] = set()
        self._routes = self.routes()
        for person in PEOPLE:
            self.add(**person)

    def __enter__(self) -> Self:
        self._server.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        self._server.stop()
        if self.mistakes and error is None:
            raise self.mistakes[0]

    # What a vendor's face brings.

    def routes(self) -> list[Route]:
        raise NotImplementedError

    def authorize(self, request: Request, route: Route) -> None:
        """Raises Refusal unless the caller may do this."""
        raise NotImplementedError

    def problem(self, refusal: Refusal, request: Request) -> Json:
        """The vendor's envelope of an error."""
        raise NotImplementedError

    def headers(self, request: Request) -> dict[str, str]:
        """What stands on every answer."""
        return {"X-Request-Id": request.headers.get("x-request-id", str(uuid4()))}

    def expired(self) -> Refusal:
        """The vendor's word for a token that is not valid (any more)."""
        return Refusal(401, "invalid_token", WWW_Authenticate='Bearer error="invalid_token"')

    def too_many(self) -> Refusal:
        """The vendor's word for too many calls, with when to come again."""
        return Refusal(429, "too_many_requests", Retry_After=str(self.retry_after))

    def altered(self, document: Any, change: Change) -> Any:
        """The document changed; a face whose documents hold JSON in strings changes that, too."""
        return change(document)

    def new_id(self) -> str:
        return str(uuid4())

    # The truth, for tests.

    def add(self, login: str, **fields: Any) -> User:
        """A new user."""
        user = User(self.new_id(), login, **({"email": login} | fields))
        self.users.put(user.id, user)
        return user

    def user(self, login: str) -> User:
        """Raises KeyError."""
        for user in self.users.truth.values():
            if login in (user.login, user.id):
                return user
        raise KeyError(login)

    def credentials(self, user: str) -> list[Credential]:
        """The keys that are really registered for this user (id or login)."""
        wanted = self.user(user).id
        return [each for each in self.stored.truth.values() if each.user == wanted]

    def half_made(self, user: str) -> list[str]:
        """Ids of what the vendor keeps of registrations that were begun and not finished."""
        return []

    def orphans(self, known: Iterable[bytes] = ()) -> list[str]:
        """Ids of everything that nobody wants: half made, or registered with a credential id that is not `known`."""
        wanted = set(known)
        stray = [each.id for each in self.stored.truth.values() if each.credential_id not in wanted]
        return stray + [id for user in self.users.truth for id in self.half_made(user)]

    def lag(self, *, reads: int = 0, time: timedelta = timedelta(0)) -> None:
        """From now on lists and searches show a change only after so many reads, or so much time."""
        self.users.lag = self.stored.lag = Lag(reads, time)

    def request_options(self) -> Json:
        """PublicKeyCredentialRequestOptionsJSON for a log-in with a discoverable credential."""
        challenge = secrets.token_bytes(32)
        self._challenges.add(challenge)
        return {
            "challenge": b64url_text(challenge),
            "rpId": self.rp_id,
            "allowCredentials": [],
            "userVerification": "required",
        }

    def log_in(self, assertion: Json) -> str:
        """Who has logged in: their user id. Raises Rejected."""
        raw = b64url(assertion["rawId"])
        found = [each for each in self.stored.truth.values() if each.credential_id == raw]
        client_data = json.loads(b64url(assertion["response"]["clientDataJSON"]))
        challenge = b64url(client_data["challenge"])
        if not found or challenge not in self._challenges:
            raise Rejected("an unknown credential or challenge")
        self._challenges.discard(challenge)
        if not self.users.truth[found[0].user].active:
            raise Rejected("the account is disabled")
        proved(assertion, found[0], Wanted(challenge, (self.origin,), self.rp_id))
        return found[0].user

    # How a request is served.

    def respond(self, request: Request) -> Reply:
        """Find the route, let the fault happen, record the call."""
        with self._lock:
            route = self._find(request)
            call = route.call if route else ""
            reply = self._under(self.faults.take(call), route, request)
            status = reply.status if reply.cut is Cut.WHOLE else 0
            self.calls.append(Call(call, request.method, request.path, status))
        return reply

    def _find(self, request: Request) -> Route | None:
        for route in self._routes:
            parts = route.parts(request.path)
            if parts is not None and route.method == request.method:
                request.parts = parts
                return route
        return None

    def _under(self, fault: Fault | None, route: Route | None, request: Request) -> Reply:
        before = {Fault.LOST_BEFORE: Cut.DROPPED, Fault.SLOW_BEFORE: Cut.SILENT}
        after = {Fault.LOST_AFTER: Cut.DROPPED, Fault.SLOW_AFTER: Cut.SILENT, Fault.HALF: Cut.HALF}
        refusals: dict[Fault | None, Callable[[], Refusal]] = {
            Fault.TOO_MANY: self.too_many,
            Fault.TOO_MANY_SILENT: lambda: Refusal(429, self.too_many().code),
            Fault.UNAVAILABLE: lambda: Refusal(503, "service_unavailable"),
            Fault.EXPIRED_TOKEN: self.expired,
        }
        if fault in before:
            return Reply(0, {}, b"", before[fault])
        if fault in refusals:
            return self._reply(self._refused(refusals[fault](), request), request)
        if fault is Fault.SKEW:
            request.skew = timedelta(hours=1)
        answer = self._done(route, request)
        if fault is Fault.NOT_JSON:
            page = b"<!DOCTYPE html><title>Proxy</title><p>Please sign in to the network"
            return Reply(200, {"Content-Type": "text/html"}, page)
        changes: dict[Fault | None, Change] = {
            Fault.BAD_BASE64: lambda document: spoiled(document, self.BASE64),
            Fault.UNKNOWN_MEMBERS: lambda document: with_noise(document, self.NOISE),
        }
        if fault in changes and answer.document is not None:
            answer = Answer(self.altered(answer.document, changes[fault]), answer.status, answer.headers)
        reply = self._reply(answer, request)
        return Reply(reply.status, reply.headers, reply.body, after.get(fault, Cut.WHOLE)) if fault else reply

    def _done(self, route: Route | None, request: Request) -> Answer:
        try:
            if route is None:
                return self._refused(self._lost(request), request)
            if route.call != TOKEN:
                self.authorize(request, route)
            return route.handle(request)
        except Refusal as refusal:
            return self._refused(refusal, request)
        except Exception as mistake:
            self.mistakes.append(mistake)
            return Answer({"broken": type(mistake).__name__}, 500)

    def _lost(self, request: Request) -> Refusal:
        known = any(each.parts(request.path) is not None for each in self._routes)
        return Refusal(405, "method_not_allowed") if known else Refusal(404, "not_found")

    def _refused(self, refusal: Refusal, request: Request) -> Answer:
        return Answer(self.problem(refusal, request), refusal.status, refusal.headers)

    def _reply(self, answer: Answer, request: Request) -> Reply:
        headers = {"Date": format_datetime(request.told(self.clock.now()), usegmt=True)} | self.headers(request)
        if answer.document is None:
            return Reply(answer.status, headers | answer.headers, b"")
        body = json.dumps(answer.document, ensure_ascii=False).encode()
        return Reply(answer.status, headers | {"Content-Type": self.MEDIA_TYPE} | answer.headers, body)
