"""Staff connect a new kiosk: they type the code of the console, or hold its picture to the reader."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QWidget

from kiosk.contract.profile import FieldKind
from kiosk.enrollment.events import ActivationTyped, Continued, WentBack
from kiosk.enrollment.states import Activate, State
from kiosk.enrollment.visit import Trouble
from kiosk.errors import NoCredential
from kiosk.secret import Secret
from ui.badge_ear import BadgeEar
from ui.pages.field_keyboard import FieldKeyboard
from ui.pages.page import Action, Chrome, Page, Surroundings
from ui.pages.verify import column_of
from ui.text import clean
from ui.theme import Theme
from ui.widgets.camera_view import CameraView
from ui.widgets.status_card import StatusCard
from ui.widgets.text_field import TextField


class ActivatePage(Page):
    """Shows `Activate`. Emits ActivationTyped with what was typed, or read by the scanner or the camera; WentBack; and
    Continued once the kiosk has its name."""

    def __init__(
        self,
        theme: Theme,
        place: Surroundings,
        parent: QWidget | None = None,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(theme, place, parent)
        self._state: Activate | None = None
        self._told: Trouble | None = None
        say = QCoreApplication.translate
        self._field = TextField(theme, say("Activate", "Code of the console"), FieldKind.BADGE, self)
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
        self._card = StatusCard(theme, parent=self)
        self._named = StatusCard(theme, ring=True, parent=self)
        column = column_of(self, theme)
        column.addWidget(self._field)
        column.addWidget(self._card)
        column.addWidget(self._named)
        column.addStretch(1)

    def render(self, state: State) -> None:  # type: ignore[override]
        """Ask for the code, wait for the service, or tell what the kiosk is called."""
        assert isinstance(state, Activate)
        before, self._state = self._state, state
        self._ear.listening = not (state.busy or state.done)
        self._field.setVisible(not (state.busy or state.done))
        self._card.setVisible(state.busy)
        self._named.setVisible(state.done)
        if state.busy:
            self._wait()
        if state.done:
            self._greet(state)
        if before is None or state.problem is not before.problem:
            self._told = None if isinstance(state.problem, NoCredential) else state.problem
            self._field.mark_refused(refused=self._told is not None)
        self.changed.emit()

    def chrome(self) -> Chrome:
        """The question; then who this kiosk is."""
        say = QCoreApplication.translate
        state = self._shown()
        if state.done:
            return Chrome(
                title=say("Activate", "This kiosk is connected"),
                sentence=say("Activate", "The first screen opens by itself."),
                primary=Action(say("Activate", "Continue"), "forward", Continued()),
                scene="key-hero",
            )
        asking = not state.busy
        return Chrome(
            title=say("Activate", "Connect this kiosk"),
            sentence=self._sentence() if asking else say("Activate", "This takes a few seconds."),
            problem=self._told,
            back=Action(say("Activate", "Back"), "back", WentBack(), "ghost", enabled=asking),
            primary=Action(say("Activate", "Connect"), "forward", enabled=asking),
            scene="key-hero",
            compact=self._keyboard.widget is not None and asking,
            help=(
                say("Activate", "This is for staff. A kiosk that is new needs a code, once."),
                say("Activate", "In the console, open Stations, choose this kiosk, and make a code."),
            ),
        )

    def pad(self) -> QWidget | None:
        """What the camera sees, where there is one."""
        return self._view if not self._shown().done else None

    def keyboard(self) -> QWidget | None:
        """The on-screen keyboard, once it was asked for."""
        return self._keyboard.widget

    def first_focus(self) -> QWidget | None:
        """The field, while it is asked for; else what is told."""
        state = self._shown()
        if state.done:
            return None
        return self._card if state.busy else self._field.edit

    def submit(self) -> None:
        """Send what was typed."""
        state, typed = self._shown(), self._field.value().strip()
        if typed and not (state.busy or state.done):
            self._keyboard.close()
            self.emitted.emit(ActivationTyped(Secret(typed)))

    def draft(self) -> Mapping[str, str]:
        """Nothing: the code is a secret, as long as it works."""
        return {}

    def _shown(self) -> Activate:
        assert self._state is not None, "a page is rendered before it is asked"
        return self._state

    def _sentence(self) -> str:
        say = QCoreApplication.translate
        if self._view is not None:
            return say("Activate", "For staff: hold the code of the console to the camera, or type it.")
        return say("Activate", "For staff: type the code of the console, or scan its picture.")

    def _wait(self) -> None:
        say = QCoreApplication.translate
        self._card.show_status(say("Activate", "The office computer checks the code"), say("Activate", "Please wait."))

    def _greet(self, state: Activate) -> None:
        """Who this kiosk is from now on; the code is not needed any more."""
        self._field.put("")
        site = QCoreApplication.translate("Activate", "Site: {site}").format(site=clean(state.site))
        self._named.show_status(clean(state.kiosk.name), site if state.site else "")
        self._named.start(state.retry_in)

    def _read(self, text: str) -> None:
        """The scanner or the camera: sent as it is, and not left in the field."""
        state = self._shown()
        if not (state.busy or state.done):
            self._field.put("")
            self.emitted.emit(ActivationTyped(Secret(text)))

    def _edited(self) -> None:
        if self._told is not None and self._field.value():
            self._told = None
            self._field.mark_refused(refused=False)
            self.changed.emit()

    def _blinded(self) -> None:
        """The camera cannot be had: the reader, and typing, are left."""
        self._view = None
        self.changed.emit()

    def _make_room(self) -> None:
        self._keyboard.say(QCoreApplication.translate("Activate", "Connect"))
        self.changed.emit()
