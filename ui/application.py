"""The Qt application around the kiosk: typefaces, style, the window before everything that is slow."""

from __future__ import annotations

import importlib
import os
import signal
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from PySide6.QtCore import QEvent, QObject, QSize, Qt, QTimer
from PySide6.QtGui import QFontDatabase, QGuiApplication
from PySide6.QtWidgets import QApplication, QHBoxLayout, QWidget

from kiosk.errors import NoDisplay
from kiosk.resources import fonts
from ui.curtain import Curtain
from ui.i18n import Interpreter
from ui.station import MakeStation, Station
from ui.style import KioskStyle
from ui.surroundings import Surroundings
from ui.theme import Theme, load_theme

_NO_WINDOWS = frozenset({"offscreen", "minimal", "vnc", "linuxfb", "eglfs"})
"""Platforms that need neither Wayland nor X11."""

DEMO_SIZE = QSize(1280, 800)
_PULSE_MS = 1000


@dataclass(frozen=True)
class Appearance:
    """How the kiosk stands there. `dock` makes what stands beside it in the demo, and is not part of it. `alive` is
    called each second while the screen works: whoever supervises the kiosk may listen."""

    place: Surroundings = field(default_factory=Surroundings)
    full_screen: bool = True
    size: QSize = DEMO_SIZE
    theme: Theme | None = None
    dock: Callable[[], QWidget] | None = None
    locale: str = "en"
    alive: Callable[[], None] | None = None


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
    """Show a curtain, then load and start everything behind it, and run until the window is closed.

    Returns the exit code. So people see the kiosk while the rest is loaded.
    """
    app = make_application()
    theme = appearance.theme or load_theme(locale=appearance.locale)
    frame, row = _frame(theme, appearance)
    curtain = Curtain(theme, frame)
    row.addWidget(curtain, 1)
    stations: list[Station] = []

    def begin() -> None:
        standing = importlib.import_module("ui.standing")  # every page and state: too slow for the first paint
        try:
            window, station = standing.stand(theme, appearance.place, make_station, Interpreter(app), curtain.size())
            stations.append(station)
            if appearance.full_screen:
                station.observe(standing.Lockdown(app, frame).follow)
        finally:
            if not stations:
                app.exit(1)  # whoever supervises us starts us again; a curtain alone helps nobody
        row.replaceWidget(curtain, window)
        row.setStretchFactor(window, 1)
        window.show()
        curtain.deleteLater()
        _add_dock(frame, row, appearance)
        row.activate()
        station.start()
        _pulse(frame, appearance.alive)

    AfterFirstPaint(curtain, begin)
    frame.showFullScreen() if appearance.full_screen else frame.show()
    _quit_on_signals(app)
    code = app.exec()
    frame.hide()
    app.removePostedEvents(app, QEvent.Type.Quit.value)  # asked for once more by the last window that was closed
    stopped = [station.stop() for station in stations]
    frame.deleteLater()
    return code or (0 if all(stopped) else 1)


def _pulse(frame: QWidget, alive: Callable[[], None] | None) -> None:
    """Tell that the thread of the screen goes round, from the first screen on."""
    if alive is None:
        return
    pulse = QTimer(frame)
    pulse.timeout.connect(alive)
    pulse.start(_PULSE_MS)
    alive()


def _frame(theme: Theme, appearance: Appearance) -> tuple[QWidget, QHBoxLayout]:
    """What the curtain, then the kiosk, then the dock beside it stand in."""
    frame = QWidget()
    frame.setWindowTitle(theme.brand.name)
    row = QHBoxLayout(frame)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(0)
    row.setSizeConstraint(QHBoxLayout.SizeConstraint.SetNoConstraint)
    frame.resize(appearance.size)
    return frame, row


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


def _add_dock(frame: QWidget, row: QHBoxLayout, appearance: Appearance) -> None:
    """The demo's dock, beside the kiosk and outside it."""
    if appearance.dock is None:
        return
    dock = appearance.dock()
    frame.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
    frame.resize(frame.width() + dock.sizeHint().width(), frame.height())
    row.addWidget(dock)
    dock.show()


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
