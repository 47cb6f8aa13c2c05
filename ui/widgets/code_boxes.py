"""The boxes for a code: one line of digits, painted as boxes with a gap in the middle."""

from __future__ import annotations

import unicodedata

from PySide6.QtCore import QCoreApplication, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QGuiApplication, QInputMethodEvent, QKeyEvent, QKeySequence, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QLineEdit, QSizePolicy, QWidget

from ui.theme import Theme


def digits_of(text: str, most: int) -> str:
    """The first `most` decimal digits in `text`, in any script, as Western digits; all else is dropped."""
    found = (unicodedata.decimal(char, None) for char in text)
    return "".join(str(value) for value in found if value is not None)[:most]


class CodeBoxes(QLineEdit):
    """A line edit that shows its digits in boxes: a screen reader meets an ordinary field.

    Digits are typed and deleted at the end. A pasted mail line gives its digits. `completed` carries the code once,
    when the last digit arrives; it comes again only after the digits changed.
    """

    completed = Signal(str)

    def __init__(self, theme: Theme, digits: int = 6, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._count = digits
        self._told = ""
        self._refused = False
        self.setProperty("kind", "field")
        self.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.NoContextMenu)
        self.setInputMethodHints(Qt.InputMethodHint.ImhDigitsOnly | Qt.InputMethodHint.ImhNoPredictiveText)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFont(theme.font("code"))
        self.setDragEnabled(False)
        self.setAccessibleName(QCoreApplication.translate("CodeBoxes", "The code, %n digits", "", digits))
        self.textChanged.connect(self._edited)

    @property
    def complete(self) -> bool:
        """Whether all digits are there."""
        return len(self.text()) == self._count

    def expect(self, digits: int) -> None:
        """Show so many boxes."""
        if digits != self._count:
            self._count = digits
            self.setAccessibleName(QCoreApplication.translate("CodeBoxes", "The code, %n digits", "", digits))
            self.add("")
            self.update()

    def add(self, text: str) -> None:
        """Put the digits of `text` behind those that are there; a text that brings a whole code replaces them."""
        fresh = digits_of(text, self._count)
        self.setText(fresh if len(fresh) == self._count else digits_of(self.text() + fresh, self._count))

    def mark_refused(self, *, refused: bool) -> None:
        """Draw the boxes as not accepted."""
        self._refused = refused
        self.update()

    @property
    def refused(self) -> bool:
        """Whether they are drawn as not accepted."""
        return self._refused

    def forget(self) -> None:
        """Empty the boxes, editing history included, and be ready to tell a code again."""
        self._told = ""
        self.setText("")

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        """Digits, delete and paste; all other keys go on to the page (Enter, Tab, Escape)."""
        if event.matches(QKeySequence.StandardKey.Paste):
            self._change(self.text(), QGuiApplication.clipboard().text())
        elif event.key() == Qt.Key.Key_Backspace:
            self._change(self.text()[:-1], "")
        elif event.key() == Qt.Key.Key_Delete:
            self._change("", "")
        elif digits_of(event.text(), 1):
            self._change(self.text(), event.text())
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.returnPressed.emit()
        else:
            event.ignore()

    def inputMethodEvent(self, event: QInputMethodEvent) -> None:  # noqa: N802 - Qt's name
        """Digits that an input method commits."""
        self._change(self.text(), event.commitString())
        event.accept()

    def _change(self, kept: str, added: str) -> None:
        if not self.isReadOnly():
            self.setText(kept)
            self.add(added)

    def _edited(self, text: str) -> None:
        self._refused = self._refused and not text
        self.update()
        self.updateGeometry()  # the focus ring follows layouts, and goes to the next box with this one
        if len(text) < self._count:
            self._told = ""
        elif text != self._told:
            self._told = text
            self.completed.emit(text)

    # ── drawing ─────────────────────────────────────────────────────────────────────────────────

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """As wide as the design, as high as one box."""
        theme = self._theme
        return QSize(theme.px(688), max(theme.px(112), theme.text_px(64)))

    def minimumSizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Boxes may become narrow, not flat."""
        return QSize(self._theme.px(48) * self._count, self.sizeHint().height())

    def box(self, index: int) -> QRectF:
        """Where the box of a digit is."""
        theme = self._theme
        gap, middle = theme.size("code_gap"), theme.size("code_middle_gap")
        border = theme.border("error")
        split = self._count // 2 if self._count % 2 == 0 and self._count > 4 else 0
        gaps = gap * (self._count - 1) + (middle if split else 0)
        width = min((self.width() - 2 * border - gaps) / self._count, 1.2 * self.height())
        left = border + index * (width + gap) + (middle if split and index >= split else 0)
        return QRectF(left, border, width, self.height() - 2 * border)

    def focus_area(self) -> QRect:
        """The box that the next digit goes to: what the focus ring surrounds."""
        return self.box(min(len(self.text()), self._count - 1)).toAlignedRect()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802, ARG002 - Qt's name
        """Draw the boxes, their digits and the caret."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        font = self._theme.font("code")
        font.setPixelSize(min(font.pixelSize(), int(self.box(0).width() * 0.7)))
        painter.setFont(font)
        for index in range(self._count):
            self._draw_box(painter, index)
        painter.end()

    def _draw_box(self, painter: QPainter, index: int) -> None:
        theme, text, box = self._theme, self.text(), self.box(index)
        locked = self.isReadOnly() or not self.isEnabled()
        pen = QPen(
            theme.colour("stop" if self._refused else "control"), theme.border("error" if self._refused else "control")
        )
        if locked:
            pen.setStyle(Qt.PenStyle.DashLine)
        painter.setPen(pen)
        painter.setBrush(theme.colour("disabled_fill" if locked else "surface"))
        radius = theme.radius("control")
        painter.drawRoundedRect(box, radius, radius)
        if index < len(text):
            painter.setPen(theme.colour("disabled_ink" if locked else "ink"))
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text[index])
        elif index == len(text) and self.hasFocus() and not locked:
            caret = QRectF(box.center().x() - 1.5, box.center().y() - box.height() * 0.22, 3, box.height() * 0.44)
            painter.fillRect(caret, theme.colour("focus"))
