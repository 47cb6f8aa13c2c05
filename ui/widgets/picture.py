"""A picture taken apart: each group of an SVG as a pixmap at its final size, so that moving one costs nothing."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

_BOX = 480
_MARGIN = 6.0


@dataclass(frozen=True)
class Group:
    """One group: its id, where it stands in the picture, and how it looks."""

    name: str
    area: QRectF
    pixmap: QPixmap


class Picture:
    """The named groups of an SVG, drawn once for a picture of `side` px at this device pixel ratio."""

    def __init__(self, renderer: QSvgRenderer, names: tuple[str, ...], side: float, ratio: float) -> None:
        self.groups = tuple(_group(renderer, name, side / _BOX, ratio) for name in names)


def _group(renderer: QSvgRenderer, name: str, scale: float, ratio: float) -> Group:
    bounds = renderer.transformForElement(name).mapRect(renderer.boundsOnElement(name))
    padded = bounds.adjusted(-_MARGIN, -_MARGIN, _MARGIN, _MARGIN)
    area = QRectF(padded.x() * scale, padded.y() * scale, padded.width() * scale, padded.height() * scale)
    pixmap = QPixmap(max(ceil(area.width() * ratio), 1), max(ceil(area.height() * ratio), 1))
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.scale(pixmap.width() / padded.width(), pixmap.height() / padded.height())
    painter.translate(-padded.x(), -padded.y())
    renderer.render(painter, name, bounds)
    painter.end()
    return Group(name, area, pixmap)
