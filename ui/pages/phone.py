"""Scan this with your phone: a code, the number that ties it to this screen, and whatever became of it."""

from __future__ import annotations

import time
from collections.abc import Callable

from PySide6.QtCore import QCoreApplication, Qt, QTimer
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent, QHideEvent, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QWidget

from kiosk.contract.phone import PhoneReason
from kiosk.enrollment.states import Phone, State
from ui.pages import phone_words as words
from ui.pages.page import Chrome, Page, Surroundings
from ui.pages.phone_ways import Stage, again, aside, back, stage_of, step_of
from ui.pages.phone_words import Ending
from ui.pages.verify import column_of
from ui.theme import Theme
from ui.widgets.label import Label
from ui.widgets.notice import Notice
from ui.widgets.number_card import NumberCard
from ui.widgets.phone_pad import PhonePad
from ui.widgets.row_list import Row, RowList
from ui.widgets.status_card import StatusCard

_TICK_MS = 250
_VERY_LARGE = 2.0
_SPOKEN = (60, 20)
"""Seconds left at which the time is said aloud: any more often, nothing else would be heard."""


_SCENES = {Stage.HERE: "phone-number", Stage.DONE: "phone-done"}


class PhonePage(Page):
    """Shows `Phone`. Emits Continued ("Show a new code"), Skipped and WentBack where the state lets people.

    The number is in no widget before the phone is here, and in none once it is not any more; the code leaves the screen
    when it was scanned.
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
        self._state: Phone | None = None
        self._stage = Stage.PREPARING
        self._ends_at = 0.0
        self._left = 0
        self._picture = PhonePad(theme)
        self._steps = RowList(theme, "", parent=self)
        rows = enumerate(words.what_to_do(), 1)
        self._steps.show_rows(tuple(Row(line, mark="number", number=number) for number, line in rows))
        self._number = NumberCard(theme, self)
        only_here = QCoreApplication.translate("Phone", "Only this screen has it.")
        self._only_here = Label(theme, "small", only_here, "ink_soft", self)
        self._done = RowList(theme, parent=self)
        self._status = StatusCard(theme, parent=self)
        self._notice = Notice(theme, parent=self)
        column = column_of(self, theme)
        column.addWidget(self._steps)
        column.addLayout(self._row_of_number())
        for widget in (self._done, self._notice, self._status):
            column.addWidget(widget)
        column.addStretch(1)
        self._timer = QTimer(self)
        self._timer.setInterval(_TICK_MS)
        self._timer.timeout.connect(self.tick)

    # ── the page's contract ─────────────────────────────────────────────────────────────────────

    def render(self, state: State) -> None:  # type: ignore[override]
        """Show this state; a new code starts its countdown anew, and an answer corrects it."""
        assert isinstance(state, Phone)
        before, self._state = self._state, state
        if state.code is None:
            self._picture.forget()
        elif before is None or before.code != state.code or before.shown != state.shown:
            self._picture.show_code(state.code)
            self._ends_at = self._clock() + state.code.expires_in
        if state.standing is not None and (before is None or before.standing != state.standing):
            self._ends_at = self._clock() + state.standing.expires_in
        stage, self._stage = self._stage, stage_of(state, drawn=not self._picture.code.empty)
        self._settle(state)
        self.changed.emit()
        focus = self.first_focus()
        if stage is not self._stage and focus is not None and self.isVisible():
            focus.setFocus()
        if self._stage is Stage.HERE and (stage is not Stage.HERE or before is None):
            self._number.read_aloud()  # after the title, which the shell has said by now

    def chrome(self) -> Chrome:
        """What is asked now, and the ways around it."""
        state = self._shown()
        title, sentence = self._words(state)
        return Chrome(
            title=title,
            sentence=sentence,
            step=step_of(state),
            problem=state.problem,
            back=back(state, self._stage),
            primary=again(state, self._stage, too_late=self._too_late(state)),
            secondary=aside(state, self._stage),
            scene=_SCENES.get(self._stage, "phone"),
            help=words.help_lines(state.purpose),
        )

    def pad(self) -> QWidget | None:
        """The code, as long as it waits for a phone."""
        return self._picture if self._stage is Stage.WAITING else None

    def conceal(self) -> None:
        """Nobody else scans it: hidden while nobody seems to be there."""
        self._picture.code.turn(shown=False)

    def reveal(self) -> None:
        """Somebody is: they may scan it."""
        self._picture.code.turn(shown=True)

    def first_focus(self) -> QWidget | None:
        """What a screen reader should read whole: the number, what is waited for, or what was done."""
        match self._stage:
            case Stage.HERE if not self._number.isHidden():
                return self._number
            case Stage.DONE:
                return self._done
            case Stage.PREPARING | Stage.WAITING | Stage.HERE:
                return self._status
            case _:
                return None

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802 - Qt's name
        """Time passes while it can be seen."""
        self._timer.start()
        super().showEvent(event)

    def hideEvent(self, event: QHideEvent) -> None:  # noqa: N802 - Qt's name
        """The page is left: code and number are gone for good."""
        self._timer.stop()
        if not event.spontaneous():
            self._picture.forget()
            self._number.show_number("")
        super().hideEvent(event)

    # ── content ─────────────────────────────────────────────────────────────────────────────────

    def _shown(self) -> Phone:
        assert self._state is not None, "a page is rendered before it is asked"
        return self._state

    @property
    def _crowded(self) -> bool:
        """Whether text is so large that one sentence has to do for the steps."""
        return self.theme.text_scale >= _VERY_LARGE

    def _settle(self, state: Phone) -> None:
        stage, number = self._stage, ""
        if stage is Stage.HERE and state.standing is not None:
            number = state.standing.number
        self._number.show_number(number, QCoreApplication.translate("Phone", "{number}. Only this screen has it."))
        for widget in (self._number, self._only_here):
            widget.setVisible(bool(number))
        self._steps.setVisible(stage is Stage.WAITING and state.problem is None and not self._crowded)
        self._done.setVisible(stage is Stage.DONE)
        if stage is Stage.DONE:
            by_itself = QCoreApplication.translate("Phone", "The next screen opens by itself.")
            self._done.show_rows((Row(words.completed(state.purpose), mark="done", note=by_itself),))
        self._show_notice(state)
        self._status.setVisible(stage in (Stage.PREPARING, Stage.WAITING, Stage.HERE))
        self._left = -1
        self.tick()

    def _show_notice(self, state: Phone) -> None:
        """How it ended; or, while a phone is at work, that another one was turned away."""
        ended, standing = self._ending(state), state.standing
        tried = self._stage is Stage.HERE and standing is not None and standing.reason == PhoneReason.ANOTHER_PHONE
        self._notice.setVisible(ended is not None or tried)
        if ended is not None:
            self._notice.show_notice(ended.tone, ended.todo)
        elif tried:
            self._notice.show_notice("warn", words.turned_away())

    def _row_of_number(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(self.theme.px(24))
        row.addWidget(self._number)
        row.addWidget(self._only_here, 1, Qt.AlignmentFlag.AlignVCenter)
        return row

    def _ending(self, state: Phone) -> Ending | None:
        if self._stage is Stage.UNREADABLE:
            return words.unreadable()
        if self._stage is not Stage.OVER or state.standing is None:
            return None
        return words.ending(state.standing.status, state.standing.reason)

    def _words(self, state: Phone) -> tuple[str, str]:
        say = QCoreApplication.translate
        ended = self._ending(state)
        if ended is not None:
            return ended.title, ended.sentence
        match self._stage:
            case Stage.HERE if state.standing is not None and state.standing.number:
                return say("Phone", "Type this number on your phone"), words.goes_on(state.purpose)
            case Stage.HERE:
                return say("Phone", "Your phone is here"), say("Phone", "Go on there, and follow its steps.")
            case Stage.DONE:
                return say("Phone", "Done"), say("Phone", "You can put your phone away.")
            case Stage.FAILED if state.done:
                return words.completed(state.purpose), say("Phone", "Only this screen cannot go on yet.")
            case Stage.WAITING if self._crowded:
                return say("Phone", "Scan this with your phone"), say("Phone", "Point its camera at the square code.")
            case _:
                return say("Phone", "Scan this with your phone"), words.wanted_for(state.purpose, instead=state.instead)

    def _too_late(self, state: Phone) -> bool:
        return self._stage is Stage.WAITING and state.problem is not None and self._seconds() == 0

    # ── time ────────────────────────────────────────────────────────────────────────────────────

    def tick(self) -> None:
        """Show what the clock says now."""
        if self._state is None or self._status.isHidden():
            return
        left = self._seconds()
        if left == self._left:
            return
        before, self._left = self._left, left
        self._show_status(left)
        if self._stage is Stage.WAITING:
            if left in _SPOKEN and before > left:
                QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self._status, words.lasts(left)))
            if left == 0 and before > 0:
                self.conceal()
                self.changed.emit()

    def _seconds(self) -> int:
        return max(0, -int(-(self._ends_at - self._clock()) // 1))

    def _show_status(self, left: int) -> None:
        say = QCoreApplication.translate
        match self._stage:
            case Stage.PREPARING:
                self._status.show_status(say("Phone", "One moment"), say("Phone", "We prepare a code for your phone."))
            case Stage.HERE:
                by_itself = say("Phone", "This screen goes on by itself.")
                self._status.show_status(say("Phone", "Waiting for your phone to finish"), by_itself)
            case _ if left == 0:
                self._status.show_status(say("Phone", "The code has run out"), say("Phone", "One moment, please."))
            case _:
                heard = words.lasts_aloud(left)
                self._status.show_status(say("Phone", "Waiting for your phone"), words.lasts(left), heard)
