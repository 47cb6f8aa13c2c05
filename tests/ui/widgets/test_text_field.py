"""A text field keeps what was typed, within bounds, and tells Enter to its page alone."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from kiosk.contract.profile import FieldKind
from ui.theme import load_theme
from ui.widgets.text_field import ROOM, TextField


@pytest.fixture
def field(qtbot: QtBot) -> TextField:
    widget = TextField(load_theme(), "Work email", FieldKind.EMAIL)
    qtbot.addWidget(widget)
    widget.show()
    return widget


def button(field: TextField, name: str) -> QPushButton:
    return next(b for b in field.findChildren(QPushButton) if b.accessibleName() == name)


@pytest.mark.parametrize("text", ["x" * 10_000, "\u202eevil", "a\x00b\x1b[2J", "🔑🗝️", "'; DROP TABLE users; --"])
def test_any_text_is_kept_within_the_room(field: TextField, text: str) -> None:
    field.put(text)
    assert len(field.value()) <= ROOM
    assert field.value() == text[:ROOM]
    assert not field.grab().isNull()


def test_clear_empties_and_goes_away(field: TextField) -> None:
    assert not button(field, "Clear").isVisible()
    field.put("maria")
    QTest.mouseClick(button(field, "Clear"), Qt.MouseButton.LeftButton)
    assert field.value() == ""
    assert not button(field, "Clear").isVisible()


def test_the_keyboard_is_asked_for(field: TextField, qtbot: QtBot) -> None:
    with qtbot.waitSignal(field.keyboard_wanted):
        QTest.mouseClick(button(field, "Keyboard on the screen"), Qt.MouseButton.LeftButton)


def test_enter_is_told(field: TextField, qtbot: QtBot) -> None:
    with qtbot.waitSignal(field.entered):
        QTest.keyClick(field.edit, Qt.Key.Key_Enter)


def test_mail_is_written_left_to_right_in_arabic(qtbot: QtBot) -> None:
    theme = load_theme(locale="ar")
    mail, name = (TextField(theme, "x", kind) for kind in (FieldKind.EMAIL, FieldKind.NAME))
    for widget in (mail, name):
        qtbot.addWidget(widget)
        widget.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
    assert mail.edit.layoutDirection() == Qt.LayoutDirection.LeftToRight
    assert name.edit.layoutDirection() == Qt.LayoutDirection.RightToLeft


def test_a_locked_field_takes_nothing(field: TextField, qtbot: QtBot) -> None:
    field.lock(locked=True)
    QTest.keyClicks(field.edit, "x")
    assert field.value() == ""
    field.lock(locked=False)
    QTest.keyClicks(field.edit, "x")
    assert field.value() == "x"


def test_a_slim_one_leaves_its_room_to_the_text(field: TextField) -> None:
    field.put("maria")
    assert button(field, "Clear").isVisible()
    field.slim()
    assert not button(field, "Clear").isVisible()
    field.put("okafor")
    assert not button(field, "Clear").isVisible()
