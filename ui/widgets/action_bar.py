"""Back, or a quiet way aside, at the start edge; the one primary action at the end edge."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from ui.pages.page import Action, Chrome
from ui.theme import Theme
from ui.widgets.buttons import Button


class ActionBar(QWidget):
    """The buttons of a page's chrome. Buttons that stay the same stay in place, so that the focus does not jump."""

    pressed = Signal(str, object)
    """The place ("back", "secondary", "primary") and its Action."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._buttons: dict[str, Button] = {}
        self._actions: dict[str, Action] = {}
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(theme.px(12))
        self._above = QHBoxLayout()  # the primary's own row, where all do not fit into one
        self._row = QHBoxLayout()
        self._row.setSpacing(theme.px(16))
        self._column.addLayout(self._above)
        self._column.addLayout(self._row)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)

    def show_actions(self, chrome: Chrome) -> None:
        """Show the actions of this chrome."""
        wanted = {"back": chrome.back, "secondary": chrome.secondary, "primary": chrome.primary}
        shown = {place: action for place, action in wanted.items() if action is not None}
        if {p: (a.kind, a.icon) for p, a in shown.items()} != {p: (a.kind, a.icon) for p, a in self._actions.items()}:
            self._rebuild(shown)
        self._actions = shown
        for place, action in shown.items():
            button = self._buttons[place]
            if button.text() != action.text:
                button.set_text(action.text)
            button.setEnabled(action.enabled)
        self._turn()

    def button(self, place: str) -> Button | None:
        """The button at "back", "secondary" or "primary", if there is one."""
        return self._buttons.get(place)

    def resizeEvent(self, event: object) -> None:  # noqa: N802, ARG002 - Qt's name
        """Stand the buttons on each other where they do not fit side by side."""
        self._turn()

    def _rebuild(self, shown: dict[str, Action]) -> None:
        for row in (self._above, self._row):
            while (item := row.takeAt(0)) is not None:
                if (old := item.widget()) is not None:
                    old.hide()
                    old.deleteLater()
        self._buttons = {}
        for place, action in shown.items():
            button = Button(self._theme, action.text, action.kind, action.icon, parent=self)
            button.clicked.connect(lambda _=False, place=place: self._press(place))
            self._buttons[place] = button
            self._row.addWidget(button)
            button.show()  # now, not when the layout gets to it: only what is shown can take the focus
        begins = "back" in shown or next((a.kind == "ghost" for a in shown.values()), False)
        self._row.insertStretch(1 if begins else 0, 1)

    def _press(self, place: str) -> None:
        self.pressed.emit(place, self._actions[place])

    def _turn(self) -> None:
        """Give the primary a row of its own where the buttons do not fit side by side, and take it back."""
        primary = self._buttons.get("primary")
        if primary is None or len(self._buttons) == 1:
            return
        needed = sum(b.sizeHint().width() for b in self._buttons.values()) + self._row.spacing() * len(self._buttons)
        own = needed > self.width() > 0 and self._theme.text_scale > 1
        if own == (self._above.indexOf(primary) >= 0):
            return
        if own:
            self._row.removeWidget(primary)
            self._above.addWidget(primary)
        else:
            self._above.removeWidget(primary)
            self._row.addWidget(primary)
