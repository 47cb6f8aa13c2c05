"""The mobile ID of a project: show it, and take it."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtWidgets import QWidget

from kiosk.contract.profile import FieldKind
from kiosk.enrollment.events import Continued, IdShown, Skipped
from kiosk.enrollment.states import IdTaken, ShowId, State
from kiosk.enrollment.visit import Trouble
from ui.badge_ear import BadgeEar
from ui.pages.field_keyboard import FieldKeyboard
from ui.pages.page import Action, Chrome, Page, Surroundings
from ui.pages.verify import column_of
from ui.text import clean
from ui.theme import Theme
from ui.widgets.camera_view import CameraView
from ui.widgets.number_card import NumberCard
from ui.widgets.row_list import Row, RowList
from ui.widgets.text_field import TextField

_ID = "id"


class ShowIdPage(Page):
    """Shows `ShowId`. Emits IdShown with what was typed, or read by the scanner or the camera, and Skipped where the
    state lets people."""

    def __init__(
        self,
        theme: Theme,
        place: Surroundings,
        parent: QWidget | None = None,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(theme, place, parent)
        self._state: ShowId | None = None
        self._told: Trouble | None = None
        self._field = TextField(theme, QCoreApplication.translate("MobileId", "Number or code"), FieldKind.BADGE, self)
        self._keyboard = FieldKeyboard(theme, self)
        self._field.entered.connect(self.submit)
        self._field.changed.connect(self._edited)
        self._field.keyboard_wanted.connect(lambda: self._keyboard.turn(self._field))
        self._keyboard.turned.connect(self._make_room)
        self._keyboard.continued.connect(self.submit)
        self._ear = BadgeEar(self, clock)
        self._ear.scanned.connect(self._read)
        eye = place.camera()
        self._view = CameraView(theme, eye) if eye is not None else None
        if self._view is not None:
            self._view.read.connect(self._read)
            self._view.lost.connect(self._blinded)
        column = column_of(self, theme)
        column.addWidget(self._field)
        column.addStretch(1)

    def render(self, state: State) -> None:  # type: ignore[override]
        """Ask, or wait for the answer to what was shown."""
        assert isinstance(state, ShowId)
        before, self._state = self._state, state
        self._ear.listening = not state.busy
        self._field.lock(locked=state.busy)
        if state.problem is not (before.problem if before else None):
            self._told = state.problem
            self._field.mark_refused(refused=state.problem is not None)
        self.changed.emit()

    def chrome(self) -> Chrome:
        """The question, and the way of whoever has none."""
        say = QCoreApplication.translate
        state = self._shown()
        busy = say("MobileId", "One moment. We look it up…")
        none = Action(say("MobileId", "I have none"), "", Skipped(), "secondary", enabled=not state.busy)
        return Chrome(
            title=say("MobileId", "Do you have a mobile ID?"),
            sentence=busy if state.busy else self._sentence(),
            step=1,
            problem=self._told,
            primary=Action(say("MobileId", "Continue"), "forward", enabled=not state.busy),
            secondary=none if state.optional else None,
            scene="phone",
            compact=self._keyboard.widget is not None and not state.busy,
            help=(
                say("MobileId", "It is the number that the page of your project shows on your phone."),
                say("MobileId", "The code of the project, on a sheet or a poster, gives you a number now."),
            ),
        )

    def pad(self) -> QWidget | None:
        """What the camera sees, where there is one."""
        return self._view

    def keyboard(self) -> QWidget | None:
        """The on-screen keyboard, once it was asked for."""
        return self._keyboard.widget

    def first_focus(self) -> QWidget | None:
        """The field."""
        return self._field.edit

    def submit(self) -> None:
        """Send what was typed."""
        typed = self._field.value().strip()
        if typed and not self._shown().busy:
            self._keyboard.close()
            self.emitted.emit(IdShown(typed))

    def draft(self) -> Mapping[str, str]:
        """What is typed so far."""
        return {_ID: self._field.value()}

    def restore(self, draft: Mapping[str, str]) -> None:
        """Put it back."""
        self._field.put(draft.get(_ID, ""))

    def _shown(self) -> ShowId:
        assert self._state is not None, "a page is rendered before it is asked"
        return self._state

    def _sentence(self) -> str:
        say = QCoreApplication.translate
        if self._view is not None:
            return say("MobileId", "Hold its code to the camera, or type the number.")
        return say("MobileId", "Hold its code to the reader, or type the number.")

    def _read(self, text: str) -> None:
        """The scanner or the camera: sent as it is, and not left in the field for the next one to read."""
        if not self._shown().busy:
            self._field.put("")
            self.emitted.emit(IdShown(text))

    def _edited(self) -> None:
        if self._told is not None and self._field.value():
            self._told = None
            self._field.mark_refused(refused=False)
            self.changed.emit()

    def _blinded(self) -> None:
        """The camera cannot be had: everything else goes on."""
        self._view = None
        self.changed.emit()

    def _make_room(self) -> None:
        self._keyboard.say(QCoreApplication.translate("MobileId", "Continue"))
        self.changed.emit()


class IdTakenPage(Page):
    """Shows `IdTaken`: the number, and whether its project knows it. Emits Continued."""

    def __init__(self, theme: Theme, place: Surroundings, parent: QWidget | None = None) -> None:
        super().__init__(theme, place, parent)
        self._state: IdTaken | None = None
        self._number = NumberCard(theme, self)
        self._rows = RowList(theme, parent=self)
        column = column_of(self, theme)
        column.addWidget(self._number, 0, Qt.AlignmentFlag.AlignLeft)
        column.addWidget(self._rows)
        column.addStretch(1)

    def render(self, state: State) -> None:  # type: ignore[override]
        """Show this number."""
        assert isinstance(state, IdTaken)
        self._state = state
        say = QCoreApplication.translate
        taken = state.mobile_id
        self._number.show_number(str(taken.number), say("MobileId", "Your number: {number}"))
        if taken.registered:
            row = Row(say("MobileId", "The project knows it already"), mark="done")
        else:
            row = Row(
                say("MobileId", "The project will be told"),
                mark="wait",
                note=say("MobileId", "That happens by itself. You need do nothing."),
            )
        self._rows.show_rows((row,))
        self.changed.emit()

    def chrome(self) -> Chrome:
        """One way on."""
        assert self._state is not None
        say = QCoreApplication.translate
        project = clean(self._state.mobile_id.project)
        return Chrome(
            title=say("MobileId", "This is your number"),
            sentence=say("MobileId", "It is your mobile ID in <b>{project}</b>.").format(project=project),
            step=1,
            primary=Action(say("MobileId", "Continue"), "forward", Continued()),
            scene="phone-done",
            keeps=True,
            help=(say("MobileId", "You find the number on your phone, too. It is yours alone."),),
        )

    def first_focus(self) -> QWidget | None:
        """The number."""
        return self._number
