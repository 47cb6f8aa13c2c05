"""Wrong codes and input, a service that goes away, a person who goes away: the window says what to do, and goes on."""

from __future__ import annotations

import sqlite3
import threading
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication

from kiosk.commands.embedded import Embedded, embedded_service
from kiosk.service.settings import SessionSettings
from tests.end_to_end.conftest import SETTINGS
from tests.end_to_end.person import Person
from tests.end_to_end.stand import Stand
from tests.end_to_end.visitor import Visitor
from ui.words_kiosk import INPUTS

pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")

HASTY: dict[str, Any] = SETTINGS | {"session": SessionSettings.model_construct(idle=1, warning=2)}
"""A kiosk that soon asks whether anybody is there."""


def other(code: str) -> str:
    """Another code than this one."""
    return "".join(str((int(digit) + 1) % 10) for digit in code)


def test_a_wrong_code_is_told_and_the_right_one_taken(visitor: Visitor, embedded: Embedded, tmp_path: Path) -> None:
    stand = Stand.at(embedded, tmp_path)

    def visit() -> None:
        visitor.starts()
        visitor.says_who_she_is()
        code = visitor.gets_mail()
        visitor.types_code(other(code))
        visitor.person.reads("Messages", "That code is not right")
        visitor.types_code(code)
        visitor.finishes_with(stand)

    assert stand.live(visit) == 0


def test_a_code_that_is_sent_again_replaces_the_first(visitor: Visitor, embedded: Embedded, tmp_path: Path) -> None:
    stand = Stand.at(embedded, tmp_path)

    def visit() -> None:
        visitor.starts()
        visitor.says_who_she_is()
        first = visitor.gets_mail()
        visitor.person.presses("Verify", "Send again")
        second = visitor.gets_mail()
        if first != second:
            visitor.types_code(first)
            visitor.person.reads("Messages", "That code is not right")
        visitor.types_code(second)
        visitor.finishes_with(stand)

    assert stand.live(visit) == 0


