"""A line or paragraph of text with its own line height and bold spans, the same in every script."""

from __future__ import annotations

import re
from math import ceil

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import (
    QFont,
    QFontMetrics,
    QFontMetricsF,
    QPainter,
    QPaintEvent,
    QTextCharFormat,
    QTextLayout,
    QTextOption,
)
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

from ui.theme import Theme

_BOLD = re.compile(r"</?b>")
_UNBOUNDED = 1 << 20
_WIDTHS = 16
_EMS, _COLUMN = 16, 600  # the longest word that is never broken: in its own size, and in px of the design


class Paragraph:
    """Text laid out in a width: lines of the role's own height, whatever the script, some spans bold."""

    def __init__(self, theme: Theme, role: str, text: str) -> None:
        self._theme = theme
        self.font = theme.font(role)
        self.step = theme.line_height(role)
        self.text, self._bold = _spans(text)
        self._known: dict[tuple[int, bool, bool], tuple[QTextLayout, int]] = {}

    def natural_width(self) -> int:
        """The width of the whole text on one line."""
        return int(self._layout(_UNBOUNDED, wraps=True)[0].maximumWidth()) + 2

    def word_width(self) -> int:
        """The width of its widest word; a word that is longer than words are may be broken, and asks for less."""
        if not self.text:
            return 0
        metrics = QFontMetricsF(self._heavy() if self._bold else self.font)
        widest = ceil(max(metrics.horizontalAdvance(word) for word in self.text.split(" "))) + 2
        return min(widest, _EMS * self.font.pixelSize(), self._theme.px(_COLUMN))

    def height(self, width: int) -> int:
        """The height of the text in this width."""
        return self._layout(width, wraps=True)[1]

    def draw(self, painter: QPainter, area: QRectF, *, centered: bool = False, wraps: bool = True) -> None:
        """Draw in the painter's pen, from the top of `area`, or in its middle when on one line."""
        layout, height = self._layout(int(area.width()), wraps=wraps, centered=centered)
        top = area.top() if wraps else area.top() + (area.height() - height) / 2
        layout.draw(painter, QPointF(area.left(), top), [], QRectF())

    def _layout(self, width: int, *, wraps: bool, centered: bool = False) -> tuple[QTextLayout, int]:
        """The text in this width and its height; Qt asks for the same few widths over and over."""
        key = (width, wraps, centered)
        if key not in self._known:
            if len(self._known) >= _WIDTHS:
                self._known.clear()
            self._known[key] = self._laid_out(width, wraps=wraps, centered=centered)
        return self._known[key]

    def _laid_out(self, width: int, *, wraps: bool, centered: bool) -> tuple[QTextLayout, int]:
        layout = QTextLayout(self.text if wraps else self._elided(width), self.font)
        layout.setCacheEnabled(True)
        option = QTextOption()
        option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere if wraps else QTextOption.WrapMode.NoWrap)
        option.setTextDirection(self._theme.direction)
        side = Qt.AlignmentFlag.AlignRight if self._theme.rtl else Qt.AlignmentFlag.AlignLeft
        option.setAlignment(Qt.AlignmentFlag.AlignHCenter if centered else side | Qt.AlignmentFlag.AlignAbsolute)
        layout.setTextOption(option)
        layout.setFormats(self._formats())
        y = below = 0.0
        layout.beginLayout()
        while (line := layout.createLine()).isValid():
            line.setLineWidth(width)
            line.setPosition(QPointF(0, y + (self.step - line.height()) / 2))
            y += self.step
            below = max((line.height() - self.step) / 2, 0.0)  # a tight line still shows its descenders
        layout.endLayout()
        return layout, round(y + below)

    def _elided(self, width: int) -> str:
        return QFontMetrics(self.font).elidedText(self.text, Qt.TextElideMode.ElideRight, width)

    def _heavy(self) -> QFont:
        heavy = QFont(self.font)
        heavy.setWeight(QFont.Weight.Bold if heavy.weight() < QFont.Weight.Bold else QFont.Weight.ExtraBold)
        return heavy

    def _formats(self) -> list[QTextLayout.FormatRange]:
        heavy = self._heavy()
        ranges = []
        for start, length in self._bold:
            form = QTextCharFormat()
            form.setFont(heavy)
            span = QTextLayout.FormatRange()
            span.start, span.length, span.format = start, length, form
            ranges.append(span)
        return ranges


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
        self._wraps = True
        self._centered = False
        self.setTextFormat(Qt.TextFormat.PlainText)
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self._marked = ""
        self._paragraph = Paragraph(theme, role, "")
        self.set_text(text)

    def set_text(self, text: str) -> None:
        """Show this text, in which `<b>` spans are bold."""
        if text == self._marked:
            return
        self._marked = text
        self._paragraph = Paragraph(self._theme, self._role, text)
        self.setText(self._paragraph.text)
        self.updateGeometry()
        self.update()

    def set_colour(self, colour: str) -> None:
        """Show the text in another colour of the theme."""
        self._colour = colour
        self.update()

    def one_line(self) -> Label:
        """Never wrap; elide at the end when there is no room. Returns itself."""
        self._wraps = False
        policy = self.sizePolicy()
        policy.setHeightForWidth(False)
        self.setSizePolicy(policy)
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
        return self._paragraph.height(width) if self._wraps else self._paragraph.step

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """One line, as wide as the text."""
        return QSize(self._paragraph.natural_width(), self._paragraph.step)

    def minimumSizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """The widest word, or a few letters where the text may be elided."""
        few = self._theme.text_px(96)
        least = self._paragraph.word_width() if self._wraps else min(self._paragraph.natural_width(), few)
        return QSize(least, self._paragraph.step if self.text() else 0)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802, ARG002 - Qt's name
        """Draw the lines, each in the middle of its own height."""
        painter = QPainter(self)
        painter.setPen(self._theme.colour(self._colour))
        self._paragraph.draw(painter, QRectF(self.rect()), centered=self._centered, wraps=self._wraps)
        painter.end()


def _spans(text: str) -> tuple[str, list[tuple[int, int]]]:
    """The text without its marks, and the (start, length) of what stood between them."""
    plain, position, start = "", 0, None
    spans: list[tuple[int, int]] = []
    for mark in _BOLD.finditer(text):
        plain += text[position : mark.start()]
        position = mark.end()
        if mark.group() == "<b>":
            start = len(plain)
        elif start is not None:
            spans.append((start, len(plain) - start))
            start = None
    return plain + text[position:], spans
