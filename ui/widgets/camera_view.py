"""What the kiosk's camera sees, as in a mirror, with a frame to hold a code into."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QHideEvent, QImage, QPainter, QPainterPath, QPaintEvent, QPen, QShowEvent
from PySide6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from ui.eye import Eye
from ui.theme import Theme
from ui.widgets.label import Label

_SIDE, _LEAST = 400, 200
_FRAME, _CORNER = 0.68, 0.2
"""The side of the frame in parts of the picture's, and the length of its corners in parts of its own."""


class CameraView(QWidget):
    """Looks while it can be seen. `read` carries the text of a code, `lost` says that there is nothing to look with."""

    read = Signal(str)
    lost = Signal()

    def __init__(self, theme: Theme, eye: Eye, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._eye = eye
        self.setProperty("ground", "stage")
        self._mirror = _Mirror(theme, self)
        words = QCoreApplication.translate("CameraView", "Hold the code into the frame.")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.px(16))
        column.addWidget(self._mirror, 1)
        column.addWidget(Label(theme, "small", words, "on_stage", self).centered())

    @property
    def picture(self) -> QImage:
        """What is shown now."""
        return self._mirror.picture

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802 - Qt's name
        """Look."""
        self._eye.start(self._mirror.show_picture, self.read.emit, self.lost.emit)
        super().showEvent(event)

    def hideEvent(self, event: QHideEvent) -> None:  # noqa: N802 - Qt's name
        """Look away, and keep nothing."""
        self._eye.stop()
        self._mirror.show_picture(QImage())
        super().hideEvent(event)


class _Mirror(QWidget):
    """A square cut out of the middle, left and right exchanged."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self.picture = QImage()
        self.setAccessibleName(QCoreApplication.translate("CameraView", "What the camera sees"))
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def show_picture(self, picture: QImage) -> None:
        """Show this one; a null one leaves the frame alone."""
        self.picture = picture
        self.update()

    def hasHeightForWidth(self) -> bool:  # noqa: N802 - Qt's name
        """It is a square."""
        return True

    def heightForWidth(self, width: int) -> int:  # noqa: N802 - Qt's name
        """It is a square."""
        return min(width, self._theme.px(_SIDE))

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """As large as a code on the stage."""
        side = self._theme.px(_SIDE)
        return QSize(side, side)

    def minimumSizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """In which a code can still be aimed."""
        side = self._theme.px(_LEAST)
        return QSize(side, side)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802, ARG002 - Qt's name
        """The picture in a rounded square, and the frame over it."""
        theme = self._theme
        side = min(self.width(), self.height())
        area = QRectF((self.width() - side) / 2, (self.height() - side) / 2, side, side)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        shape = QPainterPath()
        shape.addRoundedRect(area, theme.radius("dialog"), theme.radius("dialog"))
        painter.fillPath(shape, theme.colour("stage_deep"))
        if not self.picture.isNull():
            painter.save()
            painter.setClipPath(shape)
            self._draw_mirrored(painter, area)
            painter.restore()
        self._draw_frame(painter, area)
        painter.end()

    def _draw_mirrored(self, painter: QPainter, area: QRectF) -> None:
        wide, tall = self.picture.width(), self.picture.height()
        cut = min(wide, tall)
        painter.translate(2 * area.left() + area.width(), 0)
        painter.scale(-1, 1)
        painter.drawImage(area, self.picture, QRectF((wide - cut) / 2, (tall - cut) / 2, cut, cut))

    def _draw_frame(self, painter: QPainter, area: QRectF) -> None:
        side = area.width() * _FRAME
        arm = side * _CORNER
        painter.translate(area.center())
        painter.setPen(
            QPen(self._theme.colour("spark"), self._theme.px(6), Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap)
        )
        for _ in range(4):
            corner = QPainterPath()
            corner.moveTo(-side / 2, -side / 2 + arm)
            corner.lineTo(-side / 2, -side / 2)
            corner.lineTo(-side / 2 + arm, -side / 2)
            painter.drawPath(corner)
            painter.rotate(90)
