"""A ring in as many pieces as there are steps, with an icon in it; each step that is done fills a piece."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from ui.theme import Theme

_GAP = 9.0
_MOST = 24


class StepRing(QWidget):
    """`done` of `total` pieces are filled; a ring without pieces when the total is not known yet."""

    def __init__(self, theme: Theme, icon: str, diameter: float = 132, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme, self._icon, self._diameter = theme, icon, diameter
        self.done = self.total = 0
        self.setFixedSize(self.sizeHint())

    def show_steps(self, done: int, total: int) -> None:
        """Fill so many of so many pieces."""
        self.total = max(total, 0)
        self.done = min(max(done, 0), self.total)
        self.update()

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """A square."""
        side = self._theme.px(self._diameter)
        return QSize(side, side)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802, ARG002 - Qt's name
        """The pieces from the top, clockwise; the icon."""
        theme = self._theme
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        width = max(theme.px(12), 6)
        area = QRectF(self.rect()).adjusted(width / 2 + 1, width / 2 + 1, -width / 2 - 1, -width / 2 - 1)
        pieces = min(self.total, _MOST) or 1
        gap = _GAP + 360 * width / (3.14 * max(area.width(), 1)) if pieces > 1 else 0.0  # round ends need room
        gap = min(gap, 180 / pieces)
        filled = self.done * pieces // self.total if self.total else 0
        for piece in range(pieces):
            name = "brand" if piece < filled else ("disabled_ink" if theme.mode == "contrast" else "line")
            painter.setPen(QPen(theme.colour(name), width, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
            start = 90 - (piece * 360 / pieces + gap / 2)
            painter.drawArc(area, round(start * 16), -round((360 / pieces - gap) * 16))
        side = self._diameter * 0.42
        pixmap = theme.pixmap(self._icon, "brand", side)
        spot = QRectF(0, 0, theme.px(side), theme.px(side))
        spot.moveCenter(QRectF(self.rect()).center())
        painter.drawPixmap(spot, pixmap, QRectF(pixmap.rect()))
        painter.end()
