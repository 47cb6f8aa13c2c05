"""A kiosk process for test_application: it shows Welcome, presses Start, and says what it saw."""

from __future__ import annotations

import sys
from collections.abc import Callable

from PySide6.QtWidgets import QApplication, QLabel, QWidget

from kiosk.enrollment.events import Event
from kiosk.enrollment.states import State
from kiosk.errors import NoCredential
from ui.application import Appearance, run
from ui.curtain import Curtain
from ui.tour_samples import samples
from ui.window import Window


class ClosingStation:
    """Closes the application at the first event; `stop` answers `stops`."""

    def __init__(self, *, stops: bool) -> None:
        self._stops = stops

    def observe(self, on_state: Callable[[State], None]) -> None:
        """Show the first screen."""
        on_state(next(each.state for each in samples("en") if each.name == "welcome"))

    def start(self) -> None:
        """Press Start."""
        window = _window()
        for dock in window.window().findChildren(QLabel, "test-dock"):
            _say(f"dock beside: {dock.x() >= window.x() + window.width()}")
        primary = window.shell.wizard.bar.button("primary")
        assert primary is not None
        primary.click()

    def dispatch(self, event: Event) -> None:
        """Say the event, and end."""
        _say(type(event).__name__)
        QApplication.quit()

    def stop(self) -> bool:
        """Say so."""
        _say("stopped")
        return self._stops


def _window() -> Window:
    return next(w for w in QApplication.allWidgets() if isinstance(w, Window) and w.isVisible())


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")


def _dock() -> QWidget:
    dock = QLabel("dock")
    dock.setObjectName("test-dock")
    return dock


def _make(_post: Callable[[Event], None]) -> ClosingStation:
    curtain = next(w for w in QApplication.allWidgets() if isinstance(w, Curtain))
    _say(f"curtain first: {curtain.isVisible()}")
    if "fails" in sys.argv:
        raise NoCredential("station")
    return ClosingStation(stops="hangs" not in sys.argv)


if __name__ == "__main__":
    sys.exit(run(_make, Appearance(full_screen=False, dock=_dock if "dock" in sys.argv else None)))
