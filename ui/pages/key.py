"""Put your key in the slot, take it out, or wait while it is read."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QVBoxLayout, QWidget

from hardware.errors import NoAccess
from kiosk.enrollment.events import Continued, WentBack
from kiosk.enrollment.states import InsertKey, State
from kiosk.errors import ServiceError, SeveralKeys
from ui.key_words import attached_name, note
from ui.pages.key_places import slot_place
from ui.pages.page import Action, Chrome, Page, Surroundings
from ui.theme import Theme
from ui.widgets.status_card import StatusCard


class InsertKeyPage(Page):
    """Shows `InsertKey`. Emits Continued ("Try again", where a key is there that may not be used) and WentBack."""

    def __init__(self, theme: Theme, place: Surroundings, parent: QWidget | None = None) -> None:
        super().__init__(theme, place, parent)
        self._state: InsertKey | None = None
        self._card = StatusCard(theme, parent=self)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._card)
        column.addStretch(1)

    def render(self, state: State) -> None:  # type: ignore[override]
        """Say whether a key is looked for, read, or in the way."""
        assert isinstance(state, InsertKey)
        self._state = state
        self._card.show_status(*self._status(state))
        self._card.setVisible(not _unjudged(state))
        self.changed.emit()

    def chrome(self) -> Chrome:
        """Large title, where the slot is, Back where nothing binds the visit to a key yet."""
        say = QCoreApplication.translate
        state = self._state
        stuck = state is not None and not state.reading and isinstance(state.problem, NoAccess | ServiceError)
        fits_not = Action(say("InsertKey", "My key does not fit"), "help", None, "secondary", name="help")
        free = state is not None and state.visit.bound is None
        return Chrome(
            title=self._title(),
            sentence=self._sentence(),
            step=2,
            problem=state.problem if state else None,
            display=True,
            back=Action(say("InsertKey", "Back"), "back", WentBack(), "ghost") if free else None,
            primary=Action(say("InsertKey", "Try again"), "restart", Continued()) if stuck else None,
            secondary=fits_not if state and not (stuck or state.reading or state.take_out) else None,
            scene=self._scene(),
            key=note(state.visit) if state and state.reading else None,
            help=(
                say("InsertKey", "Try the key the other way round. Do not push hard."),
                say("InsertKey", "Some keys have another shape of plug. The desk has an adapter, or another key."),
            ),
        )

    def first_focus(self) -> QWidget | None:
        """The card that says what the kiosk waits for."""
        return None if self._state and isinstance(self._state.problem, NoAccess | ServiceError) else self._card

    def _scene(self) -> str:
        if self._state and (self._state.reading or _unjudged(self._state)):
            return "key-inserted"
        return "key-remove" if self._state and self._state.take_out else "key-insert"

    def _title(self) -> str:
        state = self._state
        if state and (state.reading or _unjudged(state)):
            return QCoreApplication.translate("InsertKey", "Your key is in")
        if state and state.take_out:
            return QCoreApplication.translate("InsertKey", "Take the key out")
        if state and state.same:
            return QCoreApplication.translate("InsertKey", "Put the same key back")
        return QCoreApplication.translate("InsertKey", "Put your key in the slot")

    def _sentence(self) -> str:
        state = self._state
        if state and (state.reading or _unjudged(state)):
            return QCoreApplication.translate("InsertKey", "Leave it in the slot.")
        if state and state.take_out:
            return self._which(state)
        return slot_place(self.place.slot)

    def _which(self, state: InsertKey) -> str:
        """Which key to take out, where there are several."""
        if state.out is None or len(state.visit.port.keys) < 2:
            return QCoreApplication.translate("InsertKey", "Then we go on from there.")
        text = QCoreApplication.translate("InsertKey", "It is the one named {key}. Then we go on from there.")
        return text.format(key=attached_name(state.out))

    def _status(self, state: InsertKey) -> tuple[str, str]:
        say = QCoreApplication.translate
        by_itself = say("InsertKey", "The next screen opens by itself.")
        if state.reading:
            return say("InsertKey", "Looking at your key"), by_itself
        if state.take_out and state.out is not None and len(state.visit.port.keys) > 1:
            return say("InsertKey", "Waiting until this key is out"), by_itself
        if state.take_out:
            return say("InsertKey", "Waiting until the slot is empty"), by_itself
        if isinstance(state.problem, SeveralKeys):
            return say("InsertKey", "Waiting until there is only one key"), by_itself
        return say("InsertKey", "Looking for your key"), by_itself


def _unjudged(state: InsertKey) -> bool:
    """Whether the key is in, and the service could not say what it thinks of it."""
    stuck = isinstance(state.problem, ServiceError) and not (state.reading or state.take_out)
    return stuck and state.key in state.visit.port.keys
