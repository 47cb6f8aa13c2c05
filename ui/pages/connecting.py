"""Before anybody can start: the kiosk fetches what it shows, and says so when that fails."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QVBoxLayout, QWidget

from kiosk.enrollment.events import Continued
from kiosk.enrollment.states import Connecting, State
from ui.messages import duration
from ui.pages.page import Action, Chrome, Page, Surroundings
from ui.theme import Theme
from ui.widgets.status_card import StatusCard


class ConnectingPage(Page):
    """Shows `Connecting`: a spinner while trying, a ring until the next try. Emits Continued ("Try now")."""

    def __init__(self, theme: Theme, place: Surroundings, parent: QWidget | None = None) -> None:
        super().__init__(theme, place, parent)
        self._state: Connecting | None = None
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        self._trying = StatusCard(theme, parent=self)
        self._waiting = StatusCard(theme, ring=True, parent=self)
        column.addWidget(self._trying)
        column.addWidget(self._waiting)
        column.addStretch(1)
        self._waiting.ticked.connect(self._tell)

    def render(self, state: State) -> None:  # type: ignore[override]
        """Show whether a try is under way, or when the next one is."""
        assert isinstance(state, Connecting)
        self._state = state
        self._trying.show_status(
            QCoreApplication.translate("Connecting", "Connecting to the office computer"),
            QCoreApplication.translate("Connecting", "The first screen opens by itself."),
        )
        waits = state.retry_in > 0
        self._trying.setVisible(not waits)
        self._waiting.setVisible(waits)
        if waits:
            self._waiting.start(state.retry_in)
        else:
            self._waiting.stop()
        self.changed.emit()

    def chrome(self) -> Chrome:
        """The title, the trouble, "Try now" while waiting."""
        say = QCoreApplication.translate
        state = self._state
        now = Action(say("Connecting", "Try now"), "restart", Continued())
        return Chrome(
            title=say("Connecting", "One moment, please"),
            sentence=say("Connecting", "This kiosk is getting ready."),
            problem=state.problem if state else None,
            primary=now if state and state.retry_in else None,
            scene="key-hero",
        )

    def first_focus(self) -> QWidget | None:
        """The card that says what is happening; "Try now" when there is one."""
        return self._trying if self._trying.isVisibleTo(self) else None

    def _tell(self, seconds: int) -> None:
        self._waiting.show_status(
            QCoreApplication.translate("Connecting", "We try again in {time}").format(time=duration(seconds)),
            QCoreApplication.translate("Connecting", "Nobody needs to do anything."),
        )
