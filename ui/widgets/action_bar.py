"""Back at the start edge, the one primary action at the end edge."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QBoxLayout, QSizePolicy, QWidget

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
        self._row = QBoxLayout(QBoxLayout.Direction.LeftToRight, self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(theme.px(16))
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
        while (item := self._row.takeAt(0)) is not None:
            if (old := item.widget()) is not None:
                old.hide()
                old.deleteLater()
        self._buttons = {}
        for place, action in shown.items():
            button = Button(self._theme, action.text, action.kind, action.icon, parent=self)
            button.clicked.connect(lambda _=False, place=place: self._press(place))
            self._buttons[place] = button
            if place == "back":
                self._row.addWidget(button)
                self._row.addStretch(1)
            else:
                if not self._row.count():
                    self._row.addStretch(1)
                self._row.addWidget(button)
        self._row.setAlignment(Qt.AlignmentFlag.AlignVCenter)

    def _press(self, place: str) -> None:
        self.pressed.emit(place, self._actions[place])

    def _turn(self) -> None:
        needed = sum(b.sizeHint().width() for b in self._buttons.values())
        needed += self._theme.px(16) * max(len(self._buttons) - 1, 0)
        upright = needed > self.width() > 0 and self._theme.text_scale > 1
        direction = QBoxLayout.Direction.BottomToTop if upright else QBoxLayout.Direction.LeftToRight
        if self._row.direction() != direction:
            self._row.setDirection(direction)
