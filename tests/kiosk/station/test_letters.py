"""A random PIN for a letter: no key gets one without a printer, and it is nowhere but on the paper."""

from __future__ import annotations

import logging
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from threading import Event as Flag
from types import FunctionType
from typing import Any, cast

import pytest
from structlog.testing import capture_logs

from hardware.authenticator import KeySource, PinState
from hardware.errors import Cancelled as HardwareCancelled
from hardware.errors import HardwareError, KeyGone, PinRefused
from hardware.simulated.key import SimulatedKey
from hardware.simulated.source import SimulatedSource
from kiosk.enrollment import answers, effects
from kiosk.enrollment.effects import Letter
from kiosk.enrollment.events import Cancelled, Continued, Event, LetterWanted
from kiosk.enrollment.pin_rules import PinRules
from kiosk.enrollment.states import Done, EnterPin, RandomPin, State, Stopped, Welcome
from kiosk.errors import LetterNotPrinted
from kiosk.secret import Secret
from kiosk.station.journal import Journal
from kiosk.station.journal_row import KeyMark
from kiosk.station.on_device import DeviceWork
from kiosk.station.printing import Printer
from kiosk.station.scripted_person import ScriptedPerson
from kiosk.station.work import Job, Outcome
from tests.kiosk.service.projects import paper as read
from tests.kiosk.station.bench import Bench
from tests.kiosk.station.contract_server import ContractServer
from tests.kiosk.station.cups import Cups, Paper, own_cups
from tests.kiosk.station.fake_key import FakeKey, FakeSource

LETTER = Letter("Example", "Ada", "Fake", "S1", "en")
RANDOM = effects.SetRandomPin(2, PinRules(6, 63), 8, letter=True, enrollment_id="e1")
POLICY = {"pin": {"origin": "random", "delivery": "letter"}}


@pytest.fixture(scope="module")
def cups() -> Iterator[Cups]:
    with own_cups() as server:
        yield server


@pytest.fixture
def paper() -> Iterator[Paper]:
    printer = Paper()
    yield printer
    printer.close()


@pytest.fixture(autouse=True)
def logs() -> Iterator[list[Any]]:
    with capture_logs() as captured:
        yield captured


# ── in the lane ─────────────────────────────────────────────────────────────────────────────────


class Tray:
    """Where pages come out, as long as it is `there`."""

    def __init__(self, *, there: bool = True, why: str = "") -> None:
        self.there, self.why = there, why
        self.pages: list[bytes] = []

    def ready(self) -> bool:
        return self.there

    def take_back(self) -> None:
        self.pages.clear()

    def print_pdf(self, document: bytes, give_up: Flag) -> None:
        if self.why:
            raise LetterNotPrinted(self.why)
        self.pages.append(document)


class Lane:
    """A device lane's work with a key that was read, and a printer or none."""

    def __init__(self, journal: Journal, printer: Tray | None) -> None:
        self.key = FakeKey()
        self.work = DeviceWork(cast(KeySource, FakeSource((self.key,))), journal, lambda _: None, printer=printer)
        self.do(effects.InspectKey(1, self.key.address))

    def do(self, work: effects.Effect) -> Outcome | None:
        return self.work.perform(Job(work))


@pytest.mark.parametrize(("printer", "why"), [(None, "no_printer"), (Tray(there=False), "refused")])
def test_a_key_gets_no_pin_while_no_letter_would_come_out(journal: Journal, printer: Tray | None, why: str) -> None:
    lane = Lane(journal, printer)
    with pytest.raises(LetterNotPrinted) as told:
        lane.do(RANDOM)
    assert told.value.why == why
    assert lane.key.done == ["open", "inspect"]
    assert not lane.key.pin


def test_a_pin_for_the_screen_needs_no_printer(journal: Journal) -> None:
    assert isinstance(Lane(journal, None).do(effects.SetRandomPin(2, PinRules(6, 63), 8)), answers.PinGenerated)


