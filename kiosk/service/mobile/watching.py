"""The same as `standings`, for the event loop: no thread is held while an answer is in memory, or is waited for."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import Final

from fastapi.concurrency import run_in_threadpool

from kiosk.contract.phone import PhoneStanding, PhoneStatus
from kiosk.service.mobile.board import TICK
from kiosk.service.mobile.outside import EACH
from kiosk.service.mobile.standings import at_once, standing
from kiosk.service.parts import Parts
from kiosk.service.store.engine import StoreBusy
from kiosk.service.tokens.rules import Caller

LONGEST_WAIT: Final = 20
"""Seconds that an answer is held back at most."""


class Watch:
    """Of one application. What many ask for at the same moment is looked up once."""

    def __init__(self, parts: Parts) -> None:
        self._parts, self._board = parts, parts.board
        self._look: asyncio.Future[None] | None = None
        self._ticking: asyncio.Future[None] | None = None

    async def standing(self, caller: Caller, transaction_id: str) -> PhoneStanding:
        """How it stands now. Raises NoSuchCode, PhonesUnavailable, StoreBusy."""
        if not self._board.fresh:
            await self._refreshed()
        known = at_once(self._parts, caller, transaction_id)
        if known is not None:
            return known
        if self._parts.store.in_process and self._parts.enroller is None:
            return standing(self._parts, caller, transaction_id)  # one indexed read takes less than the way to a thread
        return await run_in_threadpool(standing, self._parts, caller, transaction_id)

    async def changed(self, caller: Caller, transaction_id: str, seen: PhoneStatus, wait: float) -> PhoneStanding:
        """How it stands as soon as that is not `seen`, or anything else that is told of it changes, or after so many
        seconds; at once where it is over. Raises as `standing`."""
        loop, news, dismissals = asyncio.get_running_loop(), asyncio.Event(), self._board.dismissals
        until = loop.time() + wait
        before: PhoneStanding | None = None

        def wake() -> None:
            loop.call_soon_threadsafe(news.set)

        self._board.wait(transaction_id, wake)
        try:
            self._tick()
            while True:
                news.clear()
                told = await self.standing(caller, transaction_id)
                left, gone = until - loop.time(), self._board.dismissals != dismissals
                before = before or told
                if (told.status, told.reason) != (seen, before.reason) or told.status.over or left <= 0 or gone:
                    return told
                with suppress(TimeoutError):
                    await asyncio.wait_for(news.wait(), min(left, told.expires_in, self._soonest))
        finally:
            self._board.leave(transaction_id, wake)

    @property
    def _soonest(self) -> float:
        """A service elsewhere tells nobody of its own accord."""
        return LONGEST_WAIT if self._parts.enroller is None else EACH.total_seconds()

    async def _refreshed(self) -> None:
        if self._look is None or self._look.done():
            self._look = asyncio.ensure_future(self._refresh())
        await asyncio.shield(self._look)

    async def _refresh(self) -> None:
        store, now = self._parts.store, self._parts.clock.now()
        if store.in_process:
            self._board.refresh(store, now)
        else:
            await run_in_threadpool(self._board.refresh, store, now)

    def _tick(self) -> None:
        """The board stays fresh while somebody waits, whose own question has been answered."""
        if self._ticking is None or self._ticking.done():
            self._ticking = asyncio.ensure_future(self._keep_fresh())

    async def _keep_fresh(self) -> None:
        while self._board.awaited:
            await asyncio.sleep(TICK)
            with suppress(StoreBusy):  # whoever asks next is told
                await self._refreshed()
