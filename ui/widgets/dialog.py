"""A panel over a flat scrim: it takes the focus, keeps it, and gives it back."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QRect, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QBoxLayout, QFrame, QGraphicsDropShadowEffect, QVBoxLayout, QWidget

from ui.theme import Theme
from ui.widgets.buttons import Button
from ui.widgets.label import Label


class Dialog(QWidget):
    """Covers its parent. `content` is the column to fill, `row` the buttons; `closed` says it is over."""

    closed = Signal()

    def __init__(self, theme: Theme, title: str, parent: QWidget, *, wide: bool = False) -> None:
        super().__init__(parent)
        self.theme = theme
        self._width = theme.px(960 if wide else 720)
        self._covered = parent
        self._before: QWidget | None = None
        self.panel = QFrame(self)
        self.panel.setProperty("kind", "dialog")
        self._outer = outer = QVBoxLayout(self.panel)
        outer.setContentsMargins(*(theme.px(36),) * 4)
        outer.setSpacing(theme.px(12))
        self.title = Label(theme, "title", title, parent=self.panel)
        self.content = QVBoxLayout()
        self.content.setSpacing(theme.px(12))
        self.content.addWidget(self.title)
        outer.addLayout(self.content)
        outer.addSpacing(theme.px(16))
        upright = theme.text_scale >= 1.5
        way = QBoxLayout.Direction.BottomToTop if upright else QBoxLayout.Direction.LeftToRight
        self.row = QBoxLayout(way)
        self.row.setSpacing(theme.px(16))
        outer.addLayout(self.row)
        if theme.mode != "contrast":
            self._cast_shadow()
        self.setAccessibleName(self.title.text())
        parent.installEventFilter(self)
        self.hide()

    def open(self, first: QWidget) -> None:
        """Cover the parent and put the focus on `first`."""
        self._before = self.window().focusWidget()
        self._cover()
        self.show()
        self.raise_()
        first.setFocus(Qt.FocusReason.PopupFocusReason)

    def close_dialog(self) -> None:
        """Uncover the parent, and give the focus back to what had it."""
        if not self.isVisible():
            return
        self.hide()
        if self._before is not None and self._before.isVisible():
            self._before.setFocus(Qt.FocusReason.PopupFocusReason)
        self.closed.emit()

    def add_action(self, button: Button, *, first: bool = False) -> Button:
        """Put a button in the row: at its start edge, or at its end."""
        if first:
            self.row.addWidget(button)
            self.row.addStretch(1)
        else:
            if not self.row.count():
                self.row.addStretch(1)
            self.row.addWidget(button)
        return button

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        """Follow the parent's size."""
        if watched is self._covered and event.type() == QEvent.Type.Resize and self.isVisible():
            self._cover()
        return super().eventFilter(watched, event)

    def focusNextPrevChild(self, forward: bool) -> bool:  # noqa: N802 - Qt's name
        """Tab goes round inside the panel."""
        stops = [
            child
            for child in self.panel.findChildren(QWidget)
            if child.focusPolicy() & Qt.FocusPolicy.TabFocus and child.isVisible() and child.isEnabled()
        ]
        if not stops:
            return True
        here = self.window().focusWidget()
        at = stops.index(here) if here in stops else -1
        stops[(at + (1 if forward else -1)) % len(stops)].setFocus(
            Qt.FocusReason.TabFocusReason if forward else Qt.FocusReason.BacktabFocusReason
        )
        return True

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        """Nothing reaches what is covered."""
        event.accept()

    def mousePressEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        """Nothing reaches what is covered."""
        event.accept()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802, ARG002 - Qt's name
        """The scrim."""
        scrim = self.theme.tokens["elevation"]["scrim"]
        colour = QColor("#000000" if self.theme.mode == "contrast" else scrim["colour"])
        colour.setAlphaF(float(scrim["alpha"]))
        painter = QPainter(self)
        painter.fillRect(self.rect(), colour)
        painter.end()

    def _cover(self) -> None:
        self.setGeometry(self._covered.rect())
        width = min(self._width, self.width() - self.theme.px(32))
        layout = self._outer
        height = layout.totalHeightForWidth(width) if layout.hasHeightForWidth() else layout.totalSizeHint().height()
        height = min(height, self.height() - self.theme.px(32))
        self.panel.setGeometry(QRect((self.width() - width) // 2, (self.height() - height) // 2, width, height))

    def _cast_shadow(self) -> None:
        spec = self.theme.tokens["elevation"]["dialog"]
        colour = self.theme.colour(spec["colour"])
        colour.setAlphaF(float(spec["alpha"]))
        shadow = QGraphicsDropShadowEffect(self.panel)
        shadow.setBlurRadius(self.theme.px(spec["blur"]))
        shadow.setOffset(0, self.theme.px(spec["dy"]))
        shadow.setColor(colour)
        self.panel.setGraphicsEffect(shadow)
