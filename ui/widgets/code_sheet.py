"""Recovery codes to write down: each in its own box, every character in a place of the same width."""

from __future__ import annotations

from math import ceil

from PySide6.QtCore import QCoreApplication, QRectF, QSize, Qt
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent, QFont, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from kiosk.secret import Secret
from ui.theme import Theme
from ui.widgets.concealed import Concealed

_HEIGHT, _ROW = 1.85, 2.15
"""The height of a box, and the distance of two rows, in widths of a character's place."""
_INDENT = 1.0
"""What is left free on both sides of a code, in widths of a character's place."""
_LARGEST, _NARROW = 25, 420
_READABLE = 17
"""The least width of a place at which long codes still stand in two columns."""
_IN_ONE, _DENSE = 17, 0.8
"""In one column of ten, places are so large at most, and rows so much closer."""
_GROWTH = 1.15
"""They are large as they are: with larger text all of them should still be seen at once."""


class CodeSheet(Concealed):
    """Shows secrets in two columns (one where it is narrow), or dots while it is hidden. They are painted, kept as
    `Secret` and wiped by `forget`; a screen reader hears them only when `read_aloud` is called."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._codes: tuple[Secret, ...] = ()
        self._lengths: tuple[int, ...] = ()
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def show_codes(self, codes: tuple[str, ...]) -> None:
        """Show these."""
        self.forget()
        self._codes = tuple(Secret(code) for code in codes)
        self._lengths = tuple(len(code) for code in codes)
        count = len(codes)
        self.setAccessibleName(
            QCoreApplication.translate(
                "CodeSheet", "%n recovery codes. They are not read aloud by themselves.", "", count
            )
        )
        self.updateGeometry()
        self.update()

    def forget(self) -> None:
        """Wipe them."""
        for code in self._codes:
            code.wipe()
        self._codes, self._lengths = (), ()
        self.update()

    def read_aloud(self) -> None:
        """Let a screen reader say them, character by character, each after its number."""
        said = (f"{number}: {' '.join(text)}." for number, text in enumerate(self._texts(), 1))
        words = " ".join(said)
        if words:
            QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self, words))

    def hasHeightForWidth(self) -> bool:  # noqa: N802 - Qt's name
        """As many rows as the columns leave."""
        return True

    def heightForWidth(self, width: int) -> int:  # noqa: N802 - Qt's name
        """All rows."""
        rows = -(-max(len(self._lengths), 1) // self._columns(width))
        return ceil(self._cell(width) * ((rows - 1) * _ROW + _HEIGHT) * self._density(width)) + 1

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """As large as the type may be."""
        width = self._theme.px(560)
        return QSize(width, self.heightForWidth(width))

    def minimumSizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """What can still be read."""
        width = self._theme.px(280)
        return QSize(width, ceil(self._cell(width) * _HEIGHT))

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802, ARG002 - Qt's name
        """Down the first column, then down the next, from the left in every language."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        width = self.width()
        cell, columns = self._cell(width), self._columns(width)
        rows = -(-max(len(self._lengths), 1) // columns)
        painter.setFont(self._font(cell))
        hidden = tuple("•" * length for length in self._lengths)
        for index, text in enumerate(self._texts() if self._shown else hidden):
            column, row = divmod(index, rows)
            tall = cell * self._density(width)
            box = QRectF(column * (self._box_width(width) + self._gap()), row * tall * _ROW, 0, tall * _HEIGHT)
            box.setWidth(self._box_width(width))
            self._draw_code(painter, box, cell, text)
        painter.end()

    def _draw_code(self, painter: QPainter, box: QRectF, cell: float, text: str) -> None:
        theme = self._theme
        painter.setPen(theme.colour("control") if theme.mode == "contrast" else Qt.PenStyle.NoPen)
        painter.setBrush(theme.colour("page"))
        radius = theme.radius("chip")
        painter.drawRoundedRect(box.adjusted(1, 1, -1, -1), radius, radius)
        painter.setPen(theme.colour("ink"))
        left = box.left() + (box.width() - len(text) * cell) / 2
        for place, character in enumerate(text):
            spot = QRectF(left + place * cell, box.top(), cell, box.height())
            painter.drawText(spot, Qt.AlignmentFlag.AlignCenter, character)

    def _texts(self) -> tuple[str, ...]:
        return tuple(code.reveal() for code in self._codes if not code.wiped)

    def _columns(self, width: int) -> int:
        small = self._place((width - self._gap()) / 2) < self._theme.px(_READABLE)
        return 1 if small or width < self._theme.text_px(_NARROW) else 2

    def _density(self, width: int) -> float:
        return 1.0 if self._columns(width) > 1 else _DENSE

    def _place(self, box_width: float) -> float:
        return box_width / (max(self._lengths, default=9) + 2 * _INDENT)

    def _gap(self) -> int:
        return self._theme.px(12)

    def _box_width(self, width: int) -> float:
        columns = self._columns(width)
        return (width - (columns - 1) * self._gap()) / columns

    def _cell(self, width: int) -> float:
        """The width of one character's place."""
        most = _LARGEST if self._columns(width) > 1 else _IN_ONE
        return min(self._place(self._box_width(width)), self._theme.px(most * min(self._theme.text_scale, _GROWTH)))

    def _font(self, cell: float) -> QFont:
        font = self._theme.font("field")
        font.setPixelSize(max(round(cell * 1.2), 8))
        return font
