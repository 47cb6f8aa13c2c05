"""Two big buttons below a word: one step back, one step on."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from ui.theme import Theme
from ui.widgets.buttons import Button
from ui.widgets.label import Label


class Stepper(QWidget):
    """`stepped` carries -1 or 1; a button that is held down goes on stepping. `less` and `more` say to a screen reader
    what the buttons do."""

    stepped = Signal(int)

    def __init__(self, theme: Theme, word: str, less: str, more: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.less = self._button(theme, "minus", less, -1)
        self.more = self._button(theme, "plus", more, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.px(2))
        column.addWidget(Label(theme, "label", word, parent=self).one_line().centered())
        row = QHBoxLayout()
        row.setSpacing(theme.px(8))
        row.addWidget(self.less)
        row.addWidget(self.more)
        column.addLayout(row)

    def allow(self, *, less: bool, more: bool) -> None:
        """Which way there is left to go. A button keeps the focus that it has: it may be needed again."""
        self.less.setEnabled(less)
        self.more.setEnabled(more)

    def _button(self, theme: Theme, icon: str, name: str, step: int) -> Button:
        button = Button(theme, "", "secondary", icon, name, self)
        side = theme.size("target_min")
        button.setFixedSize(side, side)
        button.setAutoRepeat(True)
        button.clicked.connect(lambda: self.stepped.emit(step))
        return button
