"""One field of a form with the line below it: its hint, and after it was refused what is not right."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from ui.theme import Theme
from ui.widgets.day_field import DayField
from ui.widgets.label import Label
from ui.widgets.text_field import TextField


class Entry(QWidget):
    """A `field` and its line. What was refused is told by an icon, words and a border, never by color alone."""

    def __init__(self, theme: Theme, field: TextField | DayField, hint: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.field = field
        self._hint = hint
        self.setProperty("together", True)
        self._icon = QLabel(self)
        self._icon.setPixmap(theme.pixmap("warning", "stop", 26))
        self._words = Label(theme, "small", hint, "ink_soft", self)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.px(10))
        column.addWidget(field)
        line = QHBoxLayout()
        line.setSpacing(theme.px(10))
        line.addWidget(self._icon, 0, Qt.AlignmentFlag.AlignTop)
        line.addWidget(self._words, 1)
        column.addLayout(line)
        self.tell("")

    @property
    def target(self) -> QWidget:
        """What takes the focus."""
        return self.field.edit if isinstance(self.field, TextField) else self.field.target

    @property
    def text(self) -> TextField | None:
        """The field, where it is typed into."""
        return self.field if isinstance(self.field, TextField) else None

    def tell(self, refusal: str) -> None:
        """Say what is not right with it; nothing when it is."""
        words = refusal or self._hint
        self._icon.setVisible(bool(refusal))
        self._words.set_text(f"<b>{refusal}</b>" if refusal else self._hint)
        self._words.set_colour("stop" if refusal else "ink_soft")
        self._words.setVisible(bool(words))
        if isinstance(self.field, TextField):
            self.field.mark_refused(refused=bool(refusal))
            self.field.edit.setAccessibleDescription(words)

    @property
    def refused(self) -> bool:
        """Whether it says that something is not right."""
        return not self._icon.isHidden()
