"""An authenticator app as a second way to sign in: scan a picture, then type what the app shows."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QCoreApplication
from PySide6.QtGui import QHideEvent
from PySide6.QtWidgets import QWidget

from kiosk.enrollment.events import CodeTyped, Continued, Skipped
from kiosk.enrollment.states import SetUpApp, State
from kiosk.enrollment.visit import Trouble
from kiosk.errors import OutOfStep, SessionExpired, TotpWrongState, WrongCode
from ui.pages.page import Action, Chrome, Page, Surroundings
from ui.pages.verify import column_of
from ui.theme import Theme
from ui.widgets.code_boxes import CodeBoxes
from ui.widgets.keypad import Keypad
from ui.widgets.qr_pad import QrPad
from ui.widgets.row_list import Row, RowList
from ui.widgets.status_card import StatusCard

SCAN = "scan"
"""The name of the action that leads from the code back to the picture."""
_TYPING = "typing"
_OVER = (OutOfStep, SessionExpired, TotpWrongState)
"""What ends this for the visit. The key is not concerned, and its words must not sound as if it were."""


class SetUpAppPage(Page):
    """Shows `SetUpApp`, one question after the other: first the picture, then the code that the app makes of it.

    Emits CodeTyped, Skipped where policy lets people go without, and Continued where it could not be prepared.
    """

    def __init__(self, theme: Theme, place: Surroundings, parent: QWidget | None = None) -> None:
        super().__init__(theme, place, parent)
        self._state: SetUpApp | None = None
        self._told: Trouble | None = None
        self._typing = False
        self._status = StatusCard(theme, parent=self)
        say = QCoreApplication.translate
        self._status.show_status(say("SetUpApp", "One moment"), say("SetUpApp", "We prepare the picture for your app."))
        self._steps = RowList(theme, parent=self)
        self._steps.show_rows(_steps())
        self._boxes = CodeBoxes(theme, parent=self)
        self._boxes.completed.connect(lambda _code: self.submit())
        self._boxes.textChanged.connect(lambda _text: self._edited())
        self._boxes.returnPressed.connect(self.submit)
        self._keypad = Keypad(theme)
        self._keypad.aim(self._boxes)
        self._picture = QrPad(theme)
        column = column_of(self, theme)
        for widget in (self._status, self._steps, self._boxes):
            column.addWidget(widget)
        column.addStretch(1)

    # ── the page's contract ─────────────────────────────────────────────────────────────────────

    def render(self, state: State) -> None:  # type: ignore[override]
        """Show the picture; after it was scanned, what became of the code."""
        assert isinstance(state, SetUpApp)
        before, self._state = self._state, state
        if state.setup is None:
            self._typing = False
        elif before is None or before.setup != state.setup:
            self._picture.show_setup(state.setup)
            self._boxes.expect(state.setup.digits)
            self._typing = False
        self._boxes.setReadOnly(state.busy)
        if state.problem is not (before.problem if before else None):
            self._tell(state.problem)
        self._settle()

    def chrome(self) -> Chrome:
        """One question after the other."""
        state = self._shown()
        if isinstance(state.problem, _OVER):
            return self._says_over(state)
        return self._asks_code(state) if self._typing else self._asks_to_scan(state)

    def pad(self) -> QWidget | None:
        """The picture, then the keypad."""
        if self._shown().setup is None:
            return None
        return self._keypad if self._typing else self._picture

    def submit(self) -> None:
        """It is scanned; or the code is whole, and none is being checked."""
        if not self._typing:
            self._typing = True
            self._settle()
        elif self._boxes.complete and not self._shown().busy:
            self.emitted.emit(CodeTyped(self._boxes.text()))

    def trigger(self, name: str) -> None:
        """Back to the picture."""
        if name == SCAN:
            self._typing = False
            self._boxes.forget()
            self._told = None
            self._settle()

    def conceal(self) -> None:
        """Nobody else scans it: hidden, until somebody asks for it again."""
        self._picture.turn(shown=False)

    def first_focus(self) -> QWidget | None:
        """What to do, which a screen reader reads whole; then the boxes. After a problem the primary action."""
        if self._typing:
            return self._boxes
        state = self._shown()
        if state.setup is None:
            return self._status if state.problem is None else None
        return self._steps

    def draft(self) -> Mapping[str, str]:
        """How far the person is."""
        return {_TYPING: _TYPING} if self._typing else {}

    def restore(self, draft: Mapping[str, str]) -> None:
        """Go on from there."""
        self._typing = _TYPING in draft and self._shown().setup is not None
        self._settle()

    def hideEvent(self, event: QHideEvent) -> None:  # noqa: N802 - Qt's name
        """The page is left: the picture is gone for good."""
        if not event.spontaneous():
            self._picture.forget()
        super().hideEvent(event)

    # ── content ─────────────────────────────────────────────────────────────────────────────────

    def _shown(self) -> SetUpApp:
        assert self._state is not None, "a page is rendered before it is asked"
        return self._state

    def _settle(self) -> None:
        state = self._shown()
        there = state.setup is not None
        self._status.setVisible(not there and state.problem is None)
        self._steps.setVisible(there and not self._typing)
        self._boxes.setVisible(there and self._typing)
        self.changed.emit()

    def _asks_to_scan(self, state: SetUpApp) -> Chrome:
        say = QCoreApplication.translate
        failed = state.problem is not None and state.setup is None
        again = Action(say("SetUpApp", "Try again"), "restart", Continued(), enabled=not state.busy)
        scanned = Action(say("SetUpApp", "I have scanned it"), "forward") if state.setup is not None else None
        alone = say("SetUpApp", "If you ever lose your phone, recovery codes help you in.")
        with_key = say("SetUpApp", "If you ever lose your key, an app on your phone helps you in.")
        return Chrome(
            title=say("SetUpApp", "Add a spare way to sign in"),
            sentence=alone if state.visit.phone_alone else with_key,
            step=5,
            problem=self._told,
            primary=again if failed else scanned,
            secondary=self._without(state),
            scene="phone",
            help=_help(),
        )

    def _says_over(self, state: SetUpApp) -> Chrome:
        say = QCoreApplication.translate
        return Chrome(
            title=say("SetUpApp", "The app has to wait"),
            sentence=say("SetUpApp", "It cannot be set up any more today. Your key works all the same."),
            step=5,
            primary=Action(say("SetUpApp", "Go on"), "forward", Skipped(), enabled=not state.busy),
            scene="phone",
            help=_help(),
        )

    def _asks_code(self, state: SetUpApp) -> Chrome:
        say = QCoreApplication.translate
        checking = say("SetUpApp", "Checking the code…")
        ready = self._boxes.complete and not state.busy
        return Chrome(
            title=say("SetUpApp", "Type the code from the app"),
            sentence=checking
            if state.busy
            else say("SetUpApp", "It shows a new one every 30 seconds. Any one will do."),
            step=5,
            problem=self._told,
            back=Action(say("SetUpApp", "Scan again"), "back", None, "ghost", not state.busy, name=SCAN),
            primary=Action(say("SetUpApp", "Continue"), "forward", enabled=ready),
            secondary=self._without(state),
            help=_help(),
        )

    def _without(self, state: SetUpApp) -> Action | None:
        if not state.optional:
            return None
        return Action(
            QCoreApplication.translate("SetUpApp", "Go on without"), "", Skipped(), "secondary", not state.busy
        )

    def _tell(self, problem: Trouble | None) -> None:
        self._told = problem
        refused = isinstance(problem, WrongCode)
        self._boxes.mark_refused(refused=refused)
        if problem is not None:
            self._boxes.forget()
        self._typing = self._typing or refused
        if refused and self.isVisible() and self._typing:
            self._boxes.setFocus()

    def _edited(self) -> None:
        if self._state is not None:
            if self._boxes.text():
                self._told = None
            self.changed.emit()


def _steps() -> tuple[Row, ...]:
    say = QCoreApplication.translate
    lines = (
        say("SetUpApp", "Open an authenticator app."),
        say("SetUpApp", "Add an account, and scan the code."),
        say("SetUpApp", "Then type the 6 digits that it shows."),
    )
    return tuple(Row(line, mark="number", number=number) for number, line in enumerate(lines, 1))


def _help() -> tuple[str, ...]:
    say = QCoreApplication.translate
    return (
        say(
            "SetUpApp", "An authenticator app shows codes to sign in with. Any such app will do, also the one you have."
        ),
        say("SetUpApp", "Your key works already. This is for the day when you do not have it."),
    )
