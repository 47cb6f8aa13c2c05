"""Type the code: six boxes, the keypad, and what to do when no code comes; or a recovery code, which has letters."""

from __future__ import annotations

import time
from collections.abc import Callable

from PySide6.QtCore import QCoreApplication, Qt, QTimer
from PySide6.QtWidgets import QGridLayout, QWidget

from kiosk.contract.profile import FieldKind
from kiosk.enrollment.events import CodeRequested, CodeTyped, MethodChosen, PhoneWanted, WentBack
from kiosk.enrollment.states import CodeWork, EnterCode, State
from kiosk.enrollment.visit import Trouble
from kiosk.errors import CodeTooOld, WrongCode
from ui.pages import verify_words as words
from ui.pages.field_keyboard import FieldKeyboard
from ui.pages.page import Action, Chrome, Page, Surroundings
from ui.pages.verify import column_of, method_card
from ui.theme import Theme
from ui.widgets.code_boxes import CodeBoxes
from ui.widgets.keypad import Keypad
from ui.widgets.option_card import OptionCard
from ui.widgets.text_field import TextField

_TICK_MS = 250


class EnterCodePage(Page):
    """Shows `EnterCode`. Emits CodeTyped at the last digit, once; CodeRequested and MethodChosen from the cards.

    Its two countdowns start when `sent` grows: until a code may be sent again, and until this one is too old. The code
    of an authenticator app is not sent; a recovery code may stand in for it, typed into a field of its own.
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
        self._keypad = Keypad(theme)
        self._keypad.aim(self._boxes)
        self._again = OptionCard(theme, "", icon="send", trailing="", parent=self)
        self._recovering = False
        self._recovery = TextField(theme, QCoreApplication.translate("Verify", "Recovery code"), FieldKind.TEXT, self)
        self._keyboard = FieldKeyboard(theme, self)
        self._swap = OptionCard(theme, "", icon="note", trailing="", parent=self)
        self._on_phone = OptionCard(theme, words.on_phone(), icon="phone", trailing="", parent=self)
        for widget in (self._recovery, self._swap, self._on_phone):
            widget.hide()  # until it is wanted: what comes and goes moves the rest
        self._listen()
        self._others: list[OptionCard] = []
        self._cards = QGridLayout()
        self._cards.setHorizontalSpacing(theme.px(16))
        self._cards.setVerticalSpacing(theme.px(8))
        column = column_of(self, theme)
        column.addWidget(self._boxes)
        column.addWidget(self._recovery)
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
        if before is None or before.method != state.method:
            self._ask_for(recovering=False)
        if before is None or before.others != state.others or before.method != state.method:
            self._build(state)
        working = state.work is not CodeWork.IDLE
        self._recovery.lock(locked=working)
        self._swap.setEnabled(not working)
        self._boxes.setReadOnly(working)
        self._boxes.update()
        for card in (*self._others, self._on_phone):
            card.setEnabled(not working)
        if state.problem is not (before.problem if before else None):
            self._tell(state.problem)
        self.tick()
        self.changed.emit()

    def chrome(self) -> Chrome:
        """Where the code went, how long it works, and Continue."""
        state = self._shown()
        ready = bool(self._typed()) and state.work is CodeWork.IDLE
        title = QCoreApplication.translate("Verify", "Type the {digits}-digit code").format(digits=state.digits)
        return Chrome(
            title=QCoreApplication.translate("Verify", "Type a recovery code") if self._recovering else title,
            sentence=self._sentence(state),
            step=1,
            problem=self._told,
            back=Action(words.back(), "back", WentBack(), "ghost"),
            primary=Action(words.go_on(), "forward", enabled=ready),
            scene="phone" if self._recovering else "",
            compact=self._keyboard.widget is not None and state.work is CodeWork.IDLE,
        )

    def pad(self) -> QWidget | None:
        """The keypad, where digits are wanted."""
        return None if self._recovering else self._keypad

    def keyboard(self) -> QWidget | None:
        """The on-screen keyboard, once it was asked for."""
        return self._keyboard.widget

    def submit(self) -> None:
        """Send the code, when it is whole and none is being checked."""
        code = self._typed()
        if code and self._shown().work is CodeWork.IDLE:
            self._keyboard.close()
            self.emitted.emit(CodeTyped(code))

    def first_focus(self) -> QWidget | None:
        """The boxes, or the field for a recovery code."""
        return self._recovery.edit if self._recovering else self._boxes

    # ── content ─────────────────────────────────────────────────────────────────────────────────

    def _shown(self) -> EnterCode:
        assert self._state is not None, "a page is rendered before it is asked"
        return self._state

    def _typed(self) -> str:
        """The code that can be sent now; nothing while there is none."""
        if self._recovering:
            return self._recovery.value().strip()
        return self._boxes.text() if self._boxes.complete else ""

    def _listen(self) -> None:
        self._boxes.completed.connect(lambda _code: self.submit())
        self._boxes.textChanged.connect(lambda _text: self._edited())
        self._boxes.returnPressed.connect(self.submit)
        self._again.clicked.connect(lambda: self.emitted.emit(CodeRequested()))
        self._swap.clicked.connect(self._turn)
        self._on_phone.clicked.connect(lambda: self.emitted.emit(PhoneWanted()))
        self._recovery.edit.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
        self._keyboard.latin = True
        self._keyboard.turned.connect(self._make_room)
        self._keyboard.continued.connect(self.submit)
        self._recovery.entered.connect(self.submit)
        self._recovery.changed.connect(self._edited)
        self._recovery.keyboard_wanted.connect(lambda: self._keyboard.turn(self._recovery))

    def _turn(self) -> None:
        """Go from the app's code to a recovery code, or back."""
        self._ask_for(recovering=not self._recovering)
        self.changed.emit()
        focus = self.first_focus()
        if focus is not None:
            focus.setFocus()

    def _ask_for(self, *, recovering: bool) -> None:
        self._recovering = recovering
        self._keyboard.close()
        self._recovery.setVisible(recovering)
        self._boxes.setVisible(not recovering)
        self._swap.set_words(words.swap(recovering=recovering), words.swap_detail(recovering=recovering))
        self._told = None
        self._recovery.put("")
        self._boxes.forget()

    def _make_room(self) -> None:
        """The other ways make room for the keyboard."""
        self._keyboard.say(words.go_on())
        for card in self._standing():
            card.setVisible(self._keyboard.widget is None)
        self.changed.emit()

    def _standing(self) -> list[OptionCard]:
        """The cards below the code: one for the way that is on, then the other ways."""
        state = self._shown()
        if words.by_app(state.method):
            return [self._swap, *self._others]
        phone = [self._on_phone] if state.visit.profile.codes_on_phone else []
        return [self._again, *phone, *self._others]

    def _sentence(self, state: EnterCode) -> str:
        match state.work:
            case CodeWork.IDLE if words.by_app(state.method):
                return words.from_app(recovering=self._recovering)
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
        standing = self._standing()
        if len(standing) > columns:
            for card in standing:
                card.dense()  # two rows of them leave the column whole
        for card in (self._again, self._swap, self._on_phone):
            card.hide()
            self._cards.removeWidget(card)
        for index, card in enumerate(standing):
            self._cards.addWidget(card, index // columns, index % columns)
            card.show()
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
        self._recovery.mark_refused(refused=refused)
        focus = self.first_focus()
        if refused and focus is not None:
            self._boxes.forget()
            if self.isVisible():
                focus.setFocus()

    def _edited(self) -> None:
        if self._state is not None:
            if self._boxes.text() or self._recovery.value():
                self._told = None
                self._recovery.mark_refused(refused=False)
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
