"""What stands on the screen once everything is loaded: window, session and the clock between them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from PySide6.QtCore import QCoreApplication, QSize, Qt, QTimer
from PySide6.QtWidgets import QWidget

from kiosk.desk.states import State as DeskState
from kiosk.enrollment.events import RetryDue, TimeExpired
from kiosk.enrollment.staff import waited_for
from kiosk.enrollment.states import Connecting, Prove, State, Welcome
from kiosk.station.notes import Notes
from ui.bridge import Bridge
from ui.desk.words import is_over
from ui.i18n import Interpreter
from ui.lockdown import Lockdown
from ui.references import References
from ui.station import Desk, MakeStation, Noted, Staffed, Station
from ui.surroundings import Surroundings
from ui.theme import Theme
from ui.window import Window

__all__ = ["Lockdown", "VisitClock", "stand"]


def stand(
    theme: Theme, place: Surroundings, make_station: MakeStation, speech: Interpreter, size: QSize
) -> tuple[Window, Station]:
    """The window at work, and the session behind it, which was started."""
    board: list[Notes] = []
    seen = replace(place, reference=References(), notes=lambda: board[-1] if board else None)
    window = Window(theme, seen, speech)
    window.resize(size)
    bridge = Bridge(window)
    clock = VisitClock(bridge.dispatch, window)
    window.show_state(Connecting(theme.locale))
    window.emitted.connect(bridge.dispatch)
    bridge.state_changed.connect(window.show_state)
    bridge.state_changed.connect(clock.follow)
    station = make_station(bridge.post)
    bridge.connect_session(station)
    station.observe(bridge.on_state)
    if isinstance(station, Staffed) and station.desk is not None:
        connect_desk(window, station.desk, bridge, clock)
    if isinstance(station, Noted):
        station.observe_notes(lambda notes: show_notes(window, board, notes))
    return window, station


def show_notes(window: Window, board: list[Notes], notes: Notes) -> None:
    """Keep the newest notes for the pages, and let the one that is shown look again."""
    board[:] = [notes]
    window.look_again()


def connect_desk(window: Window, desk: Desk, bridge: Bridge, clock: VisitClock) -> None:
    """Staff can open their desk over the window; meanwhile the clock of the visit stands still."""

    def follow(state: DeskState) -> None:
        if is_over(state):
            clock.go_on()
        else:
            clock.pause()
        window.show_desk(state)

    def open_desk() -> None:
        if not desk.open_desk() and window.desk.isHidden():
            window.ask_to_wait()

    window.desk_wanted.connect(open_desk)
    window.desk.emitted.connect(bridge.dispatch)
    window.desk.left.connect(QCoreApplication.quit, Qt.ConnectionType.QueuedConnection)
    desk.observe(follow)


class VisitClock:
    """Tells the session when an announced wait is over, and when a visit took too long. `second` is in ms."""

    def __init__(self, dispatch: Callable[[object], None], parent: QWidget, second: int = 1000) -> None:
        self._dispatch = dispatch
        self._second = second
        self._left = 0
        self._parked = False
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
        self._keep_time()

    def pause(self) -> None:
        """Staff have the screen: the visit's time stands still."""
        self._parked = True
        self._keep_time()

    def go_on(self) -> None:
        """Staff have gone."""
        self._parked = False
        self._keep_time()

    def _keep_time(self) -> None:
        """Count the visit's time, unless there is no visit or it waits for staff."""
        state = self._state
        if state is None or isinstance(state, Connecting | Welcome):
            self._visit.stop()
            self._left = 0
        elif self._parked or waited_for(state):
            if self._visit.isActive():
                self._left = max(self._visit.remainingTime(), 1)
                self._visit.stop()
        elif not self._visit.isActive():
            self._visit.start(self._left or state.visit.profile.times.absolute * self._second)
            self._left = 0

    def _due(self) -> None:
        state = self._state
        if state is not None:
            self._dispatch(RetryDue(state.attempt if isinstance(state, Connecting) else state.visit.attempt))


def _wait(state: State | None) -> tuple[int, int] | None:
    """Which try the state waits for, and for how many seconds; None when it does not wait."""
    return (state.tries, state.retry_in) if isinstance(state, Connecting | Prove) and state.retry_in else None
