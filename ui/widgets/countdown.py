"""Time made visible: a ring that runs out, a spinner that does not, and the one timer behind them."""

from __future__ import annotations

from PySide6.QtCore import QElapsedTimer, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from ui.theme import Theme

_TICK_MS = 100
_SPIN_MS = 60


class Countdown(QWidget):
    """A ring that runs out clockwise, the seconds inside. `ticked` tells each new whole second, `ended` the end.

    Time is measured, not counted, so that a busy machine does not lengthen it.
    """

    ticked = Signal(int)
    ended = Signal()

    def __init__(self, theme: Theme, diameter: float = 88, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._side = theme.px(diameter)
        self._total = 0.0
        self._shown = 0
        self._clock = QElapsedTimer()
        self._timer = QTimer(self)
        self._timer.setInterval(_TICK_MS)
        self._timer.timeout.connect(self._tick)
        self.setFixedSize(self._side, self._side)

    def start(self, seconds: int) -> None:
        """Run from `seconds` to zero."""
        self._total = float(max(seconds, 0))
        self._shown = int(self._total)
        self._clock.restart()
        self._timer.start()
        self.ticked.emit(self._shown)
        self.update()

    def stop(self) -> None:
        """Stand still."""
        self._timer.stop()

    @property
    def left(self) -> int:
        """Whole seconds left."""
        return self._shown

    @property
    def running(self) -> bool:
        """Whether it runs."""
        return self._timer.isActive()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802, ARG002 - Qt's name
        """The track, what is left of it, the number."""
        theme = self._theme
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        width = max(theme.px(7), 4)
        area = QRectF(self.rect()).adjusted(width / 2 + 1, width / 2 + 1, -width / 2 - 1, -width / 2 - 1)
        part = self._fraction() if theme.moves else (self._shown / self._total if self._total else 0)
        _arc(painter, area, theme.colour("sunk" if theme.mode == "contrast" else "line"), width, 360)
        _arc(painter, area, theme.colour("brand"), width, round(360 * part))
        font = theme.font("strong")
        font.setPixelSize(round(self._side * 0.33))
        font.setWeight(font.Weight.ExtraBold)
        painter.setFont(font)
        painter.setPen(theme.colour("ink"))
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, str(self._shown))
        painter.end()

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Its diameter."""
        return QSize(self._side, self._side)

    def _fraction(self) -> float:
        if not self._total:
            return 0.0
        spent = self._clock.elapsed() / 1000 if self._clock.isValid() else 0.0
        return max(0.0, 1 - spent / self._total)

    def _tick(self) -> None:
        left = self._total - self._clock.elapsed() / 1000
        whole = max(0, -int(-left // 1))  # the ceiling: "1" is shown until the very end
        if whole != self._shown:
            self._shown = whole
            self.ticked.emit(whole)
        self.update()
        if left <= 0:
            self._timer.stop()
            self.ended.emit()


class Spinner(QWidget):
    """An arc going round while a machine works; it stands still when motion is off."""

    def __init__(self, theme: Theme, diameter: float = 44, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._angle = 45
        self._timer = QTimer(self)
        self._timer.setInterval(_SPIN_MS)
        self._timer.timeout.connect(self._turn)
        side = theme.px(diameter)
        self.setFixedSize(side, side)

    def showEvent(self, event: object) -> None:  # noqa: N802, ARG002 - Qt's name
        """Turn while it can be seen."""
        if self._theme.moves:
            self._timer.start()

    def hideEvent(self, event: object) -> None:  # noqa: N802, ARG002 - Qt's name
        """Rest while it cannot."""
        self._timer.stop()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802, ARG002 - Qt's name
        """The track and a bright third of it."""
        theme = self._theme
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        width = max(theme.px(6), 3)
        area = QRectF(self.rect()).adjusted(width / 2 + 1, width / 2 + 1, -width / 2 - 1, -width / 2 - 1)
        _arc(painter, area, theme.colour("disabled_ink" if theme.mode == "contrast" else "line"), width, 360)
        _arc(painter, area, theme.colour("brand"), width, 125, start=self._angle)
        painter.end()

    def _turn(self) -> None:
        self._angle = (self._angle - 22) % 360
        self.update()


def _arc(painter: QPainter, area: QRectF, colour: QColor, width: int, degrees: int, start: int = 90) -> None:
    if degrees <= 0:
        return
    painter.setPen(QPen(colour, width, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
    painter.drawArc(area, start * 16, -degrees * 16)
