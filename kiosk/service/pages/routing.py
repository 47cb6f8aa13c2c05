"""Routes whose refusals are pages, too: in plain words, and never a problem document."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Mapping
from typing import Annotated, Any, Final

from fastapi import Depends, Request, Response
from fastapi.routing import APIRoute

from kiosk.service.mobile.rules import AnotherPhone, CodeOver, NoSuchCode, NotNow, phone_hash
from kiosk.service.pages.layout import Layout
from kiosk.service.pages.visitor import BadForm, ForeignForm, visitor_of
from kiosk.service.parts import Parts
from kiosk.service.store.engine import StaleRow, StoreBusy
from kiosk.service.tokens.guard import parts_of
from kiosk.service.tokens.rules import TooManyRequests

REFUSALS: Final[Mapping[type[Exception], tuple[int, str]]] = {
    BadForm: (400, "bad_form"),
    ForeignForm: (403, "foreign_form"),
    NoSuchCode: (404, "no_code"),
    CodeOver: (404, "no_code"),
    AnotherPhone: (409, "another_phone"),
    NotNow: (409, "not_now"),
    StaleRow: (409, "busy"),
    TooManyRequests: (429, "too_often"),
    StoreBusy: (503, "busy"),
}
"""Status and word (`<word>_title`, `<word>_text`) of what ends a request."""


async def layout_of(request: Request) -> Layout:
    """The layout that the application was made with."""
    layout: Layout = request.app.state.layout
    return layout


Pages = Annotated[Layout, Depends(layout_of)]
WithParts = Annotated[Parts, Depends(parts_of)]


class PageRoute(APIRoute):
    """Turns what is refused into a page. A code that never was and one that is over look the same.

    How often is limited, as `count_request` says.
    """

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The framework's, with the refusals."""
        inner = super().get_route_handler()

        async def handle(request: Request) -> Response:
            try:
                parts = await parts_of(request)
                count_request(parts, request)
                return await inner(request)
            except tuple(REFUSALS) as error:
                return await refused(request, *REFUSALS[type(error)])

        return handle


def count_request(parts: Parts, request: Request) -> None:
    """Count one request of this phone, and one of its address: generously, as many phones may share one, but always, as
    anybody can make up cookies. Raises TooManyRequests."""
    now, visitor = parts.clock.now(), visitor_of(request, parts.random)
    parts.addresses.count("" if request.client is None else request.client.host, "pages", now)
    if visitor.known:
        parts.rates.count(f"phone:{phone_hash(visitor.secret).hex()}", "pages", now)


async def refused(request: Request, status: int, word: str) -> Response:
    """The page that says what is not possible, and what to do instead."""
    layout, parts = await layout_of(request), await parts_of(request)
    reading = layout.reading(request, visitor_of(request, parts.random))
    return layout.page("refused.html", reading, status, word=word)
