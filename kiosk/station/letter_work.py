"""The printer's part of the device lane: ready before a key gets a PIN, then the letter with it. Between the two the
journal knows that nobody has that PIN."""

from __future__ import annotations

from threading import Event as Flag
from typing import Protocol

import structlog

from kiosk.enrollment.effects import Letter
from kiosk.errors import KioskError, LetterNotPrinted
from kiosk.secret import Secret
from kiosk.station.journal import Journal
from kiosk.station.journal_row import KeyMark
from kiosk.station.letter import rendered

_log = structlog.get_logger("keywright.station")


class PaperWay(Protocol):
    """How a page comes out: `kiosk.station.printing.Printer` is one."""

    def ready(self) -> bool:
        """Whether it takes pages. Raises LetterNotPrinted."""
        ...

    def take_back(self) -> None:
        """Forget pages that were left behind. Raises LetterNotPrinted."""
        ...

    def print_pdf(self, document: bytes, give_up: Flag) -> None:
        """Print, and wait until it is out. Raises LetterNotPrinted."""
        ...


class Letters:
    """Prints letters, where the station has a printer."""

    def __init__(self, printer: PaperWay | None, journal: Journal) -> None:
        self._printer, self._journal = printer, journal
        self._owed: tuple[KeyMark, str] | None = None

    def expect_one(self, key: KeyMark, enrollment_id: str) -> None:
        """The key is about to get a PIN for a letter. Raises LetterNotPrinted when that would not come out, and the
        errors of the journal."""
        printer = self._found()
        printer.take_back()
        if not printer.ready():
            raise LetterNotPrinted("refused")
        self._journal.letter_owed(key, enrollment_id)
        self._owed = (key, enrollment_id)

    def expect_none(self) -> None:
        """The letter is there, or the key certainly did not get the PIN. That the journal cannot be written undoes
        neither: then staff are told of a letter that nobody misses."""
        owed, self._owed = self._owed, None
        if owed is None:
            return
        try:
            self._journal.letter_settled(*owed)
        except KioskError as error:
            _log.error("journal_behind", error=type(error).__name__)

    def print_one(self, letter: Letter, pin: Secret, give_up: Flag) -> None:
        """Print it, and wait until it has left the queue. Raises LetterNotPrinted."""
        self._found().print_pdf(rendered(letter, pin), give_up)
        self.expect_none()

    def _found(self) -> PaperWay:
        if self._printer is None:
            raise LetterNotPrinted("no_printer")
        return self._printer
