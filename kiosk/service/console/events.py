"""News for open pages (server-sent events, HTML 9.2): that requests or stations changed; what, they fetch themselves.

No thread is held while a page listens. The stream ends with the sign-in and with the server; what it says of somebody
is a number at most.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import StreamingResponse

from kiosk.contract.staff import Role
from kiosk.service.approvals.actions import pending_for_staff
from kiosk.service.approvals.watching import Watch
from kiosk.service.console.board import stations_now
from kiosk.service.console.page import HEADERS
from kiosk.service.console.routing import PAGES
from kiosk.service.console.session import Member, Viewer
from kiosk.service.staff import sessions
from kiosk.service.staff.rules import StaffRefused
from kiosk.service.staff.sessions import Kind
from kiosk.service.store.engine import StoreBusy
from kiosk.service.tokens.rules import TooManyRequests

EACH: Final = 2.0
"""Seconds between two looks at the stations, and at the sign-in."""
ALIVE: Final = 15.0
"""Seconds without a word, after which an empty one is said, so that nothing between takes the line for dead."""
LONGEST: Final = 600.0
"""Seconds until a browser asks again."""
MOST: Final = 8
"""Pages of one member that may listen at once, at one process."""

router = APIRouter(**PAGES)


class Listeners:
    """How many pages of each member listen to this process; used on its event loop alone."""

    def __init__(self) -> None:
        self._count: Counter[str] = Counter()

    @contextmanager
    def one(self, staff_id: str) -> Iterator[None]:
        """One more, until the end. Raises TooManyRequests."""
        self.check(staff_id)
        self._count[staff_id] += 1
        try:
            yield
        finally:
            self._count[staff_id] -= 1
            self._count += Counter()  # which forgets whoever has none

    def check(self, staff_id: str) -> None:
        """Raise TooManyRequests where there is no room for one more."""
        if self._count[staff_id] >= MOST:
            raise TooManyRequests(int(ALIVE))


async def _listeners(request: Request) -> Listeners:
    listeners: Listeners = request.app.state.listeners
    return listeners


async def _watch(request: Request) -> Watch:
    watch: Watch = request.app.state.approvals
    return watch


@dataclass(frozen=True, slots=True)
class News:
    """What a page is told: how many requests wait, and a mark that changes with the stations."""

    waiting: int
    stations: int


@router.get("/console/events", summary="News for open pages")
async def events(
    member: Viewer,
    watch: Annotated[Watch, Depends(_watch)],
    listeners: Annotated[Listeners, Depends(_listeners)],
) -> StreamingResponse:
    """`requests` with the number of those that wait, `stations` where one stands otherwise, `over` at the end."""
    listeners.check(member.session.staff.id)
    headers = {**HEADERS, "Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return StreamingResponse(_told(member, watch, listeners), headers=headers, media_type="text/event-stream")


async def _told(member: Member, watch: Watch, listeners: Listeners) -> AsyncIterator[str]:
    bulletin = member.parts.bulletin
    dismissals, until, said_at = bulletin.dismissals, time.monotonic() + LONGEST, time.monotonic()
    seen, known = -1, News(-1, 0)
    with listeners.one(member.session.staff.id):
        yield "retry: 1500\n\n"
        while bulletin.dismissals == dismissals and time.monotonic() < until:
            seen = await watch.queue_moved(member.tenant, seen, EACH)
            try:
                now = await run_in_threadpool(_news, member)
            except StaffRefused:
                yield _event("over", 0)
                return
            except StoreBusy:
                await asyncio.sleep(EACH)
                continue
            words = "".join(_changes(known, now))
            if not words and time.monotonic() - said_at > ALIVE:
                words = ":\n\n"
            if words:
                said_at = time.monotonic()
                yield words
            known = now


def _changes(known: News, now: News) -> Iterator[str]:
    if now.waiting != known.waiting:
        yield _event("requests", now.waiting)
    if now.stations != known.stations:
        yield _event("stations", 1)


def _event(name: str, number: int) -> str:
    return f"event: {name}\ndata: {number}\n\n"


def _news(member: Member) -> News:
    """What stands now, for whoever is signed in still. Raises StaffRefused, StoreBusy."""
    parts, browser = member.parts, member.browser
    session = sessions.session_of(parts, browser.token, Kind.CONSOLE, browser.holder, seen=False)
    waiting = len(pending_for_staff(parts, session)) if session.may(Role.APPROVE) else 0
    marks = ((each.id, each.state, each.step, each.queue, each.problem) for each in stations_now(member))
    return News(waiting, hash(tuple(marks)))
