"""Somebody at the kiosk: reads what is on the screen, finds things by what they are called, presses and types."""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum, auto

from PySide6.QtCore import QCoreApplication, QPoint, Qt
from PySide6.QtGui import QAccessible, QInputMethodEvent, QPointingDevice
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QWidget
from pytestqt.exceptions import TimeoutError
from pytestqt.qtbot import QtBot

PATIENCE = 15_000
"""Milliseconds that a person waits for something to come."""
_FAR = 80
"""Presses of Tab after which something cannot be reached by it."""
_PLAIN = Qt.KeyboardModifier.NoModifier


class Hand(Enum):
    """What a person uses."""

    MOUSE = auto()
    FINGER = auto()
    KEYBOARD = auto()


class Person:
    """All that is looked for must be visible, and all that is pressed must not be covered."""

    def __init__(self, qtbot: QtBot, hand: Hand = Hand.MOUSE) -> None:
        QApplication.setDoubleClickInterval(1)  # ms: a hand here is faster than any, and means each press
        self._qtbot = qtbot
        self._hand = hand
        self._finger: QPointingDevice | None = None
        self._looked_at: tuple[str, QPoint | None] = ("", None)

    # ── reading ─────────────────────────────────────────────────────────────────────────────────

    def sees(self, text: str) -> bool:
        """Whether these words are anywhere on the screen."""
        return any(text in _words(widget) for widget in _visible())

    def reads(self, context: str, text: str, count: int = -1) -> None:
        """Wait for these words of ours, in the language that the screen speaks then."""
        self.waits(lambda: self.sees(say(context, text, count)), f"{text!r} never came")

    def waits(self, condition: Callable[[], bool], why: str = "it never came to that") -> None:
        """Wait until the condition holds."""
        try:
            self._qtbot.waitUntil(condition, timeout=PATIENCE)
        except TimeoutError as error:
            raise AssertionError(f"{why}; there is {self.screen()}") from error

    def screen(self) -> list[str]:
        """All that can be read now."""
        return sorted({words for widget in _visible() if (words := _words(widget).strip())})

    def typed(self, context: str, label: str, count: int = -1) -> str:
        """What stands in the field of this label."""
        field = self._find(say(context, label, count))
        assert isinstance(field, QLineEdit)
        return field.text()

    # ── doing ───────────────────────────────────────────────────────────────────────────────────

    def presses(self, context: str, text: str) -> None:
        """Press the button of these words of ours, once it can be."""
        self.presses_named(say(context, text))

    def presses_named(self, name: str) -> None:
        """Press the button of this name."""
        self.waits(lambda: self._ready(name), f"{name!r} cannot be pressed")
        widget = self._find(name)
        assert widget is not None
        if self._hand is Hand.KEYBOARD:
            self._walk_to(name)
            QTest.keyClick(_focused(), Qt.Key.Key_Space)
        else:
            self._hit(widget)

    def goes_to(self, context: str, label: str, count: int = -1) -> None:
        """Put the caret into the field of this label."""
        name = say(context, label, count)
        self.waits(lambda: self._ready(name), f"there is no field {name!r}")
        widget = self._find(name)
        assert widget is not None
        if self._hand is Hand.KEYBOARD:
            self._walk_to(name)
        else:
            self._hit(widget)
        self.waits(lambda: QApplication.focusWidget() is self._find(name))

    def types(self, text: str) -> None:
        """Type on the keyboard, wherever the focus is."""
        for character in text:
            QTest.keyClicks(_focused(), character)

    def puts(self, text: str) -> None:
        """Bring a text as an input method or a clipboard would: in one piece, whatever is in it."""
        event = QInputMethodEvent()
        event.setCommitString(text)
        QCoreApplication.sendEvent(_focused(), event)

    def presses_key(self, key: Qt.Key) -> None:
        """Press one key of the keyboard."""
        QTest.keyClick(_focused(), key)

    def taps(self, text: str) -> None:
        """Press the keys of the keypad or keyboard on the screen, one after the other."""
        for character in text:
            self.presses_named(character)

    def presses_keys(self, key: Qt.Key, with_them: Qt.KeyboardModifier) -> None:
        """Press one key of the keyboard while others are held."""
        QTest.keyClick(_focused(), key, with_them)

    def _hit(self, widget: QWidget) -> None:
        window = widget.window().windowHandle()
        spot = widget.mapTo(widget.window(), widget.rect().center())
        if self._hand is Hand.MOUSE:
            QTest.mouseClick(window, Qt.MouseButton.LeftButton, _PLAIN, spot)
            return
        self._finger = self._finger or QTest.createTouchDevice()
        down = QTest.touchEvent(window, self._finger)
        down.press(0, spot, window)
        down.commit()
        up = QTest.touchEvent(window, self._finger)
        up.release(0, spot, window)
        up.commit()

    def _walk_to(self, name: str) -> None:
        for _ in range(_FAR):
            focused = QApplication.focusWidget()
            if focused is not None and _name(focused) == name:
                return
            QTest.keyClick(_focused(), Qt.Key.Key_Tab)
        raise AssertionError(f"Tab does not come to {name!r}")

    def _ready(self, name: str) -> bool:
        """Whether it is there, can be used, and stands still: what was made just now has yet to find its place."""
        widget = self._find(name)
        place = widget.mapToGlobal(widget.rect().center()) if widget is not None else None
        before, self._looked_at = self._looked_at, (name, place)
        locked = isinstance(widget, QLineEdit) and widget.isReadOnly()
        return widget is not None and widget.isEnabled() and not locked and before == (name, place)

    def _find(self, name: str) -> QWidget | None:
        """The widget of this name that a hand would meet; what lies under a dialog is not met."""
        found = (widget for widget in _visible() if _name(widget) == name and _can_be_pressed(widget))
        return next(filter(_uncovered, found), None)


def say(context: str, text: str, count: int = -1) -> str:
    """Our words in the language that is spoken now."""
    return QCoreApplication.translate(context, text, "", count)


def _visible() -> list[QWidget]:
    return [
        widget
        for window in QApplication.topLevelWidgets()
        if window.isVisible()
        for widget in window.findChildren(QWidget)
        if widget.isVisible()
    ]


def _name(widget: QWidget) -> str:
    return QAccessible.queryAccessibleInterface(widget).text(QAccessible.Text.Name)


def _words(widget: QWidget) -> str:
    interface = QAccessible.queryAccessibleInterface(widget)
    texts = (interface.text(kind) for kind in (QAccessible.Text.Name, QAccessible.Text.Description))
    return "\n".join(texts)


def _can_be_pressed(widget: QWidget) -> bool:
    role = QAccessible.queryAccessibleInterface(widget).role()
    return role in (
        QAccessible.Role.Button,
        QAccessible.Role.CheckBox,
        QAccessible.Role.EditableText,
        QAccessible.Role.ComboBox,
    )


def _uncovered(widget: QWidget) -> bool:
    middle: QPoint = widget.mapTo(widget.window(), widget.rect().center())
    top = widget.window().childAt(middle)
    return top is widget or (top is not None and widget.isAncestorOf(top))


def _focused() -> QWidget:
    focused = QApplication.focusWidget()
    assert focused is not None, "nothing has the focus"
    return focused
