"""A walk through the real window and the real enrollment: only the service's answers are said for it."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from kiosk.enrollment.effects import Effect
from kiosk.enrollment.events import Event
from kiosk.enrollment.flow import advance
from kiosk.enrollment.states import Connecting, State
from ui.window import Window

Settle = Callable[[], None]


class Walk:
    """A window whose events move the enrollment on; `effects` are what it asked the service for."""

    def __init__(self, window: Window, state: State, settle: Settle) -> None:
        self.window, self.state, self._settle = window, state, settle
        self.effects: list[Effect] = []
        window.emitted.connect(self.step)
        window.show_state(state)
        window.activateWindow()
        settle()

    @property
    def at(self) -> str:
        """The kind of screen that is shown."""
        return type(self.state).__name__

    @property
    def attempt(self) -> int:
        """Which work an answer must be for."""
        assert not isinstance(self.state, Connecting)
        return self.state.visit.attempt

    def step(self, event: Event) -> None:
        """Something happened."""
        self.state, effects = advance(self.state, event)
        self.effects += effects
        self.window.show_state(self.state)
        self._settle()

    def press(self, place: str) -> None:
        """Press a button of the action bar."""
        button = self.window.shell.wizard.bar.button(place)
        assert button is not None
        QTest.mouseClick(button, Qt.MouseButton.LeftButton)
        self._settle()
