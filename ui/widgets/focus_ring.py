"""The one focus mark of the whole window: a ring painted around whatever has the focus."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QPoint, QRect, QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen, QRegion
from PySide6.QtWidgets import QApplication, QScrollArea, QWidget
from shiboken6 import isValid

from ui.theme import Theme

_RADIUS = {"field": "control", "key": "key", "card": "card", "option": "card", "tool": "control"}
_MOVES = (QEvent.Type.Move, QEvent.Type.Resize, QEvent.Type.Show, QEvent.Type.Hide, QEvent.Type.LayoutRequest)


class FocusRing(QWidget):
    """Lies over `window`, lets every click through, and follows the focus, also after touch.

    A focused widget inside a frame of kind "field" is ringed with its frame; one that has a method
    `focus_area() -> QRect` (in its own coordinates) is ringed there.
    """

    def __init__(self, theme: Theme, window: QWidget) -> None:
        super().__init__(window)
        self._theme = theme
        self._window = window
        self._chain: list[QWidget] = []
        self._painted = QRect()
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        app = QApplication.instance()
        assert isinstance(app, QApplication)
        app.focusChanged.connect(self._follow)
        self._follow(None, app.focusWidget())

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        """Repaint when the focused widget, or anything it stands in, moves."""
        if event.type() in _MOVES:
            self._redraw()
        return super().eventFilter(watched, event)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802, ARG002 - Qt's name
        """The gap, then the ring."""
        area = self.ringed()
        if area is None:
            return
        theme = self._theme
        gap, width = theme.border("focus_gap"), theme.border("focus")
        radius = theme.radius(_RADIUS.get(self._kind(), "button")) + gap
        ring = QRectF(area).adjusted(-gap - width / 2, -gap - width / 2, gap + width / 2, gap + width / 2)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setClipRect(self._window_of_sight().adjusted(-gap - width, 0, gap + width, 0))
        painter.setPen(QPen(theme.colour("focus_stage" if self._on_stage() else "focus"), width))
        painter.drawRoundedRect(ring, radius, radius)
        painter.end()

    def ringed(self) -> QRect | None:
        """What is ringed now, in the window's coordinates, as far as it can be seen; None for nothing."""
        if not self._chain or not isValid(self._chain[0]) or not self._chain[0].isVisible():
            return None
        widget = self._ring_widget()
        focus_area = getattr(widget, "focus_area", None)
        area = focus_area() if callable(focus_area) else widget.rect()
        if widget.visibleRegion().isEmpty() or area.isEmpty():
            return None
        return QRect(widget.mapTo(self._window, QPoint(0, 0)) + area.topLeft(), area.size())

    def _follow(self, _old: QWidget | None, new: QWidget | None) -> None:
        for widget in self._chain:
            if isValid(widget):
                widget.removeEventFilter(self)
        self._chain = []
        while new is not None and self._window.isAncestorOf(new):
            new.installEventFilter(self)
            self._chain.append(new)
            new = new.parentWidget()
        self.raise_()
        self._redraw()

    def _redraw(self) -> None:
        """Paint anew where the ring was and where it is: all of it would paint the whole window below."""
        area, reach = self.ringed(), self._reach() + 1
        now = area.adjusted(-reach, -reach, reach, reach) if area is not None else QRect()
        self.update(QRegion(self._painted) | QRegion(now))
        self._painted = now

    def _reach(self) -> int:
        return self._theme.border("focus_gap") + self._theme.border("focus")

    def _ring_widget(self) -> QWidget:
        focused = self._chain[0]
        parent = focused.parentWidget()
        if parent is not None and parent.property("kind") == "field" and focused.property("kind") != "field":
            return parent
        return focused

    def _window_of_sight(self) -> QRect:
        """The part of the window where the focused widget can be seen: a scrolled page ends at its edges."""
        for widget in self._chain:
            above = widget.parentWidget()
            if isinstance(above, QWidget) and isinstance(above.parentWidget(), QScrollArea):
                return QRect(above.mapTo(self._window, QPoint(0, 0)), above.size())
        return self.rect()

    def _kind(self) -> str:
        return str(self._ring_widget().property("kind") or "")

    def _on_stage(self) -> bool:
        return any(w.property("ground") == "stage" for w in self._chain)
