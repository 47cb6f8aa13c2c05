"""The printer's part of the device lane: ready before a key gets a PIN, then the letter with it."""

from __future__ import annotations

from threading import Event as Flag
from typing import Protocol

from kiosk.enrollment.effects import Letter
from kiosk.errors import LetterNotPrinted
from kiosk.secret import Secret
from kiosk.station.letter import rendered


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

    def __init__(self, printer: PaperWay | None) -> None:
        self._printer = printer

    def make_ready(self) -> None:
        """Forget what was left behind. Raises LetterNotPrinted when a letter would not come out."""
        printer = self._found()
        printer.take_back()
        if not printer.ready():
            raise LetterNotPrinted("refused")

    def print_one(self, letter: Letter, pin: Secret, give_up: Flag) -> None:
        """Print it, and wait until it has left the queue. Raises LetterNotPrinted."""
        self._found().print_pdf(rendered(letter, pin), give_up)

    def _found(self) -> PaperWay:
        if self._printer is None:
            raise LetterNotPrinted("no_printer")
        return self._printer