HOSTILE = {
    "empty": "",
    "spaces": "   ",
    "very long": "m" * 10_000,
    "control characters": "m.oka\x00for\x1b[2J\x07@example.org",
    "right-to-left override": "m.okafor\u202e@gro.elpmaxe",
    "emoji": "\U0001f511\U0001f600\U0001f468\u200d\U0001f469\u200d\U0001f467",
    "SQL": "'; DROP TABLE person; --",
    "markup": "<b>m.okafor</b><img src='file:///etc/passwd'>",
    "format": "{0.__class__} %s %n {name}",
    "lone surrogate": "m\ud800okafor@example.org",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_input_that_is_no_user_name_is_kept_and_answered_in_words(
    visitor: Visitor, embedded: Embedded, tmp_path: Path, name: str
) -> None:
    stand = Stand.at(embedded, tmp_path)
    person, text = visitor.person, HOSTILE[name]

    def visit() -> None:
        visitor.starts()
        person.goes_to("Identify", "User name")
        person.puts(text)
        before = person.typed("Identify", "User name")
        person.presses("Identify", "Continue")
        person.waits(lambda: _told(person) or person.sees("Type the 6-digit code"))
        if _told(person):
            assert person.typed("Identify", "User name") == before
        else:
            person.presses("Verify", "Back")
        person.goes_to("Identify", "User name")
        if before:
            person.presses("TextField", "Clear")
        visitor.says_who_she_is()
        visitor.types_code(visitor.gets_mail())
        visitor.finishes_with(stand)

    assert stand.live(visit) == 0


def _told(person: Person) -> bool:
    """Whether the screen says what is wrong with the input, in a sentence of ours."""
    return any(person.sees(str(words)) for pair in INPUTS.values() for words in pair)


def test_a_service_that_is_started_later_is_found(person: Person, tmp_path: Path) -> None:
    kept = tmp_path / "service"
    kept.mkdir()
    with embedded_service(kept, SETTINGS) as before:
        port = int(before.station.service.url.rpartition(":")[2])
        stand = Stand.at(before, tmp_path / "kiosk")

    def visit() -> None:
        person.reads("Messages", "We cannot reach the office computer")
        with embedded_service(kept, SETTINGS, port) as again:
            visitor = Visitor(person, again)
            person.waits(lambda: person.sees("Try now") or person.sees("Start"))
            visitor.comes_to_the_key()
            visitor.finishes_with(stand)
            person.presses("Done", "Finish")
            person.reads("Welcome", "Set up your security key")

    assert stand.live(visit) == 0


def test_a_service_that_is_restarted_in_the_middle_is_not_noticed(person: Person, tmp_path: Path) -> None:
    kept = tmp_path / "service"
    kept.mkdir()
    with ExitStack() as first, ExitStack() as second:
        before = first.enter_context(embedded_service(kept, SETTINGS))
        port = int(before.station.service.url.rpartition(":")[2])
        stand = Stand.at(before, tmp_path / "kiosk")
        visitor = Visitor(person, before)

        def visit() -> None:
            visitor.comes_to_the_key()
            stand.key.plug()
            visitor.chooses_pin()
            person.reads("Touch", "Touch your key now")
            first.close()
            person.waits(lambda: stand.key.wants_touch)
            stand.key.touch()
            person.reads("Messages", "We cannot reach the office computer")
            second.enter_context(embedded_service(kept, SETTINGS, port))
            visitor.is_done()

        assert stand.live(visit) == 0
    assert len(stand.key.credentials) == 1


def test_a_person_who_went_away_is_asked_for_and_then_forgotten(person: Person, tmp_path: Path) -> None:
    with embedded_service(tmp_path, HASTY) as hasty:
        visitor = Visitor(person, hasty)
        stand = Stand.at(hasty, tmp_path / "kiosk")

        def visit() -> None:
            visitor.starts()
            person.goes_to("Identify", "User name")
            person.types("m.okafor")
            person.reads("IdleDialog", "Are you still there?")
            person.presses("IdleDialog", "I am still here")
            person.waits(lambda: not person.sees("Are you still there?"))
            assert person.typed("Identify", "User name") == "m.okafor"
            person.reads("IdleDialog", "Are you still there?")
            person.reads("Welcome", "Set up your security key")
            person.presses("Welcome", "Start")
            person.goes_to("Identify", "User name")
            assert person.typed("Identify", "User name") == ""

        assert stand.live(visit) == 0


@pytest.mark.parametrize("screen", ["Welcome", "EnterCode", "ChoosePin", "Touch", "Prove"])
def test_a_window_that_is_closed_in_the_middle_leaves_nothing(
    visitor: Visitor, embedded: Embedded, tmp_path: Path, screen: str
) -> None:
    stand = Stand.at(embedded, tmp_path)
    threads = set(threading.enumerate())
    open_before, credentials_before = _service_rows(embedded)

    def visit() -> None:
        if screen == "Welcome":
            visitor.person.reads("Welcome", "Start")
            return
        visitor.starts()
        visitor.says_who_she_is()
        code = visitor.gets_mail()
        if screen == "EnterCode":
            return
        visitor.types_code(code)
        stand.key.plug()
        visitor.person.reads("Pin", "Choose a PIN for your key")
        if screen == "ChoosePin":
            return
        visitor.chooses_pin()
        visitor.person.reads("Touch", "Touch your key now")
        visitor.person.waits(lambda: stand.key.wants_touch)
        if screen == "Prove":
            stand.key.touch()
            visitor.person.waits(lambda: not visitor.person.sees("Touch your key now"))

    assert stand.live(visit) == 0
    assert not {thread for thread in set(threading.enumerate()) - threads if thread.name.startswith("keywright")}
    assert not QApplication.topLevelWidgets()
    if screen != "Prove":
        assert not stand.key.credentials
    still_open, credentials = _service_rows(embedded)
    assert still_open <= open_before
    assert len(credentials - credentials_before) == len(stand.key.credentials)
    assert not QGuiApplication.clipboard().text()


def _service_rows(embedded: Embedded) -> tuple[set[str], set[str]]:
    """The enrollments that are not over, and all credentials."""
    file = embedded.station.state_folder / "service.db"
    with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as database:
        enrollments = database.execute("SELECT id FROM enrollments WHERE phase IN ('identify', 'verify', 'key')")
        credentials = database.execute("SELECT hex(credential_id) FROM credentials")
        return {row[0] for row in enrollments}, {row[0] for row in credentials}
