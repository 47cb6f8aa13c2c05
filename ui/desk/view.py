"""One view of the desk: its title, what staff read or type, and its buttons; made anew for each state."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QCoreApplication, Signal
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QVBoxLayout, QWidget

from kiosk.contract.profile import FieldKind
from kiosk.contract.staff import ApprovalRequest, Decision, Role
from kiosk.desk.events import (
    ClosedByStaff,
    CodeTyped,
    CodeWanted,
    Confirmed,
    Decided,
    Event,
    LookWanted,
    NamesWanted,
    PinTyped,
    ReferenceTyped,
    RequestPicked,
    RequestsWanted,
    SureAsked,
    WentBack,
)
from kiosk.desk.names import may_be_listed
from kiosk.desk.states import (
    AskSure,
    Deciding,
    EnterCode,
    EnterOwnersPin,
    EnterPin,
    InsertStaffKey,
    LookAtKey,
    Menu,
    Next,
    Reference,
    Requests,
    State,
    Sure,
    TakeOut,
)
from kiosk.station.notes import Notes
from ui.desk.facts import (
    key_lines,
    kiosk_lines,
    name_lines,
    owed_lines,
    owed_words,
    reference_lines,
    tries_of,
    unknown_words,
)
from ui.desk.words import action_words, problem_words, sentence_of, title_of
from ui.pages.pin_words import first_words, tries_words
from ui.text import clean
from ui.theme import Theme
from ui.widgets.buttons import Button
from ui.widgets.keyboard import Keyboard
from ui.widgets.keypad import Keypad
from ui.widgets.label import Label
from ui.widgets.notice import Notice
from ui.widgets.option_card import OptionCard
from ui.widgets.pin_field import PinField, SecretEdit
from ui.widgets.scroller import Scroller
from ui.widgets.text_field import TextField

_LONGEST = 240
"""Characters of a line: two or three sentences."""


class DeskView(QWidget):
    """Shows one state. `emitted` carries an event of the desk; a PIN or code leaves the fields with it, once."""

    emitted = Signal(object)

    def __init__(self, theme: Theme, state: State, parent: QWidget, notes: Notes | None = None) -> None:
        super().__init__(parent)
        self._notes = notes or Notes()
        self.theme, self._state = theme, state
        self._first: QWidget | None = None
        self._keyboard: Keyboard | None = None
        self._outer = QVBoxLayout(self)
        margin = theme.px(32)
        self._outer.setContentsMargins(margin, theme.px(20), margin, theme.px(16))
        inside = QWidget()
        self._column = QVBoxLayout(inside)
        self._column.setSpacing(theme.px(12))
        self._buttons = self._leaving = QHBoxLayout()
        if theme.portrait:
            self._leaving = QHBoxLayout()  # there is no room for all of them in one row
        for row in (self._buttons, self._leaving):
            row.setSpacing(theme.px(12))
        self._head()
        self._fill()
        self._column.addStretch(1)
        self._outer.addWidget(Scroller(theme, inside, self), 1)
        self._outer.addLayout(self._buttons)
        if self._leaving is not self._buttons:
            self._outer.addLayout(self._leaving)
        self.setAccessibleName(title_of(state))

    def focus_first(self) -> None:
        """Put the focus where staff begin."""
        if self._first is not None:
            self._first.setFocus()

    def _head(self) -> None:
        self._column.addWidget(Label(self.theme, "title", title_of(self._state), parent=self))
        if sentence := sentence_of(self._state):
            self._column.addWidget(Label(self.theme, "body", sentence, parent=self))
        if words := problem_words(self._state):
            self._column.addWidget(Notice(self.theme, "warn", words, parent=self))

    def _fill(self) -> None:
        state, say = self._state, QCoreApplication.translate
        match state:
            case EnterPin() | EnterOwnersPin():
                self._pin(state)
            case EnterCode():
                self._code(state)
            case Menu():
                self._menu(state)
            case Requests() | Deciding():
                self._about_requests(state)
            case AskSure():
                self._button(say("Desk", "Yes"), Confirmed, "primary")
            case LookAtKey(info=info) if info is not None:
                self._look(state)
            case Reference(told=told) if told is not None:
                self._safe_lines(reference_lines(told))
            case _:
                self._waits()
        self._leave()

    def _waits(self) -> None:
        say = QCoreApplication.translate
        if isinstance(self._state, TakeOut) and self._state.problem is not None:
            self._button(say("Desk", "Continue"), Confirmed, "primary")
        elif isinstance(self._state, InsertStaffKey):
            self._button(say("Desk", "I have no key: sealed code"), CodeWanted)

    def _leave(self) -> None:
        say = QCoreApplication.translate
        self._leaving.addStretch(1)
        if isinstance(self._state, TakeOut) and self._state.then is Next.CLOSE:
            return
        if not isinstance(self._state, Menu):
            self._button(say("Desk", "Back"), WentBack, "ghost")
        self._button(say("Desk", "Close the desk"), ClosedByStaff, "ghost")

    def _button(self, text: str, event: Callable[[], Event], kind: str = "secondary") -> Button:
        button = Button(self.theme, text, kind, parent=self)
        button.clicked.connect(lambda: self.emitted.emit(event()))
        (self._leaving if kind == "ghost" else self._buttons).addWidget(button)
        self._first = self._first or button
        return button

    def _card(self, title: str, detail: str, event: Event) -> None:
        card = OptionCard(self.theme, title, detail, parent=self).dense()
        card.clicked.connect(lambda: self.emitted.emit(event))
        self._column.addWidget(card)
        self._first = self._first or card

    def _lines(self, lines: list[tuple[str, str]]) -> None:
        self._safe_lines([(clean(name), clean(text, _LONGEST)) for name, text in lines])

    def _safe_lines(self, lines: list[tuple[str, str]]) -> None:
        """Lines of our own words, and of others' that are safe to show."""
        for name, text in lines:
            self._column.addWidget(Label(self.theme, "small", f"<b>{name}</b>  {text}".rstrip(), parent=self))

    def _look(self, state: LookAtKey) -> None:
        say = QCoreApplication.translate
        if state.info is not None and (words := unknown_words(state.info, self._notes)):
            self._column.addWidget(Notice(self.theme, "warn", words, parent=self))
        if state.names is not None:
            self._column.addWidget(Label(self.theme, "strong", say("Desk", "Sign-ins on this key"), parent=self))
            self._safe_lines(name_lines(state.names))
            self._column.addSpacing(self.theme.px(12))
        elif may_be_listed(state):
            self._button(say("Desk", "Show what is on it"), NamesWanted)
        self._lines(key_lines(state))

    def _pin(self, state: EnterPin | EnterOwnersPin) -> None:
        say = QCoreApplication.translate
        if state.caution:
            self._column.addWidget(Notice(self.theme, "warn", first_words("caution"), parent=self))
            self._button(say("Desk", "Try anyway"), Confirmed, "primary")
            return
        field = PinField(self.theme, title_of(state), self)
        field.lock(locked=state.busy)
        pad = Keypad(self.theme, secret=True, letters=True, ink="ink_soft")
        pad.aim(field.edit)
        pad.letters_wanted.connect(lambda: self._type_into(field.edit, opens=True))
        ways = QBoxLayout.Direction
        row, typed = QBoxLayout(ways.TopToBottom if self.theme.portrait else ways.LeftToRight), QVBoxLayout()
        row.setSpacing(self.theme.px(24))
        typed.addWidget(field)
        typed.addWidget(Label(self.theme, "small", tries_words(tries_of(state), few=False), parent=self))
        typed.addStretch(1)
        row.addLayout(typed, 1)
        row.addWidget(pad)
        self._column.addLayout(row)
        self._first = field.edit
        button = self._button(say("Desk", "Continue"), lambda: PinTyped(field.take()), "primary")
        field.changed.connect(lambda: button.setEnabled(field.filled and not state.busy))
        field.entered.connect(button.click)
        button.setEnabled(False)

    def _code(self, state: EnterCode) -> None:
        say = QCoreApplication.translate
        name = self._field(say("Desk", "Your name"))
        code = PinField(self.theme, say("Desk", "Sealed code"), self)
        code.focused.connect(lambda: self._type_into(code.edit))
        code.lock(locked=state.busy)
        self._column.addWidget(code)
        button = self._button(say("Desk", "Continue"), lambda: CodeTyped(name.value(), code.take()), "primary")
        code.changed.connect(lambda: button.setEnabled(code.filled and not state.busy))
        code.entered.connect(button.click)
        button.setEnabled(False)
        self._first = name.edit

    def _menu(self, state: Menu) -> None:
        say = QCoreApplication.translate
        if words := owed_words(self._notes):
            self._column.addWidget(Notice(self.theme, "warn", words, parent=self))
            self._lines(owed_lines(self._notes))
        self._card(say("Desk", "Requests"), say("Desk", "Approve or deny what this kiosk waits for"), RequestsWanted())
        self._card(say("Desk", "Look at a key"), say("Desk", "What it is, and what is known of it"), LookWanted())
        self._card(say("Desk", "End the visit"), say("Desk", "The person starts over"), SureAsked(Sure.END_VISIT))
        if state.desk.may(Role.ADMINISTER):
            self._card(say("Desk", "Close the kiosk"), say("Desk", "For maintenance"), SureAsked(Sure.LEAVE))
        field = self._field(say("Desk", "Reference that a person was shown"))
        field.entered.connect(lambda: self.emitted.emit(ReferenceTyped(field.value())))
        self._button(say("Desk", "Look up"), lambda: ReferenceTyped(field.value()))
        self._lines(kiosk_lines(self._notes))

    def _about_requests(self, state: Requests | Deciding) -> None:
        if isinstance(state, Deciding):
            self._decide(state)
            return
        for each in state.requests or ():
            self._card(f"{each.number}  {action_words(each.action)}", _about(each), RequestPicked(each.approval_id))
        self._button(QCoreApplication.translate("Desk", "Look again"), RequestsWanted)

    def _decide(self, state: Deciding) -> None:
        say = QCoreApplication.translate
        self._column.addWidget(Label(self.theme, "body", action_words(state.request.action), parent=self))
        self._lines(list(state.request.about))
        reason = self._field(say("Desk", "Reason"))
        reason.edit.setMaxLength(200)
        if state.reason_missing:
            reason.mark_refused(refused=True)
            self._column.addWidget(Notice(self.theme, "warn", say("Desk", "Please say why."), parent=self))
        self._button(say("Desk", "Approve"), lambda: Decided(Decision.APPROVE, reason.value()), "primary")
        self._button(say("Desk", "Deny"), lambda: Decided(Decision.DENY, reason.value()))
        self._first = reason.edit

    def _field(self, label: str) -> TextField:
        field = TextField(self.theme, label, FieldKind.TEXT, self)
        field.keyboard_wanted.connect(lambda: self._type_into(field.edit, opens=True))
        field.focused.connect(lambda: self._type_into(field.edit))
        self._column.addWidget(field)
        return field

    def _type_into(self, edit: QWidget, *, opens: bool = False) -> None:
        """Aim the keyboard that is open; open it where it was asked for."""
        if self._keyboard is None and opens:
            self._keyboard = Keyboard(self.theme, secret=isinstance(edit, SecretEdit), parent=self)
            self._keyboard.closed.connect(self._put_away)
            self._outer.addWidget(self._keyboard)
            edit.setFocus()
        if self._keyboard is not None:
            self._keyboard.aim(edit)

    def _put_away(self) -> None:
        if self._keyboard is not None:
            self._keyboard.hide()
            self._keyboard.deleteLater()
            self._keyboard = None


def _about(request: ApprovalRequest) -> str:
    lines = "; ".join(f"{name}: {text}" for name, text in request.about)
    if request.mine:
        return QCoreApplication.translate("Desk", "You said yes; a colleague is needed. {lines}").format(lines=lines)
    return lines
