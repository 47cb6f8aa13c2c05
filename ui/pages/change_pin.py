"""A key that wants its PIN changed: first the PIN that it has, then a new one."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QWidget

from hardware.errors import PinRefused
from kiosk.enrollment.events import Continued, PinReplaced, WentBack
from kiosk.enrollment.states import ChangePin, State
from kiosk.enrollment.visit import Trouble
from kiosk.secret import Secret
from ui.key_words import note
from ui.pages.new_pin import NewPin
from ui.pages.page import Action, Chrome, Page, Surroundings
from ui.pages.pin_pad import PinPad
from ui.pages.pin_words import first_words, save_words, tries_words
from ui.pages.verify import column_of
from ui.theme import Theme
from ui.widgets.label import Label
from ui.widgets.notice import Notice
from ui.widgets.pin_field import PinField

AGAIN = "again"
"""The name of the action that goes back to the PIN that the key has."""


class ChangePinPage(Page):
    """Shows `ChangePin` as two questions, one after the other. Emits PinReplaced, or Continued where it is risky.

    The PIN that the key has is kept as a secret between the two, and until the key took the new one: whoever must
    choose another new PIN need not type the old one again.
    """

    def __init__(self, theme: Theme, place: Surroundings, parent: QWidget | None = None) -> None:
        super().__init__(theme, place, parent)
        self._state: ChangePin | None = None
        self._told: Trouble | None = None
        self._has: Secret | None = None
        self._field = PinField(theme, QCoreApplication.translate("Pin", "The PIN it has now"), self)
        self._tries = Label(theme, "small", parent=self)
        self._notice = Notice(theme, "warn", first_words("caution"), parent=self)
        self._new = NewPin(theme, self)
        self._pad = PinPad(self, self._field)
        column = column_of(self, theme)
        for widget in (self._field, self._tries, self._notice, self._new):
            column.addWidget(widget)
        column.addStretch(1)
        self._field.changed.connect(self._edited)
        self._field.focused.connect(lambda: self._pad.aim(self._field))
        self._field.entered.connect(self.submit)
        self._new.aimed.connect(self._pad.aim)
        self._new.changed.connect(self._edited)
        self._new.entered.connect(self.submit)

    # ── the page's contract ─────────────────────────────────────────────────────────────────────

    def render(self, state: State) -> None:  # type: ignore[override]
        """Show this state; what the key refused is asked for again, and nothing else."""
        assert isinstance(state, ChangePin)
        before, self._state = self._state, state
        if state.problem is not (before.problem if before else None):
            self._told = state.problem
        answered = before is not None and before.busy and not state.busy
        if state.caution or (answered and not isinstance(state.problem, PinRefused)):
            self._forget()
        self._field.lock(locked=state.busy)
        self._new.lock(locked=state.busy)
        self._new.judge_by(state.rules)
        opened = before is not None and before.caution and not state.caution
        self._arrange(focus=(answered or opened) and self.isVisible())

    def chrome(self) -> Chrome:
        """Continue to the second question, or Save PIN; "Try anyway" when few tries are left."""
        state = self._shown()
        say = QCoreApplication.translate
        second = self._has is not None
        back = Action(say("Pin", "Back"), "back", WentBack(), "ghost", enabled=not state.busy)
        if second:
            back = Action(say("Pin", "Back"), "back", None, "ghost", enabled=not state.busy, name=AGAIN)
        return Chrome(
            title=say("Pin", "Choose a new PIN for your key") if second else say("Pin", "This key wants a new PIN"),
            sentence=self._sentence(state),
            step=3,
            problem=self._told,
            back=back,
            primary=self._primary(state),
            secondary=None if second else Action(say("Pin", "I forgot it"), "help", None, "ghost", name="help"),
            key=note(state.visit),
            compact=self._pad.keyboard is not None,
            scene="key-front" if state.caution else "",
            help=(
                say("Pin", "Somebody else set the PIN that this key has. They can tell you."),
                say("Pin", "Nobody can look it up. The desk can help you."),
                say("Pin", "With the new one it is yours alone."),
            ),
        )

    def pad(self) -> QWidget | None:
        """The keypad, unless there is nothing to type yet."""
        return None if self._shown().caution else self._pad.keypad

    def keyboard(self) -> QWidget | None:
        """The keyboard, after "abc"."""
        return self._pad.keyboard

    def first_focus(self) -> QWidget | None:
        """The field of the question; the primary action while the risk must be accepted."""
        if self._shown().caution:
            return None
        return self._field.edit if self._has is None else self._new.first.edit

    def submit(self) -> None:
        """Go on to the new PIN; then hand both over."""
        state = self._shown()
        if state.busy or state.caution:
            return
        if self._has is None:
            if self._field.filled:
                self._has = self._field.take()
                self._arrange(focus=True)
        elif self._new.acceptable:
            new = self._new.take()
            self._pad.close()
            self.emitted.emit(PinReplaced(Secret(self._has.reveal()), new))

    def trigger(self, name: str) -> None:
        """Back to the first question."""
        if name == AGAIN:
            self._forget()
            self._arrange(focus=True)

    # ── content ─────────────────────────────────────────────────────────────────────────────────

    def _shown(self) -> ChangePin:
        assert self._state is not None, "a page is rendered before it is asked"
        return self._state

    def _arrange(self, *, focus: bool) -> None:
        """Show the question of now."""
        state = self._shown()
        second = self._has is not None
        self._field.setVisible(not second and not state.caution)
        self._tries.set_text(tries_words(state.retries_left, few=state.caution))
        self._tries.setVisible(not second and state.retries_left is not None)
        self._notice.setVisible(state.caution)
        self._new.setVisible(second)
        if state.caution:
            self._pad.close()
        first = self.first_focus()
        if focus and first is not None:
            first.setFocus()
        self._edited()

    def _forget(self) -> None:
        """The PIN that the key has must be typed again, and the new one with it."""
        if self._has is not None:
            self._has.wipe()
            self._has = None
        self._new.clear()

    def _sentence(self, state: ChangePin) -> str:
        if state.busy:
            return QCoreApplication.translate("Pin", "Your key changes its PIN…")
        if self._has is not None:
            return QCoreApplication.translate("Pin", "You will type this PIN each time you use the key.")
        return QCoreApplication.translate("Pin", "First type the PIN that it has now. Then you choose your own.")

    def _primary(self, state: ChangePin) -> Action:
        if state.caution:
            return Action(QCoreApplication.translate("Pin", "Try anyway"), "forward", Continued())
        if self._has is not None:
            return Action(save_words(), "", enabled=self._ready)
        return Action(QCoreApplication.translate("Pin", "Continue"), "forward", enabled=self._ready)

    @property
    def _ready(self) -> bool:
        typed = self._field.filled if self._has is None else self._new.acceptable
        return typed and not self._shown().busy

    def _edited(self) -> None:
        if self._state is None:
            return
        if self._field.filled or self._new.first.filled:
            self._told = None
        go_on = QCoreApplication.translate("Pin", "Continue")
        self._pad.offer(go_on if self._has is None else save_words(), enabled=self._ready)
        self.changed.emit()
