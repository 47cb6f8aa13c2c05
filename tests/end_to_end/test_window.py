"""A person at the real window gets a key that works, with a mouse, a finger or the keyboard alone."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from kiosk.commands.demo import VISITOR, show
from kiosk.commands.embedded import BADGE, PERSON, Embedded, embedded_service
from kiosk.contract.profile import VerificationMethod
from kiosk.service.verification.settings import VerificationSettings
from tests.end_to_end.person import Hand, Person
from tests.end_to_end.stand import Stand, while_open
from tests.end_to_end.visitor import CODE_FIELD, Visitor

pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")

FIGURES = "270194"
"""A PIN that a keypad can type."""


def test_the_demonstration_from_the_choice_of_the_language_to_a_key_that_works(
    qtbot: QtBot, embedded: Embedded
) -> None:
    person = Person(qtbot, Hand.MOUSE)
    visitor = Visitor(person, embedded)

    def visit() -> None:
        person.presses_named("العربية")
        person.waits(lambda: QApplication.layoutDirection() is Qt.LayoutDirection.RightToLeft)
        person.reads("Welcome", "Set up your security key")
        assert not person.sees("Set up your security key")
        person.presses_named("English")
        person.waits(lambda: person.sees("Set up your security key"))
        visitor.starts()
        visitor.says_who_she_is()
        code = visitor.gets_mail()
        person.waits(lambda: person.sees(f"Copy the code \u2068{code}\u2069"), "the dock has no mail")
        person.goes_to(*CODE_FIELD)
        person.taps(code)
        person.presses("Simulator", "Plug the key in")
        for label in ("New PIN", "Same PIN again"):
            person.goes_to("Pin", label)
            person.taps(FIGURES)
        person.presses("Pin", "Save PIN")
        person.reads("Touch", "Touch your key now")
        person.presses("Simulator", "Touch the key")
        visitor.is_done()
        assert person.sees("Maria Okafor")
        person.presses("Done", "Finish")
        person.reads("Welcome", "Set up your security key")

    with ExitStack() as stack:
        assert while_open(visit, lambda: show(embedded, stack, None, "en", full_screen=False)) == 0


def test_a_text_message_comes_to_the_dock_of_the_demonstration(person: Person, tmp_path: Path) -> None:
    by_text = {"verification": VerificationSettings(methods=(VerificationMethod.SMS,))}
    with embedded_service(tmp_path, by_text) as embedded, ExitStack() as stack:
        visitor = Visitor(person, embedded)

        def visit() -> None:
            visitor.starts()
            person.waits(lambda: person.sees(f"staff number \u2068{VISITOR.number}\u2069"))
            visitor.says_who_she_is(VISITOR.user)
            person.reads("Mailbox", "Text message")
            visitor.types_code(embedded.textbox.messages()[-1].code)
            person.reads("InsertKey", "Put your key in the slot")
            assert not embedded.mailbox.messages()

        assert while_open(visit, lambda: show(embedded, stack, None, "en", full_screen=False)) == 0


def test_by_a_finger_alone(qtbot: QtBot, embedded: Embedded, tmp_path: Path) -> None:
    person = Person(qtbot, Hand.FINGER)
    visitor = Visitor(person, embedded)
    stand = Stand.at(embedded, tmp_path)
    name, _, domain = PERSON["upn"].partition("@")

    def visit() -> None:
        visitor.starts()
        person.presses("TextField", "Keyboard on the screen")
        person.taps(name)
        person.presses_named(f"@{domain}")
        person.presses("Keyboard", "Put the keyboard away")
        assert person.typed("Identify", "User name") == PERSON["upn"]
        person.presses("Identify", "Continue")
        person.taps(visitor.gets_mail())
        person.reads("InsertKey", "Put your key in the slot")
        stand.key.plug()
        person.reads("Pin", "Choose a PIN for your key")
        person.taps(FIGURES)
        person.goes_to("Pin", "Same PIN again")
        person.taps(FIGURES)
        person.presses("Pin", "Save PIN")
        visitor.touches(stand)
        visitor.is_done()
        person.presses("Done", "Finish")
        person.reads("Welcome", "Set up your security key")

    assert stand.live(visit) == 0
    assert len(stand.key.credentials) == 1


def test_by_the_keyboard_alone(qtbot: QtBot, embedded: Embedded, tmp_path: Path) -> None:
    person = Person(qtbot, Hand.KEYBOARD)
    visitor = Visitor(person, embedded)
    stand = Stand.at(embedded, tmp_path)

    def visit() -> None:
        person.presses_named("العربية")
        person.waits(lambda: QApplication.layoutDirection() is Qt.LayoutDirection.RightToLeft)
        visitor.comes_to_the_key()
        visitor.finishes_with(stand)
        person.presses_key(Qt.Key.Key_Return)
        person.reads("Welcome", "Set up your security key")

    assert stand.live(visit) == 0
    assert len(stand.key.credentials) == 1


def test_a_badge_reader_is_heard_in_a_field_for_something_else(
    visitor: Visitor, embedded: Embedded, tmp_path: Path
) -> None:
    stand = Stand.at(embedded, tmp_path)

    def visit() -> None:
        visitor.starts()
        visitor.person.goes_to("Identify", "User name")
        visitor.person.types(BADGE)
        visitor.person.presses_key(Qt.Key.Key_Return)
        visitor.types_code(visitor.gets_mail())
        visitor.finishes_with(stand)

    assert stand.live(visit) == 0


def test_a_key_that_has_a_pin_is_asked_for_it(visitor: Visitor, embedded: Embedded, tmp_path: Path) -> None:
    stand = Stand.at(embedded, tmp_path)

    def visit() -> None:
        visitor.comes_to_the_key()
        visitor.finishes_with(stand)
        stand.key.unplug()
        visitor.person.presses("Done", "Finish")
        visitor.comes_to_the_key()
        stand.key.plug()
        visitor.types_pin("not-the-pin")
        visitor.person.reads("Messages", "That PIN is not right")
        visitor.person.reads("Messages", "%n try(s) left.", 7)
        stand.key.touch_automatically = True  # some keys want a touch before they say so
        visitor.types_pin()
        visitor.person.reads("Messages", "This key is set up already")

    assert stand.live(visit) == 0
    assert len(stand.key.credentials) == 1


def test_the_key_may_be_in_already_and_stay_for_the_next_person(
    visitor: Visitor, embedded: Embedded, tmp_path: Path
) -> None:
    stand = Stand.at(embedded, tmp_path)
    stand.key.plug()

    def visit() -> None:
        visitor.starts()
        visitor.says_who_she_is()
        visitor.types_code(visitor.gets_mail())
        visitor.chooses_pin()
        visitor.touches(stand)
        visitor.is_done()
        visitor.person.presses("Done", "Finish")
        visitor.person.reads("Welcome", "Set up your security key")

    assert stand.live(visit) == 0
