"""An authenticator app is set up: one question after the other, by keyboard, by touch, and never held up by it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from types import ModuleType

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QAccessible
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from kiosk.enrollment.events import CodeTyped, Continued, Skipped
from kiosk.enrollment.states import SetUpApp, State
from kiosk.enrollment.visit import Visit
from kiosk.errors import OutOfStep, ServiceUnreachable, SessionExpired, TotpWrongState, WrongCode
from ui.pages.page import Page, Surroundings
from ui.pages.set_up_app import SetUpAppPage
from ui.theme import load_theme
from ui.tour_accounts import SETUP
from ui.widgets import secret_view
from ui.widgets.code_boxes import CodeBoxes
from ui.widgets.keypad import Keypad
from ui.widgets.qr_pad import QrPad
from ui.window import Window

Overhear = Callable[[ModuleType], list[str]]
Show = Callable[[Page, State], list[object]]
Sample = Callable[[str], State]


@pytest.fixture
def page(qtbot: QtBot) -> SetUpAppPage:
    return SetUpAppPage(load_theme(), Surroundings())


@pytest.fixture
def window(make_window: Callable[..., Window]) -> Window:
    return make_window()


def heard(window: Window) -> list[object]:
    events: list[object] = []
    window.emitted.connect(events.append)
    return events


def pad(page: Page) -> QrPad:
    found = page.pad()
    assert isinstance(found, QrPad)
    return found


def boxes(page: Page) -> CodeBoxes:
    found = page.findChild(CodeBoxes)
    assert isinstance(found, CodeBoxes)
    return found


def everything_said(root: QWidget) -> str:
    said = []
    for widget in (root, *root.findChildren(QWidget)):
        said += [widget.accessibleName(), widget.accessibleDescription(), widget.toolTip()]
        interface = QAccessible.queryAccessibleInterface(widget)
        if interface is not None:
            said += [interface.text(kind) for kind in QAccessible.Text if kind is not QAccessible.Text.UserText]
    return "\n".join(said)


def test_while_it_is_prepared_there_is_nothing_to_press_but_a_way_around(
    page: SetUpAppPage, visit: Visit, show: Show
) -> None:
    show(page, SetUpApp(visit, busy=True))
    assert (page.chrome().primary, page.chrome().secondary, page.pad()) == (None, None, None)
    first = page.first_focus()
    assert first is not None
    assert first.accessibleName() == "One moment"
    page.render(SetUpApp(visit, optional=True))
    secondary = page.chrome().secondary
    assert secondary is not None
    assert secondary.event == Skipped()


def test_what_could_not_be_prepared_is_tried_again(page: SetUpAppPage, visit: Visit, show: Show) -> None:
    show(page, SetUpApp(visit, problem=ServiceUnreachable()))
    chrome = page.chrome()
    assert isinstance(chrome.problem, ServiceUnreachable)
    assert chrome.primary is not None
    assert chrome.primary.event == Continued()
    assert page.first_focus() is None


@pytest.mark.parametrize("problem", [OutOfStep(), SessionExpired(), TotpWrongState()], ids=lambda p: type(p).__name__)
def test_when_it_is_over_nobody_is_told_that_the_visit_was(
    page: SetUpAppPage, visit: Visit, show: Show, problem: OutOfStep
) -> None:
    show(page, SetUpApp(visit, SETUP))
    page.submit()
    page.render(SetUpApp(visit, problem=problem, optional=True))
    chrome = page.chrome()
    assert chrome.problem is None
    assert "Your key works" in chrome.sentence
    assert chrome.primary is not None
    assert chrome.primary.event == Skipped()
    assert page.pad() is None


def test_it_is_done_by_keyboard_alone(window: Window, sample: Sample) -> None:
    window.show_state(sample("app"))
    window.activateWindow()
    events = heard(window)
    button = window.shell.wizard.bar.button("primary")
    assert button is not None
    button.setFocus()
    QTest.keyClick(button, Qt.Key.Key_Return)
    assert window.focusWidget() is boxes(window.shell.wizard.page)
    QTest.keyClicks(window.focusWidget(), "123456")
    assert events == [CodeTyped("123456")]


def test_it_is_done_by_touch_alone(window: Window, sample: Sample) -> None:
    window.show_state(sample("app"))
    events = heard(window)
    button = window.shell.wizard.bar.button("primary")
    assert button is not None
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    keypad = window.shell.stage.pad
    assert isinstance(keypad, Keypad)
    for digit in "987654":
        QTest.mouseClick(next(key for key in keypad.keys if key.text() == digit), Qt.MouseButton.LeftButton)
    assert events == [CodeTyped("987654")]


def test_the_way_back_to_the_picture_empties_the_boxes(window: Window, sample: Sample) -> None:
    window.show_state(sample("app"))
    page = window.shell.wizard.page
    page.submit()
    QTest.keyClicks(boxes(page), "123")
    QTest.keyClick(window, Qt.Key.Key_Escape)
    assert isinstance(window.shell.stage.pad, QrPad)
    assert boxes(page).text() == ""
    assert window.shell.wizard.chrome.title == "Add a spare way to sign in"


def test_a_wrong_code_is_told_at_the_boxes_and_typed_again(page: SetUpAppPage, visit: Visit, show: Show) -> None:
    state = SetUpApp(visit, SETUP)
    events = show(page, state)
    page.submit()
    QTest.keyClicks(boxes(page), "123456")
    page.render(replace(state, busy=True))
    QTest.keyClicks(boxes(page), "7")
    page.submit()
    assert events == [CodeTyped("123456")]
    page.render(replace(state, problem=WrongCode(tries_left=4)))
    assert boxes(page).refused
    assert boxes(page).text() == ""
    assert isinstance(page.chrome().problem, WrongCode)
    QTest.keyClicks(boxes(page), "6")
    assert page.chrome().problem is None
    QTest.keyClicks(boxes(page), "54321")
    assert events == [CodeTyped("123456"), CodeTyped("654321")]


def test_a_change_of_language_does_not_lead_back_to_the_picture(
    page: SetUpAppPage, visit: Visit, show: Show, qtbot: QtBot
) -> None:
    show(page, SetUpApp(visit, SETUP))
    assert page.draft() == {}
    page.submit()
    other = SetUpAppPage(load_theme(locale="ar"), Surroundings())
    qtbot.addWidget(other)
    other.render(SetUpApp(visit, SETUP))
    other.restore(page.draft())
    assert isinstance(other.pad(), Keypad)


def test_another_secret_is_shown_from_the_beginning(page: SetUpAppPage, visit: Visit, show: Show) -> None:
    show(page, SetUpApp(visit, SETUP))
    page.submit()
    page.render(SetUpApp(visit, replace(SETUP, secret="MZXW6YTBOI", uri="otpauth://totp/x?secret=MZXW6YTBOI")))
    assert isinstance(page.pad(), QrPad)


@pytest.mark.parametrize("typing", [False, True])
def test_only_where_policy_lets_people_there_is_a_way_without(
    page: SetUpAppPage, visit: Visit, show: Show, typing: bool
) -> None:
    show(page, SetUpApp(visit, SETUP))
    if typing:
        page.submit()
    assert page.chrome().secondary is None
    page.render(SetUpApp(visit, SETUP, optional=True))
    secondary = page.chrome().secondary
    assert secondary is not None
    assert secondary.event == Skipped()


# ── nobody else's eyes ──────────────────────────────────────────────────────────────────────────


def test_a_screen_reader_finds_the_picture_and_not_the_secret(window: Window, sample: Sample) -> None:
    window.show_state(sample("app"))
    said = everything_said(window)
    assert "A square code, to be scanned with a phone" in said
    assert "The key to type. It is not read aloud by itself." in said
    assert SETUP.secret not in said
    assert SETUP.secret[:4] not in said
    assert "otpauth" not in said


def test_the_key_is_said_on_purpose(page: SetUpAppPage, visit: Visit, show: Show, overhear: Overhear) -> None:
    said = overhear(secret_view)
    show(page, SetUpApp(visit, SETUP))
    assert said == []
    pad(page).aloud.click()
    assert said == [" ".join(SETUP.secret)]


def test_both_are_hidden_and_shown_together(page: SetUpAppPage, visit: Visit, show: Show) -> None:
    show(page, SetUpApp(visit, SETUP))
    shown = pad(page).grab().toImage()
    pad(page).eye.click()
    assert not pad(page).code.shown
    assert not pad(page).key.shown
    assert pad(page).eye.accessibleName() == "Show"
    assert pad(page).grab().toImage() != shown
    pad(page).eye.click()
    assert pad(page).grab().toImage() == shown


@pytest.mark.parametrize("part", ["code", "key"])
def test_another_window_in_front_hides_them(page: SetUpAppPage, visit: Visit, show: Show, part: str) -> None:
    show(page, SetUpApp(visit, SETUP))
    view = getattr(pad(page), part)
    view.window().hide()
    view.changeEvent(QEvent(QEvent.Type.ActivationChange))
    assert not pad(page).code.shown
    assert not pad(page).key.shown


def test_the_idle_question_hides_them(window: Window, sample: Sample) -> None:
    window.show_state(sample("app"))
    picture = pad(window.shell.wizard.page)
    window.warn(20)
    assert not picture.code.shown
    assert not picture.key.shown


def test_they_are_gone_when_the_page_is_left(window: Window, sample: Sample) -> None:
    window.show_state(sample("app"))
    picture = pad(window.shell.wizard.page)
    window.show_state(sample("done"))
    assert picture.code.modules == ()
    assert not picture.key.holds


def test_large_text_leaves_the_buttons_their_names(visit: Visit, qtbot: QtBot) -> None:
    page = SetUpAppPage(load_theme(text_scale=2.0), Surroundings())
    qtbot.addWidget(page)
    page.render(SetUpApp(visit, SETUP))
    assert pad(page).aloud.text() == ""
    assert pad(page).aloud.accessibleName() == "Read aloud"
