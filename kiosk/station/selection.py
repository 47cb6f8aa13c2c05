"""Which of several keys is meant: all of them wait for a touch, and the first that is touched is it."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from threading import Event as Flag

import structlog

from hardware.authenticator import KeyAddress, KeySource, Watch
from hardware.errors import Cancelled, HardwareError, KeyUnusable, TouchTimeout

_log = structlog.get_logger("keywright.station")
_TICK = 0.05
"""Seconds between two looks at whether we are to stop: no longer than a person notices."""


def select_key(
    source: KeySource, keys: tuple[KeyAddress, ...], seconds: float, cancel: Flag, on_wait: Callable[[], None]
) -> KeyAddress:
    """Wait on all keys at once, one thread each; all are closed, and no thread is left, when this returns. `on_wait` is
    called once for each key that begins to wait, on its thread.

    What goes wrong with one key is no trouble as long as another is touched. Raises Cancelled, TouchTimeout, or what
    went wrong with the last key that could have been touched.
    """
    over = Flag()
    with ThreadPoolExecutor(len(keys), thread_name_prefix="keywright-select") as pool:
        try:
            waiting = {pool.submit(_touched, source, key, _watch(over, seconds, on_wait)): key for key in keys}
            return _first(waiting, over, cancel)
        finally:
            over.set()


def _watch(over: Flag, seconds: float, on_wait: Callable[[], None]) -> Watch:
    """For one key, which may begin to wait more than once."""
    told = Flag()

    def on_touch() -> None:
        if not told.is_set():
            told.set()
            on_wait()

    return Watch(on_touch, on_touch, over, seconds)


def _touched(source: KeySource, address: KeyAddress, watch: Watch) -> None:
    """In a thread of its own: wait for the touch of one key."""
    key = source.open(address)
    try:
        key.wink()
        key.select(watch)
    finally:
        key.close()


def _first(waiting: dict[Future[None], KeyAddress], over: Flag, cancel: Flag) -> KeyAddress:
    errors: list[HardwareError] = []
    pending = set(waiting)
    while pending:
        if cancel.is_set():
            over.set()
        done, pending = wait(pending, timeout=_TICK, return_when=FIRST_COMPLETED)
        for future in done:
            try:
                future.result()
            except HardwareError as error:
                _log.info("key_not_selected", error=type(error).__name__)
                errors.append(error)
            else:
                return waiting[future]
    raise _worst(errors, cancel)


def _worst(errors: list[HardwareError], cancel: Flag) -> HardwareError:
    """What to say when no key was touched: a key that could be touched says more than one that could not."""
    if cancel.is_set():
        return Cancelled()
    late = [error for error in errors if isinstance(error, TouchTimeout)]
    usable = [error for error in errors if not isinstance(error, KeyUnusable)]
    return (late or usable or errors)[-1]
