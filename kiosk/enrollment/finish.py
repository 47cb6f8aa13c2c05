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
from kiosk.contract.enrollments import AbandonReason, ProvedCeremony
from kiosk.enrollment import ceremony as work
from kiosk.enrollment import outcome, port
from kiosk.enrollment.answers import (
    CeremonyCompleted,
    CredentialAsserted,
    EnrollmentFinished,
    Failed,
    KeyConfigured,
    KeyInspected,
    ProofAccepted,
    TouchWanted,
)
from kiosk.enrollment.effects import CloseKey
from kiosk.enrollment.events import Event, KeyRemoved, RetryDue, Skipped
from kiosk.enrollment.identity import in_hand
from kiosk.enrollment.parties import told
from kiosk.enrollment.states import Prove, Remedy, Task, Touch
from kiosk.enrollment.step import Step, clean_up, forget_ceremony, stay
from kiosk.enrollment.visit import TemporaryPass, Trouble, Visit
from kiosk.errors import (
    CeremonyExpired,
    OutcomeUnknown,
    PartyUnavailable,
    ServiceBroken,
    ServiceUnreachable,
    ServiceUntrusted,
    StationRefused,
)
from kiosk.secret import Secret

_MAY_PASS = (
    *(ServiceUnreachable, ServiceUntrusted, ServiceBroken, StationRefused),
    *(PartyUnavailable, OutcomeUnknown, TouchTimeout),
)
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
        case Skipped() if state.optional and state.problem is not None:
            return outcome.without(state, state.problem)
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
            return work.proved(_with(visit, proved), proved.phase)
        case EnrollmentFinished(_, finished) if state.task is Task.FINISH:
            return work.hand_over(told(visit, finished))
        case KeyConfigured() if state.task is Task.CONFIGURE:
            return work.check(replace(visit, configured=True))
        case KeyInspected(_, info) if state.task is Task.CHECK:
            return work.read_back(visit, info)
        case _:
            return stay(state)


def _with(visit: Visit, proved: ProvedCeremony) -> Visit:
    """The visit with one more relying party, and what that gave the person besides."""
    assert visit.ceremony is not None
    assert visit.response is not None
    party, given = proved.relying_party, proved.issued
    issued = (TemporaryPass(party, Secret(given.value), given.expires_in),) if given is not None else ()
    return replace(
        visit,
        finished=(*visit.finished, party),
        proved=(*visit.proved, *in_hand(visit)),
        made=(*visit.made, (visit.ceremony, visit.response)),
        receipt=proved.receipt,
        issued=(*visit.issued, *issued),
    )


def _failed(state: Prove, error: Trouble) -> Step:
    visit = state.visit
    if isinstance(error, KeyGone):
        return port.look(visit, error)
    if isinstance(error, AgentLost) and visit.losses < port.MOST_LOSSES:
        return _again(replace(state, visit=replace(visit, losses=visit.losses + 1)))
    if isinstance(error, _LOCKED) and _pin_helps(state):
        return port.lost(visit, error)
    if isinstance(error, _MAY_PASS):
        return outcome.wait(state, error)
    if state.task is Task.FINISH:
        return outcome.without(state, error)
    if state.task in (Task.CONFIGURE, Task.CHECK):
        return _not_handed_over(state, error)
    if isinstance(error, CeremonyExpired) and state.task is Task.REGISTER:
        cleaning = clean_up(visit, AbandonReason.CANCELLED)
        touch = Touch(forget_ceremony(visit), state.party, state.number, state.total, visit.profile.times.touch)
        return replace(touch, problem=error), cleaning
    return outcome.refused(visit, error, Remedy.ANOTHER_KEY, AbandonReason.NOT_PROVED)


def _pin_helps(state: Prove) -> bool:
    """Whether the key has a PIN that could be asked for."""
    bound = state.visit.bound
    return state.task is Task.TEST or (state.task is Task.CONFIGURE and bound is not None and bound.has_pin)


def _not_handed_over(state: Prove, error: Trouble) -> Step:
    """The relying parties have their credentials: a setting that the key refuses is judged by the last look at it."""
    if state.task is Task.CHECK or isinstance(error, _TAKE_OUT) or not isinstance(error, HardwareError):
        return port.take_out(state.visit, error)
    return work.check(replace(state.visit, configured=True))


def _again(state: Prove) -> Step:
    match state.task:
        case Task.PREPARE:
            return work.begin(state.visit, state.tries)
        case Task.REGISTER:
            return work.complete(state.visit, state.tries)
        case Task.TEST if state.visit.assertion is not None:
            return work.submit(state.visit, state.tries)
        case Task.TEST:
            return work.prove(state.visit, state.tries)
        case Task.FINISH:
            return work.conclude(state.visit, state.tries)
        case Task.CONFIGURE:
            return work.hand_over(state.visit, state.tries)
        case Task.CHECK:
            return work.check(state.visit, state.tries)
        case _:
            assert_never(state.task)
