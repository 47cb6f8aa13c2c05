"""A list of rules with their marks: not yet, met, refused. Changes are announced, and only changes."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from PySide6.QtCore import QCoreApplication, Qt, Signal
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QWidget

from ui.theme import Theme
from ui.widgets.label import Label


class Mark(Enum):
    """How far a rule is. Nothing is refused before the person has finished."""

    PENDING = "circle"
    MET = "check-circle"
    REFUSED = "warning"


@dataclass(frozen=True, slots=True)
class Line:
    """One rule: a stable name, its words, its mark."""

    name: str
    text: str
    mark: Mark


_COLOURS = {Mark.PENDING: "ink_soft", Mark.MET: "ok", Mark.REFUSED: "stop"}


class Checklist(QWidget):
    """Rules in two columns (one when text is large), each with a mark, a weight and a color.

    `announced` repeats what a screen reader is told.
    """

    announced = Signal(str)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._rows: dict[str, _Row] = {}
        self._lines: tuple[Line, ...] = ()
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(theme.px(20))
        self._grid.setVerticalSpacing(0)
        self._columns = 1 if theme.folded else 2
        for column in range(self._columns):
            self._grid.setColumnStretch(column, 1)

    @property
    def lines(self) -> tuple[Line, ...]:
        """What is shown now."""
        return self._lines

    def show_lines(self, lines: tuple[Line, ...]) -> None:
        """Show these rules, and announce those whose mark became better or worse."""
        if lines == self._lines:
            return
        before = {line.name: line.mark for line in self._lines}
        if tuple(before) != tuple(line.name for line in lines):
            self._build(lines)
        for line in lines:
            self._rows[line.name].show_line(line)
        if before:
            self._announce([line for line in lines if before.get(line.name, Mark.PENDING) != line.mark])
        self._lines = lines

    def _build(self, lines: tuple[Line, ...]) -> None:
        wanted = {line.name for line in lines}
        for name in [name for name in self._rows if name not in wanted]:
            self._rows.pop(name).deleteLater()
        for index, line in enumerate(lines):
            if line.name not in self._rows:
                self._rows[line.name] = _Row(self._theme, self)
            row = self._rows[line.name]
            self._grid.addWidget(row, index // self._columns, index % self._columns)

    def _announce(self, changed: list[Line]) -> None:
        if changed:
            words = ". ".join(f"{line.text}: {mark_word(line.mark)}" for line in changed)
            QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self, words))
            self.announced.emit(words)


def mark_word(mark: Mark) -> str:
    """The word that a screen reader says for a mark."""
    match mark:
        case Mark.MET:
            return QCoreApplication.translate("Checklist", "done")
        case Mark.REFUSED:
            return QCoreApplication.translate("Checklist", "not accepted")
        case Mark.PENDING:
            return QCoreApplication.translate("Checklist", "not yet")


class _Row(QWidget):
    """A mark and its words."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self._icon = QLabel(self)
        self._text = Label(theme, "small", parent=self)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, theme.px(8), 0, 0)
        row.setSpacing(theme.px(12))
        row.addWidget(self._icon, 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(self._text, 1)
        self.setMinimumHeight(theme.size("rule_row"))

    def show_line(self, line: Line) -> None:
        """Show this rule."""
        colour = _COLOURS[line.mark]
        self._icon.setPixmap(self._theme.pixmap(line.mark.value, colour, 26))
        bold = line.mark is not Mark.PENDING
        self._text.set_text(f"<b>{line.text}</b>" if bold else line.text)
        self._text.set_colour(colour)
        self.setAccessibleName(f"{line.text}: {mark_word(line.mark)}")
