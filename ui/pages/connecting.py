"""Before anybody can start: the kiosk fetches what it shows, and says so when that fails."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QVBoxLayout, QWidget

from kiosk.enrollment.events import ActivationWanted, Continued
from kiosk.enrollment.states import Connecting, State
from kiosk.errors import ServiceUnreachable, StationRefused
from ui.messages import duration
from ui.pages.page import Action, Chrome, Page, Surroundings
from ui.text import clean
from ui.theme import Theme
from ui.widgets.label import Label
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
        self._for_staff = Label(theme, "small", "", "ink_soft", self)
        column.addWidget(self._for_staff)
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
        self._for_staff.set_text(self._reference())
        folded = self.theme.folded and not self.theme.portrait  # else it is below the picture
        self._for_staff.setVisible(folded and isinstance(state.problem, StationRefused))
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
        title, sentence = self._words()
        return Chrome(
            title=title,
            sentence=sentence,
            problem=state.problem if state else None,
            primary=now if state and state.retry_in else None,
            secondary=self._code(),
            scene="key-hero",
            caption=self._reference(),
            keeps=True,
        )

    def _words(self) -> tuple[str, str]:
        """What this is: a start like every day, or a kiosk that cannot be used now."""
        say = QCoreApplication.translate
        state = self._state
        if state is None or state.problem is None:
            return say("Connecting", "One moment, please"), say("Connecting", "This kiosk is getting ready.")
        away = isinstance(state.problem, ServiceUnreachable)
        title = say("Connecting", "This kiosk is offline") if away else say("Connecting", "This kiosk is not ready")
        if not state.kiosk.name:
            return title, say("Connecting", "You cannot start here right now.")
        sentence = say("Connecting", "You cannot start here right now. This is the kiosk {name}.")
        return title, sentence.format(name=clean(state.kiosk.name))

    def _reference(self) -> str:
        """What staff find a refusal by."""
        problem = self._state.problem if self._state is not None else None
        if not isinstance(problem, StationRefused):
            return ""
        text = QCoreApplication.translate("Connecting", "Reference for staff: <b>{reference}</b>")
        return text.format(reference=clean(self.place.reference(problem), 24))

    def _code(self) -> Action | None:
        """Staff can connect a kiosk again that the service refuses."""
        state = self._state
        if state is None or not state.kiosk.activates or not isinstance(state.problem, StationRefused):
            return None
        text = QCoreApplication.translate("Connecting", "I have a code for it")
        return Action(text, "", ActivationWanted(), "secondary", enabled=state.retry_in > 0)

    def first_focus(self) -> QWidget | None:
        """The card that says what is happening; "Try now" when there is one."""
        return self._trying if self._trying.isVisibleTo(self) else None

    def _tell(self, seconds: int) -> None:
        self._waiting.show_status(
            QCoreApplication.translate("Connecting", "We try again in {time}").format(time=duration(seconds)),
            QCoreApplication.translate("Connecting", "Nobody needs to do anything."),
        )