def test_a_letter_has_the_pin_that_the_key_has(journal: Journal, tmp_path: Path) -> None:
    tray = Tray()
    lane = Lane(journal, tray)
    answer = lane.do(RANDOM)
    assert isinstance(answer, answers.PinGenerated)
    lane.do(effects.CloseKey(same_visit=True))
    assert lane.do(effects.PrintLetter(3, answer.pin, LETTER)) == answers.LetterPrinted(3)
    assert f"{lane.key.pin[:4]} {lane.key.pin[4:]}" in read.text(tray.pages[0], tmp_path)


def owed(journal: Journal) -> list[tuple[str, str]]:
    return [(each.enrollment_id, each.key.serial) for each in journal.pins_owed()]


def test_a_letter_is_owed_until_it_is_printed(journal: Journal) -> None:
    tray = Tray(why="not_finished")
    lane = Lane(journal, tray)
    answer = lane.do(RANDOM)
    assert isinstance(answer, answers.PinGenerated)
    with pytest.raises(LetterNotPrinted):
        lane.do(effects.PrintLetter(3, Secret(answer.pin.reveal()), LETTER))
    assert owed(journal) == [("e1", lane.key.address.serial)]
    tray.why = ""
    lane.do(effects.PrintLetter(4, answer.pin, LETTER))
    assert owed(journal) == []


@pytest.mark.parametrize(("error", "left"), [(PinRefused(), 0), (KeyGone(), 1)])
def test_a_letter_is_owed_where_the_key_may_have_the_pin_and_not_where_it_refused_it(
    journal: Journal, error: HardwareError, left: int
) -> None:
    lane = Lane(journal, Tray())
    lane.key.errors["set_pin"].append(error)
    with pytest.raises(type(error)):
        lane.do(RANDOM)
    assert len(owed(journal)) == left


@pytest.mark.parametrize(("serial", "left"), [("S1", 0), ("", 1)])
def test_a_key_that_was_wiped_elsewhere_is_known_by_its_serial_number(journal: Journal, serial: str, left: int) -> None:
    lane = Lane(journal, Tray())
    mark = KeyMark(lane.key.info.aaguid, serial)
    lane.key.address = replace(lane.key.address, serial=serial)
    journal.pin_owed(mark, "e1")
    lane.do(effects.InspectKey(2, lane.key.address))
    assert len(owed(journal)) == left


def test_what_was_cancelled_is_not_printed(journal: Journal) -> None:
    tray = Tray()
    job = Job(effects.PrintLetter(3, Secret("58203917"), LETTER))
    job.cancel.set()
    with pytest.raises(HardwareCancelled):
        Lane(journal, tray).work.perform(job)
    assert tray.pages == []


def test_a_job_wipes_the_pin_that_it_carried() -> None:
    pin = Secret("58203917")
    Job(effects.PrintLetter(3, pin, LETTER)).wipe()
    assert pin.wiped


# ── a visit ─────────────────────────────────────────────────────────────────────────────────────


class Reader(ScriptedPerson):
    """Somebody who does `surprises` at the screens of the letter, one at each."""

    def __init__(self, bench: Bench, *surprises: Event | Callable[[], Event]) -> None:
        super().__init__(bench.script(), time.monotonic)
        self.surprises = list(surprises)
        self.seen: list[RandomPin] = []

    def respond(self, state: State) -> Event | None:
        if not isinstance(state, RandomPin):
            return super().respond(state)
        self.seen.append(state)
        if self.surprises and (state.printed or state.problem is not None):
            surprise = self.surprises.pop(0)
            return surprise() if isinstance(surprise, FunctionType) else cast(Event, surprise)
        return super().respond(state)


Come = Callable[[Printer | None], Bench]


@pytest.fixture
def come(server: ContractServer, journal: Journal, key: SimulatedKey, tmp_path: Path) -> Come:
    """Makes a station with this printer, whose service wants letters."""
    server.policy = dict(POLICY)
    return lambda printer: Bench(server, journal, key, tmp_path, printer=printer)


def visit(bench: Bench, person: Reader) -> State:
    begun = False

    def finished(state: State) -> bool:
        nonlocal begun
        begun = begun or not isinstance(state, Welcome)
        ended = isinstance(state, Welcome) and bool(person.seen)
        return ended or isinstance(state, Done | EnterPin) or (isinstance(state, Stopped) and not state.cleaning)

    return bench.visit(person, finished)


