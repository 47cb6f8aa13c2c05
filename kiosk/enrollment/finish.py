"""Register, prove, hand over, read back: nothing is asked of the person until both sides agree that the key works."""

from __future__ import annotations

from dataclasses import replace
from typing import assert_never

from hardware.errors import (
    AgentLost,
    HardwareError,
    KeyGone,
    KeySilent,
    KeySwapped,
    PinChangeForced,
    PinRequired,
    TouchTimeout,
    UvBlocked,
)
from kiosk.contract.enrollments import AbandonReason
from kiosk.enrollment import ceremony as work
from kiosk.enrollment import port
from kiosk.enrollment.answers import (
    CeremonyCompleted,
    CredentialAsserted,
    Failed,
    KeyConfigured,
    KeyInspected,
    ProofAccepted,
    TouchWanted,
)
from kiosk.enrollment.effects import CloseKey
from kiosk.enrollment.events import Event, KeyRemoved, RetryDue
from kiosk.enrollment.identity import in_hand
from kiosk.enrollment.states import Prove, Remedy, Task, Touch
from kiosk.enrollment.step import Step, clean_up, forget_ceremony, next_attempt, stay, stop
from kiosk.enrollment.visit import Trouble
from kiosk.errors import (
    CeremonyExpired,
    OutcomeUnknown,
    ServiceBroken,
    ServiceUnreachable,
    ServiceUntrusted,
    StationRefused,
)

MOST_TRIES = 6
"""So often is a call to the service made before the journal and the desk take over."""

_MAY_PASS = (ServiceUnreachable, ServiceUntrusted, ServiceBroken, OutcomeUnknown, StationRefused, TouchTimeout)
"""Troubles after which the same may be asked again: nothing is known to have been decided."""

_LOCKED = (PinRequired, PinChangeForced, UvBlocked)
"""The key wants its PIN (again): it is read anew, and what is to be typed follows from that."""

_TAKE_OUT = (KeySilent, KeySwapped)
"""Troubles at hand-over after which the key must be plugged in anew before anything more can be said of it."""


def on_prove(state: Prove, event: Event) -> Step:
    """One step while nothing is asked of the person."""
    match event:
        case TouchWanted(_, verifying):
            return replace(state, touch=True, verifying=verifying), ()
        case KeyRemoved():
            return replace(state, visit=replace(state.visit, unlocked=False)), (CloseKey(same_visit=True),)
        case RetryDue():
            return _again(state)
        case Failed(_, error):
            return _failed(state, error)
        case _:
            return _went_well(state, event)


def _went_well(state: Prove, event: Event) -> Step:
    visit = state.visit
    match event:
        case CeremonyCompleted(_, completed) if state.task is Task.REGISTER:
            return work.completed(replace(visit, completed=completed))
        case CredentialAsserted(_, assertion) if state.task is Task.TEST:
            return work.submit(replace(visit, assertion=assertion))
        case ProofAccepted(_, proved) if visit.assertion is not None:
            credentials = (*visit.proved, *in_hand(visit))
            finished = (*visit.finished, proved.relying_party)
            now = replace(visit, finished=finished, proved=credentials, receipt=proved.receipt)
            return work.proved(now, proved.phase)
        case KeyConfigured() if state.task is Task.CONFIGURE:
            return work.check(replace(visit, configured=True))
        case KeyInspected(_, info) if state.task is Task.CHECK:
            return work.read_back(visit, info)
        case _:
            return stay(state)


def _failed(state: Prove, error: Trouble) -> Step:
    visit = state.visit
    if isinstance(error, KeyGone):
        return port.look(visit, error)
    if isinstance(error, AgentLost) and visit.losses < port.MOST_LOSSES:
        return _again(replace(state, visit=replace(visit, losses=visit.losses + 1)))
    if isinstance(error, _LOCKED) and _pin_helps(state):
        return port.lost(visit, error)
    if isinstance(error, _MAY_PASS):
        return _wait(state, error)
    if state.task in (Task.CONFIGURE, Task.CHECK):
        return _not_handed_over(state, error)
    if isinstance(error, CeremonyExpired) and state.task is Task.REGISTER:
        cleaning = clean_up(visit, AbandonReason.CANCELLED)
        touch = Touch(forget_ceremony(visit), state.party, state.number, state.total, visit.profile.times.touch)
        return replace(touch, problem=error), cleaning
    return stop(visit, error, Remedy.ANOTHER_KEY, AbandonReason.NOT_PROVED)


def _pin_helps(state: Prove) -> bool:
    """Whether the key has a PIN that could be asked for."""
    bound = state.visit.bound
    return state.task is Task.TEST or (state.task is Task.CONFIGURE and bound is not None and bound.has_pin)


def _not_handed_over(state: Prove, error: Trouble) -> Step:
    """The relying parties have their credentials: a setting that the key refuses is judged by the last look at it."""
    if state.task is Task.CHECK or isinstance(error, _TAKE_OUT) or not isinstance(error, HardwareError):
        return port.take_out(state.visit, error)
    return work.check(replace(state.visit, configured=True))


def _wait(state: Prove, error: Trouble) -> Step:
    """Try again after 2, 4, 8 … seconds; in the end leave it to the journal and the desk."""
    tries = state.tries + 1
    if tries >= MOST_TRIES:
        unsettled = forget_ceremony(next_attempt(state.visit))
        return stop(unsettled, error, Remedy.DESK)
    return replace(state, tries=tries, retry_in=min(2**tries, 30), problem=error), ()


def _again(state: Prove) -> Step:
    match state.task:
        case Task.REGISTER:
            return work.complete(state.visit, state.tries)
        case Task.TEST if state.visit.assertion is not None:
            return work.submit(state.visit, state.tries)
        case Task.TEST:
            return work.prove(state.visit, state.tries)
        case Task.CONFIGURE:
            return work.hand_over(state.visit, state.tries)
        case Task.CHECK:
            return work.check(state.visit, state.tries)
        case _:
            assert_never(state.task)
