"""The deep green half: the picture of what your hands must do, or the pad you type on."""

from __future__ import annotations

from PySide6.QtCore import QEasingCurve, QElapsedTimer, QPointF, QRectF, QSizeF, Qt, QTimer
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QVBoxLayout, QWidget
from shiboken6 import isValid

from ui.theme import Theme
from ui.widgets.label import Label
from ui.widgets.picture import Group, Picture

_LEDGE = 88 / 480
_STANDING = {
    "key-insert": ("target", "key", "port", "arrow"),
    "key-inserted": ("key", "port"),
    "key-remove": ("key", "port", "arrow"),
    "key-touch": ("key", "port", "wave3", "wave2", "wave1", "finger"),
    "key-finger": ("key", "port", "wave3", "wave2", "wave1", "finger"),
    "key-several": ("key", "port", "wave2", "wave1"),
    "key-working": ("key", "port", "orbit", "dot1", "dot2", "dot3"),
}
"""Scenes that stand on the ledge, with their groups in the order of drawing."""

_STILL = frozenset({"key-inserted", "key-remove"})
"""Those in which nothing moves."""

_LEAST = 96
"""A picture that would be smaller than this says nothing."""

_FRAME_MS = 33
_REST_MS = 900


class Stage(QWidget):
    """Shows a pad when it has one, else a scene. Scenes move only where that explains something."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._scene = ""
        self._pictures: dict[str, Picture] = {}
        self._spots: dict[str, QSvgRenderer] = {}
        self._frame: tuple[float, ...] = ()
        self._pad: QWidget | None = None
        self._clock = QElapsedTimer()
        self._timer = QTimer(self)
        self._timer.setInterval(_FRAME_MS)
        self._timer.timeout.connect(self._move)
        self.setProperty("ground", "stage")
        self._caption = Label(theme, "small", "", "on_stage_soft", self).centered()
        column = QVBoxLayout(self)
        margin = theme.px(24)
        column.setContentsMargins(margin, margin if theme.portrait else theme.px(104), margin, theme.px(30))
        column.setSpacing(theme.px(16))
        self._column = column
        column.addStretch(0)  # what is over, when there is no pad
        column.addWidget(self._caption)
        self._caption.hide()

    def show_scene(self, scene: str, caption: str = "") -> None:
        """Show this picture (a name in resources/art, "" for none) with words below it."""
        self._caption.set_text(caption)
        self._caption.setVisible(bool(caption))
        if scene == self._scene:
            return
        self._scene = scene
        self._clock.restart()
        self._run()
        self.update()

    def show_pad(self, pad: QWidget | None) -> None:
        """Show this pad in the middle, or none. Afterwards it is given back: it lives as long as its page keeps it."""
        if pad is self._pad:
            return
        before, self._pad = self._pad, pad
        if before is not None and isValid(before):
            self._column.removeWidget(before)
            before.hide()
            before.setParent(None)
            QTimer.singleShot(0, self, lambda: before)  # it may be in the middle of a press: not before that is over
        if pad is not None:
            self._column.insertWidget(0, pad, 1, Qt.AlignmentFlag.AlignCenter)
            pad.show()
        self._run()
        self.update()

    @property
    def pad(self) -> QWidget | None:
        """The pad that is shown."""
        return self._pad

    def showEvent(self, event: object) -> None:  # noqa: N802, ARG002 - Qt's name
        """Move while seen."""
        self._run()

    def hideEvent(self, event: object) -> None:  # noqa: N802, ARG002 - Qt's name
        """Rest while not."""
        self._timer.stop()

    def resizeEvent(self, event: object) -> None:  # noqa: N802, ARG002 - Qt's name
        """Pictures are drawn anew at their new size."""
        self._pictures.clear()

    def prepare(self, scene: str) -> None:
        """Draw a picture before it is needed, so that its first showing does not stall the screen."""
        if scene in _STANDING:
            self._standing(scene)
        else:
            self._spot(scene)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802, ARG002 - Qt's name
        """The ground, then the scene."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillRect(self.rect(), self._theme.colour("stage"))
        if self._theme.mode == "contrast":
            painter.setPen(QPen(self._theme.colour("stage_line"), 6))
            painter.drawLine(*self._edge())
        if self._scene and self._pad is None:
            if self._scene in _STANDING:
                if self._theme.rtl:  # pictures of one thing are not mirrored: their ticks and letters are not
                    painter.translate(self.width(), 0)
                    painter.scale(-1, 1)
                self._draw_standing(painter)
            else:
                self._draw_spot(painter)
        painter.end()

    # ── scenes ──────────────────────────────────────────────────────────────────────────────────

    def _draw_spot(self, painter: QPainter) -> None:
        theme = self._theme
        top = theme.px(24) if theme.portrait else theme.px(104)
        bottom = theme.px(96) if self._caption.isVisibleTo(self) else theme.px(24)
        room = QRectF(0, top, self.width(), max(self.height() - top - bottom, 1))
        wanted = theme.size("hero_art" if self._scene == "key-hero" else "spot_art")
        wanted = round(wanted * 1.5) if theme.portrait else wanted
        side = min(wanted, room.width() - theme.px(32), room.height())
        if side < theme.px(_LEAST):
            return
        center = QPointF(room.center().x(), max(room.center().y() - theme.px(16), top + side / 2))
        self._spot(self._scene).render(painter, QRectF(center - QPointF(side / 2, side / 2), QSizeF(side, side)))

    def _spot(self, scene: str) -> QSvgRenderer:
        if scene not in self._spots:
            self._spots[scene] = self._theme.art(scene)
        return self._spots[scene]

    def _side(self) -> float:
        """The side of a picture that stands on the ledge."""
        return min(self.height() * 0.98, self.width() * 560 / 496)

    def _standing(self, scene: str) -> Picture:
        if scene not in self._pictures:
            renderer = self._theme.art(scene)
            self._pictures[scene] = Picture(renderer, _STANDING[scene], self._side(), self.devicePixelRatioF())
        return self._pictures[scene]

    def _draw_standing(self, painter: QPainter) -> None:
        side = self._side()
        ledge = side * _LEDGE
        painter.fillRect(QRectF(0, self.height() - ledge, self.width(), ledge), self._theme.colour("stage_deep"))
        if self._theme.mode == "contrast":
            painter.setPen(QPen(self._theme.colour("stage_line"), 3))
            painter.drawLine(QPointF(0, self.height() - ledge), QPointF(self.width(), self.height() - ledge))
        painter.translate((self.width() - side) / 2, self.height() - side)
        now = self._clock.elapsed() if self._clock.isValid() else 0
        for group in self._standing(self._scene).groups:
            self._place(painter, group, now, side)

    def _place(self, painter: QPainter, group: Group, now: int, side: float) -> None:
        moved = self._moved(group.name, now)
        painter.setOpacity(1.0 if moved is None or group.name == "key" else moved)
        down = self._way(side) * moved if moved is not None and group.name == "key" else 0.0
        painter.drawPixmap(group.area.translated(0, down), group.pixmap, QRectF(group.pixmap.rect()))
        painter.setOpacity(1.0)

    def _moved(self, name: str, now: int) -> float | None:
        """How far a group is on its way, or how bright it is, 0 to 1; None for one that stands still."""
        match self._scene, name:
            case "key-insert", "key":
                return self._travel(now)
            case "key-touch" | "key-finger" | "key-several", "wave1" | "wave2" | "wave3":
                return self._wave(now, int(name[-1]) - 1)
            case "key-working", "dot1" | "dot2" | "dot3":
                return self._dot(now, int(name[-1]) - 1)
            case _:
                return None

    def _way(self, side: float) -> float:
        """How far the key goes down, in px."""
        return float(self._theme.tokens["motion"]["insert"]["travel"]) * side / 480

    def _move(self) -> None:
        """Paint the next frame: only where something moves, and only when it did."""
        now, side = self._clock.elapsed(), self._side()
        moving = [(g, at) for g in self._standing(self._scene).groups if (at := self._moved(g.name, now)) is not None]
        frame = tuple(at for _, at in moving)
        if frame == self._frame:
            return
        self._frame = frame
        dirty = QRectF()
        for group, _ in moving:
            dirty |= group.area.adjusted(0, 0, 0, self._way(side) if group.name == "key" else 0)
        dirty.translate((self.width() - side) / 2, self.height() - side)  # a mirrored picture is as wide both ways
        if self._theme.rtl:
            dirty.moveLeft(self.width() - dirty.right())
        self.update(dirty.toAlignedRect().adjusted(-1, -1, 1, 1))

    def _travel(self, now: int) -> float:
        """How far the key is in, 0 to 1; half-way when nothing moves."""
        duration = self._theme.motion("insert")
        if not duration:
            return 0.5
        pause = int(self._theme.tokens["motion"]["insert"]["pause_ms"])
        at = now % (_REST_MS + duration + pause) - _REST_MS
        return QEasingCurve(QEasingCurve.Type.InOutCubic).valueForProgress(min(max(at / duration, 0.0), 1.0))

    def _wave(self, now: int, number: int) -> float:
        duration = self._theme.motion("wave")
        if not duration:
            return 1.0
        at = now % (3 * duration + int(self._theme.tokens["motion"]["wave"]["pause_ms"]))
        return min(max((at - number * duration) / duration, 0.0), 1.0)

    def _dot(self, now: int, number: int) -> float:
        duration = self._theme.motion("working")
        if not duration:
            return 1.0
        turn = duration + int(self._theme.tokens["motion"]["working"]["pause_ms"])
        return 1.0 if (now // turn) % 3 == number else 0.35

    def _run(self) -> None:
        moves = self._theme.moves and self._scene in _STANDING and self._scene not in _STILL
        if moves and self._pad is None and self.isVisible():
            self._timer.start()
        else:
            self._timer.stop()

    def _edge(self) -> tuple[int, int, int, int]:
        """The edge to the column."""
        if self.width() > self.height() or self._theme.portrait:
            return (0, 0, self.width(), 0)
        x = self.width() if self._theme.rtl else 0
        return (x, 0, x, self.height())