def first_use(key: SimulatedKey, pin: str) -> PinState:
    """Type the PIN of the letter, and choose another one, as the key asks its owner to. Raises WrongPin."""
    source = SimulatedSource([key])
    with closing(source.open(source.attached()[0])) as opened:
        opened.change_pin(Secret(pin), Secret("831604"))
        return opened.inspect().pin


def pin_in(page: bytes, folder: Path) -> str:
    words = read.text(page, folder).partition("This is the PIN of your key ")[2].split()
    return words[0] + words[1]


@pytest.fixture
def printer(cups: Cups, paper: Paper) -> Printer:
    return cups.add("letters", paper.port)


def test_the_letter_from_the_queue_has_the_pin_of_the_key_and_nothing_else_has(
    cups: Cups,
    come: Come,
    paper: Paper,
    printer: Printer,
    tmp_path: Path,
    logs: list[Any],
    caplog: pytest.LogCaptureFixture,
) -> None:
    bench = come(printer)
    person = Reader(bench)
    caplog.set_level(logging.DEBUG)
    assert isinstance(visit(bench, person), Done)
    (page,) = paper.pages
    kept = b"".join(file.read_bytes() for file in tmp_path.rglob("*") if file.is_file())
    pin = pin_in(page, tmp_path)
    assert len(pin) == 8
    assert first_use(bench.key, pin) is PinState.SET
    assert all(state.pin is None or state.pin.wiped for state in person.seen)
    assert pin not in f"{person.seen} {logs} {caplog.text} {bench.server.bodies} {bench.server.calls}"
    assert pin.encode() not in kept
    assert cups.kept() == []


def test_one_more_letter_is_printed_for_who_does_not_find_theirs(
    come: Come, paper: Paper, printer: Printer, tmp_path: Path
) -> None:
    bench = come(printer)
    assert isinstance(visit(bench, Reader(bench, LetterWanted())), Done)
    first, second = (pin_in(page, tmp_path) for page in paper.pages)
    assert first == second


def test_without_a_printer_the_visit_stops_before_the_key_has_a_pin(come: Come) -> None:
    bench = come(None)
    stopped = visit(bench, Reader(bench))
    assert isinstance(stopped, Stopped)
    assert isinstance(stopped.problem, LetterNotPrinted)
    assert not bench.key.has_pin


@pytest.fixture
def silent(cups: Cups) -> Printer:
    """A printer that is switched off."""
    with socket.create_server(("127.0.0.1", 0)) as gone:
        port = gone.getsockname()[1]
    return replace(cups.add("silent", port), patience=0.5)


def test_who_leaves_a_printer_that_does_not_answer_leaves_no_letter_and_no_pin(
    come: Come, cups: Cups, silent: Printer, logs: list[Any]
) -> None:
    bench = come(silent)
    person = Reader(bench, Cancelled())
    assert isinstance(visit(bench, person), Welcome)
    problem = person.seen[-1].problem
    assert isinstance(problem, LetterNotPrinted)
    assert problem.why == "not_finished"
    assert cups.tell("lpstat", "-W", "not-completed", "-o", "silent").stdout == b""
    assert all(state.pin is None or state.pin.wiped for state in person.seen)
    assert {"event": "pin_in_no_letter", "log_level": "warning"} in logs


def test_a_printer_that_comes_back_prints_the_pin_that_the_key_has(
    come: Come, cups: Cups, silent: Printer, paper: Paper, tmp_path: Path
) -> None:
    bench = come(silent)

    def mended() -> Event:
        cups.add("silent", paper.port)
        return Continued()

    person = Reader(bench, mended)
    assert isinstance(visit(bench, person), Done)
    assert first_use(bench.key, pin_in(paper.pages[-1], tmp_path)) is PinState.SET


def test_a_key_whose_pin_was_never_printed_asks_the_next_visit_for_it(come: Come, silent: Printer) -> None:
    bench = come(silent)
    visit(bench, Reader(bench, Cancelled()))
    assert bench.key.has_pin
    bench.key.unplug()
    again = come(silent)
    assert isinstance(visit(again, Reader(again)), EnterPin)
