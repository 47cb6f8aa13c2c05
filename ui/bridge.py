"""Between the session and the screen: events from any thread come to the thread that owns the state."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from PySide6.QtCore import QObject, Qt, QThread, Signal

from kiosk.enrollment.events import Event
from kiosk.enrollment.states import State


class Visits(Protocol):
    """What the screen needs of a session: `kiosk.station.session.Session` is one."""

    def dispatch(self, event: Event) -> None:
        """Take one step. Only the thread of the screen calls this."""
        ...


class Bridge(QObject):
    """Carries events to the session, and states to the screen.

    `post` may be called from any thread; everything else happens on the thread of the screen. Events that were
    posted before `connect_session` wait for it.
    """

    state_changed = Signal(object)
    _posted = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session: Visits | None = None
        self._waiting: list[Event] = []
        self._posted.connect(self._dispatch, Qt.ConnectionType.QueuedConnection)

    def connect_session(self, session: Visits) -> None:
        """From now on events go to this session."""
        self._session = session
        waiting, self._waiting = self._waiting, []
        for event in waiting:
            session.dispatch(event)

    def post(self, event: Event) -> None:
        """Take this event from any thread."""
        self._posted.emit(event)

    def on_state(self, state: State) -> None:
        """The session's observer: the state changed (on the thread of the screen)."""
        self.state_changed.emit(state)

    def later(self, work: Callable[[], None]) -> None:
        """Run `work` on the thread of the screen, after what it does now."""
        assert self.thread() is QThread.currentThread()
        self._posted.emit(work)

    def dispatch(self, event: object) -> None:
        """Take this event now, on the thread of the screen."""
        self._dispatch(event)

    def _dispatch(self, event: object) -> None:
        if callable(event):
            event()
        elif self._session is None:
            self._waiting.append(event)  # type: ignore[arg-type]  # only events and callables are posted
        else:
            self._session.dispatch(event)  # type: ignore[arg-type]  # only events and callables are posted
