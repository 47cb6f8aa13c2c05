"""The station's heartbeat: a thread of its own, which tells the service how the station stands, and brings news."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from threading import Event as Flag
from threading import Lock, Thread

import structlog

from kiosk.config import StationSettings
from kiosk.contract.stations import Standing, StationConfiguration
from kiosk.enrollment.states import Connecting, State, Welcome
from kiosk.enrollment.visit import Trouble
from kiosk.errors import InputRefused, KioskError, Refusal
from kiosk.station import configuration
from kiosk.station.enlisted import fetch
from kiosk.station.identity import read_identity
from kiosk.station.journal_row import OwedPin
from kiosk.station.lanes import at_the_edge
from kiosk.station.notes import Heard, Missed, News, Owing
from kiosk.station.pulse import Facts, Pulse, answered, is_behind, moved, told
from kiosk.station.reach import ahead, pause_after
from kiosk.station.station_client import StationClient

_log = structlog.get_logger("keywright.station")
HEARTBEAT = 10.0
"""Seconds, where no configuration says otherwise."""
GAP = 1.0
"""Seconds between two heartbeats, at least: steps that follow fast are told together."""


@dataclass(frozen=True, slots=True)
class Sources:
    """What a heartbeat is made of: `queue` counts the rows of the journal that wait, `now` is the wall clock and
    `clock` the monotonic one, both in seconds; `owed` are the PINs that nobody knows, as the journal has them."""

    settings: StationSettings
    client: Callable[[], StationClient]
    queue: Callable[[], int]
    version: str = ""
    now: Callable[[], float] = time.time
    clock: Callable[[], float] = time.monotonic
    owed: Callable[[], tuple[OwedPin, ...]] = tuple


class Heart:
    """Beats from `start` to `stop`. `follow` is called on the host's thread; `tell` is called on the heart's own."""

    def __init__(self, sources: Sources, tell: Callable[[News], None], chance: float = 0.0, gap: float = GAP) -> None:
        self._sources, self._tell, self._chance, self._gap = sources, tell, chance, gap
        self._lock = Lock()
        self._pulse = Pulse(since=sources.clock())
        self._state: State | None = None
        self._heartbeat = HEARTBEAT
        self._missed = 0
        self._owed: tuple[OwedPin, ...] = ()
        self._client: StationClient | None = None
        self._woken, self._stopping = Flag(), Flag()
        self._thread = Thread(target=self._run, name="keywright-heart")

    def start(self) -> None:
        """Begin to beat."""
        self._thread.start()

    def stop(self, patience: float = 30.0) -> bool:
        """End after the heartbeat that is under way. False when it hangs."""
        self._stopping.set()
        self._woken.set()
        if self._thread.ident is not None:
            self._thread.join(patience)
        return not self._thread.is_alive()

    def follow(self, state: State) -> None:
        """The screen changed: it is told soon."""
        with self._lock:
            before, self._state = self._state, state
            self._pulse = moved(self._pulse, before, state, self._sources.clock())
        if type(before) is not type(state):
            self._woken.set()

    def _run(self) -> None:
        while not self._stopping.is_set():
            self._woken.clear()
            self._look_for_owed()
            trouble = at_the_edge("heart", self._beat)
            if self._stopping.is_set():
                break
            self._missed = 0 if trouble is None else self._missed + 1
            if trouble is not None:
                self._miss(trouble)
            self._stopping.wait(self._gap)
            self._woken.wait(pause_after(trouble, self._missed, self._heartbeat, self._chance))
        self._close()

    def _miss(self, trouble: Trouble) -> None:
        if self._missed == 1:
            _log.info("heartbeat_missed", error=type(trouble).__name__)
        self._close()
        self._tell(Missed(trouble))

    def _beat(self) -> None:
        sources = self._sources
        if self._client is None:
            self._client = sources.client()
        if not self._client.may_tell():
            return  # set up before stations told of themselves
        identity = read_identity(sources.settings.state_folder)
        known = None if identity is None else configuration.last_good(sources.settings.state_folder, identity)
        self._heartbeat = HEARTBEAT if known is None else float(known.heartbeat)
        sent = sources.now()
        configured = 0 if known is None else known.version
        facts = Facts(sent, self._queue(), sources.version, configured, pins_owed=bool(self._owed))
        with self._lock:
            self._pulse, standing = told(self._pulse, facts, sources.clock())
        try:
            heard = self._client.tell(standing)
        except (Refusal, InputRefused):  # what it never takes is not sent for ever
            self._answered(standing)
            raise
        skew = ahead(sent, sources.now(), heard.now)
        self._answered(standing)
        fresh: StationConfiguration | None = None
        if identity is not None and (known is None or heard.configuration > known.version):
            fresh = fetch(self._client, sources.settings, identity)
        self._tell(Heard(skew, heard.update, heard.commands, fresh))

    def _answered(self, standing: Standing) -> None:
        """What happened since it was written is told soon."""
        with self._lock:
            self._pulse = answered(self._pulse)
            behind = is_behind(self._pulse, standing)
        if behind:
            self._woken.set()

    def _look_for_owed(self) -> None:
        """What is owed while nobody is here, nobody is going to get."""
        if not isinstance(self._state, Connecting | Welcome):
            return
        try:
            owed = self._sources.owed()
        except KioskError:  # the journal has its own ways to be told
            return
        if owed != self._owed:
            self._owed = owed
            self._tell(Owing(owed))

    def _queue(self) -> int:
        try:
            return self._sources.queue()
        except KioskError:  # the journal has its own ways to be told
            return 0

    def _close(self) -> None:
        if self._client is not None:
            self._client.close()
            self._client = None
