"""A PIN that the kiosk made up is seen once, by whoever stands there, and said only on purpose."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from types import ModuleType
from typing import Any

import pytest
from PySide6.QtCore import QEvent
from PySide6.QtGui import QAccessible, QImage
from PySide6.QtWidgets import QLabel, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from hardware.errors import KeySilent
from kiosk.enrollment.events import Continued, LetterWanted
from kiosk.enrollment.states import RandomPin, State
from kiosk.enrollment.visit import Visit
from kiosk.errors import LetterNotPrinted
from kiosk.secret import Secret
from ui.pages.page import Page, Surroundings
from ui.pages.random_pin import ALOUD, RandomPinPage
from ui.theme import load_theme
from ui.widgets import secret_view
from ui.widgets.notice import Notice
from ui.widgets.secret_view import SecretView

Overhear = Callable[[ModuleType], list[str]]
Show = Callable[[Page, State], list[object]]
PIN = "82604917"


@pytest.fixture
def page(qtbot: QtBot) -> RandomPinPage:
    return RandomPinPage(load_theme(), Surroundings())


@pytest.fixture
def announced(overhear: Overhear) -> list[str]:
    """What a screen reader is told."""
    return overhear(secret_view)


def view(page: RandomPinPage) -> SecretView:
    found = page.findChild(SecretView)
    assert isinstance(found, SecretView)
    return found


def picture(page: RandomPinPage) -> QImage:
    return view(page).grab().toImage()


def everything_said(page: RandomPinPage) -> str:
    said = []
    for widget in (page.window(), *page.window().findChildren(QWidget)):
        said += [widget.accessibleName(), widget.accessibleDescription(), widget.toolTip(), widget.windowTitle()]
        interface = QAccessible.queryAccessibleInterface(widget)
        if interface is not None:
            said += [interface.text(kind) for kind in QAccessible.Text if kind is not QAccessible.Text.UserText]
        if isinstance(widget, QLabel | QPushButton):
            said.append(widget.text())
    return "\n".join(said)


def test_while_the_pin_is_set_there_is_nothing_to_press(page: RandomPinPage, visit: Visit, show: Show) -> None:
    show(page, RandomPin(visit))
    chrome = page.chrome()
    assert (chrome.primary, chrome.secondary, chrome.back) == (None, None, None)
    first = page.first_focus()
    assert first is not None
    assert first.accessibleName() == "Setting a PIN"
    assert not view(page).isVisible()


def test_the_pin_is_seen_and_noted(page: RandomPinPage, visit: Visit, show: Show) -> None:
    show(page, RandomPin(visit))
    page.render(RandomPin(visit, Secret(PIN)))
    assert view(page).isVisible()
    assert view(page).shown
    primary = page.chrome().primary
    assert primary is not None
    assert (primary.text, primary.event) == ("I have noted it", Continued())


def test_the_pin_is_painted_and_in_no_text(page: RandomPinPage, visit: Visit, show: Show) -> None:
    show(page, RandomPin(visit, Secret(PIN)))
    other = RandomPinPage(load_theme(), Surroundings())
    show(other, RandomPin(visit, Secret("11111111")))
    assert picture(page) != picture(other)
    said = everything_said(page)
    assert PIN not in said
    assert " ".join(PIN) not in said
    assert PIN not in repr(vars(page)) + repr(vars(view(page)))


def test_it_is_read_aloud_only_on_purpose_digit_by_digit(
    page: RandomPinPage, visit: Visit, show: Show, announced: list[str]
) -> None:
    show(page, RandomPin(visit, Secret(PIN)))
    assert announced == []
    secondary = page.chrome().secondary
    assert secondary is not None
    assert secondary.name == ALOUD
    page.trigger(secondary.name)
    assert announced == [" ".join(PIN)]


def test_it_is_hidden_and_shown_again_by_the_eye(page: RandomPinPage, visit: Visit, show: Show) -> None:
    show(page, RandomPin(visit, Secret(PIN)))
    seen = picture(page)
    eye = next(button for button in page.findChildren(QPushButton) if "Hide" in button.accessibleName())
    eye.click()
    assert not view(page).shown
    assert picture(page) != seen
    assert eye.accessibleName() == "Show the PIN"
    eye.click()
    assert picture(page) == seen


def test_hidden_pins_of_one_length_look_alike(page: RandomPinPage, visit: Visit, show: Show) -> None:
    show(page, RandomPin(visit, Secret(PIN)))
    page.conceal()
    hidden = picture(page)
    page.render(RandomPin(visit, Secret("11111111")))
    assert picture(page) == hidden


def test_another_window_in_front_hides_it(page: RandomPinPage, visit: Visit, show: Show, qtbot: QtBot) -> None:
    show(page, RandomPin(visit, Secret(PIN)))
    other = QWidget()
    qtbot.addWidget(other)
    with qtbot.waitActive(other):
        other.show()
        other.activateWindow()
    view(page).changeEvent(QEvent(QEvent.Type.ActivationChange))
    assert not view(page).shown


def test_a_wiped_pin_can_no_longer_be_seen_or_heard(
    page: RandomPinPage, visit: Visit, show: Show, announced: list[str]
) -> None:
    secret = Secret(PIN)
    show(page, RandomPin(visit, secret))
    seen = picture(page)
    secret.wipe()
    view(page).update()
    page.trigger(ALOUD)
    assert picture(page) != seen
    assert announced == []


@pytest.mark.parametrize(("must_change", "words"), [(True, "choose one of your own"), (False, "each time you use")])
def test_it_says_what_the_pin_is_for(
    page: RandomPinPage, visit: Visit, show: Show, must_change: bool, words: str
) -> None:
    show(page, RandomPin(visit, Secret(PIN), must_change=must_change))
    assert words in everything_said(page)


def test_what_failed_can_be_tried_again(page: RandomPinPage, visit: Visit, show: Show) -> None:
    show(page, RandomPin(visit))
    page.render(RandomPin(visit, problem=KeySilent(5.0)))
    primary = page.chrome().primary
    assert primary is not None
    assert (primary.text, primary.event) == ("Try again", Continued())
    assert page.first_focus() is None


# ── in a letter ─────────────────────────────────────────────────────────────────────────────────


def letter(visit: Visit, **changes: Any) -> RandomPin:
    return RandomPin(visit, letter=True, **changes)


def stages(visit: Visit) -> tuple[RandomPin, ...]:
    """Every screen of the letter on which the PIN is known."""
    made = letter(visit, pin=Secret(PIN))
    return made, replace(made, printed=True), replace(made, problem=LetterNotPrinted("not_finished"))


@pytest.mark.parametrize("stage", range(3))
def test_a_pin_for_a_letter_is_on_no_screen_and_in_no_voice(
    page: RandomPinPage, visit: Visit, show: Show, announced: list[str], stage: int
) -> None:
    show(page, letter(visit))
    page.render(stages(visit)[stage])
    page.trigger(ALOUD)
    page.reveal()
    assert announced == []
    assert not view(page).isVisible()
    assert PIN not in everything_said(page)


@pytest.mark.parametrize(("pin", "said"), [(None, "Setting a PIN"), (Secret(PIN), "Printing your letter")])
def test_while_the_letter_is_made_there_is_nothing_to_press(
    page: RandomPinPage, visit: Visit, show: Show, pin: Secret | None, said: str
) -> None:
    show(page, letter(visit, pin=pin))
    chrome = page.chrome()
    assert (chrome.primary, chrome.secondary, chrome.back) == (None, None, None)
    first = page.first_focus()
    assert first is not None
    assert first.accessibleName() == said


@pytest.mark.parametrize(("must_change", "words"), [(True, "choose one of your own"), (False, "each time you use")])
def test_a_printed_letter_is_asked_for(
    page: RandomPinPage, visit: Visit, show: Show, must_change: bool, words: str
) -> None:
    show(page, letter(visit, pin=Secret(PIN), printed=True, must_change=must_change))
    chrome = page.chrome()
    assert chrome.primary is not None
    assert chrome.secondary is not None
    assert chrome.title == "Is your letter there?"
    assert (chrome.primary.event, chrome.secondary.event) == (Continued(), LetterWanted())
    assert words in everything_said(page)
    assert page.first_focus() not in (None, view(page))  # an Enter too many says nothing


@pytest.mark.parametrize(("pin", "text"), [(None, "Try again"), (Secret(PIN), "Print it again")])
def test_a_letter_that_did_not_come_out_is_tried_again(
    page: RandomPinPage, visit: Visit, show: Show, pin: Secret | None, text: str
) -> None:
    problem = LetterNotPrinted("not_finished")
    show(page, letter(visit, pin=pin, problem=problem))
    chrome = page.chrome()
    assert chrome.primary is not None
    assert (chrome.primary.text, chrome.primary.event, chrome.problem) == (text, Continued(), problem)
    notice = page.findChild(Notice)
    assert isinstance(notice, Notice)
    assert notice.isVisible() is (pin is not None)  # the key has it already: it goes to the desk without a letter
    assert page.first_focus() is None
