"""Your key is ready: said only after both sides were read back, and only of the places that have it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QVBoxLayout, QWidget

from kiosk.contract.enrollments import PartyOutcome, PartyResult
from kiosk.enrollment.events import Continued
from kiosk.enrollment.parties import outcomes
from kiosk.enrollment.states import Done, State
from kiosk.enrollment.visit import KeyDone, TemporaryPass
from ui.i18n import western_locale
from ui.messages import party_reason
from ui.pages.page import Action, Chrome, Page, Surroundings
from ui.text import clean
from ui.theme import Theme
from ui.widgets.notice import Notice
from ui.widgets.pass_card import PassCard
from ui.widgets.row_list import Row, RowList

_WHEN = "d MMM yyyy, HH:mm"
ALREADY = "already_registered"
"""The word of a relying party that has the key from an earlier visit."""


class DonePage(Page):
    """Shows `Done`: where the key works and where it does not, passes for the first days, and that the key is to be
    taken out. Emits Continued ("Finish")."""

    def __init__(self, theme: Theme, place: Surroundings, parent: QWidget | None = None) -> None:
        super().__init__(theme, place, parent)
        self._state: Done | None = None
        self._when = western_locale(theme.locale).toString(place.now(), _WHEN)
        self._receipt = RowList(theme, "receipt", parent=self, dense=True)
        self._desk = Notice(theme, "warn", parent=self)
        self._passes: list[PassCard] = []
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(theme.px(14))
        self._column.addWidget(self._receipt)
        self._column.addWidget(self._desk)
        self._column.addStretch(1)

    def render(self, state: State) -> None:  # type: ignore[override]
        """Show the receipt."""
        assert isinstance(state, Done)
        self._state = state
        self._receipt.show_rows(self._rows(state))
        todo = self._todo(state)
        self._desk.setVisible(bool(todo))
        self._desk.show_notice("warn", todo)
        issued = _issued(state)
        for given in issued[len(self._passes) :]:
            self._passes.append(PassCard(self.theme, given, self, compact=len(issued) > 1))
            self._column.insertWidget(len(self._passes) - 1, self._passes[-1])
        self.changed.emit()

    def chrome(self) -> Chrome:
        """Take the key, finish."""
        say = QCoreApplication.translate
        if self._state is not None and self._state.visit.phone_alone:
            return self._phone_chrome()
        if self._state is not None and self._state.visit.done:
            whole = _is_whole(self._state)
            title = say("Done", "Your keys are ready") if whole else say("Done", "Your keys are partly ready")
            return replace(self._one_chrome(), title=title)
        return self._one_chrome()

    def _one_chrome(self) -> Chrome:
        say = QCoreApplication.translate
        whole = self._state is None or _is_whole(self._state)
        return Chrome(
            title=say("Done", "Your key is ready") if whole else say("Done", "Your key is partly ready"),
            sentence=self._sentence(),
            step=5,
            primary=Action(say("Done", "Finish"), "check", Continued()),
            scene="key-done",
            caption=say("Done", "Your key is still in the slot.") if self._still_in() else "",
            help=(say("Done", "Your key works. If you lose it, tell the desk."),),
        )

    def _phone_chrome(self) -> Chrome:
        """Nobody is told of a key where there is none."""
        say = QCoreApplication.translate
        return Chrome(
            title=say("Done", "Your phone is ready"),
            sentence=say("Done", "It signs you in from now on. Keep its lock to yourself."),
            step=5,
            primary=Action(say("Done", "Finish"), "check", Continued()),
            scene="phone-done",
            help=(say("Done", "Your phone works. If you lose it, tell the desk."),),
        )

    def conceal(self) -> None:
        """Dots in place of the passes, until somebody asks for them again."""
        for card in self._passes:
            card.conceal()

    def first_focus(self) -> QWidget | None:
        """A pass: an Enter too many must not take it away unread."""
        return self._passes[0] if self._passes else None

    def _sentence(self) -> str:
        say = QCoreApplication.translate
        if self._passes:
            return say("Done", "Write down the pass below. It is shown only now.")
        crowded = self._state is not None and bool(self._todo(self._state))
        return "" if crowded else say("Done", "Take it with you, and keep your PIN to yourself.")

    def _still_in(self) -> bool:
        state = self._state
        return state is not None and state.visit.key is not None and state.visit.key.address in state.visit.port.keys

    def _rows(self, state: Done) -> tuple[Row, ...]:
        say = QCoreApplication.translate
        visit = state.visit
        if visit.phone_alone:
            return self._phone_rows(state)
        ended = outcomes(visit)
        issued = _issued(state)
        crowded = len(ended) + len(visit.done) > 2 or bool(issued)
        rows = [Row(clean(visit.person, 48))] if visit.person and not crowded else []
        rows += [_earlier(each, outcomes(visit, each)) for each in visit.done]
        rows += [party_row(each) for each in ended if len(issued) < 2 or not _has_it(each)]
        if len(ended) > 2 and self._todo(state):  # the receipt is told there
            return tuple(rows)
        serial = clean(visit.key.address.serial[-4:]) if visit.key else ""
        key = say("Done", "Key ending {digits}").format(digits=serial) if serial else say("Done", "Set up on")
        phone = [Row(say("Done", "Your phone"), say("Done", "Passkey saved"), "done")] if visit.phone_ready else []
        return (*rows, *([] if crowded else phone), Row(key, self._receipt_of(state), strong=False))

    def _phone_rows(self, state: Done) -> tuple[Row, ...]:
        say = QCoreApplication.translate
        person = [Row(clean(state.visit.person, 48))] if state.visit.person else []
        phone = Row(say("Done", "Your phone"), say("Done", "Passkey saved"), "done")
        return (*person, phone, Row(say("Done", "Set up on"), self._receipt_of(state), strong=False))

    def _receipt_of(self, state: Done) -> str:
        """When it was, and the number that the service gave."""
        if not state.visit.receipt:
            return self._when
        text = QCoreApplication.translate("Done", "{time} · Receipt {number}")
        return text.format(time=self._when, number=clean(state.visit.receipt, 16))

    def _todo(self, state: Done) -> str:
        """What is not as it should be, and what to do about it; empty when nothing is."""
        say = QCoreApplication.translate
        visit = state.visit
        if visit.phone_alone:  # no place was meant to have a key
            return ""
        ended = [each for key in (*visit.done, None) for each in outcomes(visit, key) if not _has_it(each)]
        receipt = clean(visit.receipt, 16)
        lines = []
        if state.cut_short or any(each.result is not PartyResult.UNKNOWN for each in ended):
            text = say("Done", "<b>Please go to the desk for the rest.</b> Tell them receipt {number}.")
            lines.append(text.format(number=receipt))
        elif ended:
            text = say("Done", "<b>Staff will look, you need not wait.</b> Your receipt is {number}.")
            lines.append(text.format(number=receipt))
        if visit.policy.activated_later:
            lines.append(say("Done", "The key begins to work when it is handed over to you."))
        if visit.replaced:
            lines.append(say("Done", "The key that you tried first does not sign you in any more."))
        if visit.left_on_key:
            lines.append(say("Done", "Something that was begun is still on this key."))
        return " ".join(lines)


def _issued(state: Done) -> tuple[TemporaryPass, ...]:
    """The passes of all keys of the visit: they are shown only now."""
    return (*(given for each in state.visit.done for given in each.issued), *state.visit.issued)


def _is_whole(state: Done) -> bool:
    """Whether every key works wherever it was meant to."""
    visit = state.visit
    everywhere = all(_has_it(each) for key in (*visit.done, None) for each in outcomes(visit, key))
    return everywhere and not state.cut_short


def _earlier(key: KeyDone, ended: Sequence[PartyOutcome]) -> Row:
    """A key of this visit before the last one."""
    say = QCoreApplication.translate
    serial = clean(key.key.address.serial[-4:])
    name = say("Done", "Key ending {digits}").format(digits=serial) if serial else say("Done", "Your other key")
    return key_row(name, ended)


def key_row(name: str, ended: Sequence[PartyOutcome]) -> Row:
    """A key of this name: whether it works, and where it does not."""
    say = QCoreApplication.translate
    without = [clean(each.relying_party.name) for each in ended if not _has_it(each)]
    if not without:
        return Row(name, say("Done", "Tested, works"), "done")
    note = say("Done", "Not set up for: {names}").format(names=", ".join(without))
    return Row(name, say("Done", "Partly ready"), "stop", note=note)


def party_row(ended: PartyOutcome) -> Row:
    """How it ended at one place: a mark, words, and why."""
    say = QCoreApplication.translate
    name = clean(ended.relying_party.name)
    if ended.result is PartyResult.REGISTERED:
        return Row(name, say("Done", "Tested, works"), "done")
    if ended.reason == ALREADY:
        return Row(name, say("Done", "Works already"), "done")
    if ended.result is PartyResult.UNKNOWN:
        return Row(name, say("Done", "Not sure yet"), "wait", note=say("Done", "The answer is late. Staff will look."))
    if ended.result is PartyResult.NOT_TRIED:
        return Row(name, say("Done", "Not set up"), "next")
    return Row(name, say("Done", "Not set up"), "stop", note=party_reason(ended.reason))


def _has_it(ended: PartyOutcome) -> bool:
    return ended.result is PartyResult.REGISTERED or ended.reason == ALREADY
