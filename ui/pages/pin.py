"""The PIN of the key: choose one for a fresh key, type the one that a key has."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QWidget

from kiosk.enrollment.events import Continued, Event, PinChosen, PinTyped, WentBack
from kiosk.enrollment.states import ChoosePin, EnterPin, State
from kiosk.enrollment.visit import Trouble
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

FORGOTTEN = "forgotten"
"""The name of the action "I forgot it"."""


class ChoosePinPage(Page):
    """Shows `ChoosePin`: the PIN twice, and a live checklist. Emits PinChosen with the only copy."""

    def __init__(self, theme: Theme, place: Surroundings, parent: QWidget | None = None) -> None:
        super().__init__(theme, place, parent)
        self._state: ChoosePin | None = None
        self._new = NewPin(theme, self)
        self._pad = PinPad(self, self._new.first)
        column = column_of(self, theme)
        column.addWidget(self._new)
        column.addStretch(1)
        self._new.aimed.connect(self._pad.aim)
        self._new.changed.connect(self._edited)
        self._new.entered.connect(self.submit)

    def render(self, state: State) -> None:  # type: ignore[override]
        """Show this state. Nothing typed survives a refusal: the fields were emptied when the PIN left."""
        assert isinstance(state, ChoosePin)
        before, self._state = self._state, state
        self._new.lock(locked=state.busy)
        if before is not None and before.busy and not state.busy and self.isVisible():
            self._new.first.edit.setFocus()
        self._new.judge_by(state.rules)

    def chrome(self) -> Chrome:
        """Save PIN is there once everything is met."""
        assert self._state is not None
        busy = self._state.busy
        sentence = QCoreApplication.translate("Pin", "You will type this PIN each time you use the key.")
        return Chrome(
            title=QCoreApplication.translate("Pin", "Choose a PIN for your key"),
            sentence=QCoreApplication.translate("Pin", "Your key saves the PIN…") if busy else sentence,
            step=3,
            problem=self._state.problem if not self._new.first.filled else None,
            back=Action(QCoreApplication.translate("Pin", "Back"), "back", WentBack(), "ghost", enabled=not busy),
            primary=Action(save_words(), "", enabled=self.acceptable),
            key=note(self._state.visit),
            compact=self._pad.keyboard is not None,
        )

    def pad(self) -> QWidget | None:
        """The keypad."""
        return self._pad.keypad

    def keyboard(self) -> QWidget | None:
        """The keyboard, after "abc"."""
        return self._pad.keyboard

    def first_focus(self) -> QWidget | None:
        """The first field."""
        return self._new.first.edit

    def submit(self) -> None:
        """Hand the PIN over and forget it."""
        if self.acceptable:
            pin = self._new.take()
            self._pad.close()
            self.emitted.emit(PinChosen(pin))

    @property
    def acceptable(self) -> bool:
        """Whether the PIN may be saved: every rule met, typed twice alike, and the key is not at work."""
        return self._state is not None and not self._state.busy and self._new.acceptable

    def _edited(self) -> None:
        self._pad.offer(save_words(), enabled=self.acceptable)
        self.changed.emit()


class EnterPinPage(Page):
    """Shows `EnterPin`: one field and the tries left. Few tries left must be accepted first. Emits PinTyped."""

    def __init__(self, theme: Theme, place: Surroundings, parent: QWidget | None = None) -> None:
        super().__init__(theme, place, parent)
        self._state: EnterPin | None = None
        self._told: Trouble | None = None
        self._field = PinField(theme, QCoreApplication.translate("Pin", "PIN of your key"), self)
        self._field.changed.connect(self._edited)
        self._field.entered.connect(self.submit)
        self._notice = Notice(theme, "info", parent=self)
        self._notice.hide()
        self._tries = Label(theme, "small", parent=self)
        self._pad = PinPad(self, self._field)
        column = column_of(self, theme)
        column.addWidget(self._field)
        column.addWidget(self._tries)
        column.addWidget(self._notice)
        column.addStretch(1)

    # ── the page's contract ─────────────────────────────────────────────────────────────────────

    def render(self, state: State) -> None:  # type: ignore[override]
        """Show this state; the field is away while the person must first accept the risk."""
        assert isinstance(state, EnterPin)
        before, self._state = self._state, state
        if state.problem is not (before.problem if before else None):
            self._told = state.problem
        self._field.lock(locked=state.busy)
        self._field.setVisible(not state.caution)
        self._show_tries(state)
        if state.caution:
            self._pad.close()
            self._notice.show_notice("warn", first_words("caution"))
        self._notice.setVisible(state.caution)
        opened = before is not None and before.caution and not state.caution
        if (opened or (before is not None and before.busy and not state.busy)) and self.isVisible():
            self._field.edit.setFocus()
        self._edited()

    def chrome(self) -> Chrome:
        """Continue, or "Try anyway" when few tries are left."""
        state = self._shown()
        return Chrome(
            title=QCoreApplication.translate("Pin", "Type the PIN of your key"),
            sentence=self._sentence(state),
            step=3,
            problem=self._told,
            back=Action(QCoreApplication.translate("Pin", "Back"), "back", WentBack(), "ghost", enabled=not state.busy),
            primary=self._primary(state),
            secondary=Action(QCoreApplication.translate("Pin", "I forgot it"), "help", None, "ghost", name=FORGOTTEN),
            key=note(state.visit),
            compact=self._pad.keyboard is not None,
            scene="key-front" if state.caution else "",
        )

    def pad(self) -> QWidget | None:
        """The keypad, unless there is nothing to type yet."""
        return None if self._shown().caution else self._pad.keypad

    def keyboard(self) -> QWidget | None:
        """The keyboard, after "abc"."""
        return self._pad.keyboard

    def first_focus(self) -> QWidget | None:
        """The field, else the primary action."""
        return None if self._shown().caution else self._field.edit

    def submit(self) -> None:
        """Hand the PIN over and forget it."""
        state = self._shown()
        if self._field.filled and not state.busy and not state.caution:
            pin = self._field.take()
            self._pad.close()
            self.emitted.emit(PinTyped(pin))

    def trigger(self, name: str) -> None:
        """Say what helps somebody who forgot the PIN."""
        if name == FORGOTTEN:
            self._notice.show_notice("info", first_words("forgotten"))
            self._notice.show()

    # ── content ─────────────────────────────────────────────────────────────────────────────────

    def _shown(self) -> EnterPin:
        assert self._state is not None, "a page is rendered before it is asked"
        return self._state

    def _sentence(self, state: EnterPin) -> str:
        if state.busy:
            return QCoreApplication.translate("Pin", "Your key checks the PIN…")
        return QCoreApplication.translate("Pin", "This key already has a PIN. Nobody here knows it but you.")

    def _primary(self, state: EnterPin) -> Action:
        if state.caution:
            event: Event = Continued()
            return Action(QCoreApplication.translate("Pin", "Try anyway"), "forward", event)
        go_on = QCoreApplication.translate("Pin", "Continue")
        return Action(go_on, "forward", enabled=self._field.filled and not state.busy)

    def _show_tries(self, state: EnterPin) -> None:
        self._tries.setVisible(state.retries_left is not None)
        self._tries.set_text(tries_words(state.retries_left, few=state.caution))

    def _edited(self) -> None:
        if self._state is not None:
            if self._field.filled:
                self._told = None
            go_on = QCoreApplication.translate("Pin", "Continue")
            self._pad.offer(go_on, enabled=self._field.filled and not self._state.busy)
            self.changed.emit()
