"""A random PIN in a sealed letter, with the real window, service and CUPS: it is on the paper, and on no screen."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import pytest

from hardware.simulated.source import SimulatedSource
from kiosk.commands.embedded import embedded_service
from kiosk.config import PrinterSettings
from kiosk.secret import Secret
from tests.end_to_end.conftest import SETTINGS
from tests.end_to_end.person import Person
from tests.end_to_end.stand import PIN, Stand, new_key
from tests.end_to_end.visitor import Visitor
from tests.kiosk.service.projects import paper as read
from tests.kiosk.station.cups import Paper, own_cups

pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")


@pytest.fixture
def paper() -> Iterator[Paper]:
    printer = Paper()
    yield printer
    printer.close()


def test_a_pin_comes_in_a_letter_and_is_in_no_word_on_the_screen(person: Person, tmp_path: Path, paper: Paper) -> None:
    seen: list[str] = []
    with ExitStack() as stack:
        cups = stack.enter_context(own_cups())
        queue = cups.add("letters", paper.port)
        folder = tmp_path / "service"
        folder.mkdir()
        policy = {"pin": {"origin": "random", "delivery": "letter"}}
        embedded = stack.enter_context(embedded_service(folder, SETTINGS | policy))
        visitor = Visitor(person, embedded)
        stand = Stand.at(embedded, tmp_path / "kiosk", new_key())
        stand.printer = PrinterSettings(queue.queue, queue.server)

        def visit() -> None:
            visitor.comes_to_the_key()
            stand.key.plug()
            person.reads("Letter", "Is your letter there?")
            seen.extend(person.screen())
            person.presses("Letter", "Print it again")
            person.waits(lambda: len(paper.pages) == 2, "no second letter came")
            person.reads("Letter", "Is your letter there?")
            person.presses("Letter", "I have it")
            visitor.touches(stand)
            visitor.is_done()

        assert stand.live(visit) == 0
    first, second = (read.text(page, tmp_path) for page in paper.pages)
    assert first == second
    assert "Maria Okafor" in first
    pin = "".join(first.partition("This is the PIN of your key ")[2].split()[:2])
    assert pin not in "".join(" ".join(seen).split())
    assert "asks for this PIN, and then for one of your own" in first
    source = SimulatedSource([stand.key])
    with closing(source.open(source.attached()[0])) as opened:
        opened.change_pin(Secret(pin), Secret(PIN))
