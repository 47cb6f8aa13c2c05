"""Type the code: six boxes, the keypad, and what to do when no code comes."""

from __future__ import annotations

import time
from collections.abc import Callable

from PySide6.QtCore import QCoreApplication, QTimer
from PySide6.QtWidgets import QGridLayout, QWidget

from kiosk.enrollment.events import CodeRequested, CodeTyped, MethodChosen, WentBack
from kiosk.enrollment.states import CodeWork, EnterCode, State
from kiosk.enrollment.visit import Trouble
from kiosk.errors import CodeTooOld, WrongCode
from ui.pages import verify_words as words
from ui.pages.page import Action, Chrome, Page, Surroundings
from ui.pages.verify import column_of, method_card
from ui.theme import Theme
from ui.widgets.code_boxes import CodeBoxes
from ui.widgets.keypad import Keypad
from ui.widgets.option_card import OptionCard

_TICK_MS = 250


class EnterCodePage(Page):
    """Shows `EnterCode`. Emits CodeTyped at the last digit, once; CodeRequested and MethodChosen from the cards.

    Its two countdowns start when `sent` grows: until a code may be sent again, and until this one is too old.
    """

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
        self._state: EnterCode | None = None
        self._told: Trouble | None = None
        self._resend_at = self._too_old_at = 0.0
        self._boxes = CodeBoxes(theme, parent=self)
        self._boxes.completed.connect(lambda _code: self.submit())
        self._boxes.textChanged.connect(lambda _text: self._edited())
        self._boxes.returnPressed.connect(self.submit)
        self._keypad = Keypad(theme)
        self._keypad.aim(self._boxes)
        self._again = OptionCard(theme, "", icon="send", trailing="", parent=self)
        self._again.clicked.connect(lambda: self.emitted.emit(CodeRequested()))
        self._others: list[OptionCard] = []
        self._cards = QGridLayout()
        self._cards.setHorizontalSpacing(theme.px(16))
        self._cards.setVerticalSpacing(theme.px(8))
        column = column_of(self, theme)
        column.addWidget(self._boxes)
        column.addSpacing(theme.px(4))
        column.addLayout(self._cards)
        column.addStretch(1)
        self._timer = QTimer(self)
        self._timer.setInterval(_TICK_MS)
        self._timer.timeout.connect(self.tick)

    # ── the page's contract ─────────────────────────────────────────────────────────────────────

    def render(self, state: State) -> None:  # type: ignore[override]
        """Show this state; a wrong or old code empties the boxes."""
        assert isinstance(state, EnterCode)
        before, self._state = self._state, state
        self._boxes.expect(state.digits)
        if before is None or before.sent != state.sent or before.method != state.method:
            self._restart(state)
        if before is None or before.others != state.others:
            self._build(state)
        working = state.work is not CodeWork.IDLE
        self._boxes.setReadOnly(working)
        self._boxes.update()
        for card in self._others:
            card.setEnabled(not working)
        if state.problem is not (before.problem if before else None):
            self._tell(state.problem)
        self.tick()
        self.changed.emit()

    def chrome(self) -> Chrome:
        """Where the code went, how long it works, and Continue."""
        state = self._shown()
        ready = self._boxes.complete and state.work is CodeWork.IDLE
        title = QCoreApplication.translate("Verify", "Type the {digits}-digit code").format(digits=state.digits)
        return Chrome(
            title=title,
            sentence=self._sentence(state),
            step=1,
            problem=self._told,
            back=Action(words.back(), "back", WentBack(), "ghost"),
            primary=Action(words.go_on(), "forward", enabled=ready),
        )

    def pad(self) -> QWidget | None:
        """The keypad."""
        return self._keypad

    def submit(self) -> None:
        """Send the code, when it is whole and none is being checked."""
        if self._boxes.complete and self._shown().work is CodeWork.IDLE:
            self.emitted.emit(CodeTyped(self._boxes.text()))

    def first_focus(self) -> QWidget | None:
        """The boxes."""
        return self._boxes

    # ── content ─────────────────────────────────────────────────────────────────────────────────

    def _shown(self) -> EnterCode:
        assert self._state is not None, "a page is rendered before it is asked"
        return self._state

    def _sentence(self, state: EnterCode) -> str:
        match state.work:
            case CodeWork.SENDING:
                return words.sending(state.method)
            case CodeWork.CHECKING:
                return QCoreApplication.translate("Verify", "Checking the code…")
            case CodeWork.IDLE if not state.sent:
                return ""
            case CodeWork.IDLE:
                minutes = max(1, round(state.expires_in / 60))
                lasts = QCoreApplication.translate("Verify", "It works for %n minutes.", "", minutes)
                return f"{words.sent_to(state.method, state.hint)} {lasts}"

    def _build(self, state: EnterCode) -> None:
        for card in self._others:
            card.hide()
            card.deleteLater()
        self._others = []
        for offer in state.others:
            card = method_card(self.theme, offer, self)
            card.clicked.connect(lambda _=False, method=offer.method: self.emitted.emit(MethodChosen(method)))
            self._others.append(card)
        columns = 1 if self.theme.folded else 2
        if len(self._others) > 1:
            for card in (self._again, *self._others):
                card.dense()  # two rows of them leave the column whole
        for index, card in enumerate([self._again, *self._others]):
            self._cards.addWidget(card, index // columns, index % columns)
        for column in range(columns):
            self._cards.setColumnStretch(column, 1)

    def _restart(self, state: EnterCode) -> None:
        """A code went out: both countdowns begin again, and an earlier code is of no use."""
        now = self._clock()
        self._resend_at = now + state.resend_after if state.sent else now
        self._too_old_at = now + state.expires_in if state.sent else float("inf")
        self._told = None
        self._boxes.mark_refused(refused=False)
        self._boxes.forget()

    def _tell(self, problem: Trouble | None) -> None:
        self._told = problem
        refused = isinstance(problem, WrongCode | CodeTooOld)
        self._boxes.mark_refused(refused=refused)
        if refused:
            self._boxes.forget()
            if self.isVisible():
                self._boxes.setFocus()

    def _edited(self) -> None:
        if self._state is not None:
            if self._boxes.text():
                self._told = None
            self.changed.emit()

    # ── time ────────────────────────────────────────────────────────────────────────────────────

    def tick(self) -> None:
        """Show what the clock says now."""
        state, now = self._shown(), self._clock()
        left = max(0, -int(-(self._resend_at - now) // 1))
        waits = left > 0 or state.work is CodeWork.SENDING
        title = QCoreApplication.translate("Verify", "Send again")
        detail = QCoreApplication.translate("Verify", "in %n seconds", "", left) if left else ""
        if self._again.isEnabled() == waits or self._again.accessibleDescription() != detail:
            self._again.set_words(title, detail)
            self._again.setEnabled(not waits)
        if now >= self._too_old_at and state.work is CodeWork.IDLE:
            self._too_old_at = float("inf")
            self._tell(CodeTooOld())
            self.changed.emit()

    def showEvent(self, event: object) -> None:  # noqa: N802, ARG002 - Qt's name
        """Time passes while it can be seen."""
        self._timer.start()

    def hideEvent(self, event: object) -> None:  # noqa: N802, ARG002 - Qt's name
        """And not after."""
        self._timer.stop()
