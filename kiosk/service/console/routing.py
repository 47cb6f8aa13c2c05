"""The console's routes: whoever is refused is told so by a page, or by one sentence where a script asked."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Mapping
from typing import Annotated, Any, Final

from fastapi import Depends, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, JSONResponse
from fastapi.routing import APIRoute

from kiosk.service.accounts.rules import NoSuchAccount
from kiosk.service.approvals.rules import NoSuchApproval, NotPending
from kiosk.service.console.browser import browser_of, from_elsewhere, refuse_elsewhere, signed_out
from kiosk.service.console.page import HEADERS, Console, Reader, go
from kiosk.service.directories.rules import BadCriteria
from kiosk.service.pages.visitor import BadForm, ForeignForm
from kiosk.service.parts import Parts
from kiosk.service.staff import rules as staff
from kiosk.service.store.engine import StaleRow, StoreBusy
from kiosk.service.tokens.guard import parts_of
from kiosk.service.tokens.rules import TooManyRequests
from kiosk.service.verification.rules import TooSoon

SIGN_IN: Final = "/console/sign-in"
CHALLENGE: Final = "/challenge"
"""How a path ends that a script asks for what a key shall sign, and that answers in JSON."""


class NotSignedIn(Exception):
    """Nobody is signed in in this browser, or not any more."""


class NotAllowed(Exception):
    """They are staff, but not for this, or not here."""


class NoSuchThing(Exception):
    """There is nothing there, for who asks."""


class Answered(Exception):
    """The answer is there already: a page that asks for something first."""

    def __init__(self, answer: Response) -> None:
        super().__init__()
        self.answer = answer


REFUSALS: Final[Mapping[type[Exception], tuple[int, str]]] = {
    staff.NoConsole: (404, "no_console"),
    staff.StaffRefused: (403, "staff_refused"),
    staff.NoSuchStaff: (404, "gone"),
    staff.NoSuchCode: (404, "no_code"),
    staff.BadKey: (400, "bad_key"),
    NoSuchThing: (404, "gone"),
    NoSuchAccount: (404, "gone"),
    NoSuchApproval: (404, "gone"),
    NotAllowed: (403, "not_allowed"),
    NotPending: (409, "not_pending"),
    BadForm: (400, "bad_form"),
    BadCriteria: (400, "bad_form"),
    RequestValidationError: (400, "bad_form"),
    ForeignForm: (403, "foreign_form"),
    StaleRow: (409, "busy"),
    StoreBusy: (503, "busy"),
    TooManyRequests: (429, "too_often"),
    TooSoon: (429, "too_often"),
}
"""Status and word (of `notices.toml`) of what ends a request, the more special first."""


async def console_of(request: Request) -> Console:
    """The pages that the application was made with."""
    console: Console = request.app.state.console
    return console


Pages = Annotated[Console, Depends(console_of)]
WithParts = Annotated[Parts, Depends(parts_of)]


class ConsoleRoute(APIRoute):
    """Counts requests by address, lets no other site send forms, and turns what is refused into a page."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The framework's, with the refusals."""
        inner = super().get_route_handler()

        async def handle(request: Request) -> Response:
            try:
                await _admitted(request)
                return await inner(request)
            except Answered as done:
                return done.answer
            except NotSignedIn:
                return await _to_sign_in(request)
            except tuple(REFUSALS) as error:
                status, word = next(REFUSALS[kind] for kind in type(error).__mro__ if kind in REFUSALS)
                answer = await refused(request, status, word)
                if retry_after := getattr(error, "retry_after", None):
                    answer.headers["Retry-After"] = str(retry_after)
                return answer

        return handle


PAGES: Final[dict[str, Any]] = {
    "route_class": ConsoleRoute,
    "default_response_class": HTMLResponse,
    "include_in_schema": False,
}
"""What each router of the console is made with."""


async def refused(request: Request, status: int, word: str) -> Response:
    """Say what is not possible, and what to do instead."""
    console, parts = await console_of(request), await parts_of(request)
    told = console.notice(word) or {}
    if request.url.path.endswith(CHALLENGE):
        return JSONResponse({"title": told.get("title", ""), "text": told.get("text", "")}, status, dict(HEADERS))
    session = getattr(request.state, "signed_in", None)
    reader = Reader(browser_of(request, parts.random), request.url.path, session, word)
    return console.page("refused.html", reader, status)


async def _admitted(request: Request) -> None:
    """Raises NoConsole, TooManyRequests, ForeignForm."""
    parts = await parts_of(request)
    party = staff.party_of(parts.settings, staff.BROWSER)
    parts.addresses.count("" if request.client is None else request.client.host, "pages", parts.clock.now())
    if request.method != "GET":
        refuse_elsewhere(request, party.origin)


async def _to_sign_in(request: Request) -> Response:
    """A page is gone on to after the sign-in; a form is not sent again."""
    if request.url.path.endswith(CHALLENGE) or request.headers.get("sec-fetch-mode") == "cors":
        return await refused(request, 401, "signed_out")
    if from_elsewhere(request):  # its cookies may be there all the same: it asks again by itself
        console, parts = await console_of(request), await parts_of(request)
        return console.page("arriving.html", Reader(browser_of(request, parts.random).kept(), request.url.path))
    answer = go(SIGN_IN, "signed_out" if request.method != "GET" else "")
    signed_out(answer)
    return answer
