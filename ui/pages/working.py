"""Nothing to do: the key is registered, tested and looked at, and the page says what happens now."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QVBoxLayout, QWidget

from hardware.errors import KeyGone
from kiosk.enrollment.events import Skipped
from kiosk.enrollment.hand_over import settings_for
from kiosk.enrollment.parties import left
from kiosk.enrollment.states import Prove, State, Task
from kiosk.enrollment.visit import Trouble, Visit
from kiosk.errors import OutcomeUnknown
from ui.messages import duration
from ui.pages.page import Action, Chrome, Page, Surroundings
from ui.text import clean
from ui.theme import Theme
from ui.widgets.notice import Notice
from ui.widgets.row_list import MarkKind, Row, RowList
from ui.widgets.status_card import StatusCard

_ORDER = tuple(Task)
_PROVED = (Task.FINISH, Task.CONFIGURE, Task.CHECK)
"""When no place is asked any more."""


class WorkingPage(Page):
    """Shows `Prove`. The person only leaves the key in, or puts it back. Emits Skipped ("Go on without it") while one
    of several places cannot answer."""

    def __init__(self, theme: Theme, place: Surroundings, parent: QWidget | None = None) -> None:
        super().__init__(theme, place, parent)
        self._state: Prove | None = None
        self._list = RowList(theme, parent=self)
        self._retry = StatusCard(theme, ring=True, parent=self)
        self._note = Notice(theme, "info", parent=self)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.px(20))
        column.addWidget(self._list)
        column.addWidget(self._retry)
        column.addWidget(self._note)
        column.addStretch(1)
        self._retry.ticked.connect(self._tell)

    def render(self, state: State) -> None:  # type: ignore[override]
        """Show what is done, what happens now, what comes next; or when the next try is."""
        assert isinstance(state, Prove)
        before, self._state = self._state, state
        self._list.show_rows(self._rows(state))
        waits = state.retry_in > 0
        self._list.setVisible(not waits)
        self._retry.setVisible(waits)
        if not waits:
            self._retry.stop()
        elif before is None or before.tries != state.tries or not before.retry_in:
            self._retry.start(state.retry_in)
        self._note.setVisible(not waits and not self._touches and self._problem() is None)
        self._note.show_notice(
            "info", QCoreApplication.translate("Working", "Nothing to do. The next screen opens by itself.")
        )
        self.changed.emit()

    def chrome(self) -> Chrome:
        """No button but to leave out a place: nothing of this may be interrupted half-way."""
        say = QCoreApplication.translate
        state = self._state
        skips = state is not None and state.optional and state.retry_in > 0
        skip = Action(say("Working", "Go on without it"), "forward", Skipped(), "secondary")
        return Chrome(
            title=self._title(),
            sentence=self._sentence(),
            step=4,
            problem=self._problem(),
            display=self._touches,
            secondary=skip if skips else None,
            scene=self._scene(),
            help=(say("Working", "The kiosk tries a sign-in with your key, to be sure that it works."),),
        )

    def first_focus(self) -> QWidget | None:
        """The list, which a screen reader reads whole; or what is waited for."""
        return self._retry if self._state and self._state.retry_in else self._list

    @property
    def _touches(self) -> bool:
        """Whether the key waits for the person once more."""
        state = self._state
        return state is not None and (state.touch or state.verifying) and not state.retry_in

    def _scene(self) -> str:
        if not self._touches:
            return "key-working"
        return "key-finger" if self._state and self._state.verifying else "key-touch"

    def _sentence(self) -> str:
        say = QCoreApplication.translate
        if not self._touches:
            return self._wait_words() or say("Working", "Leave the key in the slot. This takes a few seconds.")
        if self._state and self._state.verifying:
            return say("Touch", "The key checks that it is you. Use a finger that it knows.")
        return say("Working", "Put a finger on the disc or the blinking light.")

    def _wait_words(self) -> str:
        """Which of several places is waited for."""
        state = self._state
        if state is None or not state.retry_in or state.total < 2 or state.task in _PROVED:
            return ""
        text = QCoreApplication.translate("Working", "We are waiting for <b>{party}</b>. Leave the key in the slot.")
        return text.format(party=clean(state.party.name))

    def _title(self) -> str:
        state = self._state
        if state and state.retry_in and isinstance(state.problem, OutcomeUnknown):
            return QCoreApplication.translate("Working", "We are making sure")
        if self._touches:
            if state and state.verifying:
                return QCoreApplication.translate("Touch", "Put your finger on the sensor")
            return QCoreApplication.translate("Working", "Touch your key once more")
        if state and state.task in (Task.PREPARE, Task.REGISTER):
            return QCoreApplication.translate("Working", "Adding your key")
        if state and state.task in (Task.FINISH, Task.CONFIGURE):
            return QCoreApplication.translate("Working", "Finishing your key")
        return QCoreApplication.translate("Working", "Testing your key")

    def _problem(self) -> Trouble | None:
        """The trouble of the state; or that the key is out, which stops nothing but must be mended."""
        state = self._state
        if state is None or state.problem is not None:
            return state.problem if state else None
        key = state.visit.key
        return KeyGone() if key is not None and key.address not in state.visit.port.keys else None

    def _rows(self, state: Prove) -> tuple[Row, ...]:
        say = QCoreApplication.translate
        done = [
            self._row(say("Working", "{party} works").format(party=clean(p.name)), "done") for p in state.visit.finished
        ]
        now = _ORDER.index(state.task)
        proved = state.task in _PROVED
        if not proved:
            party = clean(state.party.name)
            register, test = _ORDER.index(Task.REGISTER), _ORDER.index(Task.TEST)
            added = _mark(register, max(now, register))
            done.append(self._row(say("Working", "Adding your key to {party}").format(party=party), added))
            done.append(self._row(say("Working", "Trying a sign-in with your key"), _mark(test, now)))
        later = () if proved else left(state.visit)[1:]
        done.extend(
            self._row(say("Working", "Adding your key to {party}").format(party=clean(p.name)), "next") for p in later
        )
        if state.task is Task.CONFIGURE or configures(state.visit):
            rules = say("Working", "Giving it the rules of your organization")
            done.append(self._row(rules, _mark(_ORDER.index(Task.CONFIGURE), now)))
        done.append(self._row(say("Working", "A last look at the key"), _mark(_ORDER.index(Task.CHECK), now)))
        return tuple(done)

    def _row(self, text: str, mark: MarkKind) -> Row:
        ends = {
            "done": QCoreApplication.translate("Working", "Done"),
            "now": QCoreApplication.translate("Working", "Now"),
            "next": QCoreApplication.translate("Working", "Next"),
        }
        return Row(text, ends[mark], mark)

    def _tell(self, seconds: int) -> None:
        self._retry.show_status(
            QCoreApplication.translate("Working", "We try again in {time}").format(time=duration(seconds)),
            QCoreApplication.translate("Working", "Leave the key in the slot. Nothing is lost."),
        )


def configures(visit: Visit) -> bool:
    """Whether anything of the key was changed, or is to be changed, before it is handed over."""
    if visit.configured or visit.key is None:
        return visit.configured
    return settings_for(visit.key, visit.policy, random_pin=visit.random_pin) is not None


def _mark(place: int, now: int) -> MarkKind:
    if place == now:
        return "now"
    return "done" if place < now else "next"
