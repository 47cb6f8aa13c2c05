"""Two fast taps: both count where both were meant, and neither goes through to the next page."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPushButton
from pytestqt.qtbot import QtBot

from ui.theme import Theme, load_theme
from ui.widgets.buttons import Button
from ui.widgets.option_card import OptionCard

Make = Callable[[Theme], QPushButton]


@pytest.fixture(autouse=True)
def interval(qapp: QApplication) -> Iterator[None]:
    """Give back what counts as a double click."""
    before = qapp.doubleClickInterval()
    yield
    qapp.setDoubleClickInterval(before)


MAKES: tuple[Make, ...] = (lambda theme: Button(theme, "Go"), lambda theme: OptionCard(theme, "Go"))


def second_half(button: QPushButton) -> None:
    """What Qt sends for a second press within the interval, wherever the first was."""
    for kind, held in (
        (QEvent.Type.MouseButtonDblClick, Qt.MouseButton.LeftButton),
        (QEvent.Type.MouseButtonRelease, Qt.MouseButton.NoButton),
    ):
        middle = QPointF(button.rect().center())
        event = QMouseEvent(
            kind,
            middle,
            button.mapToGlobal(middle),
            Qt.MouseButton.LeftButton,
            held,
            Qt.KeyboardModifier.NoModifier,
        )
        QCoreApplication.sendEvent(button, event)


def shown(qtbot: QtBot, make: Make) -> tuple[QPushButton, list[bool]]:
    button = make(load_theme())
    qtbot.addWidget(button)
    clicks: list[bool] = []
    button.clicked.connect(lambda: clicks.append(True))
    with qtbot.waitExposed(button):
        button.show()
    return button, clicks


@pytest.mark.parametrize("make", MAKES)
def test_a_button_that_just_came_is_not_hit_by_the_tap_before(qtbot: QtBot, make: Make) -> None:
    QApplication.setDoubleClickInterval(60_000)
    button, clicks = shown(qtbot, make)
    second_half(button)
    assert clicks == []


@pytest.mark.parametrize("make", MAKES)
def test_a_button_that_was_there_is_hit_by_the_second_of_two_fast_taps(qtbot: QtBot, make: Make) -> None:
    QApplication.setDoubleClickInterval(1)
    button, clicks = shown(qtbot, make)
    qtbot.waitUntil(button._presses.second_half_counts)  # type: ignore[attr-defined]  # both kinds have it
    second_half(button)
    assert len(clicks) == 1


@pytest.mark.parametrize("make", MAKES)
def test_a_double_click_is_two_clicks(qtbot: QtBot, make: Make) -> None:
    button, clicks = shown(qtbot, make)
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    second_half(button)
    assert len(clicks) == 2
