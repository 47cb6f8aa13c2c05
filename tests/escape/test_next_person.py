"""What is left of one person when the next one comes: nothing, whether the one before went or the kiosk died."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.escape.conftest import ROOT, Kiosk, display_with, kiosk_on, pause

PERSON = "mira.okafor@example.org"


@pytest.fixture
def locked_down(kiosk: Kiosk, tmp_path: Path) -> Iterator[Kiosk]:
    """A kiosk of one test, under Openbox as it is set up for kiosks; `kiosk` says whether the parts are here."""
    assert kiosk.session.poll() is None
    openbox = ("openbox", "--config-file", str(ROOT / "resources/kiosk/xorg/openbox.xml"))
    with display_with(tmp_path, *openbox) as display, kiosk_on(display, tmp_path) as own:
        yield own


def copied(kiosk: Kiosk, selection: str) -> str:
    """What could be pasted."""
    return kiosk.display.tell("xclip", "-o", "-selection", selection, check=False)


def type_a_name(kiosk: Kiosk) -> None:
    """Start, and type who one is."""
    kiosk.display.press("Return")
    kiosk.await_state("Identify", 1)
    while copied(kiosk, "clipboard") != PERSON:
        kiosk.display.press("ctrl+a")
        kiosk.display.tell("xdotool", "type", PERSON)
        kiosk.display.press("ctrl+a", "ctrl+c")
        pause()


def test_what_somebody_copied_is_gone_with_them(locked_down: Kiosk) -> None:
    type_a_name(locked_down)
    welcomes = locked_down.states("Welcome")
    while locked_down.states("Welcome") == welcomes:
        locked_down.display.press("Escape")
        pause(0.2)
    assert copied(locked_down, "clipboard") == ""
    assert copied(locked_down, "primary") == ""


def test_a_kiosk_that_dies_is_there_again_with_nothing_of_the_person(locked_down: Kiosk) -> None:
    type_a_name(locked_down)
    welcomes, process = locked_down.states("Welcome"), locked_down.process()
    os.kill(process, signal.SIGKILL)
    locked_down.await_state("Welcome", welcomes + 1)
    assert locked_down.process() != process
    assert copied(locked_down, "clipboard") == ""
    assert PERSON not in locked_down.log
    kept = [path for path in (locked_down.folder / "state").rglob("*") if path.is_file()]
    assert kept
    assert not [path for path in kept if PERSON.encode() in path.read_bytes()]


def test_a_kiosk_that_is_told_to_end_stays_ended(locked_down: Kiosk) -> None:
    os.kill(locked_down.process(), signal.SIGTERM)
    assert locked_down.session.wait(30) == 0
