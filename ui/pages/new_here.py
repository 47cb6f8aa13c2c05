"""The way in for somebody who is not known here: a quiet action, and a choice where there are several forms."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from kiosk.contract.profile import FormKind, RegistrationForm
from kiosk.enrollment.events import RegistrationChosen
from ui.pages.page import Action, Chrome
from ui.theme import Theme
from ui.widgets.option_card import OptionCard

CHOOSE, LEAVE = "new-here", "leave-new-here"
"""The names of the actions that open the choice and leave it."""

_ICONS = {FormKind.MEMBER: "people", FormKind.VISITOR: "badge", FormKind.CONTRACTOR: "calendar"}


def way_in(forms: tuple[RegistrationForm, ...], *, enabled: bool = True) -> Action | None:
    """The quiet action for somebody new; None where nobody can register."""
    match forms:
        case ():
            return None
        case (form,):
            words = {
                FormKind.MEMBER: QCoreApplication.translate("NewHere", "I am new here"),
                FormKind.VISITOR: QCoreApplication.translate("NewHere", "I am visiting"),
                FormKind.CONTRACTOR: QCoreApplication.translate("NewHere", "I work here for a time"),
            }
            return Action(
                words[form.kind], _ICONS[form.kind], RegistrationChosen(form.kind), "ghost", enabled, name=CHOOSE
            )
        case _:
            text = QCoreApplication.translate("NewHere", "I am new here")
            return Action(text, "people", None, "ghost", enabled, name=CHOOSE)


class NewHere(QWidget):
    """One card for each form. `chosen` carries the kind of the form as an event; hidden until it is asked for."""

    chosen = Signal(object)

    def __init__(self, theme: Theme, forms: tuple[RegistrationForm, ...], parent: QWidget) -> None:
        super().__init__(parent)
        self.forms = forms
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.px(16))
        self.cards: list[OptionCard] = []
        for form in forms:
            card = OptionCard(theme, *_words(form.kind), icon=_ICONS[form.kind], parent=self)
            card.clicked.connect(lambda _=False, kind=form.kind: self.chosen.emit(RegistrationChosen(kind)))
            column.addWidget(card)
            self.cards.append(card)
        column.addStretch(1)
        self.hide()

    @property
    def open(self) -> bool:
        """Whether the choice is what the page shows."""
        return not self.isHidden()

    def chrome(self, step: int | None) -> Chrome:
        """The page around the choice."""
        say = QCoreApplication.translate
        return Chrome(
            title=say("NewHere", "What brings you here?"),
            sentence=say("NewHere", "Choose one. Then we ask a few things about you."),
            step=step,
            back=Action(say("NewHere", "Back"), "back", None, "ghost", name=LEAVE),
            scene="badge",
        )


def _words(kind: FormKind) -> tuple[str, str]:
    say = QCoreApplication.translate
    match kind:
        case FormKind.MEMBER:
            return say("NewHere", "I am new here"), say("NewHere", "You get an account and a key of your own.")
        case FormKind.VISITOR:
            return say("NewHere", "I am visiting"), say("NewHere", "For a day or a few. You return the key after it.")
        case FormKind.CONTRACTOR:
            return (
                say("NewHere", "I work here for a time"),
                say("NewHere", "For a project, say. You return the key at its end."),
            )
