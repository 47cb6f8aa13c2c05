"""The PIN leaves its field once, as one secret, and by no other way."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QPoint, Qt
from PySide6.QtGui import QAccessible, QContextMenuEvent, QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QPushButton
from pytestqt.qtbot import QtBot

from ui.theme import load_theme
from ui.widgets.pin_field import PinField

PIN = "803146"


@pytest.fixture
def field(qtbot: QtBot) -> PinField:
    widget = PinField(load_theme(), "New PIN")
    qtbot.addWidget(widget)
    widget.show()
    widget.edit.setFocus()
    QTest.keyClicks(widget.edit, PIN)
    return widget


def eye(field: PinField) -> QPushButton:
    found = field.findChild(QPushButton)
    assert isinstance(found, QPushButton)
    return found


def test_the_pin_leaves_once(field: PinField) -> None:
    secret = field.take()
    assert secret.reveal() == PIN
    assert not field.filled
    assert field.peek() == ""


def test_nothing_of_it_can_be_brought_back(field: PinField, qtbot: QtBot) -> None:
    field.take()
    field.edit.reveal()
    field.edit.undo()
    field.edit.redo()
    QTest.keyClick(field.edit, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert field.edit.text() == ""
    assert not field.edit.isUndoAvailable()


@pytest.mark.parametrize("key", [Qt.Key.Key_C, Qt.Key.Key_X])
def test_it_is_not_copied_even_while_shown(field: PinField, qtbot: QtBot, key: Qt.Key) -> None:
    QGuiApplication.clipboard().setText("before")
    field.edit.reveal()
    field.edit.selectAll()
    QTest.keyClick(field.edit, key, Qt.KeyboardModifier.ControlModifier)
    assert QGuiApplication.clipboard().text() == "before"
    assert field.peek() == PIN
    QGuiApplication.clipboard().clear()


def test_nothing_stays_selected_while_it_is_shown(field: PinField, qtbot: QtBot) -> None:
    field.edit.selectAll()
    field.edit.reveal()
    assert not field.edit.hasSelectedText()
    QTest.keyClick(field.edit, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    assert not field.edit.hasSelectedText()


def test_the_eye_shows_only_while_it_is_held(field: PinField) -> None:
    QTest.mousePress(eye(field), Qt.MouseButton.LeftButton)
    assert field.edit.echoMode() == QLineEdit.EchoMode.Normal
    QTest.mouseRelease(eye(field), Qt.MouseButton.LeftButton)
    assert field.edit.echoMode() == QLineEdit.EchoMode.Password


def test_leaving_conceals(field: PinField) -> None:
    field.edit.reveal()
    field.edit.clearFocus()
    assert field.edit.echoMode() == QLineEdit.EchoMode.Password
    field.edit.reveal()
    QApplication.sendEvent(field, QEvent(QEvent.Type.ActivationChange))
    assert field.edit.echoMode() == QLineEdit.EchoMode.Password


def test_an_empty_field_has_nothing_to_show(field: PinField) -> None:
    assert eye(field).isVisible()
    field.clear()
    assert not eye(field).isVisible()


def test_a_screen_reader_never_hears_it(field: PinField) -> None:
    interface = QAccessible.queryAccessibleInterface(field.edit)
    assert interface is not None
    assert PIN not in interface.text(QAccessible.Text.Value)
    assert interface.text(QAccessible.Text.Name) == "New PIN"


def test_there_is_no_menu(field: PinField) -> None:
    event = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, QPoint(3, 3), QPoint(3, 3))
    QCoreApplication.sendEvent(field.edit, event)
    assert QApplication.activePopupWidget() is None


def test_a_locked_field_keeps_the_focus_and_takes_nothing(field: PinField, qtbot: QtBot) -> None:
    field.lock(locked=True)
    QTest.keyClicks(field.edit, "9")
    assert field.peek() == PIN


def test_enter_is_told_and_goes_no_further(field: PinField, qtbot: QtBot) -> None:
    with qtbot.waitSignal(field.entered):
        QTest.keyClick(field.edit, Qt.Key.Key_Return)
