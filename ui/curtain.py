"""The first thing that is painted: column, stage, logo and key, while the rest of the program is loaded."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSizeF
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from ui.theme import Theme


class Curtain(QWidget):
    """Looks like the first screen without its words, so that nothing jumps when that one comes."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802, ARG002 - Qt's name
        """Paint it at whatever size the screen has."""
        theme = self._theme.for_size(self.size())
        painter = QPainter(self)
        painter.fillRect(self.rect(), theme.colour("page"))
        stage = self._stage(theme)
        painter.fillRect(stage, theme.colour("stage"))
        side = min(theme.size("hero_art"), stage.width() * 0.9, stage.height() * 0.8)
        corner = stage.center() - QPointF(side / 2, side / 2)
        theme.art("key-hero").render(painter, QRectF(corner, QSizeF(side, side)))
        painter.end()

    def _stage(self, theme: Theme) -> QRectF:
        if theme.portrait:
            top = self.height() * 0.45
            return QRectF(0, top, self.width(), self.height() - top)
        width = theme.stage_width(self.width())
        return QRectF(0 if theme.rtl else self.width() - width, 0, width, self.height())
