"""Staff are asked: a number that both read, what for, how much time is left, and what they said."""

from __future__ import annotations

import time
from collections.abc import Callable

from PySide6.QtCore import QCoreApplication, Qt, QTimer
from PySide6.QtWidgets import QWidget

from kiosk.contract.staff import Approval, ApprovalAction, ApprovalState
from kiosk.enrollment.events import Continued, WentBack
from kiosk.enrollment.staff import over, pending
from kiosk.enrollment.states import State, WaitForStaff
from kiosk.errors import Denied
from ui.messages import duration
from ui.pages import staff_words as words
from ui.pages import verify_words
from ui.pages.page import Action, Chrome, Page, Surroundings
from ui.pages.verify import column_of
from ui.text import clean
from ui.theme import Theme
from ui.widgets.label import Label
from ui.widgets.notice import Notice
from ui.widgets.number_card import NumberCard
from ui.widgets.row_list import Row, RowList

_TICK_MS = 1000
_LONGEST = 200
"""Characters of what staff wrote that are shown."""
_STEPS = {
    ApprovalAction.RESET: 3,
    ApprovalAction.ANOTHER_KEY: 2,
    ApprovalAction.REPLACE_KEY: 2,
}


class WaitForStaffPage(Page):
    """Shows `WaitForStaff`. Emits WentBack, and Continued to ask once more."""

    def __init__(
        self,
        theme: Theme,
        place: Surroundings,
        parent: QWidget | None = None,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(theme, place, parent)
        self._clock = clock
        self._state: WaitForStaff | None = None
        self._ends = 0.0
        self._number = NumberCard(theme, self)
        self._rows = RowList(theme, parent=self)
        self._left = Label(theme, "small", "", "ink_soft", self)
        self._said = Notice(theme, "stop", parent=self)
        column = column_of(self, theme)
        column.addWidget(self._number, 0, Qt.AlignmentFlag.AlignLeft)
        for widget in (self._said, self._rows, self._left):
            column.addWidget(widget)
        column.addStretch(1)
        self._timer = QTimer(self)
        self._timer.setInterval(_TICK_MS)
        self._timer.timeout.connect(self._tick)

    def render(self, state: State) -> None:  # type: ignore[override]
        """Show how it stands."""
        assert isinstance(state, WaitForStaff)
        before, self._state = self._state, state
        approval = state.approval
        if approval is not None and (before is None or before.approval != approval):
            self._ends = self._clock() + approval.expires_in
        waits = pending(state)
        say = QCoreApplication.translate
        self._number.setVisible(waits)
        self._number.show_number(
            approval.number if approval is not None and waits else "", say("Staff", "Your number: {number}")
        )
        calm = waits and state.problem is None  # where the line is down, its notice takes the room
        self._rows.setVisible(approval is not None and calm)
        self._rows.show_rows(_rows(approval) if approval is not None and waits else ())
        self._left.setVisible(calm)
        reason = clean(state.problem.reason, _LONGEST) if isinstance(state.problem, Denied) else ""
        self._said.setVisible(bool(reason))
        self._said.show_notice("stop", say("Staff", "<b>They wrote:</b> {reason}").format(reason=reason))
        if waits:
            self._tick()
            self._timer.start()
        else:
            self._timer.stop()
        self.changed.emit()

    def chrome(self) -> Chrome:
        """What is going on, and the way back."""
        assert self._state is not None
        say = QCoreApplication.translate
        state = self._state
        again = Action(say("Staff", "Ask once more"), "people", Continued()) if over(state) else None
        denied = isinstance(state.problem, Denied)
        return Chrome(
            title=self._title(state),
            sentence=self._sentence(state),
            step=_STEPS.get(state.action, 1),
            problem=None if denied else state.problem,
            back=Action(verify_words.back(), "back", WentBack(), "ghost"),
            primary=again,
            secondary=Action(say("Desk", "I am staff"), "", None, "ghost", name="desk"),
            scene="people",
            keeps=True,
            help=(say("Staff", "Staff tell you by the number on this screen."), words.asked_for(state.action)),
        )

    def first_focus(self) -> QWidget | None:
        """The number, while it counts."""
        return self._number if self._state is not None and pending(self._state) else None

    def _title(self, state: WaitForStaff) -> str:
        say = QCoreApplication.translate
        if pending(state):
            return say("Staff", "Staff are asked")
        if isinstance(state.problem, Denied):
            return say("Staff", "Staff said no")
        if state.approval is not None:
            return say("Staff", "Nobody could come in time")
        return say("Staff", "We cannot ask staff now") if state.problem is not None else say("Staff", "Asking staff…")

    def _sentence(self, state: WaitForStaff) -> str:
        say = QCoreApplication.translate
        if pending(state):
            return words.asked_for(state.action)
        if over(state):
            return say("Staff", "You can ask once more, or go back.")
        return say("Staff", "One moment…")

    def _tick(self) -> None:
        left = max(round(self._ends - self._clock()), 0)
        text = QCoreApplication.translate("Staff", "They have {time} left.")
        self._left.set_text(text.format(time=duration(left)))


def _rows(approval: Approval) -> tuple[Row, ...]:
    """How far they are, where two must say yes."""
    say = QCoreApplication.translate
    if approval.state is not ApprovalState.PENDING or approval.needed < 2:
        return (
            Row(
                say("Staff", "Please wait here"),
                mark="wait",
                note=say("Staff", "Staff come to you, or say yes from their desk."),
            ),
        )
    text = say("Staff", "{given} of {needed} said yes").format(given=approval.given, needed=approval.needed)
    return (Row(text, mark="wait", note=say("Staff", "Two of them must say yes.")),)
