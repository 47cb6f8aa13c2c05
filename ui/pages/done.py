"""Your key is ready: said only after both sides were read back."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QVBoxLayout, QWidget

from kiosk.enrollment.events import Continued
from kiosk.enrollment.states import Done, State
from ui.i18n import western_locale
from ui.pages.page import Action, Chrome, Page, Surroundings
from ui.text import clean
from ui.theme import Theme
from ui.widgets.row_list import Row, RowList

_WHEN = "d MMM yyyy, HH:mm"


class DonePage(Page):
    """Shows `Done`: a receipt, and that the key is to be taken out. Emits Continued ("Finish")."""

    def __init__(self, theme: Theme, place: Surroundings, parent: QWidget | None = None) -> None:
        super().__init__(theme, place, parent)
        self._state: Done | None = None
        self._when = western_locale(theme.locale).toString(place.now(), _WHEN)
        self._receipt = RowList(theme, "receipt", parent=self)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._receipt)
        column.addStretch(1)

    def render(self, state: State) -> None:  # type: ignore[override]
        """Show the receipt."""
        assert isinstance(state, Done)
        self._state = state
        self._receipt.show_rows(self._rows(state))
        self.changed.emit()

    def chrome(self) -> Chrome:
        """Take the key, finish."""
        say = QCoreApplication.translate
        return Chrome(
            title=say("Done", "Your key is ready"),
            sentence=say("Done", "Take it with you, and keep your PIN to yourself."),
            step=5,
            primary=Action(say("Done", "Finish"), "check", Continued()),
            scene="key-done",
            caption=say("Done", "Your key is still in the slot.") if self._still_in() else "",
            help=(say("Done", "Your key works. If you lose it, tell the desk."),),
        )

    def _still_in(self) -> bool:
        state = self._state
        return state is not None and state.visit.key is not None and state.visit.key.address in state.visit.port.keys

    def _rows(self, state: Done) -> tuple[Row, ...]:
        say = QCoreApplication.translate
        visit = state.visit
        rows = [Row(clean(visit.person, 48))] if visit.person else []
        rows += [Row(clean(party.name), say("Done", "Tested, works"), "done") for party in visit.finished]
        serial = clean(visit.key.address.serial[-4:]) if visit.key else ""
        key = say("Done", "Key ending {digits}").format(digits=serial) if serial else say("Done", "Set up on")
        end = self._when
        if visit.receipt:
            end = say("Done", "{time} · Receipt {number}").format(time=end, number=clean(visit.receipt, 16))
        return (*rows, Row(key, end, strong=False))
