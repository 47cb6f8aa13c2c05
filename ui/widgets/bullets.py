"""Short lines, each with the same mark before it."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from ui.theme import Theme
from ui.widgets.label import Label


class Bullets(QFrame):
    """A list of lines in the color of its mark; `lines` again leaves everything as it is."""

    def __init__(self, theme: Theme, icon: str, colour: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme, self._icon, self._colour = theme, icon, colour
        self._lines: tuple[str, ...] = ()
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(theme.px(20), 0, 0, 0)
        self._column.setSpacing(theme.px(4))

    @property
    def lines(self) -> tuple[str, ...]:
        """What is shown."""
        return self._lines

    def show_lines(self, lines: tuple[str, ...]) -> None:
        """Show these."""
        self.setVisible(bool(lines))
        if lines == self._lines:
            return
        self._lines = lines
        while (item := self._column.takeAt(0)) is not None:
            if (old := item.widget()) is not None:
                old.hide()
                old.deleteLater()
        for text in lines:
            self._column.addWidget(self._line(text))
        self.setAccessibleName("\n".join(lines))

    def _line(self, text: str) -> QWidget:
        line = QWidget(self)
        mark = QLabel(line)
        mark.setPixmap(self._theme.pixmap(self._icon, self._colour, 24))
        row = QHBoxLayout(line)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(self._theme.px(14))
        row.addWidget(mark, 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(Label(self._theme, "small", text, "ink", line), 1)
        return line
