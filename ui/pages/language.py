"""The first screen: what this is, in which language, and Start."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QVBoxLayout, QWidget

from kiosk.contract.profile import FieldKind
from kiosk.enrollment.events import LanguageChosen, Started
from kiosk.enrollment.states import State, Welcome
from ui.i18n import offered
from ui.pages.page import Action, Chrome, Page, Surroundings
from ui.theme import Theme
from ui.widgets.label import Label
from ui.widgets.language_grid import LanguageGrid


class WelcomePage(Page):
    """Shows `Welcome`. Emits LanguageChosen and Started."""

    def __init__(self, theme: Theme, place: Surroundings, parent: QWidget | None = None) -> None:
        super().__init__(theme, place, parent)
        self._state: Welcome | None = None
        self._grid: LanguageGrid | None = None
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, theme.px(12), 0, 0)
        self._column.setSpacing(theme.px(10))
        self._column.addWidget(Label(theme, "label", QCoreApplication.translate("Welcome", "Language"), parent=self))

    def render(self, state: State) -> None:  # type: ignore[override]
        """Show the languages of the profile."""
        assert isinstance(state, Welcome)
        self._state = state
        if self._grid is None:
            self._grid = LanguageGrid(self.theme, offered(state.visit.profile.languages), self)
            self._grid.chosen.connect(lambda tag: self.emitted.emit(LanguageChosen(tag)))
            self._column.addWidget(self._grid)
            self._column.addStretch(1)
        self.changed.emit()

    def chrome(self) -> Chrome:
        """The large title, Start, and how the last visit ended if that must be told."""
        say = QCoreApplication.translate
        return Chrome(
            title=say("Welcome", "Set up your security key"),
            sentence=self._sentence(),
            problem=self._state.problem if self._state else None,
            display=True,
            primary=Action(say("Welcome", "Start"), "forward", Started()),
            scene="key-hero",
            help=(
                say("Welcome", "Here you set up a new security key, so that you can sign in with it."),
                say("Welcome", "You need the key, and a way to show who you are."),
            ),
        )

    def _sentence(self) -> str:
        """What the person needs, as the profile asks for it."""
        fields = [f for a in self._state.visit.profile.alternatives for f in a.fields] if self._state else []
        if any(field.kind in (FieldKind.EMAIL, FieldKind.UPN) for field in fields):
            return QCoreApplication.translate("Welcome", "About 2 minutes. You need your key and your work email.")
        return QCoreApplication.translate("Welcome", "About 2 minutes. You need your key.")
