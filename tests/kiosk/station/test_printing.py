"""Letters on their way to a real CUPS, and a printer at the end of it that a test holds."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path
from threading import Event
from time import monotonic

import pytest
from structlog.testing import capture_logs

from kiosk.errors import LetterNotPrinted
from kiosk.station.printing import Printer
from tests.kiosk.station.cups import Cups, Paper, own_cups


@pytest.fixture(scope="module")
def cups() -> Iterator[Cups]:
    with own_cups() as server:
        yield server


@pytest.fixture
def paper() -> Iterator[Paper]:
    """A printer with paper."""
    printer = Paper()
    yield printer
    printer.close()


def test_a_letter_comes_out_whole_and_nothing_of_it_stays_in_the_queue(cups: Cups, paper: Paper) -> None:
    printer = cups.add("letters", paper.port)
    assert printer.ready()
    before = cups.kept()
    printer.print_pdf(b"%PDF the letter", Event())
    assert paper.pages == [b"%PDF the letter"]
    assert cups.tell("lpstat", "-W", "not-completed", "-o", "letters").stdout == b""
    assert cups.kept() == before


def test_cups_would_keep_a_letter_that_nobody_deletes(cups: Cups, paper: Paper, tmp_path: Path) -> None:
    cups.add("others", paper.port)
    (tmp_path / "page.pdf").write_bytes(b"%PDF a page")
    assert cups.tell("lp", "-d", "others", str(tmp_path / "page.pdf")).returncode == 0
    ends = monotonic() + 20
    while not paper.pages:
        assert monotonic() < ends
        Event().wait(0.05)
    assert b"%PDF a page" in [file.read_bytes() for file in cups.kept()]


def test_a_letter_that_a_crash_left_behind_never_comes_out_and_no_other_page_is_touched(cups: Cups) -> None:
    with socket.create_server(("127.0.0.1", 0)) as gone:
        printer = cups.add("crashed", gone.getsockname()[1])
    for user in ("keywright", "somebody"):
        assert cups.tell("env", f"CUPS_USER={user}", "lp", "-d", "crashed", __file__).returncode == 0
    printer.take_back()
    printer.take_back()
    left = cups.tell("lpstat", "-W", "all", "-o", "crashed").stdout.decode().splitlines()
    assert [line.split()[1] for line in left] == ["somebody"]


def test_a_printer_that_is_not_there_is_refused_at_once(cups: Cups) -> None:
    printer = Printer("nobody", str(cups.socket))
    assert not printer.ready()
    with pytest.raises(LetterNotPrinted) as refused:
        printer.print_pdf(b"%PDF", Event())
    assert refused.value.why == "refused"


def test_a_printer_that_does_not_answer_loses_its_job_again(cups: Cups) -> None:
    with socket.create_server(("127.0.0.1", 0)) as gone:
        port = gone.getsockname()[1]
    printer, before = cups.add("broken", port), cups.kept()
    with pytest.raises(LetterNotPrinted) as refused:
        Printer(printer.queue, printer.server, patience=0.5).print_pdf(b"%PDF", Event())
    assert refused.value.why == "not_finished"
    assert cups.tell("lpstat", "-W", "not-completed", "-o", "broken").stdout == b""
    assert cups.kept() == before


def test_whoever_gives_up_takes_the_letter_out_of_the_queue(cups: Cups) -> None:
    with socket.create_server(("127.0.0.1", 0)) as gone:
        port = gone.getsockname()[1]
    printer, given_up = cups.add("left", port), Event()
    given_up.set()
    with pytest.raises(LetterNotPrinted):
        printer.print_pdf(b"%PDF", given_up)
    assert cups.tell("lpstat", "-W", "not-completed", "-o", "left").stdout == b""


def test_without_cups_it_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kiosk.station.printing.PROGRAMS", str(tmp_path))
    with pytest.raises(LetterNotPrinted) as refused:
        Printer("letters").ready()
    assert refused.value.why == "no_cups"


@pytest.mark.parametrize("stopped", ["cupsdisable", "cupsreject"])
def test_a_queue_that_somebody_stopped_is_not_ready(cups: Cups, stopped: str) -> None:
    printer = cups.add("stopped", 9)
    assert printer.ready()
    assert cups.tell(f"/usr/sbin/{stopped}", "stopped").returncode == 0
    assert not printer.ready()


def test_a_letter_that_cups_does_not_delete_is_told_to_staff(cups: Cups, paper: Paper) -> None:
    printer = cups.add("kept", paper.port, "strict")
    with capture_logs() as logs:
        printer.print_pdf(b"%PDF kept", Event())
    assert [(line["event"], line["log_level"]) for line in logs] == [("letter_not_deleted", "warning")]
    assert b"%PDF kept" in [file.read_bytes() for file in cups.kept()]
