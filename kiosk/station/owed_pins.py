"""Between a PIN by chance and its owner the journal knows that nobody has that PIN, whatever becomes of the station."""

from __future__ import annotations

import structlog

from kiosk.errors import KioskError
from kiosk.station.journal import Journal
from kiosk.station.journal_row import KeyMark

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
        """The owner has the PIN, or the key certainly did not get it. That the journal cannot be written undoes
        neither: then staff are told of a PIN that nobody misses."""
        now, self._now = self._now, None
        if now is None:
            return
        try:
            self._journal.pin_settled(*now)
        except KioskError as error:
            _log.error("journal_behind", error=type(error).__name__)
