"""The word SIMULATED, hanging from the top edge as long as the key is made of software."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, QRectF, QSize, Qt
from PySide6.QtGui import QBrush, QPainter, QPainterPath, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from ui.theme import Theme


class SimulatedBanner(QWidget):
    """A striped tab that no click reaches."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._text = QCoreApplication.translate("Banner", "SIMULATED")
        self._font = theme.font("label")
        self._font.setPixelSize(theme.px(20))
        self._font.setWeight(self._font.Weight.ExtraBold)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setAccessibleName(QCoreApplication.translate("Banner", "Simulated: this key is made of software"))
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.resize(self.sizeHint())

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """The word between two striped ends."""
        from_font = self.fontMetrics().size(0, self._text).width()
        return QSize(max(from_font, self._theme.px(130)) + self._theme.px(110), self._theme.px(34))

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802, ARG002 - Qt's name
        """A tab in marigold, stripes at its ends."""
        theme = self._theme
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        radius = theme.px(12)
        tab = QPainterPath()
        tab.addRoundedRect(QRectF(0, -radius, self.width(), self.height() + radius), radius, radius)
        painter.fillPath(tab, theme.colour("spark"))
        painter.setClipPath(tab)
        end = theme.px(34)
        stripes = QBrush(theme.colour("on_spark"), Qt.BrushStyle.BDiagPattern)
        for left in (0, self.width() - end):
            painter.fillRect(QRectF(left, 0, end, self.height()), stripes)
        painter.setFont(self._font)
        painter.setPen(theme.colour("on_spark"))
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, self._text)
        painter.end()
