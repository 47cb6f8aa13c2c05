"""The same as `standings`, for the event loop: no thread is held while an answer is in memory, or is waited for."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import Final

from fastapi.concurrency import run_in_threadpool

from kiosk.contract.phone import PhoneStanding, PhoneStatus
from kiosk.service.mobile.outside import EACH
from kiosk.service.mobile.standings import at_once, standing
from kiosk.service.noticeboard import Lookout
from kiosk.service.parts import Parts
from kiosk.service.tokens.rules import Caller

LONGEST_WAIT: Final = 20
"""Seconds that an answer is held back at most."""


class Watch:
    """Of one application. What many ask for at the same moment is looked up once."""

    def __init__(self, parts: Parts) -> None:
        self._parts, self._board = parts, parts.board
        self._lookout = Lookout(parts.board, parts.store, parts.clock.now)

    async def standing(self, caller: Caller, transaction_id: str) -> PhoneStanding:
        """How it stands now. Raises NoSuchCode, PhonesUnavailable, StoreBusy."""
        await self._lookout.refreshed()
        known = at_once(self._parts, caller, transaction_id)
        if known is not None:
            return known
        if self._parts.store.in_process and self._parts.enroller is None:
            return standing(self._parts, caller, transaction_id)  # one indexed read takes less than the way to a thread
        return await run_in_threadpool(standing, self._parts, caller, transaction_id)

    async def changed(self, caller: Caller, transaction_id: str, seen: PhoneStatus, wait: float) -> PhoneStanding:
        """How it stands as soon as that is not `seen`, or anything else that is told of it changes, or after so many
        seconds; at once where it is over. Raises as `standing`."""
        loop, dismissals = asyncio.get_running_loop(), self._board.dismissals
        until = loop.time() + wait
        before: PhoneStanding | None = None
        with self._lookout.waiting(transaction_id) as news:
            while True:
                news.clear()
                told = await self.standing(caller, transaction_id)
                left, gone = until - loop.time(), self._board.dismissals != dismissals
                before = before or told
                if (told.status, told.reason) != (seen, before.reason) or told.status.over or left <= 0 or gone:
                    return told
                with suppress(TimeoutError):
                    await asyncio.wait_for(news.wait(), min(left, told.expires_in, self._soonest))

    @property
    def _soonest(self) -> float:
        """A service elsewhere tells nobody of its own accord."""
        return LONGEST_WAIT if self._parts.enroller is None else EACH.total_seconds()
