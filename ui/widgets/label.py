"""A line or paragraph of text with its own line height and bold spans, the same in every script."""

from __future__ import annotations

import re

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QFont, QPainter, QPaintEvent, QTextCharFormat, QTextLayout, QTextOption
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

from ui.theme import Theme

_BOLD = re.compile(r"</?b>")
_UNBOUNDED = 1 << 20


class Label(QLabel):
    """Plain text in a role of the type scale; `<b>` spans stand out. What is read aloud is the plain text.

    A QLabel for what it means to a screen reader, with its own painting: line heights follow the tokens, so that a
    script with tall ascenders does not push the page apart.
    """

    def __init__(
        self, theme: Theme, role: str, text: str = "", colour: str = "ink", parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._theme, self._role, self._colour = theme, role, colour
        self._bold: list[tuple[int, int]] = []
        self._wraps = True
        self._centered = False
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setFont(theme.font(role))
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self.set_text(text)

    def set_text(self, text: str) -> None:
        """Show this text, in which `<b>` spans are bold."""
        self._bold = []
        plain, start = "", None
        position = 0
        for mark in _BOLD.finditer(text):
            plain += text[position : mark.start()]
            position = mark.end()
            if mark.group() == "<b>":
                start = len(plain)
            elif start is not None:
                self._bold.append((start, len(plain) - start))
                start = None
        plain += text[position:]
        self.setText(plain)
        self.updateGeometry()
        self.update()

    def set_colour(self, colour: str) -> None:
        """Show the text in another colour of the theme."""
        self._colour = colour
        self.update()

    def one_line(self) -> Label:
        """Never wrap; elide at the end when there is no room. Returns itself."""
        self._wraps = False
        self.updateGeometry()
        return self

    def centered(self) -> Label:
        """Center the text. Returns itself."""
        self._centered = True
        return self

    def hasHeightForWidth(self) -> bool:  # noqa: N802 - Qt's name
        """A paragraph is as tall as its width makes it."""
        return self._wraps

    def heightForWidth(self, width: int) -> int:  # noqa: N802 - Qt's name
        """The height of the text in this width."""
        return self._lay_out(width)[1]

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """One line, as wide as the text."""
        layout, height = self._lay_out(_UNBOUNDED)
        return QSize(int(layout.maximumWidth()) + 2, height)

    def minimumSizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """The widest word, or a few letters where the text may be elided."""
        layout, height = self._lay_out(_UNBOUNDED)
        if not self._wraps:
            return QSize(min(int(layout.maximumWidth()) + 2, self._theme.text_px(96)), height)
        return QSize(int(layout.minimumWidth()) + 2 if self.text() else 0, height)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802, ARG002 - Qt's name
        """Draw the lines, each in the middle of its own height."""
        painter = QPainter(self)
        painter.setPen(self._theme.colour(self._colour))
        layout, height = self._lay_out(self.width())
        top = 0.0 if self._wraps else (self.height() - height) / 2
        layout.draw(painter, QPointF(0, max(top, 0.0)), [], QRectF())
        painter.end()

    def _lay_out(self, width: int) -> tuple[QTextLayout, int]:
        font = self.font()
        text = self.text() if self._wraps else self._elided(font, width)
        layout = QTextLayout(text, font)
        layout.setCacheEnabled(True)
        option = QTextOption()
        option.setWrapMode(QTextOption.WrapMode.WordWrap if self._wraps else QTextOption.WrapMode.NoWrap)
        option.setTextDirection(self._theme.direction)
        option.setAlignment(Qt.AlignmentFlag.AlignHCenter if self._centered else Qt.AlignmentFlag.AlignLeading)
        layout.setTextOption(option)
        layout.setFormats(self._formats(font))
        step = self._theme.line_height(self._role)
        y = 0.0
        layout.beginLayout()
        while (line := layout.createLine()).isValid():
            line.setLineWidth(width)
            line.setPosition(QPointF(0, y + (step - line.height()) / 2))
            y += step
        layout.endLayout()
        return layout, round(max(y, step if text else 0))

    def _elided(self, font: QFont, width: int) -> str:
        layout = QTextLayout(self.text(), font)
        layout.beginLayout()
        line = layout.createLine()
        fits = not line.isValid() or width >= _UNBOUNDED or line.naturalTextWidth() <= width
        layout.endLayout()
        if fits:
            return self.text()
        return self.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, width)

    def _formats(self, font: QFont) -> list[QTextLayout.FormatRange]:
        ranges = []
        heavy = QFont(font)
        heavy.setWeight(QFont.Weight.ExtraBold if font.weight() >= QFont.Weight.Bold else QFont.Weight.Bold)
        for start, length in self._bold:
            span = QTextLayout.FormatRange()
            span.start, span.length = start, length  # type: ignore[misc, method-assign, assignment] # plain attributes
            form = QTextCharFormat()
            form.setFont(heavy)
            span.format = form  # type: ignore[misc, method-assign, assignment] # a plain attribute
            ranges.append(span)
        return ranges
