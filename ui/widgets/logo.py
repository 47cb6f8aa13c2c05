"""The organization's logo, or its name, at the top of the column."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize
from PySide6.QtGui import QPainter, QPaintEvent, QPixmap
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QSizePolicy, QWidget

from ui.theme import Theme


class Logo(QWidget):
    """40 px high in a row of 64; never mirrored, at the start edge."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._height = theme.size("logo_height")
        self._svg: QSvgRenderer | None = None
        self._pixmap = QPixmap()
        self.setAccessibleName(theme.brand.name)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self._load()

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """A row as high as the tools beside it."""
        return QSize(self._theme.px(200), self._theme.px(64))

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802, ARG002 - Qt's name
        """Draw it at the start edge, with the room above and below it even."""
        size = self._drawn()
        left = self.width() - size.width() if self._theme.rtl else 0
        area = QRectF(left, (self.height() - size.height()) / 2, size.width(), size.height())
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        if self._svg is not None:
            self._svg.render(painter, area)
        else:
            painter.drawPixmap(area, self._pixmap, QRectF(self._pixmap.rect()))
        painter.end()

    def _load(self) -> None:
        logo = self._theme.brand.logo
        if logo is None:
            self._svg = self._theme.art("logo-wordmark")
        elif logo.suffix.lower() == ".svg":
            self._svg = QSvgRenderer(str(logo))
        else:
            self._pixmap = QPixmap(str(logo))

    def _drawn(self) -> QSize:
        size = self._svg.defaultSize() if self._svg is not None else self._pixmap.size()
        if size.isEmpty():
            return QSize()
        return QSize(round(self._height * size.width() / size.height()), self._height)
