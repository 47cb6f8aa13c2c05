"""The PIN is judged while it is typed, leaves once, and stays nowhere."""

from __future__ import annotations

import gc
from collections.abc import Callable
from dataclasses import replace

import pytest
import shiboken6
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from hardware.errors import PinRefused, WrongPin
from kiosk.enrollment.events import Continued, PinChosen, PinTyped
from kiosk.enrollment.pin_rules import PinRules, Rule
from kiosk.enrollment.states import ChoosePin, EnterPin, State
from kiosk.enrollment.visit import Visit
from ui.pages.page import Page, Surroundings
from ui.pages.pin import FORGOTTEN, ChoosePinPage, EnterPinPage
from ui.pages.pin_words import SAME, guessable, line
from ui.theme import load_theme
from ui.widgets.checklist import Checklist, Mark
from ui.widgets.keyboard import Keyboard
from ui.widgets.keypad import Keypad
from ui.widgets.notice import Notice

Show = Callable[[Page, State], list[object]]
PIN = "803146"


def focused() -> QWidget:
    widget = QApplication.focusWidget()
    assert widget is not None
    return widget


def edits(page: Page) -> list[QLineEdit]:
    return page.findChildren(QLineEdit)


def marks(page: Page) -> dict[str, Mark]:
    checklist = page.findChild(Checklist)
    assert isinstance(checklist, Checklist)
    return {each.name: each.mark for each in checklist.lines}


def notice(page: Page) -> str:
    found = page.findChild(Notice)
    assert isinstance(found, Notice)
    return found.text() if found.isVisible() else ""


def saves(page: Page) -> bool:
    primary = page.chrome().primary
    assert primary is not None
    return primary.enabled


def everything_said(page: Page) -> str:
    """All that widgets and a screen reader can give away."""
    said = []
    for widget in (page.window(), *page.window().findChildren(QWidget)):
        said += [widget.accessibleName(), widget.accessibleDescription(), widget.toolTip()]
        interface = QAccessible.queryAccessibleInterface(widget)
        if interface is not None:
            said += [interface.text(kind) for kind in (QAccessible.Text.Name, QAccessible.Text.Value)]
        text = getattr(widget, "text", None)
        if callable(text):
            said.append(str(text()))
    return "\n".join(said)


@pytest.fixture
def rules() -> PinRules:
    return PinRules(min_length=6, own_numbers=("104417",), complexity=True)


@pytest.fixture
def choose(qtbot: QtBot) -> ChoosePinPage:
    return ChoosePinPage(load_theme(), Surroundings())


def type_twice(pin: str, again: str) -> None:
    QTest.keyClicks(focused(), pin)
    QTest.keyClick(focused(), Qt.Key.Key_Return)
    QTest.keyClicks(focused(), again)


def test_a_good_pin_typed_twice_is_saved_once(choose: ChoosePinPage, visit: Visit, rules: PinRules, show: Show) -> None:
    events = show(choose, ChoosePin(visit, rules))
    type_twice(PIN, PIN)
    assert set(marks(choose).values()) == {Mark.MET}
    QTest.keyClick(focused(), Qt.Key.Key_Return)
    assert len(events) == 1
    assert isinstance(events[0], PinChosen)
    assert events[0].pin.reveal() == PIN
    choose.submit()
    assert len(events) == 1


def test_no_widget_keeps_the_pin(choose: ChoosePinPage, visit: Visit, rules: PinRules, show: Show) -> None:
    events = show(choose, ChoosePin(visit, rules))
    type_twice(PIN, PIN)
    choose.submit()
    assert PIN not in everything_said(choose)
    assert all(edit.text() == "" and not edit.isUndoAvailable() for edit in edits(choose))
    assert choose.draft() == {}
    events.clear()
    gc.collect()
    assert not any(isinstance(value, str) and value == PIN for value in vars(choose).values())


def test_nothing_is_red_before_the_person_has_finished(
    choose: ChoosePinPage, visit: Visit, rules: PinRules, show: Show
) -> None:
    show(choose, ChoosePin(visit, rules))
    for character in "123456":
        QTest.keyClicks(focused(), character)
        assert Mark.REFUSED not in marks(choose).values()
        assert notice(choose) == ""
    assert marks(choose)[Rule.NO_SEQUENCE.value] is Mark.PENDING
    assert not saves(choose)
    QTest.keyClick(focused(), Qt.Key.Key_Return)
    assert marks(choose)[Rule.NO_SEQUENCE.value] is Mark.REFUSED
    assert notice(choose).startswith("This PIN is easy to guess.")


