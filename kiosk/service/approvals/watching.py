"""Waits for staff on the event loop: no thread is held while an answer is waited for, at a station or in a browser."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import Final

from fastapi.concurrency import run_in_threadpool

from kiosk.contract.staff import Approval, ApprovalState
from kiosk.service.approvals.actions import standing
from kiosk.service.approvals.bulletin import queue_of
from kiosk.service.noticeboard import Lookout
from kiosk.service.parts import Parts
from kiosk.service.tokens.rules import Caller

LONGEST_WAIT: Final = 20
"""Seconds that an answer is held back at most."""


class Watch:
    """Of one application, or of one browser: cheap to make. What many wait for is looked up once."""

    def __init__(self, parts: Parts) -> None:
        self._parts, self._bulletin = parts, parts.bulletin
        self._lookout = Lookout(parts.bulletin, parts.store, parts.clock.now)

    async def standing(self, caller: Caller, enrollment_id: str, approval_id: str) -> Approval:
        """How a request of a station stands now. Raises NoSuchApproval, StoreBusy."""
        if self._parts.store.in_process:  # one indexed read takes less than the way to a thread
            return standing(self._parts, caller, enrollment_id, approval_id)
        return await run_in_threadpool(standing, self._parts, caller, enrollment_id, approval_id)

    async def changed(
        self, caller: Caller, enrollment_id: str, approval_id: str, seen: tuple[ApprovalState, int], wait: float
    ) -> Approval:
        """How it stands as soon as that is not what was `seen` (state, and how many said yes), or after so many
        seconds; at once where it is over. Raises as `standing`."""
        loop = asyncio.get_running_loop()
        until, dismissals = loop.time() + wait, self._bulletin.dismissals
        with self._lookout.waiting(approval_id) as news:
            while True:
                news.clear()
                told = await self.standing(caller, enrollment_id, approval_id)
                left, gone = until - loop.time(), self._bulletin.dismissals != dismissals
                over = told.state is not ApprovalState.PENDING
                if (told.state, told.given) != seen or over or left <= 0 or gone:
                    return told
                with suppress(TimeoutError):
                    await asyncio.wait_for(news.wait(), min(left, max(1, told.expires_in)))

    async def queue_moved(self, tenant: str, seen: int, wait: float) -> int:
        """A number that grows with each change of the tenant's requests: as soon as it is not the one that was `seen`,
        or after so many seconds; at once if the server stops. Ask for it (with -1) before the queue is read, so that
        nothing is missed."""
        loop = asyncio.get_running_loop()
        until, dismissals = loop.time() + wait, self._bulletin.dismissals
        with self._lookout.waiting(queue_of(tenant)) as news:
            while True:
                news.clear()
                now, left = self._bulletin.moves(tenant), until - loop.time()
                if now != seen or left <= 0 or self._bulletin.dismissals != dismissals:
                    return now
                with suppress(TimeoutError):
                    await asyncio.wait_for(news.wait(), left)


def watch(parts: Parts) -> Watch:
    """Somebody who waits for what staff are asked, and for what they say."""
    return Watch(parts)
