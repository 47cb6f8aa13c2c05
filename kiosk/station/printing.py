"""Letters go to a printer of CUPS, through its own `lp`: by a pipe, never by a file or an argument."""

from __future__ import annotations

import re
import subprocess
from dataclasses import dataclass
from threading import Event
from typing import Final

import structlog

from kiosk.errors import LetterNotPrinted
from kiosk.station.ipp import purge

_log = structlog.get_logger("keywright.station")

_JOB: Final = re.compile(r"request id is (\S+-\d+) ")
_LOOK_EACH: Final = 0.3  # seconds
PROGRAMS: Final = "/usr/bin:/bin:/usr/sbin"
"""Where the programs of CUPS are."""
SOCKET: Final = "/run/cups/cups.sock"
"""Where the CUPS of the system listens."""
_USER: Final = "keywright"
"""Whose jobs they are: CUPS lets the owner alone take them back."""
_ANSWER: Final = 10.0  # seconds that CUPS itself may take


@dataclass(frozen=True, slots=True)
class Printer:
    """A queue of CUPS. `server` is the socket of another CUPS than the system's own; `patience` is in
    seconds, until the printer has taken the whole letter."""

    queue: str
    server: str = ""
    patience: float = 60.0

    def print_pdf(self, document: bytes, give_up: Event) -> None:
        """Print, and wait until the letter has left the queue. Raises LetterNotPrinted.

        That it left is all that CUPS knows of many printers: the person is asked whether they have it. However it ends,
        CUPS is told to delete what it has of the letter, which it would keep for a day (PreserveJobFiles).
        """
        job = self._hand_over(document)
        try:
            self._wait(job, give_up)
        finally:
            self._forget(job)

    def ready(self) -> bool:
        """Whether the queue is there, takes letters, and gives them to its printer. Raises LetterNotPrinted where there
        is no CUPS."""
        done = self._run("lpstat", "-a", self.queue, "-p", self.queue)
        takes = done.stdout.startswith(f"{self.queue} accepting requests ".encode())
        return done.returncode == 0 and takes and f"\nprinter {self.queue} disabled ".encode() not in done.stdout

    def take_back(self) -> None:
        """Delete what a station that ended in the middle of a letter left in the queue: it is nobody's by now. Raises
        LetterNotPrinted where there is no CUPS."""
        for line in self._run("lpstat", "-W", "all", "-o", self.queue).stdout.decode(errors="replace").splitlines():
            job, *whose = line.split()
            if whose[:1] == [_USER]:
                self._forget(job)

    def _wait(self, job: str, give_up: Event) -> None:
        waited = 0.0
        while self._waits(job):
            if waited >= self.patience or give_up.wait(_LOOK_EACH):
                self._run("cancel", job)
                raise LetterNotPrinted("not_finished")
            waited += _LOOK_EACH

    def _forget(self, job: str) -> None:
        number = int(job.rpartition("-")[2])
        if not purge(self.server or SOCKET, number, _USER):
            _log.warning("letter_not_deleted")  # it is as CUPS is set: PreserveJobFiles

    def _hand_over(self, document: bytes) -> str:
        # The title is what the printer's list of jobs shows to others.
        done = self._run("lp", "-d", self.queue, "-t", "letter", "-n", "1", "-", given=document)
        found = _JOB.search(done.stdout.decode(errors="replace"))
        if done.returncode != 0 or found is None:
            raise LetterNotPrinted("refused")
        return found[1]

    def _waits(self, job: str) -> bool:
        done = self._run("lpstat", "-W", "not-completed", "-o", self.queue)
        return any(line.split()[:1] == [job.encode()] for line in done.stdout.splitlines())

    def _run(self, program: str, *arguments: str, given: bytes = b"") -> subprocess.CompletedProcess[bytes]:
        environment = {"PATH": PROGRAMS, "LC_ALL": "C", "CUPS_USER": _USER}
        if self.server:
            environment["CUPS_SERVER"] = self.server
        try:
            return subprocess.run(  # noqa: S603 - fixed words, a queue of the settings, and the number of a job
                [program, *arguments],
                input=given,
                capture_output=True,
                env=environment,
                timeout=_ANSWER,
                check=False,
            )
        except FileNotFoundError as error:
            raise LetterNotPrinted("no_cups") from error
        except subprocess.TimeoutExpired:
            raise LetterNotPrinted("not_finished") from None  # its own text has the command, and nothing of the letter
