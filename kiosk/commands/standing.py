"""A session with the thread that watches its port: what stands behind a window."""

from __future__ import annotations

from collections.abc import Callable

from kiosk.enrollment.events import Event
from kiosk.enrollment.states import State
from kiosk.station.lanes import Ticker
from kiosk.station.session import Session


class Standing:
    """A `ui.application.Station`: started and stopped as one."""

    def __init__(self, session: Session, port: Ticker) -> None:
        self._session, self._port = session, port

    def dispatch(self, event: Event) -> None:
        """As Session."""
        self._session.dispatch(event)

    def observe(self, on_state: Callable[[State], None]) -> None:
        """As Session."""
        self._session.observe(on_state)

    def start(self) -> None:
        """Start the session, then watch the port."""
        self._session.start()
        self._port.start()

    def stop(self) -> bool:
        """Stop both. False when one of them hangs."""
        stopped = self._port.stop()
        return self._session.stop() and stopped
