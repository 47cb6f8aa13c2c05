"""A temporary pass, to be read by its owner and by nobody else: for which place, and how long it is good."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from kiosk.enrollment.visit import TemporaryPass
from ui.messages import duration
from ui.text import clean
from ui.theme import Theme
from ui.widgets.label import Label
from ui.widgets.secret_view import SecretView
from ui.widgets.text_field import field_button


class PassCard(QFrame):
    """Shows one pass, `compact` among several; it is painted, so that nothing can copy it, and said aloud by nobody."""

    def __init__(
        self, theme: Theme, given: TemporaryPass, parent: QWidget | None = None, *, compact: bool = False
    ) -> None:
        super().__init__(parent)
        say = QCoreApplication.translate
        self._theme = theme
        heading = say("PassCard", "Temporary pass for <b>{party}</b>, good for {time}").format(
            party=clean(given.relying_party.name), time=duration(given.expires_in)
        )
        words = Label(theme, "small", heading, "ink", self)
        name = say("PassCard", "{pass}. It is not read aloud.").replace("{pass}", words.text())
        self._view = SecretView(theme, self, name=name, compact=compact, grouped=False)
        self._view.show_secret(given.value)
        self._eye = field_button(theme, "eye-off", self._turn_words(), self)
        self._eye.clicked.connect(lambda: self._view.turn(shown=not self._view.shown))
        self._view.turned.connect(self._turned)
        self.setProperty("kind", "card")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(name)
        row = QHBoxLayout()
        row.setSpacing(theme.px(8))
        row.addWidget(self._view, 1)
        row.addWidget(self._eye, 0, Qt.AlignmentFlag.AlignVCenter)
        column = QVBoxLayout(self)
        column.setContentsMargins(theme.px(16), theme.px(12), theme.px(16), theme.px(12))
        column.setSpacing(theme.px(8))
        column.addWidget(words)
        column.addLayout(row)

    def conceal(self) -> None:
        """Dots, until somebody asks for it again."""
        self._view.turn(shown=False)

    def _turned(self) -> None:
        self._eye.setIcon(self._theme.icon("eye-off" if self._view.shown else "eye", "ink", 28))
        self._eye.setAccessibleName(self._turn_words())

    def _turn_words(self) -> str:
        if self._view.shown:
            return QCoreApplication.translate("PassCard", "Hide the pass")
        return QCoreApplication.translate("PassCard", "Show the pass")
