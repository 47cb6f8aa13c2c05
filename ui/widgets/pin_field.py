"""The field for a PIN: dots, an eye that shows while it is held, and no way out but one secret."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, QEvent, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QFocusEvent, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QLineEdit, QPushButton, QVBoxLayout, QWidget

from kiosk.secret import Secret
from ui.theme import Theme
from ui.widgets.label import Label
from ui.widgets.text_field import Line, field_button, field_frame, mark

_LONGEST = 128
"""UTF-16 units. More than any key takes, so that a PIN that is too long can be told, not cut."""

_FORBIDDEN = (
    QKeySequence.StandardKey.Copy,
    QKeySequence.StandardKey.Cut,
    QKeySequence.StandardKey.Undo,
    QKeySequence.StandardKey.Redo,
)


class SecretEdit(Line):
    """A line that never gives its text away: no copy, cut, undo, drag, menu or prediction."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("secret", "true")
        self.setMaxLength(_LONGEST)
        self.setDragEnabled(False)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.NoContextMenu)
        self.conceal()

    def conceal(self) -> None:
        """Show dots."""
        self.setEchoMode(QLineEdit.EchoMode.Password)
        self.setInputMethodHints(
            Qt.InputMethodHint.ImhHiddenText
            | Qt.InputMethodHint.ImhSensitiveData
            | Qt.InputMethodHint.ImhNoPredictiveText
            | Qt.InputMethodHint.ImhNoAutoUppercase
        )

    def reveal(self) -> None:
        """Show the characters, with nothing selected: a selection would reach the X11 clipboard."""
        self.deselect()
        self.setEchoMode(QLineEdit.EchoMode.Normal)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        """Type, unless the keys would copy the text, bring back old text, or select while it can be read."""
        if any(event.matches(keys) for keys in _FORBIDDEN):
            event.accept()
            return
        super().keyPressEvent(event)
        if self.echoMode() == QLineEdit.EchoMode.Normal:
            self.deselect()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:  # noqa: N802 - Qt's name
        """No menu."""
        event.accept()

    def focusOutEvent(self, event: QFocusEvent) -> None:  # noqa: N802 - Qt's name
        """Hide the characters."""
        self.conceal()
        super().focusOutEvent(event)


class PinField(QWidget):
    """A label, the dots and the eye.

    Signals: `changed` on every edit, `entered` at Enter, `focused` and `left` with the keyboard focus.
    """

    changed = Signal()
    entered = Signal()
    focused = Signal()
    left = Signal()

    def __init__(self, theme: Theme, label: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.edit = SecretEdit(self)
        self.edit.setAccessibleName(label)
        self.edit.setFont(theme.font("field"))
        self.edit.textChanged.connect(lambda _text: self._edited())
        self.edit.entered.connect(self.entered)
        self.edit.focused.connect(self.focused)
        self.edit.left.connect(self.left)
        self._eye = self._make_eye(theme)
        self._frame = field_frame(theme, self.edit, self._eye)
        caption = Label(theme, "label", label, parent=self)
        caption.setBuddy(self.edit)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.px(8))
        column.addWidget(caption)
        column.addWidget(self._frame)
        self.setFocusProxy(self.edit)
        self._edited()

    @property
    def filled(self) -> bool:
        """Whether anything is typed."""
        return bool(self.edit.text())

    def peek(self) -> str:
        """The text, for the rules that judge it while it is typed; callers must not keep it."""
        return self.edit.text()

    def take(self) -> Secret:
        """Hand the PIN over, once: the field is empty afterwards."""
        secret = Secret(self.edit.text())
        self.clear()
        return secret

    def clear(self) -> None:
        """Forget the text and its editing history (`QLineEdit.clear` would keep the history)."""
        self.edit.conceal()
        self.edit.setText("")

    def mark_refused(self, *, refused: bool) -> None:
        """Draw the border that says "not accepted"."""
        mark(self._frame, "refused", on=refused)

    def lock(self, *, locked: bool) -> None:
        """Take no typing while the key works."""
        self.edit.setReadOnly(locked)
        mark(self._frame, "off", on=locked)

    def _make_eye(self, theme: Theme) -> QPushButton:
        name = QCoreApplication.translate("PinField", "Show the PIN while this is held")
        eye = field_button(theme, "eye", name, self)
        eye.pressed.connect(self.edit.reveal)
        eye.released.connect(self.edit.conceal)
        return eye

    def _edited(self) -> None:
        self._eye.setVisible(self.filled)
        self.changed.emit()

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        """Conceal when the window is no longer the active one."""
        if event.type() == QEvent.Type.ActivationChange:
            self.edit.conceal()
        super().changeEvent(event)
