"""What the screen needs of a station, and nothing that takes its time to import."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol, TypeAlias, runtime_checkable

if TYPE_CHECKING:  # types only: the modules behind them are loaded after the first paint
    from kiosk.desk.states import State as DeskState
    from kiosk.enrollment.events import Event
    from kiosk.enrollment.states import State
    from kiosk.station.notes import Notes


class Station(Protocol):
    """A session as the screen knows it: `kiosk.station.session.Session` is one."""

    def dispatch(self, event: Event) -> None:
        """Take one step. Only the thread of the screen calls this."""
        ...

    def observe(self, on_state: Callable[[State], None]) -> None:
        """Call `on_state` with each new state, and with the present one at once."""
        ...

    def start(self) -> None:
        """Begin to work."""
        ...

    def stop(self) -> bool:
        """End everything."""
        ...


class Desk(Protocol):
    """The desk of staff beside the session: `kiosk.station.parking.Parking` is one."""

    def open_desk(self) -> bool:
        """Open it over the person's screen; False while the key is at work for them."""
        ...

    def observe(self, on_state: Callable[[DeskState], None]) -> None:
        """Call `on_state` with each new state of the desk."""
        ...


@runtime_checkable
class Staffed(Protocol):
    """A station that may have a desk; what the desk emits is dispatched to the station."""

    @property
    def desk(self) -> Desk | None:
        """The desk, where there is one."""
        ...


@runtime_checkable
class Noted(Protocol):
    """A station that staff may know something of."""

    def observe_notes(self, on_notes: Callable[[Notes], None]) -> None:
        """Call `on_notes` with what is known, now and whenever it changes."""
        ...


MakeStation: TypeAlias = "Callable[[Callable[[Event], None]], Station]"
"""Makes the session, given where lanes post their events. Called after the first paint: it may import heavily."""
