"""The desk over the whole window, and the ways to it that nobody finds by accident."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QCoreApplication, QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent, QKeySequence, QMouseEvent, QShortcut
from PySide6.QtWidgets import QVBoxLayout, QWidget

from kiosk.desk.events import IdleExpired
from kiosk.desk.states import Closed, Leaving, State
from kiosk.station.notes import Notes
from ui.desk.view import DeskView
from ui.desk.words import is_over, spoken
from ui.idle import IdleWatch
from ui.theme import Theme
from ui.widgets.logo import Logo

HOLD_MS = 2000
"""So long the name of the organization is held to open the desk."""
IDLE_SECONDS = 90
"""After so long without a touch the desk closes by itself."""
KEYS = "Ctrl+Alt+S"


class Cover(QWidget):
    """Covers `window` while the desk is open. `emitted` carries events of the desk; `left`: the kiosk is to close.
    `notes` gives what staff may know of the kiosk."""

    emitted = Signal(object)
    left = Signal()

    def __init__(self, theme: Theme, window: QWidget) -> None:
        super().__init__(window)
        self.setObjectName("window")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setAccessibleName(QCoreApplication.translate("Desk", "Staff desk"))
        self._theme, self._window = theme, window
        self._state: State = Closed()
        self.notes: Callable[[], Notes | None] = lambda: None
        self._view: DeskView | None = None
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._idle = IdleWatch(self)
        self._idle.idle.connect(lambda: self.emitted.emit(IdleExpired()))
        window.installEventFilter(self)
        self.hide()

    @property
    def view(self) -> DeskView | None:
        """What is shown now."""
        return self._view

    def set_theme(self, theme: Theme) -> None:
        """Look like this from now on."""
        self._theme = theme
        if not is_over(self._state):
            self.show_state(self._state)

    def show_state(self, state: State) -> None:
        """Show this state of the desk; closed, nothing is covered."""
        self._state = state
        old, self._view = self._view, None
        if old is not None:
            old.hide()
            self._column.removeWidget(old)
            old.deleteLater()
        if is_over(state):
            self._idle.rest()
            self.hide()
            if isinstance(state, Leaving):
                self.left.emit()
            return
        view = self._view = DeskView(self._theme, state, self, self.notes())
        view.emitted.connect(self.emitted)
        self._column.addWidget(view)
        self.setGeometry(self._window.rect())
        self.show()
        self.raise_()
        view.focus_first()
        QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self, spoken(state)))
        self._idle.watch(IDLE_SECONDS)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        """Follow the size of the window."""
        if watched is self._window and event.type() == QEvent.Type.Resize and self.isVisible():
            self.setGeometry(self._window.rect())
        return super().eventFilter(watched, event)


class Opener(QObject):
    """Asks for the desk: the name of the organization held for two seconds, or Ctrl+Alt+S."""

    wanted = Signal()

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._held = QTimer(self)
        self._held.setSingleShot(True)
        self._held.setInterval(HOLD_MS)
        self._held.timeout.connect(self.wanted)
        keys = QShortcut(QKeySequence(KEYS), window)
        keys.setAutoRepeat(False)
        keys.activated.connect(self.wanted)

    def watch(self, shell: QWidget) -> None:
        """Listen on the name that this shell shows."""
        logo = shell.findChild(Logo)
        if isinstance(logo, Logo):
            logo.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        """Count while it is held, and only with one finger or the first button."""
        if event.type() == QEvent.Type.MouseButtonPress and isinstance(event, QMouseEvent):
            self._held.start()
            event.accept()
            return True  # else the press goes on to what lies below, and no release comes
        if event.type() in (QEvent.Type.MouseButtonRelease, QEvent.Type.Hide):
            self._held.stop()
        return super().eventFilter(watched, event)
