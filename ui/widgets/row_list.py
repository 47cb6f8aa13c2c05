"""Rows with a mark, words and a word at the end: what is done, what happens now, what comes next."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from ui.theme import Theme
from ui.widgets.countdown import Spinner
from ui.widgets.label import Label

MarkKind = Literal["done", "now", "next", "number", "none", "stop", "wait"]


_ICONS: dict[MarkKind, tuple[str, str]] = {"stop": ("close", "stop"), "wait": ("clock", "warn")}


@dataclass(frozen=True)
class Row:
    """One row. `mark` "number" shows `number`; `strong` words stand out; `note` is a quiet line below them."""

    text: str
    end: str = ""
    mark: MarkKind = "none"
    number: int = 0
    strong: bool = True
    note: str = ""

    @property
    def spoken(self) -> str:
        """All of it in one line."""
        told = f"{self.text}: {self.end}" if self.end else self.text
        return f"{told}. {self.note}" if self.note else told


class RowList(QFrame):
    """A card of rows, or plain rows; a stop for the screen reader, which reads them all. Dense rows stand closer."""

    def __init__(self, theme: Theme, kind: str = "card", parent: QWidget | None = None, *, dense: bool = False) -> None:
        super().__init__(parent)
        self._theme = theme
        self._height = 52 if dense else 66
        self._rows: tuple[Row, ...] = ()
        self.setProperty("kind", kind or "plain")
        inset = theme.px(24) if kind else 0
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(inset, theme.px(6) if kind else 0, inset, theme.px(6) if kind else 0)
        self._column.setSpacing(0)
        if kind == "card":
            self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    def show_rows(self, rows: tuple[Row, ...]) -> None:
        """Show these rows; the same ones again leave everything as it is, spinners included."""
        if rows == self._rows:
            return
        self._rows = rows
        while (item := self._column.takeAt(0)) is not None:
            if (old := item.widget()) is not None:
                old.hide()
                old.deleteLater()
        for number, row in enumerate(rows):
            if number:
                rule = QFrame(self)
                rule.setProperty("kind", "rule")
                rule.setFixedHeight(self._theme.border("line"))
                self._column.addWidget(rule)
            self._column.addWidget(_RowView(self._theme, row, self._height, self))
        self.setAccessibleName("\n".join(row.spoken for row in rows))

    def marks(self) -> tuple[MarkKind, ...]:
        """The marks from top to bottom."""
        return tuple(row.mark for row in self._rows)


class _RowView(QWidget):
    def __init__(self, theme: Theme, row: Row, height: int, parent: QWidget) -> None:
        super().__init__(parent)
        middle = Qt.AlignmentFlag.AlignVCenter
        line = QHBoxLayout(self)
        line.setContentsMargins(0, theme.px(12), 0, theme.px(12))
        line.setSpacing(theme.px(20))
        if row.mark == "now":
            line.addWidget(Spinner(theme, parent=self))
        elif row.mark != "none":
            line.addWidget(_Mark(theme, row, self))
        role = "strong" if row.strong else "small"
        words = QVBoxLayout()
        words.setSpacing(0)
        words.addStretch(1)
        words.addWidget(Label(theme, role, row.text, "ink_soft" if row.mark == "next" else "ink", self))
        if row.note:
            words.addWidget(Label(theme, "small", row.note, "ink_soft", self))
        words.addStretch(1)
        line.addLayout(words, 1)
        if row.end:
            line.addWidget(Label(theme, "small", row.end, "ink_soft", self).one_line(), 0, middle)
        self.setMinimumHeight(theme.px(height))


class _Mark(QWidget):
    """A filled circle with a tick, an empty one, or one with a number or a picture."""

    def __init__(self, theme: Theme, row: Row, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme, self._row = theme, row
        side = theme.px(44)
        self.setFixedSize(side, side)

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """A circle of 44 px."""
        return self.size()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802, ARG002 - Qt's name
        """Draw it."""
        theme = self._theme
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        circle = QRectF(self.rect()).adjusted(2, 2, -2, -2)
        if self._row.mark == "done":
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.colour("ok"))
            painter.drawEllipse(circle)
            self._draw_icon(painter, "check", "surface")
        elif self._row.mark in _ICONS:
            icon, ink = _ICONS[self._row.mark]
            painter.setPen(QPen(theme.colour(ink), theme.border()))
            painter.setBrush(theme.colour("surface"))
            painter.drawEllipse(circle)
            self._draw_icon(painter, icon, ink)
        else:
            painter.setPen(QPen(theme.colour("control"), theme.border()))
            painter.setBrush(theme.colour("surface"))
            painter.drawEllipse(circle)
            if self._row.mark == "number":
                font = theme.font("label")
                font.setPixelSize(theme.px(20))
                painter.setFont(font)
                painter.setPen(theme.colour("ink"))
                painter.drawText(circle, Qt.AlignmentFlag.AlignCenter, str(self._row.number))
        painter.end()

    def _draw_icon(self, painter: QPainter, icon: str, ink: str) -> None:
        side = self._theme.px(26)
        spot = QRectF((self.width() - side) / 2, (self.height() - side) / 2, side, side)
        picture = self._theme.pixmap(icon, ink, 26)
        painter.drawPixmap(spot, picture, QRectF(picture.rect()))
