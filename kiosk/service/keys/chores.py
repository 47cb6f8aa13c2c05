"""What time does to keys: their end is announced, and those that nobody collects are taken back."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from kiosk.service.keys.changing import change
from kiosk.service.keys.notices import Notice, Told, tell_holder, write_down
from kiosk.service.keys.rules import Change
from kiosk.service.parts import Parts
from kiosk.service.store import keys as rows
from kiosk.service.store.engine import WriteTx

_AT_ONCE: Final = 50  # so that a writer never waits long for these


def announce_ends(parts: Parts) -> bool:
    """Tell some of the people whose keys should be replaced soon, each once; whether there may be more. Nobody is
    locked out by it."""
    now, warn = parts.clock.now(), timedelta(days=parts.settings.life.warn)
    with parts.store.read() as tx:
        if not rows.ending_keys(tx, now + warn, 1):
            return False

    def work(tx: WriteTx) -> int:
        ending = rows.ending_keys(tx, now + warn, _AT_ONCE)
        for each in ending:
            assert each.expires_at is not None
            tell_holder(tx, parts, each, Notice.ENDING, Told(day=each.expires_at.date().isoformat()))
            told = rows.move_key(tx, each, warned_at=now)
            write_down(tx, parts, told, "key_end_announced", "service")
        return len(ending)

    return parts.store.write(work) == _AT_ONCE


def take_uncollected(parts: Parts) -> bool:
    """Take back some of the keys that were not handed over in time; whether there may be more."""
    before = parts.clock.now() - timedelta(days=parts.settings.life.hand_over)
    with parts.store.read() as tx:
        if not rows.waiting_keys(tx, before, 1):
            return False

    def work(tx: WriteTx) -> int:
        waiting = rows.waiting_keys(tx, before, _AT_ONCE)
        for each in waiting:
            change(tx, parts, each, Change.RETURN, "service", "not_collected", Notice.NOT_HANDED_OVER)
        return len(waiting)

    taken = parts.store.write(work)
    return taken == _AT_ONCE