def test_mending_the_pin_takes_the_red_away(choose: ChoosePinPage, visit: Visit, rules: PinRules, show: Show) -> None:
    show(choose, ChoosePin(visit, rules))
    QTest.keyClicks(focused(), "1234")
    QTest.keyClick(focused(), Qt.Key.Key_Return)
    assert notice(choose).startswith("This PIN is easy to guess.")
    edits(choose)[0].setFocus()
    QTest.keyClick(focused(), Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    QTest.keyClicks(focused(), PIN)
    assert notice(choose) == ""
    assert Mark.REFUSED not in marks(choose).values()


def test_a_short_pin_is_not_called_easy_to_guess(
    choose: ChoosePinPage, visit: Visit, rules: PinRules, show: Show
) -> None:
    show(choose, ChoosePin(visit, rules))
    QTest.keyClicks(focused(), "8031")
    QTest.keyClick(focused(), Qt.Key.Key_Return)
    assert notice(choose).startswith("This PIN does not fit.")


def test_two_different_pins_are_told_when_the_second_is_full(
    choose: ChoosePinPage, visit: Visit, rules: PinRules, show: Show
) -> None:
    show(choose, ChoosePin(visit, rules))
    type_twice(PIN, "80314")
    assert marks(choose)[SAME] is Mark.PENDING
    QTest.keyClicks(focused(), "7")
    assert marks(choose)[SAME] is Mark.REFUSED
    assert notice(choose).startswith("The two PINs are not the same.")
    assert not saves(choose)


def test_leaving_the_second_field_finishes_it(choose: ChoosePinPage, visit: Visit, rules: PinRules, show: Show) -> None:
    show(choose, ChoosePin(visit, rules))
    type_twice(PIN, "80")
    edits(choose)[0].setFocus()
    assert marks(choose)[SAME] is Mark.REFUSED


def test_the_keypad_types_into_the_field_of_the_focus(
    choose: ChoosePinPage, visit: Visit, rules: PinRules, show: Show
) -> None:
    show(choose, ChoosePin(visit, rules))
    keypad = choose.pad()
    assert isinstance(keypad, Keypad)
    next(k for k in keypad.keys if k.text() == "7").click()
    edits(choose)[1].setFocus()
    next(k for k in keypad.keys if k.text() == "8").click()
    assert [edit.text() for edit in edits(choose)] == ["7", "8"]


def test_abc_opens_the_keyboard_and_it_goes_away(
    choose: ChoosePinPage, visit: Visit, rules: PinRules, show: Show
) -> None:
    events = show(choose, ChoosePin(visit, rules))
    keypad = choose.pad()
    assert isinstance(keypad, Keypad)
    keypad.letters_wanted.emit()
    keyboard = choose.keyboard()
    assert isinstance(keyboard, Keyboard)
    assert choose.chrome().compact
    for field in edits(choose):
        field.setFocus()
        for character in "zqkwvx":
            next(k for k in keyboard.keys if k.text() == character).click()
    keyboard.continued.emit()
    assert isinstance(events[0], PinChosen)
    assert events[0].pin.reveal() == "zqkwvx"
    assert choose.keyboard() is None


def test_the_keypad_comes_back_after_the_stage_dropped_it(
    choose: ChoosePinPage, visit: Visit, rules: PinRules, show: Show, qtbot: QtBot
) -> None:
    show(choose, ChoosePin(visit, rules))
    first = choose.pad()
    assert first is not None
    shiboken6.delete(first)
    again = choose.pad()
    assert isinstance(again, Keypad)
    next(k for k in again.keys if k.text() == "7").click()
    assert edits(choose)[0].text() == "7"
    qtbot.addWidget(again)


def test_while_the_key_saves_nothing_can_be_typed(
    choose: ChoosePinPage, visit: Visit, rules: PinRules, show: Show
) -> None:
    state = ChoosePin(visit, rules)
    show(choose, state)
    choose.render(replace(state, busy=True))
    QTest.keyClicks(focused(), PIN)
    assert edits(choose)[0].text() == ""
    back = choose.chrome().back
    assert back is not None
    assert not back.enabled
    choose.render(replace(state, problem=PinRefused()))
    assert focused() is edits(choose)[0]
    assert isinstance(choose.chrome().problem, PinRefused)
    QTest.keyClicks(focused(), "8")
    assert choose.chrome().problem is None


@pytest.mark.parametrize("rule", Rule)
def test_every_rule_has_words(rule: Rule) -> None:
    shown = line(rule, PinRules(), Mark.PENDING)
    assert shown.text
    assert shown.name == rule.value
    assert guessable(rule) == (rule not in (Rule.LENGTH, Rule.NOT_TOO_LONG, Rule.CHARACTERS))


# ── the PIN of a key that has one ───────────────────────────────────────────────────────────────


@pytest.fixture
def enter(qtbot: QtBot) -> EnterPinPage:
    return EnterPinPage(load_theme(), Surroundings())


def test_the_pin_leaves_once_and_stays_nowhere(enter: EnterPinPage, visit: Visit, show: Show) -> None:
    events = show(enter, EnterPin(visit, 8))
    assert not saves(enter)
    QTest.keyClicks(focused(), PIN)
    assert saves(enter)
    QTest.keyClick(focused(), Qt.Key.Key_Return)
    assert isinstance(events[0], PinTyped)
    assert events[0].pin.reveal() == PIN
    assert PIN not in everything_said(enter)
    enter.submit()
    assert len(events) == 1


def test_the_tries_left_are_told(enter: EnterPinPage, visit: Visit, show: Show) -> None:
    show(enter, EnterPin(visit, 8))
    assert "8 tries left" in everything_said(enter)
    enter.render(EnterPin(visit, None))
    assert "tries left" not in "".join(w.accessibleName() for w in enter.findChildren(QWidget) if w.isVisible())


def test_few_tries_open_the_field_only_when_wanted(enter: EnterPinPage, visit: Visit, show: Show) -> None:
    state = EnterPin(visit, 3, caution=True, problem=WrongPin(3))
    events = show(enter, state)
    chrome = enter.chrome()
    assert not edits(enter)[0].isVisible()
    assert enter.pad() is None
    assert enter.first_focus() is None
    assert chrome.primary is not None
    assert (chrome.primary.text, chrome.primary.event) == ("Try anyway", Continued())
    enter.submit()
    assert events == []
    enter.render(replace(state, caution=False, problem=None))
    assert edits(enter)[0].isVisible()
    assert focused() is edits(enter)[0]


def test_a_wrong_pin_is_told_until_the_next_is_typed(enter: EnterPinPage, visit: Visit, show: Show) -> None:
    show(enter, EnterPin(visit, 8))
    QTest.keyClicks(focused(), "1111")
    enter.submit()
    enter.render(EnterPin(visit, 8, busy=True))
    enter.render(EnterPin(visit, 7, problem=WrongPin(7)))
    assert isinstance(enter.chrome().problem, WrongPin)
    QTest.keyClicks(focused(), "2")
    assert enter.chrome().problem is None


def test_who_forgot_it_learns_what_helps(enter: EnterPinPage, visit: Visit, show: Show) -> None:
    events = show(enter, EnterPin(visit, 8))
    secondary = enter.chrome().secondary
    assert secondary is not None
    enter.trigger(secondary.name)
    assert secondary.name == FORGOTTEN
    assert "another one" in notice(enter)
    assert events == []


def test_letters_work_here_too(enter: EnterPinPage, visit: Visit, show: Show) -> None:
    events = show(enter, EnterPin(visit, 8))
    keypad = enter.pad()
    assert isinstance(keypad, Keypad)
    keypad.letters_wanted.emit()
    keyboard = enter.keyboard()
    assert isinstance(keyboard, Keyboard)
    next(k for k in keyboard.keys if k.text() == "z").click()
    keyboard.continued.emit()
    assert isinstance(events[0], PinTyped)
    assert events[0].pin.reveal() == "z"


def test_the_corner_key_of_the_keyboard_says_what_the_button_said(
    choose: ChoosePinPage, visit: Visit, rules: PinRules, show: Show
) -> None:
    show(choose, ChoosePin(visit, rules))
    type_twice(PIN, PIN)
    keypad = choose.pad()
    assert isinstance(keypad, Keypad)
    keypad.letters_wanted.emit()
    keyboard = choose.keyboard()
    assert isinstance(keyboard, Keyboard)
    corner = next(w for w in keyboard.findChildren(QWidget) if w.accessibleName() == "Save PIN")
    assert corner.isEnabled()
