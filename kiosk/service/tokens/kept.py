"""Who holds a token, kept for a moment: a station that enrolls calls some times a second, and thousands ask for the
status of their codes."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from fastapi.concurrency import run_in_threadpool

from kiosk.service.parts import Parts
from kiosk.service.store.stations import CLIENTS
from kiosk.service.tokens.actions import holder_of
from kiosk.service.tokens.rules import Caller, InvalidToken, hashed

LATELY: Final = 1.0
"""Seconds for which a client that another replica disables is let in, at most; one that this one does, not at all."""
_MOST: Final = 20_000


@dataclass(frozen=True, slots=True)
class _Kept:
    caller: Caller
    expires_at: datetime
    read_at: float


class KeptCallers:
    """Of one application; used by its event loop alone."""

    def __init__(self, parts: Parts, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._parts, self._monotonic = parts, monotonic
        self._kept: OrderedDict[str, _Kept] = OrderedDict()
        self._changes = 0

    async def caller(self, token: str, within: float = LATELY) -> Caller:
        """Who holds it, as was read in the last `within` seconds. Raises InvalidToken, StoreBusy."""
        if (changes := self._parts.store.done[CLIENTS]) != self._changes:
            self._kept.clear()
            self._changes = changes
        key, now = hashed(token), self._monotonic()
        kept = self._kept.get(key)
        if kept is None or now - kept.read_at >= within * _part(key):
            kept = self._kept[key] = await self._read(token, now)
            self._kept.move_to_end(key)
            if len(self._kept) > _MOST:
                self._kept.popitem(last=False)
        if kept.expires_at <= self._parts.clock.now():
            raise InvalidToken
        return kept.caller

    async def _read(self, token: str, now: float) -> _Kept:
        if self._parts.store.in_process:  # one indexed read takes less than the way to another thread
            found = holder_of(self._parts, token)
        else:
            found = await run_in_threadpool(holder_of, self._parts, token)
        return _Kept(*found, now)


def _part(key: str) -> float:
    """Between a half and one, by the token: those that came together are not looked up together again."""
    return 0.5 + int(key[:4], 16) / 0x20000
