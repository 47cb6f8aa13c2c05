"""The outermost layer of an application that is watched: a span for each request, its trace in each line of the log."""

from __future__ import annotations

from typing import Final

import structlog
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from kiosk.service.edge import template_of
from kiosk.service.telemetry.tracing import TALLY, Role, Tally, Tracer

_METHODS: Final = frozenset(("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"))
_OTHER: Final = "_OTHER"


class TracedRequests:
    """An ASGI middleware. Of a request it tells the method, the template of its route, and the status."""

    def __init__(self, app: ASGIApp, tracer: Tracer) -> None:
        self._app, self._tracer = app, tracer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        method = scope["method"] if scope["method"] in _METHODS else _OTHER
        parent = dict(scope["headers"]).get(b"traceparent", b"").decode("ascii", "replace")
        status = 0

        async def noting(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        tally = Tally()
        with (
            self._tracer.span(method, Role.ASKED, parent) as span,
            structlog.contextvars.bound_contextvars(trace_id=span.trace_id),
        ):
            before = TALLY.set(tally)
            try:
                await self._app(scope, receive, noting)
            finally:
                TALLY.reset(before)
                route = template_of(scope)
                span.call(f"{method} {route}" if route else method)
                told = {"http.request.method": method, "http.route": route, "http.response.status_code": status}
                span.note({name: fact for name, fact in told.items() if fact})
                tally.tell(span)
                if status >= 500:
                    span.fail()
