"""The code of an authenticator app: nothing is sent, and a recovery code may stand in for it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Protocol

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from kiosk.contract.profile import VerificationMethod
from kiosk.enrollment.events import CodeTyped, MethodChosen, WentBack
from kiosk.enrollment.states import CodeWork, EnterCode, State
from kiosk.enrollment.visit import Visit
from kiosk.errors import WrongCode
from ui.pages.code import EnterCodePage
from ui.pages.page import Page, Surroundings
from ui.theme import load_theme
from ui.widgets.code_boxes import CodeBoxes
from ui.widgets.keyboard import Keyboard
from ui.widgets.option_card import OptionCard
from ui.widgets.text_field import TextField
from ui.window import Window

Show = Callable[[Page, State], list[object]]
Sample = Callable[[str], State]


class Clock(Protocol):
    """A clock that only the test moves; seconds."""

    now: float

    def __call__(self) -> float: ...


RECOVERY = "k7qm-2xvp"


@pytest.fixture
def page(qtbot: QtBot, clock: Clock) -> EnterCodePage:
    return EnterCodePage(load_theme(), Surroundings(), clock=clock)


def by_app(visit: Visit) -> EnterCode:
    return EnterCode(visit, VerificationMethod.TOTP, "", others=visit.offers[:1], resend_after=0, expires_in=0)


def cards(page: Page) -> list[str]:
    return [card.accessibleName() for card in page.findChildren(OptionCard) if card.isVisible()]


def card(page: Page, name: str) -> OptionCard:
    return next(c for c in page.findChildren(OptionCard) if c.accessibleName() == name and c.isVisible())


def edit(page: Page) -> QWidget:
    field = page.findChild(TextField)
    assert isinstance(field, TextField)
    return field.edit


def test_nothing_is_sent_and_nothing_can_be_sent_again(page: EnterCodePage, visit: Visit, show: Show) -> None:
    show(page, by_app(visit))
    assert cards(page) == ["Recovery code", "Mail me a code"]
    assert page.chrome().title == "Type the 6-digit code"
    assert page.chrome().sentence == "Open the authenticator app on your phone. It shows the code."


def test_it_is_never_too_old(page: EnterCodePage, visit: Visit, show: Show, clock: Clock) -> None:
    show(page, by_app(visit))
    clock.now += 100_000
    page.tick()
    assert page.chrome().problem is None


def test_its_last_digit_sends_it(page: EnterCodePage, visit: Visit, show: Show) -> None:
    events = show(page, by_app(visit))
    widget = QApplication.focusWidget()
    assert isinstance(widget, CodeBoxes)
    QTest.keyClicks(widget, "123456")
    assert events == [CodeTyped("123456")]


def test_a_recovery_code_has_letters_and_a_field_of_its_own(page: EnterCodePage, visit: Visit, show: Show) -> None:
    events = show(page, by_app(visit))
    card(page, "Recovery code").click()
    assert page.pad() is None
    assert page.chrome().title == "Type a recovery code"
    assert QApplication.focusWidget() is edit(page)
    primary = page.chrome().primary
    assert primary is not None
    assert not primary.enabled
    QTest.keyClick(edit(page), Qt.Key.Key_Return)
    assert events == []
    QTest.keyClicks(edit(page), f" {RECOVERY} ")
    QTest.keyClick(edit(page), Qt.Key.Key_Return)
    assert events == [CodeTyped(RECOVERY)]


def test_it_can_be_typed_by_touch_alone(page: EnterCodePage, visit: Visit, show: Show) -> None:
    events = show(page, by_app(visit))
    card(page, "Recovery code").click()
    field = page.findChild(TextField)
    assert isinstance(field, TextField)
    field.keyboard_button.click()
    assert cards(page) == []
    for character in "kqm":
        keyboard = page.keyboard()
        assert isinstance(keyboard, Keyboard)
        next(key for key in keyboard.keys if key.accessibleName() == character).click()
    keyboard = page.keyboard()
    assert isinstance(keyboard, Keyboard)
    keyboard.continued.emit()
    assert events == [CodeTyped("kqm")]
    assert page.keyboard() is None
    assert cards(page) == ["Use my app", "Mail me a code"]


def test_a_wrong_recovery_code_stays_to_be_mended(page: EnterCodePage, visit: Visit, show: Show) -> None:
    events = show(page, by_app(visit))
    card(page, "Recovery code").click()
    QTest.keyClicks(edit(page), "k7qm-2xvq")
    page.submit()
    page.render(replace(by_app(visit), work=CodeWork.CHECKING))
    page.submit()
    assert len(events) == 1
    page.render(replace(by_app(visit), problem=WrongCode(tries_left=3)))
    field = page.findChild(TextField)
    assert isinstance(field, TextField)
    assert field.value() == "k7qm-2xvq"
    assert isinstance(page.chrome().problem, WrongCode)
    assert page.chrome().title == "Type a recovery code"
    QTest.keyClicks(field.edit, "x")
    assert page.chrome().problem is None


def test_the_app_is_one_press_away_again(page: EnterCodePage, visit: Visit, show: Show) -> None:
    show(page, by_app(visit))
    card(page, "Recovery code").click()
    QTest.keyClicks(edit(page), "k7")
    card(page, "Use my app").click()
    assert isinstance(QApplication.focusWidget(), CodeBoxes)
    assert page.pad() is not None
    card(page, "Recovery code").click()
    field = page.findChild(TextField)
    assert isinstance(field, TextField)
    assert field.value() == ""


def test_another_way_is_one_touch_and_brings_its_own_cards(page: EnterCodePage, visit: Visit, show: Show) -> None:
    events = show(page, by_app(visit))
    card(page, "Recovery code").click()
    card(page, "Mail me a code").click()
    assert events == [MethodChosen(VerificationMethod.EMAIL)]
    page.render(EnterCode(visit, VerificationMethod.EMAIL, "m•••••@example.org", sent=1, others=visit.offers[1:2]))
    assert cards(page) == ["Send again", "Text me a code"]
    assert page.pad() is not None
    back = page.chrome().back
    assert back is not None
    assert back.event == WentBack()


@pytest.mark.parametrize("locale", ["en", "ar"])
def test_a_recovery_code_is_typed_from_left_to_right(
    make_window: Callable[..., Window], sample: Sample, locale: str
) -> None:
    window = make_window(locale=locale)
    state = sample("code-app")
    assert isinstance(state, EnterCode)
    window.show_state(replace(state, visit=replace(state.visit, locale=locale)))
    assert edit(window.shell.wizard.page).layoutDirection() == Qt.LayoutDirection.LeftToRight
