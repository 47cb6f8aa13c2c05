"""One key is done: now the backup key, which opens the same doors when the first one is lost."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QWidget

from kiosk.enrollment.events import Cancelled, Continued, Skipped
from kiosk.enrollment.parties import outcomes
from kiosk.enrollment.states import Backup, State
from ui.pages.done import key_row
from ui.pages.page import Action, Chrome, Page, Surroundings
from ui.pages.verify import column_of
from ui.theme import Theme
from ui.widgets.row_list import Row, RowList


class BackupPage(Page):
    """Shows `Backup`. Emits Continued; Skipped where that is let, else Cancelled ("Not now")."""

    def __init__(self, theme: Theme, place: Surroundings, parent: QWidget | None = None) -> None:
        super().__init__(theme, place, parent)
        self._state: Backup | None = None
        self._rows = RowList(theme, parent=self)
        column = column_of(self, theme)
        column.addWidget(self._rows)
        column.addStretch(1)

    def render(self, state: State) -> None:  # type: ignore[override]
        """Show what is done, and what comes."""
        assert isinstance(state, Backup)
        self._state = state
        say = QCoreApplication.translate
        done = say("Backup", "Key {number}").format(number=state.number - 1)
        coming = say("Backup", "Key {number}").format(number=state.number)
        self._rows.show_rows(
            (
                key_row(done, outcomes(state.visit)),
                Row(coming, mark="next", note=say("Backup", "It may have a PIN of its own, or the same.")),
            )
        )
        self.changed.emit()

    def chrome(self) -> Chrome:
        """Go on, or leave with what is done."""
        assert self._state is not None
        say = QCoreApplication.translate
        state = self._state
        skip = Action(say("Backup", "Not now"), "check", Skipped(), "ghost", enabled=not state.busy)
        gone = Action(say("Backup", "Not now"), "check", Cancelled(), "ghost", enabled=not state.busy)
        return Chrome(
            title=say("Backup", "Now your backup key"),
            sentence=say("Backup", "Your first key is done. Take it out, and keep the other one in a safe place."),
            step=2,
            problem=state.problem,
            back=skip if state.optional else gone,
            primary=Action(say("Backup", "Set up a backup key"), "key", Continued(), enabled=not state.busy),
            scene="key-several",
            help=(say("Backup", "If you lose one key, you sign in with the other one."),),
        )
