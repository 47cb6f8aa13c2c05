"""Who holds a token, kept for a few seconds: for the one route that thousands of stations ask every second or two."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable
from typing import Final

from fastapi.concurrency import run_in_threadpool

from kiosk.service.parts import Parts
from kiosk.service.tokens.actions import caller_of
from kiosk.service.tokens.rules import Caller, hashed

KEPT: Final = 10.0
"""Seconds: a client that is disabled, or a token that ends, is let in so long on that route, at most."""
_MOST: Final = 20_000


class KeptCallers:
    """Of one application; used by its event loop alone."""

    def __init__(self, parts: Parts, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._parts, self._monotonic = parts, monotonic
        self._kept: OrderedDict[str, tuple[Caller, float]] = OrderedDict()

    async def caller(self, token: str) -> Caller:
        """Who holds it. Raises InvalidToken, StoreBusy."""
        key, now = hashed(token), self._monotonic()
        caller, until = self._kept.get(key, (None, 0.0))
        if caller is not None and now < until:
            return caller
        self._kept.pop(key, None)
        if self._parts.store.in_process:
            caller = caller_of(self._parts, token)
        else:
            caller = await run_in_threadpool(caller_of, self._parts, token)
        self._kept[key] = caller, now + KEPT * _part(key)
        if len(self._kept) > _MOST:
            self._kept.popitem(last=False)
        return caller


def _part(key: str) -> float:
    """Between a half and one, by the token: those that came together are not looked up together again."""
    return 0.5 + int(key[:4], 16) / 0x20000
