"""Before anybody can start: the service is asked what it wants shown, again and again, or this kiosk is activated."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from kiosk.enrollment.answers import Failed, ProfileLoaded, StationActivated
from kiosk.enrollment.effects import ActivateStation, LoadProfile
from kiosk.enrollment.events import (
    ActivationTyped,
    ActivationWanted,
    Continued,
    Event,
    ProfileChanged,
    RetryDue,
    ServiceLost,
    WentBack,
)
from kiosk.enrollment.states import Activate, Connecting, Welcome
from kiosk.enrollment.step import Step, stay
from kiosk.enrollment.visit import Trouble, Visit
from kiosk.errors import NoCredential, StationRefused

LONGEST_WAIT: Final = 30
"""Seconds between two tries to reach the service before anybody has started, but for `chance`."""
REFUSED_WAIT: Final = 30
"""Seconds before the first further try of a kiosk that the service refuses; twice as many before each one after it."""
LONGEST_REFUSED: Final = 300
GREETING: Final = 8
"""Seconds that a kiosk shows its new name."""

_SPREAD: Final = 0.5
_DOUBLINGS: Final = 16


def wait_after(tries: int, error: Trouble, chance: float = 0.0) -> int:
    """Seconds to wait after `tries` tries (from 1) that failed. `chance`, from 0 up to 1, makes it up to half as much
    longer: many kiosks must not all come back at the same moment."""
    if isinstance(error, StationRefused):
        base = min(REFUSED_WAIT << min(tries - 1, _DOUBLINGS), LONGEST_REFUSED)
    else:
        base = min(1 << min(tries, _DOUBLINGS), LONGEST_WAIT)
    return round(base * (1 + _SPREAD * chance))


def on_connecting(state: Connecting, event: Event) -> Step:
    """Nobody can start yet."""
    if isinstance(state, Activate):
        return _on_activate(state, event)
    match event:
        case ProfileLoaded(attempt, profile, simulator_allowed):
            locale = state.locale if state.locale in profile.languages else profile.languages[0]
            visit = Visit(profile, locale, attempt, simulator_allowed, state.approvals, port=state.port)
            return Welcome(visit), ()
        case Failed(_, NoCredential() as error) if state.kiosk.activates:
            return _activate(state, error), ()
        case Failed(_, error):
            return _failed(state, error), ()
        case RetryDue() | Continued() if state.retry_in:
            return _again(state)
        case ActivationWanted() if state.kiosk.activates and isinstance(state.problem, StationRefused):
            return _activate(replace(state, attempt=state.attempt + 1), None), ()
        case _:
            return stay(state)


def on_news(state: Welcome, event: ServiceLost | ProfileChanged) -> Welcome | Connecting:
    """Nobody has started, and the service cannot be had any more, or wants something else shown."""
    visit = state.visit
    if isinstance(event, ProfileChanged):
        languages = event.profile.languages
        locale = visit.locale if visit.locale in languages else languages[0]
        return replace(state, visit=replace(visit, profile=event.profile, locale=locale))
    away = Connecting(visit.locale, visit.attempt + 1, port=visit.port, approvals=visit.approvals, kiosk=event.kiosk)
    return _failed(away, event.error)


def _failed(state: Connecting, error: Trouble) -> Connecting:
    tries = state.tries + 1
    return replace(state, tries=tries, problem=error, retry_in=wait_after(tries, error, state.kiosk.chance))


def _again(state: Connecting) -> Step:
    again = Connecting(
        state.locale,
        state.attempt + 1,
        state.tries,
        state.problem,
        port=state.port,
        approvals=state.approvals,
        kiosk=state.kiosk,
    )
    return again, (LoadProfile(again.attempt),)


def _activate(state: Connecting, problem: Trouble | None) -> Activate:
    return Activate(
        state.locale,
        state.attempt,
        problem=problem,
        port=state.port,
        approvals=state.approvals,
        kiosk=state.kiosk,
    )


def _on_activate(state: Activate, event: Event) -> Step:
    match event:
        case ActivationTyped(code) if not (state.busy or state.done):
            asking = replace(state, attempt=state.attempt + 1, busy=True, problem=None)
            return asking, (ActivateStation(asking.attempt, code),)
        case StationActivated(_, name, site):
            named = replace(state.kiosk, name=name)
            return replace(state, busy=False, done=True, site=site, kiosk=named, retry_in=GREETING, problem=None), ()
        case Failed(_, error):
            return replace(state, busy=False, problem=error), ()
        case RetryDue() | Continued() if state.done:
            return _again(replace(state, tries=0))
        case WentBack() if not (state.busy or state.done):
            return _again(replace(state, tries=0, problem=None))
        case _:
            return stay(state)
