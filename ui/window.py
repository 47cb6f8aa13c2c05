"""The kiosk's window: column and stage, the tools over them, and what may lie over everything."""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from kiosk.desk.states import State as DeskState
from kiosk.enrollment.events import IdleExpired
from kiosk.enrollment.states import Connecting, Done, State, Welcome
from ui.desk.cover import Cover, Opener
from ui.desk.must_wait import MustWait
from ui.desk.words import is_over
from ui.i18n import Interpreter, Language, available, offered
from ui.idle import IdleWatch, unnoticed, waits_for_person
from ui.pages.page import Surroundings
from ui.shell import Shell
from ui.theme import Theme

_SETTLE_MS = 60


class Window(QWidget):
    """Shows states, speaks the language of the visit, warns before it forgets; `emitted` carries enrollment events.

    Everything inside is made for one theme and made anew for another: text size, colors, language, window size.
    """

    emitted = Signal(object)
    desk_wanted = Signal()

    def __init__(self, theme: Theme, place: Surroundings, speech: Interpreter) -> None:
        super().__init__()
        self.setObjectName("window")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._theme, self._place, self._speech = theme, place, speech
        speech.install(theme.locale)
        self._state: State | None = None
        self._outer = QVBoxLayout(self)
        self._outer.setContentsMargins(0, 0, 0, 0)
        self._outer.setSizeConstraint(QVBoxLayout.SizeConstraint.SetNoConstraint)  # the screen is as large as it is
        self._shell: Shell | None = None
        self._resized = QTimer(self)
        self._resized.setSingleShot(True)
        self._resized.setInterval(_SETTLE_MS)
        self._resized.timeout.connect(self._fit)
        self._idle = IdleWatch(self)
        self._idle.idle.connect(self._warn)
        self.desk = Cover(theme, self)
        self.desk.notes = place.notes
        self._opener = Opener(self)
        self._opener.wanted.connect(self.open_desk)

    @property
    def shell(self) -> Shell:
        """What is in the window now."""
        assert self._shell is not None
        return self._shell

    @property
    def theme(self) -> Theme:
        """The look of now."""
        return self._theme

    def show_state(self, state: State) -> None:
        """Show this state, in its language."""
        locale = state.locale if isinstance(state, Connecting) else state.visit.locale
        before, self._state = self._state, state
        if self._shell is None or locale != self._theme.locale:
            self.set_theme(self._theme.with_(locale=locale))
        else:
            if unnoticed(before, state):  # nobody did anything: the clock goes on, and so does its question
                self._shell.show_state(state)
                return
            self._shell.idle.stop()
            self._shell.show_state(state)
        if before is not None and isinstance(state, Welcome) and not isinstance(before, Welcome | Connecting):
            self._forget()
        self._watch()

    def set_theme(self, theme: Theme) -> None:
        """Look like this from now on; what was typed and is no secret stays."""
        if theme.locale != self._speech.language.tag:
            self._speech.install(theme.locale)
        self._theme = theme.for_size(self.size()) if not self.size().isEmpty() else theme
        draft = dict(self._shell.wizard.draft()) if self._shell else {}
        old, self._shell = self._shell, None
        if old is not None:
            old.hide()
            self._outer.removeWidget(old)
            old.deleteLater()
        self.setStyleSheet(self._theme.qss())
        self.setLayoutDirection(self._theme.direction)
        shell = self._shell = Shell(self._theme, self._place, self._languages(), self)
        self._outer.addWidget(shell)
        shell.emitted.connect(self.emitted)
        shell.themed.connect(self.set_theme)
        shell.desk_wanted.connect(self.open_desk)
        shell.idle.expired.connect(lambda: self.emitted.emit(IdleExpired()))
        shell.idle.stayed.connect(self._stay)
        if self._state is not None:
            shell.show_state(self._state)
            shell.wizard.restore(draft)
        shell.show()
        self._opener.watch(shell)
        self.desk.set_theme(self._theme)

    def look_again(self) -> None:
        """What staff may know has changed: the first screen tells some of it."""
        if isinstance(self._state, Welcome) and self._shell is not None:
            self._shell.show_state(self._state)

    def open_desk(self) -> None:
        """Somebody says that they are staff."""
        self.desk_wanted.emit()

    def ask_to_wait(self) -> None:
        """The desk cannot be opened now."""
        MustWait(self._theme, self.shell).ask()

    def show_desk(self, state: DeskState) -> None:
        """Show the desk of staff over everything; while it is open nobody is asked whether they are still there."""
        self.desk.show_state(state)
        if is_over(state):
            self._watch()
        else:
            self.shell.idle.stop()
            self._idle.rest()

    def warn(self, seconds: int) -> None:
        """Ask whether the person is still there; meanwhile nobody else reads what is theirs alone."""
        self.shell.wizard.page.conceal()
        self.shell.idle.ask(seconds)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """Lay out anew once the size has settled."""
        super().resizeEvent(event)
        self._resized.start()

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        """Enter and Escape work wherever the focus is."""
        if self._shell is not None:
            self._shell.wizard.keyPressEvent(event)

    def _fit(self) -> None:
        fitted = self._theme.for_size(self.size())
        if fitted != self._theme:
            self.set_theme(self._theme)

    def _forget(self) -> None:
        """The next person starts with the kiosk's own look, not with the choices of the one before."""
        if self._theme.text_scale != 1.0 or self._theme.mode == "contrast":
            mode = "light" if self._theme.mode == "contrast" else self._theme.mode
            self.set_theme(self._theme.with_(text_scale=1.0, mode=mode))

    def _languages(self) -> tuple[Language, ...]:
        state = self._state
        if state is None or isinstance(state, Connecting):
            return available()
        return offered(state.visit.profile.languages)

    def _stay(self) -> None:
        """They are still there."""
        self.shell.wizard.page.reveal()
        self._watch()

    def _watch(self) -> None:
        """Count where a person's data is on the screen and the next step is theirs."""
        state = self._state
        if state is None or isinstance(state, Connecting) or not waits_for_person(state):
            self._idle.rest()
        else:
            self._idle.watch(state.visit.profile.times.idle)

    def _warn(self) -> None:
        state = self._state
        if state is None or isinstance(state, Connecting):
            return
        if isinstance(state, Done):  # nothing can be lost: the next person may come
            self.emitted.emit(IdleExpired())
        else:
            self.warn(state.visit.profile.times.warning)
