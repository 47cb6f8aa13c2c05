"""Enroll a fingerprint, where policy and key want it: after the PIN, which it needs."""

from __future__ import annotations

from dataclasses import replace

from hardware.authenticator import BuiltInUv, Sample
from hardware.errors import AgentLost, Cancelled, HardwareError, KeyGone, KeyUnusable, PinRequired, TouchTimeout
from kiosk.contract.policy import Demand
from kiosk.enrollment import ceremony, port
from kiosk.enrollment.answers import Failed, FingerEnrolled, SampleTaken, TouchWanted
from kiosk.enrollment.effects import CancelDevice, EnrollFingerprint
from kiosk.enrollment.events import Continued, Event, KeyRemoved, Skipped, WentBack
from kiosk.enrollment.hand_over import WANTED
from kiosk.enrollment.parties import concluded
from kiosk.enrollment.states import EnrollFinger, Remedy
from kiosk.enrollment.step import Step, next_attempt, stay, stop
from kiosk.enrollment.visit import Trouble, Visit


def ask(visit: Visit) -> Step:
    """Ask for a finger if policy wants one and the key has none; else go on."""
    key, demand = visit.key, visit.policy.pin.enroll_fingerprint
    wanted = demand in WANTED and not visit.no_finger and not concluded(visit)
    if not wanted or key is None or not key.can_enroll_fingerprint or key.built_in_uv is not BuiltInUv.NOT_ENROLLED:
        return ceremony.go_on(visit)
    return _enroll(visit, optional=demand is Demand.BEST_EFFORT)


def on_finger(state: EnrollFinger, event: Event) -> Step:
    """One step while the sensor is touched again and again."""
    match event:
        case TouchWanted():
            return replace(state, waiting=True), ()
        case SampleTaken(_, sample):
            return _sampled(state, sample), ()
        case FingerEnrolled():
            return ceremony.go_on(_enrolled(state.visit))
        case Continued() if state.problem is not None:
            return _enroll(state.visit, optional=state.optional)
        case Failed(_, error):
            return _failed(state, error)
        case _:
            return _left(state, event)


def _left(state: EnrollFinger, event: Event) -> Step:
    """Whoever leaves ends what the key is doing first."""
    match event:
        case Skipped() if state.optional:
            following, effects = ceremony.go_on(replace(next_attempt(state.visit), no_finger=True))
        case WentBack():
            following, effects = port.take_out(state.visit)
        case KeyRemoved():
            following, effects = port.look(state.visit, KeyGone())
        case _:
            return stay(state)
    return following, (CancelDevice(), *effects)


def _sampled(state: EnrollFinger, sample: Sample) -> EnrollFinger:
    taken = state.taken + 1
    return replace(state, remaining=sample.remaining, taken=taken, feedback=sample.feedback, waiting=False)


def _enroll(visit: Visit, *, optional: bool) -> Step:
    visit = next_attempt(visit)
    return EnrollFinger(visit, optional=optional), (EnrollFingerprint(visit.attempt, visit.profile.times.touch),)


def _enrolled(visit: Visit) -> Visit:
    """The key has a finger now; that is known without asking it."""
    key = replace(visit.key, built_in_uv=BuiltInUv.READY) if visit.key is not None else None
    return replace(visit, key=key)


def _failed(state: EnrollFinger, error: Trouble) -> Step:
    visit = state.visit
    match error:
        case KeyGone():
            return port.look(visit, error)
        case AgentLost() if visit.losses < port.MOST_LOSSES:
            return _enroll(replace(visit, losses=visit.losses + 1), optional=state.optional)
        case PinRequired():
            return port.lost(visit, error)
        case Cancelled():
            return stay(state)
        case KeyUnusable() if not state.optional:
            return stop(visit, error, Remedy.ANOTHER_KEY)
        case HardwareError() if not isinstance(error, TouchTimeout | KeyUnusable):
            return port.take_out(visit, error)
        case _:
            return replace(state, problem=error), ()
