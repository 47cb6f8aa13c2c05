"""It cannot go on this way: what happened, whose fault it is not, and what to do now."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QVBoxLayout, QWidget

from hardware.errors import HardwareError, PinBlocked
from kiosk.contract.profile import RelyingPartyName
from kiosk.enrollment.events import Cancelled, Continued, ResetWanted
from kiosk.enrollment.parties import outcomes
from kiosk.enrollment.states import Remedy, State, Stopped
from kiosk.enrollment.visit import Visit
from kiosk.errors import KeyNotAdmitted, KeyNotAllowed, KioskError
from ui.key_words import note
from ui.messages import message, reasons
from ui.pages.done import party_row
from ui.pages.page import Action, Chrome, Page, Surroundings
from ui.text import clean
from ui.theme import Theme
from ui.widgets.bullets import Bullets
from ui.widgets.label import Label
from ui.widgets.notice import Notice
from ui.widgets.option_card import OptionCard
from ui.widgets.row_list import Row, RowList
from ui.widgets.status_card import StatusCard
from ui.words import ANOTHER_KEY

_AGAIN = (Remedy.ANOTHER_KEY, Remedy.REPLUG)
_MOST = 5
"""So many reasons are told; the first are the most fundamental."""


class StoppedPage(Page):
    """Shows `Stopped`. Emits Continued (the remedy), Cancelled ("Start over"), ResetWanted where that is offered."""

    def __init__(self, theme: Theme, place: Surroundings, parent: QWidget | None = None) -> None:
        super().__init__(theme, place, parent)
        self._state: Stopped | None = None
        self._what = Notice(theme, parent=self)
        self._why = Bullets(theme, "blocked", "stop", self)
        self._parties = RowList(theme, parent=self, dense=True)
        self._back = Notice(theme, "info", parent=self)
        self._left = Notice(theme, "stop", parent=self)
        self._cleaning = StatusCard(theme, parent=self)
        self._heading = Label(theme, "label", QCoreApplication.translate("Stopped", "What you can do"), parent=self)
        self._steps = RowList(theme, "", parent=self)
        self._reference = Label(theme, "small", "", "ink_soft", self)
        self._wipe = OptionCard(
            theme,
            QCoreApplication.translate("Stopped", "Wipe this key and begin anew"),
            icon="wipe",
            parent=self,
        )
        self._wipe.clicked.connect(lambda: self.emitted.emit(ResetWanted()))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.px(16))
        for widget in (self._what, self._why, self._parties, self._back, self._left, self._cleaning):
            column.addWidget(widget)
        column.addSpacing(theme.px(4))
        column.addWidget(self._heading)
        column.addWidget(self._steps)
        column.addWidget(self._wipe)
        column.addWidget(self._reference)
        column.addStretch(1)

    def render(self, state: State) -> None:  # type: ignore[override]
        """Show what happened and what to do."""
        assert isinstance(state, Stopped)
        self._state = state
        say = QCoreApplication.translate
        said = message(state.problem)
        why = reasons(state.problem, {party.id: party.name for party in state.visit.parties})
        several = why[:_MOST] if len(why) > 1 else ()
        text = say("Stopped", "Your organization has other rules.") if several else " ".join(why) or said.text
        happened = say("Stopped", "<b>What happened.</b> {text}").format(text=text)
        self._what.show_notice(said.tone, happened, said.icon)
        self._why.show_lines(several)
        self._show_places(state)
        self._left.setVisible(state.left_on_key)
        self._left.show_notice(
            "stop", say("Stopped", "<b>Please show this key to the desk.</b> Something that was begun is still on it.")
        )
        self._cleaning.setVisible(state.cleaning > 0)
        self._cleaning.show_status(
            say("Stopped", "Taking back what was begun"), say("Stopped", "Leave the key in the slot for a moment.")
        )
        crowded = (
            bool(several) or state.resettable or self._parties.isVisibleTo(self)
        )  # room for one step: the last, which says what to do at all
        todo = said.todo[-1:] if crowded else said.todo
        steps = () if state.cleaning or state.left_on_key else self._todo(state, todo)
        steps = steps[-1:] if crowded else steps
        self._steps.show_rows(
            tuple(Row(text, "", "number" if len(steps) > 1 else "none", n) for n, text in enumerate(steps, 1))
        )
        self._heading.setVisible(bool(steps) and not self._lists_failures(state))
        self._steps.setVisible(bool(steps))
        self._wipe.setVisible(state.resettable and not state.cleaning and not state.left_on_key)
        self._reference.set_text(self._for_staff(state))
        self._reference.setVisible(self.theme.folded and not self.theme.portrait)  # else it is below the picture
        self.changed.emit()

    def chrome(self) -> Chrome:
        """The title says what it means; the one action is the remedy."""
        say = QCoreApplication.translate
        state = self._state
        if state is None:
            return Chrome(title="")
        said = message(state.problem)
        again = state.remedy in _AGAIN
        keep = again and bool(state.visit.finished) and not isinstance(state.problem, PinBlocked)
        words = say("Stopped", "Keep this key") if keep else say("Stopped", "Start over")
        over = Action(words, "check" if keep else "restart", Cancelled(), "ghost", enabled=not state.cleaning)
        nowhere = self._lists_failures(state)
        return Chrome(
            title=say("Stopped", "Your key is not set up") if nowhere else said.title,
            sentence=say("Stopped", "You have done nothing wrong.") if said.blameless else "",
            step=reached(state.visit),
            back=over if again else None,
            primary=self._remedy(state),
            scene="key-stopped",
            caption=self._for_staff(state),
            key=note(state.visit) if self._about_key(state) else None,
            help=said.todo,
        )

    def first_focus(self) -> QWidget | None:
        """The card while something is taken back; else the remedy."""
        return self._cleaning if self._state and self._state.cleaning else None

    def _show_places(self, state: Stopped) -> None:
        """How it ended at each of several places; and what becomes of those where the key worked."""
        say = QCoreApplication.translate
        visit = state.visit
        again = state.remedy in _AGAIN
        several = len(visit.parties) > 1 and not state.cleaning
        told = several and (self._lists_failures(state) or (bool(visit.finished) and not again))
        self._parties.setVisible(told)
        self._parties.show_rows(tuple(party_row(each) for each in outcomes(visit)) if told else ())
        self._what.setVisible(not self._lists_failures(state))  # the places say it one by one
        text = ""
        if state.taken_back and not state.cleaning:
            text = say("Stopped", "<b>Nothing is set up.</b> It is wanted everywhere or nowhere, so we took it back.")
        elif visit.finished and again:
            text = say("Stopped", "It is set up for {names}. With another key, that is taken back.")
            text = text.format(names=_names(visit.finished))
        self._back.setVisible(bool(text))
        self._back.show_notice("info", text)

    def _lists_failures(self, state: Stopped) -> bool:
        """Whether no place has the key, and each says why."""
        several = len(state.visit.parties) > 1 and bool(state.visit.outcomes)
        return several and not (state.visit.finished or state.cleaning or state.taken_back)

    def _about_key(self, state: Stopped) -> bool:
        """Whether it is the key that was read last that cannot go on."""
        return isinstance(state.problem, HardwareError | KeyNotAdmitted | KeyNotAllowed)

    def _for_staff(self, state: Stopped) -> str:
        """Where staff find this in the log; nothing where starting again is all that it takes."""
        asks = set(message(KioskError()).todo) & set(message(state.problem).todo)
        if state.remedy is Remedy.START_OVER and not asks:
            return ""
        reference = clean(self.place.reference(state.problem), 24)
        return QCoreApplication.translate("Stopped", "Reference for staff: <b>{reference}</b>").format(
            reference=reference
        )

    def _todo(self, state: Stopped, todo: tuple[str, ...]) -> tuple[str, ...]:
        key = state.visit.key
        still_in = key is not None and key.address in state.visit.port.keys
        if not todo and still_in:
            todo = (QCoreApplication.translate("Stopped", "Take the key out of the slot."),)
        if state.remedy is not Remedy.DESK:
            return todo
        another = QCoreApplication.translate("Messages", str(ANOTHER_KEY[-1]))  # it would not help
        todo, desk = tuple(step for step in todo if step != another), message(KioskError()).todo
        return todo if set(desk) <= set(todo) else (*todo, *desk)

    def _remedy(self, state: Stopped) -> Action:
        say = QCoreApplication.translate
        words = {
            Remedy.START_OVER: (say("Stopped", "Start over"), "restart"),
            Remedy.ANOTHER_KEY: (say("Stopped", "Try another key"), "key"),
            Remedy.REPLUG: (say("Stopped", "Try again"), "restart"),
            Remedy.DESK: (say("Stopped", "Finish"), "check"),
        }
        text, icon = words[state.remedy]
        return Action(text, icon, Continued(), enabled=not state.cleaning)


def reached(visit: Visit) -> int:
    """The step at which the visit stopped."""
    if visit.bound is not None:
        return 4
    if visit.key is not None or visit.person:
        return 2
    return 1 if visit.enrollment_id else 0


def _names(parties: tuple[RelyingPartyName, ...]) -> str:
    comma = QCoreApplication.translate("Stopped", ", ", "between names")
    return comma.join(clean(party.name) for party in parties)
