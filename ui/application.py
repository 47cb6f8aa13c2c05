"""The Qt application around the kiosk: typefaces, style, the window before everything that is slow."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from PySide6.QtCore import QEvent, QObject, QSize, Qt, QTimer
from PySide6.QtGui import QFontDatabase, QGuiApplication
from PySide6.QtWidgets import QApplication, QHBoxLayout, QWidget

from kiosk.enrollment.events import Event, RetryDue, TimeExpired
from kiosk.enrollment.states import Connecting, Prove, State, Welcome
from kiosk.errors import NoDisplay
from kiosk.resources import fonts
from ui.bridge import Bridge, Visits
from ui.i18n import Interpreter
from ui.pages.page import Surroundings
from ui.style import KioskStyle
from ui.theme import Theme, load_theme
from ui.window import Window

_NO_WINDOWS = frozenset({"offscreen", "minimal", "vnc", "linuxfb", "eglfs"})
"""Platforms that need neither Wayland nor X11."""

DEMO_SIZE = QSize(1280, 800)


class Station(Visits, Protocol):
    """A session as the window knows it."""

    def observe(self, on_state: Callable[[State], None]) -> None:
        """Call `on_state` with each new state, and with the present one at once."""
        ...

    def start(self) -> None:
        """Begin to work."""
        ...

    def stop(self) -> bool:
        """End everything."""
        ...


MakeStation = Callable[[Callable[[Event], None]], Station]
"""Makes the session, given where lanes post their events. Called after the first paint: it may import heavily."""


@dataclass(frozen=True)
class Appearance:
    """How the kiosk stands there. `dock` makes what stands beside it in the demo, and is not part of it."""

    place: Surroundings = field(default_factory=Surroundings)
    full_screen: bool = True
    size: QSize = DEMO_SIZE
    theme: Theme | None = None
    dock: Callable[[], QWidget] | None = None
    locale: str = "en"


def make_application() -> QApplication:
    """The application object with our style and typefaces. Raises NoDisplay where no window can be opened."""
    existing = QApplication.instance()
    if isinstance(existing, QApplication):
        return existing
    if not has_display(os.environ, sys.platform):
        raise NoDisplay
    app = QApplication(sys.argv[:1])
    app.setApplicationName("Keywright")
    app.setStyle(KioskStyle())
    for path in fonts():
        QFontDatabase.addApplicationFont(str(path))
    return app


def run(make_station: MakeStation, appearance: Appearance) -> int:
    """Show the window, then make the session and run until the window is closed. Returns the exit code.

    The session is made after the first paint, so that people see the kiosk while the rest is loaded.
    """
    app = make_application()
    theme = appearance.theme or load_theme(locale=appearance.locale)
    bridge = Bridge(app)
    window = Window(theme, appearance.place, Interpreter(app))
    clock = VisitClock(bridge.dispatch, window)
    frame = _frame(window, appearance)
    window.show_state(Connecting(appearance.locale))
    window.emitted.connect(bridge.dispatch)
    bridge.state_changed.connect(window.show_state)
    bridge.state_changed.connect(clock.follow)
    stations: list[Station] = []

    def begin() -> None:
        station = make_station(bridge.post)
        stations.append(station)
        bridge.connect_session(station)
        station.observe(bridge.on_state)
        station.start()

    AfterFirstPaint(frame, begin)
    if appearance.full_screen:
        frame.showFullScreen()
    else:
        frame.show()
    _quit_on_signals(app)
    code = app.exec()
    frame.hide()
    stopped = [station.stop() for station in stations]
    frame.deleteLater()
    bridge.deleteLater()
    return code or (0 if all(stopped) else 1)


class AfterFirstPaint(QObject):
    """Calls `then` once, as soon as `widget` has been painted. A zero timer would come before the first paint."""

    def __init__(self, widget: QWidget, then: Callable[[], None]) -> None:
        super().__init__(widget)
        self._then = then
        widget.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        """Wait for the paint."""
        if event.type() == QEvent.Type.Paint:
            watched.removeEventFilter(self)
            QTimer.singleShot(0, self, self._then)
        return super().eventFilter(watched, event)


class VisitClock:
    """Tells the session when an announced wait is over, and when a visit took too long. `second` is in ms."""

    def __init__(self, dispatch: Callable[[object], None], parent: QWidget, second: int = 1000) -> None:
        self._dispatch = dispatch
        self._second = second
        self._state: State | None = None
        self._retry, self._visit = QTimer(parent), QTimer(parent)
        for timer in (self._retry, self._visit):
            timer.setSingleShot(True)
        self._retry.timeout.connect(self._due)
        self._visit.timeout.connect(lambda: self._dispatch(TimeExpired()))

    def follow(self, state: State) -> None:
        """The state changed."""
        before, self._state = self._state, state
        wait = _wait(state)
        if not wait:
            self._retry.stop()
        elif wait != _wait(before):
            self._retry.start(wait[1] * self._second)
        if isinstance(state, Connecting | Welcome):
            self._visit.stop()
        elif not self._visit.isActive():
            self._visit.start(state.visit.profile.times.absolute * self._second)

    def _due(self) -> None:
        state = self._state
        if state is not None:
            self._dispatch(RetryDue(state.attempt if isinstance(state, Connecting) else state.visit.attempt))


def _wait(state: State | None) -> tuple[int, int] | None:
    """Which try the state waits for, and for how many seconds; None when it does not wait."""
    return (state.tries, state.retry_in) if isinstance(state, Connecting | Prove) and state.retry_in else None


def _frame(window: Window, appearance: Appearance) -> QWidget:
    """The window itself, or one with the demo's dock beside it."""
    if appearance.dock is None:
        window.resize(appearance.size)
        return window
    frame = QWidget()
    frame.setWindowTitle("Keywright")
    row = QHBoxLayout(frame)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(0)
    row.setSizeConstraint(QHBoxLayout.SizeConstraint.SetNoConstraint)
    dock = appearance.dock()
    window.setMinimumSize(QSize(800, 600))
    row.addWidget(window, 1)
    row.addWidget(dock)
    frame.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
    frame.resize(appearance.size.width() + dock.sizeHint().width(), appearance.size.height())
    return frame


def has_display(environment: Mapping[str, str], system: str) -> bool:
    """Whether windows can be shown on this `system` (`sys.platform`). Qt itself would abort the process."""
    if system != "linux":
        return True
    platform = environment.get("QT_QPA_PLATFORM", "").partition(":")[0]
    return platform in _NO_WINDOWS or bool(environment.get("DISPLAY") or environment.get("WAYLAND_DISPLAY"))


def _quit_on_signals(app: QGuiApplication) -> None:
    """SIGINT and SIGTERM close the window in good order; a timer lets Python see them."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: app.quit())
    pulse = QTimer(app)
    pulse.start(500)
    pulse.timeout.connect(lambda: None)
