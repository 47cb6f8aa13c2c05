"""Between the heart and the visit: what the service told takes effect when nobody is at the kiosk."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

import structlog

from kiosk.contract.profile import Profile
from kiosk.enrollment.events import Event, ProfileChanged, RetryDue, ServiceLost, WentBack
from kiosk.enrollment.states import Activate, Connecting, State, Welcome
from kiosk.enrollment.visit import Kiosk, Trouble
from kiosk.station.notes import Heard, Missed, News, Notes, Owing
from kiosk.station.reach import SKEW, is_lost

_log = structlog.get_logger("keywright.station")
RESTART: Final = "restart"


@dataclass(frozen=True, slots=True)
class Reins:
    """What a liaison may do: `dispatch` an event, `restart` the program; `shown` makes of a profile what this station
    shows. `occupied`: staff have the screen."""

    dispatch: Callable[[Event], None]
    restart: Callable[[], None]
    shown: Callable[[Profile], Profile]
    occupied: Callable[[], bool] = lambda: False


class Liaison:
    """Hears news and follows states, all on the host's thread."""

    def __init__(self, reins: Reins, kiosk: Kiosk, notes: Notes) -> None:
        self._reins, self._kiosk, self._notes = reins, kiosk, notes
        self._state: State | None = None
        self._profile: Profile | None = None
        self._error: Trouble | None = None
        self._missed = 0
        self._restart = False
        self._observers: list[Callable[[Notes], None]] = []

    @property
    def notes(self) -> Notes:
        """What staff may know now."""
        return self._notes

    def observe(self, on_notes: Callable[[Notes], None]) -> None:
        """Call `on_notes` with each change, and with what is known at once."""
        self._observers.append(on_notes)
        on_notes(self._notes)

    def hear(self, news: News) -> None:
        """The heart brought something."""
        match news:
            case Heard():
                self._heard(news)
            case Missed(error):
                self._missed, self._error = self._missed + 1, error
                if is_lost(error, self._missed):
                    self._note(replace(self._notes, offline=True))
            case Owing(pins):
                self._note(replace(self._notes, owed=pins))
        self._settle()

    def follow(self, state: State) -> None:
        """The screen changed."""
        before, self._state = self._state, state
        if isinstance(state, Connecting) and state.kiosk.name and state.kiosk.name != self._kiosk.name:
            self._kiosk = state.kiosk  # it was activated
            self._note(replace(self._notes, name=state.kiosk.name))
        if isinstance(before, Connecting) and isinstance(state, Welcome):
            self._reached()
        if type(before) is not type(state):
            self._settle()

    def _heard(self, heard: Heard) -> None:
        back = self._missed > 0
        self._reached()
        self._restart = self._restart or RESTART in heard.commands
        skew = heard.skew if abs(heard.skew) > SKEW else 0.0
        notes = replace(self._notes, skew=round(skew), update=heard.update, offline=False)
        if heard.configuration is not None:
            told = heard.configuration
            self._profile = self._reins.shown(told.profile)
            self._kiosk = replace(self._kiosk, name=told.name)
            notes = replace(notes, name=told.name, site=told.site, configuration=told.version)
        self._note(notes)
        if back:
            self._come_back()

    def _come_back(self) -> None:
        """The service knows us again: nobody need wait for the next try, or for a code that was given elsewhere."""
        match self._state:
            case Activate(busy=False, done=False):
                self._reins.dispatch(WentBack())
            case Activate():
                pass
            case Connecting(attempt=attempt, retry_in=wait) if wait:
                self._reins.dispatch(RetryDue(attempt))
            case _:
                pass

    def _reached(self) -> None:
        self._missed, self._error = 0, None

    def _settle(self) -> None:
        """Do what had to wait, if nobody is here."""
        if not isinstance(self._state, Welcome) or self._reins.occupied():
            return
        if self._restart:
            self._restart = False
            _log.info("restart_asked")
            self._reins.restart()
        elif self._error is not None and is_lost(self._error, self._missed):
            self._reins.dispatch(ServiceLost(self._error, self._kiosk))
        elif self._profile is not None:
            profile, self._profile = self._profile, None
            if profile != self._state.visit.profile:
                self._reins.dispatch(ProfileChanged(profile))

    def _note(self, notes: Notes) -> None:
        if notes == self._notes:
            return
        before, self._notes = self._notes, notes
        if notes.skew != before.skew:
            _log.warning("clock_wrong", seconds=notes.skew)
        if notes.update != before.update:
            _log.info("update_wanted", version=notes.update)
        for observer in self._observers:
            observer(notes)
