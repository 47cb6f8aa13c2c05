"""Between a PIN by chance and its owner the journal knows that nobody has that PIN, whatever becomes of the station."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import structlog

from kiosk.errors import KioskError
from kiosk.station.journal import Journal
from kiosk.station.journal_row import KeyMark
from kiosk.station.recovery import owed_no_more

_log = structlog.get_logger("keywright.station")


class OwedPins:
    """The PIN of this visit that its owner is still to get."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._now: tuple[KeyMark, str] | None = None

    def begin(self, key: KeyMark, enrollment_id: str) -> None:
        """The key is about to get its PIN. Raises the errors of the journal."""
        self._journal.pin_owed(key, enrollment_id)
        self._now = (key, enrollment_id)

    def settle(self) -> None:
        """The owner has the PIN, or the key certainly did not get it."""
        now, self._now = self._now, None
        if now is not None:
            with _behind():
                self._journal.pin_settled(*now)

    def typed(self, key: KeyMark) -> None:
        """The key took a PIN that was typed, so that somebody knows it, whatever was remembered."""
        with _behind():
            owed_no_more(self._journal, key)


@contextmanager
def _behind() -> Iterator[None]:
    """What the key took stays so where the journal cannot say it: then staff are told of a PIN that nobody misses."""
    try:
        yield
    except KioskError as error:
        _log.error("journal_behind", error=type(error).__name__)
