"""The first screen: what this is, in which language, and Start."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QVBoxLayout, QWidget

from kiosk.contract.profile import FieldKind, RegistrationForm
from kiosk.enrollment.events import LanguageChosen, Started
from kiosk.enrollment.states import State, Welcome
from ui.i18n import offered
from ui.pages.new_here import CHOOSE, LEAVE, NewHere, way_in
from ui.pages.note_words import staff_line
from ui.pages.page import Action, Chrome, Page, Surroundings
from ui.theme import Theme
from ui.widgets.label import Label
from ui.widgets.language_grid import LanguageGrid


class WelcomePage(Page):
    """Shows `Welcome`. Emits LanguageChosen, Started, and RegistrationChosen where the profile lets people register."""

    def __init__(self, theme: Theme, place: Surroundings, parent: QWidget | None = None) -> None:
        super().__init__(theme, place, parent)
        self._state: Welcome | None = None
        self._grid: LanguageGrid | None = None
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, theme.px(12), 0, 0)
        self._column.setSpacing(theme.px(10))
        self._new: NewHere | None = None
        self._label = Label(theme, "label", QCoreApplication.translate("Welcome", "Language"), parent=self)
        self._column.addWidget(self._label)
        self._staff = Label(theme, "small", "", "ink_soft", self)
        self._staff.hide()

    def render(self, state: State) -> None:  # type: ignore[override]
        """Show the languages of the profile."""
        assert isinstance(state, Welcome)
        self._state = state
        if self._grid is None:
            self._grid = LanguageGrid(self.theme, offered(state.visit.profile.languages), self)
            self._grid.chosen.connect(lambda tag: self.emitted.emit(LanguageChosen(tag)))
            self._column.addWidget(self._grid)
            self._column.addStretch(1)
            self._column.addWidget(self._staff)
        self._tell_staff()
        if self._new is None or self._new.forms != state.visit.profile.registrations:
            self._offer(state.visit.profile.registrations)
        self.changed.emit()

    def chrome(self) -> Chrome:
        """The large title, Start, and how the last visit ended if that must be told."""
        say = QCoreApplication.translate
        if self._new is not None and self._new.open:
            return self._new.chrome(None)
        return Chrome(
            title=say("Welcome", "Set up your security key"),
            sentence=self._sentence(),
            problem=self._state.problem if self._state else None,
            display=True,
            primary=Action(say("Welcome", "Start"), "forward", Started()),
            secondary=way_in(self._state.visit.profile.registrations) if self._state else None,
            scene="key-hero",
            help=(
                say("Welcome", "Here you set up a new security key, so that you can sign in with it."),
                say("Welcome", "You need the key, and a way to show who you are."),
            ),
        )

    def first_focus(self) -> QWidget | None:
        """The first form, while one is chosen."""
        return self._new.cards[0] if self._new is not None and self._new.open else None

    def _offer(self, forms: tuple[RegistrationForm, ...]) -> None:
        """What somebody new can choose from."""
        self.trigger(LEAVE)
        if self._new is not None:
            self._new.deleteLater()
        self._new = NewHere(self.theme, forms, self)
        self._new.chosen.connect(self.emitted)
        self._column.insertWidget(self._column.count() - 2, self._new)

    def trigger(self, name: str) -> None:
        """Ask what brings them here, or go back to the languages."""
        if name in (CHOOSE, LEAVE) and self._new is not None and self._grid is not None:
            self._label.setVisible(name == LEAVE)
            self._grid.setVisible(name == LEAVE)
            self._new.setVisible(name == CHOOSE)
            self.changed.emit()

    def _tell_staff(self) -> None:
        """What staff should mend, in one small line; the person need not care."""
        text = staff_line(self.place.notes())
        self._staff.set_text(text)
        self._staff.setVisible(bool(text))

    def _sentence(self) -> str:
        """What the person needs, as the profile asks for it."""
        fields = [f for a in self._state.visit.profile.alternatives for f in a.fields] if self._state else []
        if any(field.kind in (FieldKind.EMAIL, FieldKind.UPN) for field in fields):
            return QCoreApplication.translate("Welcome", "About 2 minutes. You need your key and your work email.")
        return QCoreApplication.translate("Welcome", "About 2 minutes. You need your key.")
