"""You have a key already: it is lost, one more is wanted, or it was only a look."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QWidget

from kiosk.contract.keys import HeldKey, Intent
from kiosk.enrollment.events import Continued, Event, IntentChosen
from kiosk.enrollment.states import KeysHeld, State
from ui.pages.page import Action, Chrome, Page, Surroundings
from ui.pages.verify import column_of
from ui.text import clean
from ui.theme import Theme
from ui.widgets.option_card import OptionCard
from ui.widgets.row_list import Row, RowList

_MOST = 6
"""So many keys are named; nobody has more in the hand."""


class KeysHeldPage(Page):
    """Shows `KeysHeld`. Emits IntentChosen, or Continued ("it works")."""

    def __init__(self, theme: Theme, place: Surroundings, parent: QWidget | None = None) -> None:
        super().__init__(theme, place, parent)
        self._state: KeysHeld | None = None
        self._keys = RowList(theme, parent=self, dense=True)
        self._cards: list[OptionCard] = []
        self._column = column_of(self, theme)
        self._column.addWidget(self._keys)
        self._column.addStretch(1)

    def render(self, state: State) -> None:  # type: ignore[override]
        """Show the keys, and what may be done."""
        assert isinstance(state, KeysHeld)
        before, self._state = self._state, state
        lists = Intent.REPLACE not in state.intents
        self._keys.setVisible(lists)
        self._keys.show_rows(tuple(Row(_name(each), _facts(each)) for each in state.held[:_MOST]) if lists else ())
        if before is None or (before.held, before.intents) != (state.held, state.intents):
            self._build(state)
        for card in self._cards:
            card.setEnabled(not state.busy)
        self.changed.emit()

    def chrome(self) -> Chrome:
        """The cards are the actions; leaving is well."""
        assert self._state is not None
        say = QCoreApplication.translate
        state = self._state
        several = len(state.held) > 1
        title = say("KeysHeld", "You have keys already") if several else say("KeysHeld", "You have a key already")
        enough = not state.intents
        sentence = say("KeysHeld", "You have as many as your organization allows. The helpdesk can tell you more.")
        works = say("KeysHeld", "It works, I am done")
        return Chrome(
            title=title,
            sentence=sentence if enough else say("KeysHeld", "What are you here for?"),
            step=2,
            problem=state.problem,
            back=None if enough else Action(works, "check", Continued(), "ghost", enabled=not state.busy),
            primary=Action(say("KeysHeld", "Finish"), "check", Continued()) if enough else None,
            scene="key-front",
            keeps=True,
            help=(say("KeysHeld", "A lost key stops working once the new one was tested, not before."),),
        )

    def first_focus(self) -> QWidget | None:
        """The first card."""
        return self._cards[0] if self._cards else None

    def _build(self, state: KeysHeld) -> None:
        for card in self._cards:
            card.hide()
            card.deleteLater()
        self._cards = []
        for place, (card, event) in enumerate(self._offers(state), 1):
            card.clicked.connect(lambda _=False, event=event: self.emitted.emit(event))
            self._cards.append(card)
            self._column.insertWidget(place, card)
            card.show()

    def _offers(self, state: KeysHeld) -> list[tuple[OptionCard, Event]]:
        say = QCoreApplication.translate
        offers: list[tuple[OptionCard, Event]] = []
        if Intent.REPLACE in state.intents:
            for each in state.held[:_MOST]:
                title = say("KeysHeld", "I lost this one: {name}").format(name=_name(each))
                card = OptionCard(self.theme, title, _facts(each), "restart", parent=self).dense()
                offers.append((card, IntentChosen(Intent.REPLACE, (each.id,))))
        if Intent.ANOTHER in state.intents:
            detail = say("KeysHeld", "Those that you have go on working.")
            card = OptionCard(self.theme, say("KeysHeld", "I want one more key"), detail, "key", parent=self).dense()
            offers.append((card, IntentChosen(Intent.ANOTHER)))
        return offers


def _name(key: HeldKey) -> str:
    return clean(key.name or key.model, 32) or QCoreApplication.translate("Key", "Your key")


def _facts(key: HeldKey) -> str:
    """When they got it, and the end of its number."""
    say = QCoreApplication.translate
    facts = [say("KeysHeld", "since {day}").format(day=clean(key.since, 10))] if key.since else []
    if key.serial_end:
        facts.append(say("KeysHeld", "ending {digits}").format(digits=clean(key.serial_end, 8)))
    return " · ".join(facts)
