"""Several keys are in: the one that is touched is it."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QWidget

from kiosk.enrollment.events import Continued, WentBack
from kiosk.enrollment.states import SelectKey, State
from ui.key_words import attached_name, attached_place
from ui.pages.page import Action, Chrome, Page, Surroundings
from ui.pages.verify import column_of
from ui.theme import Theme
from ui.widgets.row_list import Row, RowList
from ui.widgets.status_card import StatusCard

_MOST = 2
"""So many keys are named; more only counted."""


class SelectKeyPage(Page):
    """Shows `SelectKey`. Emits Continued ("Try again", after a problem) and WentBack."""

    def __init__(self, theme: Theme, place: Surroundings, parent: QWidget | None = None) -> None:
        super().__init__(theme, place, parent)
        self._state: SelectKey | None = None
        self._card = StatusCard(theme, parent=self)
        self._keys = RowList(theme, "receipt", parent=self, dense=True)
        column = column_of(self, theme)
        column.addWidget(self._card)
        column.addWidget(self._keys)
        column.addStretch(1)

    def render(self, state: State) -> None:  # type: ignore[override]
        """Name the keys that are in."""
        assert isinstance(state, SelectKey)
        self._state = state
        say = QCoreApplication.translate
        self._card.setVisible(state.problem is None)
        self._card.show_status(
            say("SelectKey", "Waiting for your touch"), say("SelectKey", "%n keys are in.", "", len(state.keys))
        )
        rows = [Row(attached_name(key), attached_place(key), strong=False) for key in state.keys[:_MOST]]
        more = len(state.keys) - len(rows)
        if more > 0:
            rows.append(Row(say("SelectKey", "and %n more", "", more), strong=False))
        self._keys.show_rows(tuple(rows))
        self.changed.emit()

    def chrome(self) -> Chrome:
        """Nothing to press but the key."""
        say = QCoreApplication.translate
        stuck = self._state is not None and self._state.problem is not None
        again = Action(say("SelectKey", "Try again"), "restart", Continued())
        return Chrome(
            title=say("SelectKey", "Which key is yours?"),
            sentence=say("SelectKey", "Touch it now. Only the key that you touch is set up."),
            step=2,
            problem=self._state.problem if self._state else None,
            display=True,
            back=Action(say("SelectKey", "Back"), "back", WentBack(), "ghost"),
            primary=again if stuck else None,
            scene="key-several",
            help=(
                say("SelectKey", "You may also take out every key but your own."),
                say("SelectKey", "A key that does not blink still feels your finger."),
            ),
        )

    def first_focus(self) -> QWidget | None:
        """The card that says what is waited for; after a problem the primary action."""
        return self._card if self._state and self._state.problem is None else None
