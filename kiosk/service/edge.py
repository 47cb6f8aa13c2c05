"""The outermost layer of the application: a reference for each request, limits, and no exception beyond it."""

from __future__ import annotations

import re
import time
from collections.abc import Awaitable, Callable
from typing import Final

import structlog
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from kiosk.contract.paths import MIGRATE, PROJECT_LIST, TOKEN
from kiosk.contract.problems import Word
from kiosk.service.errors import or_unexpected, problem

MAX_BODY: Final = 64 * 1024
"""Bytes of a request body; the longest attestation is a tenth of it."""

STREAMED: Final = (b"application/x-ndjson", b"text/csv")
"""What a migration is sent in: as long as it likes, because it is never held as a whole. The list of a project has a
limit of its own."""

_STREAMING: Final = re.compile(
    f"{re.escape(MIGRATE)}(/[0-9a-f]{{32}}/retry)?|" + PROJECT_LIST.replace("{project_id}", "[0-9a-f]{32}")
)
_PAGES: Final = re.compile("/[mai]/.+|/console/.+")  # what phones and staff open, and send forms to
_GIVEN: Final = re.compile(rb"[A-Za-z0-9-]{1,64}")
_HEADERS: Final = (
    (b"cache-control", b"no-store"),
    (b"x-content-type-options", b"nosniff"),
    (b"strict-transport-security", b"max-age=31536000"),
)


class _TooLarge(Exception):
    """The body is longer than it said, or than anything that we read."""


Lane = Callable[[Scope, dict[bytes, bytes]], Awaitable[Response | None]]


Count = Callable[[str, str | None, int, float], None]
"""Of a request that was answered: its method, the template of its route, the status (0: none), the seconds."""


def _nobody_counts(_method: str, _route: str | None, _status: int, _seconds: float) -> None:
    """Nobody looks at figures."""


async def _no_lane(_scope: Scope, _headers: dict[bytes, bytes]) -> None:
    """Every request takes the long way."""


class Edge:
    """An ASGI middleware; `reference` makes a new reference number. `lane` may answer a request before the framework
    sees it; `count` hears of each. While the replica is `leaving`, each answer ends its connection: the next request
    goes elsewhere."""

    def __init__(
        self,
        app: ASGIApp,
        reference: Callable[[], str],
        lane: Lane = _no_lane,
        leaving: Callable[[], bool] = lambda: False,
        count: Count = _nobody_counts,
    ) -> None:
        self._app, self._reference, self._lane, self._leaving, self._count = app, reference, lane, leaving, count

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers, begun = dict(scope["headers"]), time.monotonic()
        reference = self._reference_of(headers)
        scope.setdefault("state", {})["reference"] = reference
        exchange = _Exchange(receive, send, reference, self._leaving)
        structlog.contextvars.bind_contextvars(reference=reference)
        try:
            answer = await or_unexpected(self._answered(scope, exchange, headers), scope)
            if answer is not None and not exchange.started:
                await answer(scope, receive, exchange.send)
        finally:
            structlog.contextvars.unbind_contextvars("reference")
            self._count(scope["method"], template_of(scope), exchange.status, time.monotonic() - begun)

    async def _answered(self, scope: Scope, exchange: _Exchange, headers: dict[bytes, bytes]) -> None:
        refusal = _refusal(scope, headers, exchange)
        try:
            answer = None if refusal is not None else await self._lane(scope, headers)
            if answer is not None:
                await answer(scope, exchange.receive, exchange.send)
            elif refusal is None:
                await self._app(scope, exchange.receive, exchange.send_unless_too_large)
                exchange.check()
        except _TooLarge:
            refusal = 413, Word.MALFORMED
        if refusal is not None and not exchange.started:
            await problem(scope, *refusal)(scope, exchange.receive, exchange.send)

    def _reference_of(self, headers: dict[bytes, bytes]) -> str:
        given = headers.get(b"x-request-id", b"")
        return given.decode() if _GIVEN.fullmatch(given) else self._reference()


class _Exchange:
    """Counts what comes in, and adds our headers to what goes out."""

    def __init__(self, receive: Receive, send: Send, reference: str, leaving: Callable[[], bool]) -> None:
        self._receive, self._send, self._reference, self._leaving = receive, send, reference, leaving
        self._read = 0
        self.started = False
        self.status = 0
        self.streamed = False

    async def receive(self) -> Message:
        """The next part of the request. Raises _TooLarge."""
        message = await self._receive()
        self._read += len(message.get("body", b""))
        self.check()
        return message

    def check(self) -> None:
        """Raise _TooLarge when too much came in: the framework takes the first one for a broken request."""
        if self._read > MAX_BODY and not self.streamed:
            raise _TooLarge

    async def send_unless_too_large(self, message: Message) -> None:
        """What the application answers, unless it has not read what it answers to."""
        self.check()
        await self.send(message)

    async def send(self, message: Message) -> None:
        """The next part of the answer."""
        if message["type"] == "http.response.start":
            self.started, self.status = True, message["status"]
            present = {name for name, _ in message["headers"]}
            ours = [*_HEADERS, (b"x-request-id", self._reference.encode())]
            if self._leaving():
                ours.append((b"connection", b"close"))
            message["headers"] = [*message["headers"], *(each for each in ours if each[0] not in present)]
        await self._send(message)


def template_of(scope: Scope) -> str | None:
    """`/enrollments/{enrollment_id}`, and never what somebody asked for; None where no route fits."""
    return getattr(scope.get("route"), "path", None)


def _refusal(scope: Scope, headers: dict[bytes, bytes], exchange: _Exchange) -> tuple[int, Word] | None:
    """Status and word for a request that need not be read: too large, or not in the form that we read."""
    kind = headers.get(b"content-type", b"").partition(b";")[0].strip().lower()
    exchange.streamed = bool(_STREAMING.fullmatch(scope["path"])) and kind in STREAMED
    length = headers.get(b"content-length", b"0")
    if not length.isdigit() or (int(length) > MAX_BODY and not exchange.streamed):
        return 413, Word.MALFORMED
    if scope["method"] in ("GET", "DELETE") or (length == b"0" and b"transfer-encoding" not in headers):
        return None
    form = scope["path"] == TOKEN or _PAGES.fullmatch(scope["path"])
    wanted = b"application/x-www-form-urlencoded" if form else b"application/json"
    return None if kind == wanted or exchange.streamed else (415, Word.MALFORMED)
