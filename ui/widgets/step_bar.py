"""Progress as a key being made: each finished step cuts one more tooth into the blade."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, QEasingCurve, QPointF, QRectF, QSize, Qt, QVariantAnimation
from PySide6.QtGui import QColor, QFont, QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from ui.theme import Theme

_WIDTH = 688
_BOW = 38
_BLADE_TOP, _BLADE = 14, 10
_FIRST_TOOTH, _PITCH = 63, 125
_END = 682


class StepBar(QWidget):
    """The steps by name and the one at hand (from 0; their number when all are done). Nothing to click."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._names: tuple[str, ...] = ()
        self._current = 0
        self._grown = 0.0
        self._growth = QVariantAnimation(self)
        self._growth.setEasingCurve(QEasingCurve.Type.OutCubic)
        self._growth.valueChanged.connect(self._grow)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)

    def show_step(self, names: tuple[str, ...], current: int) -> None:
        """Show that `current` of these steps is at hand."""
        before = self._grown if self._names == names else float(current)
        self._names, self._current = names, current
        self.setAccessibleName(self.spoken())
        self._growth.stop()
        if (duration := self._theme.motion("step")) and self.isVisible() and before != current:
            self._growth.setDuration(duration)
            self._growth.setStartValue(before)
            self._growth.setEndValue(float(current))
            self._growth.start()
        else:
            self._grow(float(current))

    def spoken(self) -> str:
        """What a screen reader says."""
        if self._current >= len(self._names):
            return QCoreApplication.translate("StepBar", "All steps done")
        text = QCoreApplication.translate("StepBar", "Step {number} of {total}, {name}")
        return text.format(number=self._current + 1, total=len(self._names), name=self._names[self._current])

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """As wide as the column lets it be."""
        theme = self._theme
        if theme.folded:
            return QSize(theme.px(400), max(theme.line_height("strong") + theme.px(8), theme.px(56)))
        return QSize(theme.px(400), theme.px(78))

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802, ARG002 - Qt's name
        """The key lying flat; a chip and words when text is very large."""
        if not self._names:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self._theme.folded:
            self._draw_words(painter)
        else:
            self._draw_key(painter)
        painter.end()

    # ── the key ─────────────────────────────────────────────────────────────────────────────────

    def _draw_key(self, painter: QPainter) -> None:
        scale = self._theme.scale
        painter.scale(scale, scale)
        width = self.width() / scale
        stretch = width / _WIDTH
        pitch = _PITCH * stretch * (5 / len(self._names))
        first = _FIRST_TOOTH if stretch > 0.9 else _FIRST_TOOTH * 0.9
        end = width - (_WIDTH - _END)
        tooth_width = float(self._theme.tokens["size"]["step_tooth_width"])
        grown_to = first + pitch * self._grown + tooth_width if self._grown < len(self._names) else end
        self._bar(painter, _BOW + 6, end, self._colour("line"))
        self._bar(painter, _BOW + 6, min(grown_to, end), self._colour("brand"))
        ring = QRectF(5, 0, _BOW, _BOW).adjusted(4, 4, -4, -4)
        painter.setPen(QPen(self._colour("brand"), 8))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawEllipse(self._mirror(ring))
        for number, name in enumerate(self._names):
            self._draw_tooth(painter, number, name, first + pitch * number, pitch)

    def _bar(self, painter: QPainter, left: float, right: float, colour: QColor) -> None:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour)
        painter.drawRoundedRect(self._mirror(QRectF(left, _BLADE_TOP, right - left, _BLADE)), 5, 5)

    def _draw_tooth(self, painter: QPainter, number: int, name: str, left: float, pitch: float) -> None:
        size = self._theme.tokens["size"]
        depths: list[int] = size["step_tooth_depths"]
        tooth = self._mirror(
            QRectF(left, _BLADE_TOP + _BLADE, float(size["step_tooth_width"]) + 2, depths[number % len(depths)])
        )
        done, now = number < self._current, number == self._current
        self._fill_tooth(painter, tooth, done=done, now=now)
        if done:
            side = 26.0
            spot = QRectF(tooth.center().x() - side / 2, tooth.center().y() - side / 2 - 2, side, side)
            tick = self._theme.pixmap("check", "on_brand", side)
            painter.drawPixmap(spot, tick, QRectF(tick.rect()))
        else:
            painter.setPen(self._colour("on_spark" if now else "ink"))
            painter.setFont(self._font(800 if now else 700))
            painter.drawText(tooth.adjusted(0, -4, 0, -2), Qt.AlignmentFlag.AlignCenter, str(number + 1))
        if now or self._theme.text_scale <= 1.25:
            self._draw_name(painter, name, left + float(size["step_tooth_width"]) + 11, pitch, now=now, done=done)

    def _fill_tooth(self, painter: QPainter, tooth: QRectF, *, done: bool, now: bool) -> None:
        path = QPainterPath()
        corner = 10.0
        path.moveTo(tooth.topLeft())
        path.lineTo(tooth.left(), tooth.bottom() - corner)
        path.quadTo(tooth.bottomLeft(), QPointF(tooth.left() + corner, tooth.bottom()))
        path.lineTo(tooth.right() - corner, tooth.bottom())
        path.quadTo(tooth.bottomRight(), QPointF(tooth.right(), tooth.bottom() - corner))
        path.lineTo(tooth.topRight())
        if done or now:
            painter.setBrush(self._colour("brand" if done else "spark"))
            painter.setPen(QPen(self._colour("brand"), 3 if now else 1))
        else:
            painter.setBrush(self._colour("surface"))
            painter.setPen(QPen(self._colour("control"), 2))
        painter.drawPath(path)

    def _draw_name(self, painter: QPainter, name: str, left: float, pitch: float, *, now: bool, done: bool) -> None:
        font = self._font(800 if now else 600)
        room = pitch - float(self._theme.tokens["size"]["step_tooth_width"]) - 15
        painter.setFont(font)
        painter.setPen(self._colour("ink" if now or done else "ink_soft"))
        area = self._mirror(QRectF(left, _BLADE_TOP + _BLADE, room, 44))
        side = Qt.AlignmentFlag.AlignRight if self._theme.rtl else Qt.AlignmentFlag.AlignLeft
        text = painter.fontMetrics().elidedText(name, Qt.TextElideMode.ElideRight, int(room))
        flags = side | Qt.AlignmentFlag.AlignAbsolute | Qt.AlignmentFlag.AlignVCenter
        painter.drawText(area, int(flags), text)

    # ── words instead ───────────────────────────────────────────────────────────────────────────

    def _draw_words(self, painter: QPainter) -> None:
        theme = self._theme
        number = min(self._current, len(self._names) - 1)
        done = self._current >= len(self._names)
        height = self.height() - theme.px(4)
        chip = self._mirror_px(QRectF(theme.px(2), theme.px(2), height * 1.15, height))
        painter.setPen(QPen(theme.colour("brand"), theme.border("primary")))
        painter.setBrush(theme.colour("brand" if done else "spark"))
        painter.drawRoundedRect(chip, theme.px(10), theme.px(10))
        font = theme.font("strong")
        font.setPixelSize(min(font.pixelSize(), int(height * 0.62)))
        painter.setFont(font)
        painter.setPen(theme.colour("on_brand" if done else "on_spark"))
        painter.drawText(chip, Qt.AlignmentFlag.AlignCenter, "✓" if done else str(number + 1))
        left = chip.width() + theme.px(20)
        name = self._names[number] if not done else ""
        place = QCoreApplication.translate("StepBar", "Step {number} of {total}")
        words = self.spoken() if done else place.format(number=number + 1, total=len(self._names))
        painter.setPen(theme.colour("ink"))
        left += self._draw_word(painter, name, left, QFont.Weight.ExtraBold) + (theme.px(16) if name else 0)
        painter.setPen(theme.colour("ink_soft"))
        self._draw_word(painter, words, left, QFont.Weight.Medium)

    def _draw_word(self, painter: QPainter, text: str, left: float, weight: QFont.Weight) -> float:
        font = painter.font()
        font.setWeight(weight)
        painter.setFont(font)
        width = painter.fontMetrics().horizontalAdvance(text) + 2
        area = self._mirror_px(QRectF(left, 0, width, self.height()))
        painter.drawText(area, Qt.AlignmentFlag.AlignCenter, text)
        return width

    # ── measures ────────────────────────────────────────────────────────────────────────────────

    def _mirror(self, area: QRectF) -> QRectF:
        """In design px: from the other side in right-to-left languages."""
        return self._flip(area, self.width() / self._theme.scale)

    def _mirror_px(self, area: QRectF) -> QRectF:
        return self._flip(area, self.width())

    def _flip(self, area: QRectF, width: float) -> QRectF:
        if not self._theme.rtl:
            return area
        return QRectF(width - area.right(), area.top(), area.width(), area.height())

    def _font(self, weight: int) -> QFont:
        font = self._theme.font("step")
        font.setPixelSize(round(18 * min(self._theme.text_scale, 1.25)))  # the painter is scaled already
        font.setWeight(QFont.Weight(weight))
        return font

    def _colour(self, name: str) -> QColor:
        return self._theme.colour(name)

    def _grow(self, value: float) -> None:
        self._grown = value
        self.update()
