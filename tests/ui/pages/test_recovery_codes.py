"""Recovery codes are seen once, by whoever stands there, and said only on purpose."""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QAccessible
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFrame, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from kiosk.enrollment.events import Continued
from kiosk.enrollment.states import RecoveryCodes, State
from kiosk.enrollment.visit import Visit
from ui.pages.page import Page, Surroundings
from ui.pages.recovery_codes import ALOUD, RecoveryCodesPage
from ui.theme import load_theme
from ui.tour_accounts import CODES
from ui.widgets import code_sheet
from ui.widgets.code_sheet import CodeSheet
from ui.window import Window

Overhear = Callable[[ModuleType], list[str]]
Show = Callable[[Page, State], list[object]]
Sample = Callable[[str], State]


@pytest.fixture
def page(qtbot: QtBot) -> RecoveryCodesPage:
    return RecoveryCodesPage(load_theme(), Surroundings())


@pytest.fixture
def announced(overhear: Overhear) -> list[str]:
    """What a screen reader is told."""
    return overhear(code_sheet)


def sheet(page: Page) -> CodeSheet:
    found = page.findChild(CodeSheet)
    assert isinstance(found, CodeSheet)
    return found


def test_the_codes_are_seen_and_noted(page: RecoveryCodesPage, visit: Visit, show: Show) -> None:
    show(page, RecoveryCodes(visit, CODES))
    chrome = page.chrome()
    assert chrome.primary is not None
    assert (chrome.primary.text, chrome.primary.event) == ("I have noted them", Continued())
    assert chrome.back is None
    assert "Write them down, or take a photo." in chrome.sentence
    assert isinstance(page.first_focus(), QFrame)  # an Enter too many does not take them away


def test_no_widget_holds_the_codes_as_text(page: RecoveryCodesPage, visit: Visit, show: Show) -> None:
    show(page, RecoveryCodes(visit, CODES))
    said = []
    for widget in (page, *page.findChildren(QWidget)):
        said += [widget.accessibleName(), widget.accessibleDescription(), str(widget.property("text") or "")]
        interface = QAccessible.queryAccessibleInterface(widget)
        if interface is not None:
            said += [interface.text(kind) for kind in QAccessible.Text if kind is not QAccessible.Text.UserText]
    assert "10 recovery codes. They are not read aloud by themselves." in said
    assert not [code for code in CODES if code in "\n".join(said)]


def test_they_are_said_on_purpose_one_after_another(
    page: RecoveryCodesPage, visit: Visit, show: Show, announced: list[str]
) -> None:
    show(page, RecoveryCodes(visit, CODES[:2]))
    assert announced == []
    page.trigger(ALOUD)
    assert announced == ["1: 9 K X C - 4 T 0 W - Z Q 3 M - 7 H V A. 2: F K 6 S - Y 9 5 4 - 1 S J 3 - E Q H B."]


def test_the_eye_hides_and_shows_them(page: RecoveryCodesPage, visit: Visit, show: Show) -> None:
    show(page, RecoveryCodes(visit, CODES))
    before = sheet(page).grab().toImage()
    eye = next(b for b in page.findChildren(QPushButton) if b.accessibleName() == "Hide the codes")
    eye.click()
    assert eye.accessibleName() == "Show the codes"
    assert sheet(page).grab().toImage() != before
    eye.click()
    assert sheet(page).grab().toImage() == before


def test_another_window_in_front_hides_them(page: RecoveryCodesPage, visit: Visit, show: Show) -> None:
    show(page, RecoveryCodes(visit, CODES))
    page.window().hide()
    sheet(page).changeEvent(QEvent(QEvent.Type.ActivationChange))
    assert not sheet(page).shown


def test_the_idle_question_hides_them(make_window: Callable[..., Window], sample: Sample) -> None:
    window = make_window()
    window.show_state(sample("recovery-codes"))
    window.warn(20)
    assert not sheet(window.shell.wizard.page).shown


def test_they_are_wiped_when_the_page_is_left(
    make_window: Callable[..., Window], sample: Sample, announced: list[str]
) -> None:
    window = make_window()
    window.show_state(sample("recovery-codes"))
    page = window.shell.wizard.page
    seen = sheet(page).grab().toImage()
    window.show_state(sample("done"))
    page.trigger(ALOUD)
    assert announced == []
    assert sheet(page).grab().toImage() != seen


def test_another_look_does_not_lose_them(
    make_window: Callable[..., Window], sample: Sample, announced: list[str]
) -> None:
    window = make_window()
    window.show_state(sample("recovery-codes"))
    window.set_theme(window.theme.with_(mode="dark"))
    window.shell.wizard.page.trigger(ALOUD)
    assert len(announced) == 1
    assert "9 K X C" in announced[0]


def test_it_is_done_by_keyboard_alone(make_window: Callable[..., Window], sample: Sample) -> None:
    window = make_window()
    window.show_state(sample("recovery-codes"))
    window.activateWindow()
    events: list[object] = []
    window.emitted.connect(events.append)
    QTest.keyClick(window.focusWidget(), Qt.Key.Key_Return)
    assert events == []
    button = window.shell.wizard.bar.button("primary")
    assert button is not None
    for _ in range(12):
        if window.focusWidget() is button:
            break
        QTest.keyClick(window.focusWidget(), Qt.Key.Key_Tab)
    QTest.keyClick(button, Qt.Key.Key_Return)
    assert events == [Continued()]


@pytest.mark.parametrize("codes", [(), ("a",), tuple("0123456789-0123456789" for _ in range(16)), CODES[:7]])
@pytest.mark.parametrize("width", [280, 419, 620, 1200])
def test_any_number_of_codes_of_any_length_stays_inside(qtbot: QtBot, codes: tuple[str, ...], width: int) -> None:
    view = CodeSheet(load_theme())
    qtbot.addWidget(view)
    view.show_codes(codes)
    height = view.heightForWidth(width)
    view.resize(width, height + 40)
    image = view.grab().toImage()
    ground = image.pixelColor(width - 1, height + 39)
    below = {image.pixelColor(x, y).name() for y in range(height + 1, height + 40) for x in range(width)}
    assert below == {ground.name()}
