"""A labelled line of text with its buttons inside, and the marks that fields wear."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, QSize, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLineEdit, QPushButton, QVBoxLayout, QWidget

from kiosk.contract.profile import FieldKind
from ui.theme import Theme
from ui.widgets.label import Label

ROOM = 512
"""UTF-16 units that a field holds. More than any value has, so that "too long" can be told, not silently cut."""

_LEFT_TO_RIGHT = frozenset(set(FieldKind) - {FieldKind.TEXT, FieldKind.NAME})
_HINTS = {
    FieldKind.EMAIL: Qt.InputMethodHint.ImhEmailCharactersOnly,
    FieldKind.UPN: Qt.InputMethodHint.ImhEmailCharactersOnly,
    FieldKind.DIGITS: Qt.InputMethodHint.ImhPreferNumbers,
    FieldKind.PHONE: Qt.InputMethodHint.ImhDialableCharactersOnly,
    FieldKind.DATE: Qt.InputMethodHint.ImhDate,
}


def mark(widget: QWidget, name: str, *, on: bool) -> None:
    """Set a dynamic property that the style sheet selects on, and draw the widget by it."""
    value = "true" if on else "false"
    if widget.property(name) != value:
        widget.setProperty(name, value)
        widget.style().unpolish(widget)
        widget.style().polish(widget)


def field_button(theme: Theme, icon: str, name: str, parent: QWidget) -> QPushButton:
    """A square button inside a field, with a picture and an accessible name."""
    button = QPushButton(parent)
    button.setProperty("kind", "field")
    button.setIcon(theme.icon(icon, "ink_soft", 28))
    button.setIconSize(QSize(theme.px(28), theme.px(28)))
    side = max(64, theme.size("field_button"))
    button.setFixedSize(side, side)
    button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    button.setAccessibleName(name)
    return button


def field_frame(theme: Theme, edit: QLineEdit, *buttons: QPushButton) -> QFrame:
    """The drawn field: the borderless line and its buttons at the end."""
    frame = QFrame()
    frame.setProperty("kind", "field")
    frame.setMinimumHeight(max(theme.size("field"), theme.text_px(56)))
    row = QHBoxLayout(frame)
    start, end = theme.px(24), theme.px(8)
    row.setContentsMargins(*((end, 0, start, 0) if theme.rtl else (start, 0, end, 0)))  # margins are not mirrored
    row.setSpacing(theme.px(8))
    row.addWidget(edit, 1)
    for button in buttons:
        row.addWidget(button)
    return frame


class Line(QLineEdit):
    """A line that tells when the person comes and leaves, and keeps Enter to itself: its page decides what it does."""

    entered = Signal()
    focused = Signal()
    left = Signal()

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        """Enter is told; everything else is typed."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.entered.emit()
            event.accept()
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:  # noqa: N802 - Qt's name
        """Tell that the person is here now."""
        super().focusInEvent(event)
        self.focused.emit()

    def focusOutEvent(self, event: QFocusEvent) -> None:  # noqa: N802 - Qt's name
        """Tell that the person has left."""
        super().focusOutEvent(event)
        self.left.emit()


class TextField(QWidget):
    """A label, a line, "clear" and "keyboard".

    Signals: `changed` on every edit, `entered` at Enter, `focused`, and `keyboard_wanted` when the button with the
    keyboard was pressed.
    """

    changed = Signal()
    entered = Signal()
    focused = Signal()
    keyboard_wanted = Signal()

    def __init__(self, theme: Theme, label: str, kind: FieldKind, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.kind = kind
        self.domain = ""
        """Of the mail addresses that are likely here: the on-screen keyboard has a key for it."""
        self.edit = Line(self)
        self.edit.setFont(theme.font("field"))
        self.edit.setMaxLength(ROOM)
        self.edit.setAccessibleName(label)
        self.edit.setContextMenuPolicy(Qt.ContextMenuPolicy.NoContextMenu)
        self.edit.setInputMethodHints(
            Qt.InputMethodHint.ImhNoPredictiveText | _HINTS.get(kind, Qt.InputMethodHint.ImhNone)
        )
        if kind in _LEFT_TO_RIGHT:
            self.edit.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
        self._clears = True
        self._clear = field_button(theme, "close", QCoreApplication.translate("TextField", "Clear"), self)
        self.keyboard_button = field_button(
            theme, "keyboard", QCoreApplication.translate("TextField", "Keyboard on the screen"), self
        )
        self._frame = field_frame(theme, self.edit, self._clear, self.keyboard_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.px(8))
        self.label = Label(theme, "label", label, parent=self)
        self.label.setBuddy(self.edit)
        column.addWidget(self.label)
        column.addWidget(self._frame)
        self.setFocusProxy(self.edit)
        self._connect()

    def _connect(self) -> None:
        self.edit.textChanged.connect(self._edited)
        self.edit.entered.connect(self.entered)
        self.edit.focused.connect(self.focused)
        self._clear.clicked.connect(self._empty)
        self.keyboard_button.clicked.connect(self.keyboard_wanted)
        self._edited()

    def slim(self) -> None:
        """Go without "clear": two of them in a row have no room for it."""
        self._clears = False
        self._edited()

    def value(self) -> str:
        """What is typed."""
        return self.edit.text()

    def put(self, text: str) -> None:
        """Show this text, cut to the room there is."""
        self.edit.setText(text[:ROOM])

    def mark_refused(self, *, refused: bool) -> None:
        """Draw the border that says "not accepted"."""
        mark(self._frame, "refused", on=refused)

    def lock(self, *, locked: bool) -> None:
        """Take no typing while an answer is awaited."""
        self.edit.setReadOnly(locked)
        self._clear.setEnabled(not locked)
        mark(self._frame, "off", on=locked)

    def _edited(self) -> None:
        self._clear.setVisible(self._clears and bool(self.edit.text()))
        self.changed.emit()

    def _empty(self) -> None:
        self.edit.clear()
        self.edit.setFocus()
