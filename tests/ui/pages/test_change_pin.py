"""A new PIN for a key that has one: two questions, two secrets, and nothing left behind."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from hardware.errors import PinRefused, WrongPin
from kiosk.enrollment.events import Continued, PinReplaced, WentBack
from kiosk.enrollment.pin_rules import PinRules
from kiosk.enrollment.states import ChangePin, State
from kiosk.enrollment.visit import Visit
from ui.pages.change_pin import AGAIN, ChangePinPage
from ui.pages.page import Page, Surroundings
from ui.theme import load_theme
from ui.widgets.checklist import Checklist
from ui.widgets.keyboard import Keyboard
from ui.widgets.keypad import Keypad

Show = Callable[[Page, State], list[object]]
OLD, NEW = "803146", "592738"
RULES = PinRules(min_length=6)


@pytest.fixture
def page(qtbot: QtBot) -> ChangePinPage:
    return ChangePinPage(load_theme(), Surroundings())


@pytest.fixture
def asked(visit: Visit) -> ChangePin:
    return ChangePin(visit, RULES, 8)


def focused() -> QWidget:
    widget = QApplication.focusWidget()
    assert widget is not None
    return widget


def typed(text: str) -> None:
    QTest.keyClicks(focused(), text)
    QTest.keyClick(focused(), Qt.Key.Key_Return)


def title(page: ChangePinPage) -> str:
    return page.chrome().title


def fields(page: ChangePinPage) -> list[QLineEdit]:
    return [edit for edit in page.findChildren(QLineEdit) if edit.isVisible()]


def revealed(events: list[object]) -> list[tuple[str, str]]:
    return [(event.current.reveal(), event.new.reveal()) for event in events if isinstance(event, PinReplaced)]


def test_the_old_pin_then_a_new_one_twice_are_handed_over_once(
    page: ChangePinPage, asked: ChangePin, show: Show
) -> None:
    events = show(page, asked)
    typed(OLD)
    typed(NEW)
    typed(NEW)
    page.submit()
    assert revealed(events) == [(OLD, NEW)]


def test_one_question_is_on_the_screen_at_a_time(page: ChangePinPage, asked: ChangePin, show: Show) -> None:
    show(page, asked)
    assert title(page) == "This key wants a new PIN"
    assert len(fields(page)) == 1
    assert not page.findChildren(Checklist)[0].isVisible()
    typed(OLD)
    assert title(page) == "Choose a new PIN for your key"
    assert len(fields(page)) == 2
    assert page.findChildren(Checklist)[0].isVisible()


def test_nothing_goes_on_with_an_empty_field_or_a_weak_pin(page: ChangePinPage, asked: ChangePin, show: Show) -> None:
    events = show(page, asked)
    page.submit()
    assert title(page) == "This key wants a new PIN"
    typed(OLD)
    typed("123456")
    typed("123456")
    page.submit()
    assert events == []


def test_no_widget_keeps_either_pin(page: ChangePinPage, asked: ChangePin, show: Show) -> None:
    show(page, asked)
    typed(OLD)
    typed(NEW)
    typed(NEW)
    said = []
    for widget in (page, *page.findChildren(QWidget)):
        said += [widget.accessibleName(), widget.accessibleDescription(), widget.toolTip()]
        interface = QAccessible.queryAccessibleInterface(widget)
        if interface is not None:
            said += [interface.text(kind) for kind in (QAccessible.Text.Name, QAccessible.Text.Value)]
    assert OLD not in "\n".join(said)
    assert NEW not in "\n".join(said)
    assert all(edit.text() == "" for edit in page.findChildren(QLineEdit))
    assert OLD not in repr(vars(page))
    assert page.draft() == {}


def test_a_wrong_old_pin_is_asked_for_again_and_the_new_one_forgotten(
    page: ChangePinPage, asked: ChangePin, show: Show
) -> None:
    events = show(page, asked)
    for text in (OLD, NEW, NEW):
        typed(text)
    page.render(replace(asked, busy=True))
    page.render(replace(asked, problem=WrongPin(7), retries_left=7))
    assert title(page) == "This key wants a new PIN"
    assert isinstance(page.chrome().problem, WrongPin)
    typed("111111")
    assert page.chrome().problem is None
    typed(NEW)
    typed(NEW)
    assert revealed(events)[-1] == ("111111", NEW)


def test_a_new_pin_that_the_key_refuses_is_chosen_again_without_typing_the_old_one(
    page: ChangePinPage, asked: ChangePin, show: Show
) -> None:
    events = show(page, asked)
    for text in (OLD, NEW, NEW):
        typed(text)
    assert isinstance(events[0], PinReplaced)
    for secret in (events[0].current, events[0].new):
        secret.wipe()  # as the device layer does
    page.render(replace(asked, busy=True))
    page.render(replace(asked, problem=PinRefused()))
    assert title(page) == "Choose a new PIN for your key"
    assert isinstance(page.chrome().problem, PinRefused)
    typed("483920")
    typed("483920")
    assert revealed(events[1:]) == [(OLD, "483920")]


def test_back_goes_to_the_first_question_and_then_leaves(page: ChangePinPage, asked: ChangePin, show: Show) -> None:
    show(page, asked)
    typed(OLD)
    back = page.chrome().back
    assert back is not None
    assert (back.event, back.name) == (None, AGAIN)
    page.trigger(back.name)
    assert title(page) == "This key wants a new PIN"
    assert fields(page)[0].text() == ""
    back = page.chrome().back
    assert back is not None
    assert back.event == WentBack()


def test_who_forgot_the_old_pin_finds_help(page: ChangePinPage, asked: ChangePin, show: Show) -> None:
    show(page, asked)
    secondary = page.chrome().secondary
    assert secondary is not None
    assert secondary.name == "help"
    assert any("Somebody else set the PIN" in line for line in page.chrome().help)
    typed(OLD)
    assert page.chrome().secondary is None


def test_few_tries_must_be_accepted_before_the_field_opens(page: ChangePinPage, asked: ChangePin, show: Show) -> None:
    few = replace(asked, retries_left=3, caution=True)
    events = show(page, few)
    assert fields(page) == []
    assert page.pad() is None
    assert page.first_focus() is None
    chrome = page.chrome()
    assert chrome.primary is not None
    assert (chrome.primary.text, chrome.primary.event) == ("Try anyway", Continued())
    page.submit()
    page.render(replace(few, caution=False))
    assert len(fields(page)) == 1
    typed(OLD)
    typed(NEW)
    typed(NEW)
    assert revealed(events) == [(OLD, NEW)]


def test_while_the_key_works_nothing_can_be_typed_or_left(page: ChangePinPage, asked: ChangePin, show: Show) -> None:
    show(page, asked)
    for text in (OLD, NEW, NEW):
        typed(text)
    page.render(replace(asked, busy=True))
    chrome = page.chrome()
    assert chrome.back is not None
    assert not chrome.back.enabled
    assert chrome.primary is not None
    assert not chrome.primary.enabled
    assert all(edit.isReadOnly() for edit in fields(page))


def test_the_keyboard_serves_both_questions(page: ChangePinPage, asked: ChangePin, show: Show) -> None:
    events = show(page, asked)
    keypad = page.pad()
    assert isinstance(keypad, Keypad)
    keypad.letters_wanted.emit()
    keyboard = page.keyboard()
    assert isinstance(keyboard, Keyboard)
    for text in ("zq", "zqkwvx", "zqkwvx"):
        for character in text:
            next(key for key in keyboard.keys if key.text() == character).click()
        QTest.keyClick(focused(), Qt.Key.Key_Return)
    assert revealed(events) == [("zq", "zqkwvx")]
    assert page.keyboard() is None
