"""Touch your key now: once for each place that it will sign in to."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QVBoxLayout, QWidget

from kiosk.contract.profile import RelyingPartyName
from kiosk.enrollment.events import Continued, WentBack
from kiosk.enrollment.parties import left
from kiosk.enrollment.states import State, Touch
from ui.key_words import note
from ui.pages.page import Action, Chrome, Page, Surroundings
from ui.text import clean
from ui.theme import Theme
from ui.widgets.notice import Notice
from ui.widgets.status_card import StatusCard


class TouchPage(Page):
    """Shows `Touch`. Emits Continued ("Try again") and WentBack."""

    def __init__(self, theme: Theme, place: Surroundings, parent: QWidget | None = None) -> None:
        super().__init__(theme, place, parent)
        self._state: Touch | None = None
        self._preparing = StatusCard(theme, parent=self)
        self._ring = StatusCard(theme, ring=True, parent=self)
        self._note = Notice(theme, "info", parent=self)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.px(24))
        column.addWidget(self._preparing)
        column.addWidget(self._ring)
        column.addWidget(self._note)
        column.addStretch(1)
        self._ring.ticked.connect(self._tell)

    def render(self, state: State) -> None:  # type: ignore[override]
        """Show what the key waits for."""
        assert isinstance(state, Touch)
        before, self._state = self._state, state
        tried = state.problem is None
        self._preparing.setVisible(tried and not state.waiting)
        self._ring.setVisible(tried and state.waiting)
        self._preparing.show_status(
            QCoreApplication.translate("Touch", "Getting everything ready"),
            QCoreApplication.translate("Touch", "Your key will blink in a moment."),
        )
        if tried and state.waiting:
            if before is None or not before.waiting or before.number != state.number:
                self._ring.start(state.seconds)
        else:
            self._ring.stop()
        if self._ring.isVisibleTo(self):
            self._tell(self._ring.left)
        whom = self._for_whom(state)
        self._note.setVisible(bool(whom) and tried)
        if whom:
            self._note.show_notice("info", whom)
        self.changed.emit()

    def chrome(self) -> Chrome:
        """What to do, in the largest letters."""
        say = QCoreApplication.translate
        state = self._state
        again = Action(say("Touch", "Try again"), "restart", Continued())
        failed = state is not None and state.problem is not None
        waiting = state is not None and state.waiting and not failed
        help_ = Action(say("Touch", "My key has no light"), "", None, "secondary", name="help")
        return Chrome(
            title=self._title(),
            sentence=self._sentence(),
            step=4,
            problem=state.problem if state else None,
            display=True,
            back=Action(say("Touch", "Back"), "back", WentBack(), "ghost"),
            primary=again if failed else None,
            secondary=help_ if waiting and not (state and state.verifying) else None,
            scene=self._scene(),
            key=note(state.visit, facts=False) if state else None,
            help=self._help(),
        )

    def first_focus(self) -> QWidget | None:
        """The card that says what is waited for."""
        if self._state is not None and self._state.problem is not None:
            return None
        return self._ring if self._state and self._state.waiting else self._preparing

    def _help(self) -> tuple[str, ...]:
        say = QCoreApplication.translate
        if self._state is not None and self._state.verifying:
            return (
                say(
                    "Touch", "The key knows the finger that was shown to it. Try another of yours, or wipe the sensor."
                ),
            )
        return (
            say("Touch", "Many keys have a round or golden spot. Put a finger on it and keep it there."),
            say("Touch", "It need not be your own finger: the key only feels that somebody is there."),
        )

    def _scene(self) -> str:
        state = self._state
        if state is None or (not state.waiting and not state.problem):
            return "key-working"
        if state.problem:
            return "key-inserted"
        return "key-finger" if state.verifying else "key-touch"

    def _title(self) -> str:
        state = self._state
        if state and state.problem:
            return QCoreApplication.translate("Touch", "Let us try that again")
        if state and state.waiting and state.verifying:
            return QCoreApplication.translate("Touch", "Put your finger on the sensor")
        if state and state.waiting:
            return QCoreApplication.translate("Touch", "Touch your key now")
        return QCoreApplication.translate("Touch", "Leave the key in")

    def _sentence(self) -> str:
        state = self._state
        if state and state.problem:
            return QCoreApplication.translate("Touch", "Touch the disc as soon as the light blinks.")
        if state and state.waiting and state.verifying:
            return QCoreApplication.translate("Touch", "The key checks that it is you. Use a finger that it knows.")
        if state and state.waiting:
            return QCoreApplication.translate("Touch", "Put a finger on the disc or the blinking light.")
        return QCoreApplication.translate("Touch", "You will touch it in a moment.")

    def _for_whom(self, state: Touch) -> str:
        """For which place this touch is, and which follow; nothing where there is only one."""
        if state.total < 2:
            return ""
        party = clean(state.party.name)
        rest: tuple[RelyingPartyName, ...] = left(state.visit)[1:]
        if not rest:
            text = QCoreApplication.translate("Touch", "This touch is for <b>{party}</b>. It is the last one.")
            return text.format(party=party)
        if len(rest) == 1:
            text = QCoreApplication.translate(
                "Touch", "This touch is for <b>{party}</b>. One more follows, for <b>{next}</b>."
            )
            return text.format(party=party, next=clean(rest[0].name))
        text = QCoreApplication.translate("Touch", "This touch is for <b>{party}</b>. {count} more follow.")
        return text.format(party=party, count=len(rest))

    def _tell(self, seconds: int) -> None:
        left = QCoreApplication.translate("Touch", "%n second(s) left", "", seconds)
        verifying = self._state is not None and self._state.verifying
        finger = QCoreApplication.translate("Touch", "Waiting for your finger")
        self._ring.show_status(
            finger if verifying else QCoreApplication.translate("Touch", "Waiting for your touch"), left
        )
