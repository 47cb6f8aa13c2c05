"""What the kiosk lets through of what people do, and what it swallows."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, QMimeData, QPoint, QPointF, Qt
from PySide6.QtGui import (
    QCloseEvent,
    QContextMenuEvent,
    QDragEnterEvent,
    QDropEvent,
    QGuiApplication,
    QKeyEvent,
)
from PySide6.QtWidgets import QApplication, QLineEdit, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from kiosk.enrollment.states import State
from ui.lockdown import Lockdown, allowed

UI = Path(__file__).resolve().parents[2] / "ui"
NONE, CONTROL, ALT = (
    Qt.KeyboardModifier.NoModifier,
    Qt.KeyboardModifier.ControlModifier,
    Qt.KeyboardModifier.AltModifier,
)
SHIFT, META = Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.MetaModifier
Key = Qt.Key


def key(code: Qt.Key, held: Qt.KeyboardModifier = NONE, text: str = "") -> QKeyEvent:
    return QKeyEvent(QEvent.Type.KeyPress, code, held, text)


class Frame(QWidget):
    """A window with a field, which notes what reached it."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[QEvent.Type] = []
        self.field = QLineEdit(self)
        self.field.setDragEnabled(True)
        QVBoxLayout(self).addWidget(self.field)
        self.setAcceptDrops(True)

    def event(self, event: QEvent) -> bool:
        self.seen.append(event.type())
        return super().event(event)


@pytest.fixture
def frame(qtbot: QtBot, qapp: QApplication) -> Iterator[Frame]:
    """A window that is locked down until the end of the test."""
    frame = Frame()
    qtbot.addWidget(frame)
    lockdown = Lockdown(qapp, frame)
    frame.show()
    yield frame
    qapp.removeEventFilter(lockdown)
    lockdown.deleteLater()


@pytest.mark.parametrize(
    "event",
    [
        key(Key.Key_A, text="a"),
        key(Key.Key_At, ALT | CONTROL, "@"),
        key(Key.Key_Eacute, text="é"),
        key(Key.Key_Dead_Acute),
        key(Key.Key_Tab),
        key(Key.Key_Backtab, SHIFT),
        key(Key.Key_Return),
        key(Key.Key_Escape),
        key(Key.Key_Space, text=" "),
        key(Key.Key_Down),
        key(Key.Key_V, CONTROL, "\x16"),
        key(Key.Key_A, CONTROL, "\x01"),
        key(Key.Key_S, CONTROL | ALT, "\x13"),
    ],
    ids=lambda event: event.keyCombination().key().name,
)
def test_what_people_need_for_typing_and_moving_goes_through(event: QKeyEvent) -> None:
    assert allowed(event)


@pytest.mark.parametrize(
    "event",
    [
        key(Key.Key_F4, ALT),
        key(Key.Key_F1),
        key(Key.Key_F12),
        key(Key.Key_Menu),
        key(Key.Key_Print),
        key(Key.Key_Q, CONTROL, "\x11"),
        key(Key.Key_O, CONTROL, "\x0f"),
        key(Key.Key_P, CONTROL, "\x10"),
        key(Key.Key_Delete, CONTROL | ALT),
        key(Key.Key_D, META, "d"),
        key(Key.Key_Tab, ALT),
        key(Key.Key_Space, ALT, " "),
        key(Key.Key_LaunchMail),
        key(Key.Key_HomePage),
        key(Key.Key_PowerOff),
    ],
    ids=lambda event: event.keyCombination().key().name,
)
def test_what_programs_and_systems_listen_to_does_not(event: QKeyEvent) -> None:
    assert not allowed(event)


def test_no_menu_opens_under_a_field(frame: Frame, qapp: QApplication) -> None:
    asked = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, QPoint(5, 5), frame.field.mapToGlobal(QPoint(5, 5)))
    qapp.sendEvent(frame.field, asked)
    assert qapp.activePopupWidget() is None


def test_nothing_can_be_dropped(frame: Frame, qapp: QApplication) -> None:
    what = QMimeData()
    what.setText("file:///etc/passwd")
    copy, left = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton
    entering = QDragEnterEvent(QPoint(5, 5), copy, what, left, NONE)
    for target in (frame, frame.field):
        qapp.sendEvent(target, entering)
        qapp.sendEvent(target, QDropEvent(QPointF(5, 5), copy, what, left, NONE))
    assert frame.field.text() == ""
    assert not entering.isAccepted()
    assert not {QEvent.Type.DragEnter, QEvent.Type.Drop} & set(frame.seen)


def test_the_window_is_not_closed_but_by_the_program(frame: Frame, qapp: QApplication) -> None:
    asked = QCloseEvent()
    qapp.sendEvent(frame, asked)
    assert not asked.isAccepted()
    assert QEvent.Type.Close not in frame.seen
    assert frame.isVisible()


def test_what_was_copied_is_forgotten_when_somebody_has_gone(
    qtbot: QtBot, qapp: QApplication, sample: Callable[[str], State]
) -> None:
    frame = Frame()
    qtbot.addWidget(frame)
    lockdown = Lockdown(qapp, frame)
    clipboard = QGuiApplication.clipboard()
    for state, left in (("welcome", "x"), ("identify-empty", "x"), ("done", "x"), ("welcome", "")):
        clipboard.setText(clipboard.text() or "x")
        lockdown.follow(sample(state))
        assert clipboard.text() == left
    qapp.removeEventFilter(lockdown)


def test_what_opens_files_pages_or_printers_is_in_the_demo_alone() -> None:
    forbidden = {
        "QFileDialog",
        "QPrintDialog",
        "QPrinter",
        "QDesktopServices",
        "QProcess",
        "QColorDialog",
        "QFontDialog",
    }
    found = {
        path.relative_to(UI).as_posix()
        for path in UI.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ImportFrom) and forbidden & {name.name for name in node.names}
    }
    assert found == {"phone_opener.py"}  # which the demo's dock has, and no kiosk
