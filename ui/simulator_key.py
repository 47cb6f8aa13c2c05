"""The simulated key as the demo's dock draws it: in or above its slot, with a disc to touch."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, QPoint, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from ui.simulator_panel import KeyPicture


class KeyView(QWidget):
    """The key, in or above its slot; a click on its disc touches it."""

    touched = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._picture = KeyPicture()
        self.setFixedSize(QSize(220, 200))
        self.setAccessibleName(QCoreApplication.translate("Simulator", "The simulated key"))

    def show_picture(self, picture: KeyPicture) -> None:
        """Draw this."""
        self._picture = picture
        state = QCoreApplication.translate("Simulator", "not plugged in")
        if picture.plugged:
            state = QCoreApplication.translate("Simulator", "plugged in")
        if picture.blinking:
            state = QCoreApplication.translate("Simulator", "waits for a touch")
        if picture.finger:
            state = QCoreApplication.translate("Simulator", "waits for a finger")
        self.setAccessibleDescription(state)
        self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """A finger on the disc."""
        if self._picture.plugged and self._disc().adjusted(-12, -12, 12, 12).contains(event.position()):
            self.touched.emit()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802, ARG002 - Qt's name
        """Plug, slot, body, disc, and rings while it blinks."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor("#505050"), 2))
        top = self._top()
        painter.setBrush(QColor("#B4B4B4"))
        painter.drawRect(QRectF(94, top + 96, 32, 34))
        painter.setBrush(QColor("#8C8C8C"))
        painter.drawRoundedRect(QRectF(30, 162, 160, 36), 6, 6)
        painter.setBrush(QColor("#F4F4F4"))
        painter.drawRoundedRect(QRectF(72, top, 76, 100), 16, 16)
        painter.setBrush(QColor("#F5B83D" if self._picture.blinking else "#C4C4C4"))
        painter.drawEllipse(self._disc())
        if self._picture.sensor:
            self._draw_ridges(painter)
        if self._picture.blinking:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            for spread in (8, 16, 24):
                painter.drawEllipse(self._disc().adjusted(-spread, -spread, spread, spread))
        painter.end()

    def _draw_ridges(self, painter: QPainter) -> None:
        """What tells a sensor from a disc."""
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for inset in (5, 10, 15):
            painter.drawArc(self._disc().adjusted(inset, inset, -inset, -inset), -20 * 16, 220 * 16)

    def _top(self) -> int:
        return 62 if self._picture.plugged else 10

    def _disc(self) -> QRectF:
        centre = QPoint(110, self._top() + 52)
        return QRectF(centre.x() - 18, centre.y() - 18, 36, 36)
