"""Touch, register, prove, read back: per relying party, until both sides agree that the key works."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import assert_never

from hardware.authenticator import KeyInfo, PinState
from hardware.errors import (
    AlreadyRegistered,
    Cancelled,
    HardwareError,
    KeyGone,
    KeyUnusable,
    OptionsRefused,
    TouchTimeout,
)
from kiosk.contract.enrollments import AbandonReason, Phase
from kiosk.contract.policy import PinMode
from kiosk.enrollment import port
from kiosk.enrollment.answers import (
    CeremonyBegun,
    CeremonyCompleted,
    CredentialAsserted,
    CredentialMade,
    Failed,
    KeyInspected,
    ProofAccepted,
    TouchWanted,
)
from kiosk.enrollment.effects import (
    BeginCeremony,
    CancelDevice,
    CloseKey,
    CompleteCeremony,
    Effect,
    InspectKey,
    MakeCredential,
    ProveCredential,
    SubmitProof,
)
from kiosk.enrollment.events import Continued, Event, KeyRemoved, RetryDue, WentBack
from kiosk.enrollment.states import Done, Prove, Remedy, Task, Touch
from kiosk.enrollment.step import Step, clean_up, forget_ceremony, next_attempt, stay, stop
from kiosk.enrollment.visit import Trouble, Visit
from kiosk.errors import (
    CeremonyExpired,
    NotProtected,
    OutcomeUnknown,
    Refusal,
    ServiceBroken,
    ServiceUnreachable,
    ServiceUntrusted,
    SessionExpired,
    StationRefused,
)

_To = Callable[[Visit, Trouble | None], Step]

MOST_TRIES = 6
"""So often is a call to the service made before the journal and the desk take over."""

_MAY_PASS = (ServiceUnreachable, ServiceUntrusted, ServiceBroken, OutcomeUnknown, StationRefused, TouchTimeout)
"""Troubles after which the same may be asked again: nothing is known to have been decided."""


def go_on(visit: Visit) -> Step:
    """With the key in hand, take up the relying party where it stands."""
    if visit.completed is not None:
        return _prove(visit)
    if visit.response is not None:
        return _complete(visit)
    return begin(visit)


def begin(visit: Visit) -> Step:
    """Fetch fresh creation options for the next relying party."""
    visit = forget_ceremony(next_attempt(visit))
    party = visit.parties[len(visit.finished)]
    state = Touch(visit, party, len(visit.finished) + 1, len(visit.parties), visit.profile.times.touch)
    assert visit.key is not None
    return state, (BeginCeremony(visit.attempt, visit.enrollment_id, party.id, visit.key),)


# ── touch ───────────────────────────────────────────────────────────────────────────────────────


def on_touch(state: Touch, event: Event) -> Step:
    """One step while options are fetched and the key waits for a finger."""
    visit = state.visit
    match event:
        case CeremonyBegun(_, ceremony):
            known = replace(visit, ceremony=ceremony)
            effect = MakeCredential(visit.attempt, visit.enrollment_id, ceremony, state.seconds)
            return replace(state, visit=known), (effect,)
        case TouchWanted():
            return replace(state, waiting=True), ()
        case CredentialMade(_, response):
            return _complete(replace(visit, response=response))
        case Continued() if state.problem is not None:
            return begin(visit)
        case KeyRemoved():
            return _leave(visit, port.look, KeyGone(), AbandonReason.KEY_REMOVED)
        case WentBack():
            return _leave(visit, port.take_out, None, AbandonReason.CANCELLED)
        case Failed(_, error):
            return _not_touched(state, error)
        case _:
            return stay(state)


def _leave(visit: Visit, to: _To, problem: Trouble | None, reason: AbandonReason) -> Step:
    """Give this ceremony up and go back to the port."""
    visit = next_attempt(visit)
    before: tuple[Effect, ...] = (CancelDevice(), *clean_up(visit, reason))
    state, effects = to(forget_ceremony(visit), problem)
    return state, (*before, *effects)


def _not_touched(state: Touch, error: Trouble) -> Step:
    visit = state.visit
    remedy = _no_way_on(error)
    match error:
        case AlreadyRegistered() if len(visit.parties) > 1:
            return _known(state, error)
        case _ if remedy is not None:
            return stop(visit, error, remedy)
        case KeyGone():
            return _leave(visit, port.look, error, AbandonReason.KEY_REMOVED)
        case TouchTimeout():
            cleaning = clean_up(visit, AbandonReason.CANCELLED)
            return replace(state, visit=forget_ceremony(visit), waiting=False, problem=error), cleaning
        case Cancelled():
            return stay(state)
        case HardwareError():
            return _leave(visit, port.take_out, error, AbandonReason.KEY_REFUSED)
        case _:
            return replace(state, waiting=False, problem=error), ()


def _known(state: Touch, error: AlreadyRegistered) -> Step:
    """One of several relying parties has proved this key before (the visit that did it did not reach the others): go
    on with the rest. When all of them have, this key needs nothing."""
    visit = replace(state.visit, finished=(*state.visit.finished, state.party))
    if len(visit.finished) == len(visit.parties) and not visit.receipt:
        return stop(replace(visit, finished=()), error, Remedy.ANOTHER_KEY)
    following, effects = _proved(visit, Phase.KEY)
    return following, (*clean_up(visit, AbandonReason.KEY_REFUSED), *effects)


def _no_way_on(error: Trouble) -> Remedy | None:
    """What helps when this key, or this visit, certainly gets no credential; None when trying again may help."""
    match error:
        case OptionsRefused():
            return Remedy.DESK
        case SessionExpired():
            return Remedy.START_OVER
        case OutcomeUnknown() | CeremonyExpired():
            return None
        case AlreadyRegistered() | KeyUnusable() | Refusal():
            return Remedy.ANOTHER_KEY
        case _:
            return None


# ── register, prove, read back ──────────────────────────────────────────────────────────────────


def on_prove(state: Prove, event: Event) -> Step:
    """One step while nothing is asked of the person."""
    match event:
        case TouchWanted():
            return replace(state, touch=True), ()
        case KeyRemoved():
            return replace(state, visit=replace(state.visit, unlocked=False)), (CloseKey(),)
        case RetryDue():
            return _again(state)
        case Failed(_, error):
            return _not_proved(state, error)
        case _:
            return _went_well(state, event)


def _went_well(state: Prove, event: Event) -> Step:
    visit = state.visit
    match event:
        case CeremonyCompleted(_, completed):
            return _completed(replace(visit, completed=completed))
        case CredentialAsserted(_, assertion):
            return _submit(replace(visit, assertion=assertion))
        case ProofAccepted(_, proved):
            finished = (*visit.finished, proved.relying_party)
            return _proved(replace(visit, finished=finished, receipt=proved.receipt), proved.phase)
        case KeyInspected(_, info):
            return read_back(visit, info)
        case _:
            return stay(state)


def _working(visit: Visit, task: Task, tries: int = 0) -> Prove:
    number = min(len(visit.finished) + 1, len(visit.parties))
    return Prove(visit, visit.parties[number - 1], number, len(visit.parties), task, tries)


def _complete(visit: Visit, tries: int = 0) -> Step:
    visit = next_attempt(visit)
    assert visit.ceremony is not None
    assert visit.response is not None
    name = visit.key.address.product if visit.key else ""
    effect = CompleteCeremony(visit.attempt, visit.enrollment_id, visit.ceremony, visit.response, name)
    return _working(visit, Task.REGISTER, tries), (effect,)


def _completed(visit: Visit) -> Step:
    """The relying party has the credential. A key that was pulled meanwhile must come back to be tested."""
    if visit.key is None or visit.key.address not in visit.port.keys:
        return port.look(visit, KeyGone())
    return _prove(visit)


def _prove(visit: Visit, tries: int = 0) -> Step:
    visit = next_attempt(visit)
    assert visit.ceremony is not None
    assert visit.completed is not None
    effect = ProveCredential(visit.attempt, visit.ceremony, visit.completed, visit.profile.times.touch)
    return _working(visit, Task.TEST, tries), (effect,)


def _submit(visit: Visit, tries: int = 0) -> Step:
    visit = next_attempt(visit)
    assert visit.ceremony is not None
    assert visit.assertion is not None
    effect = SubmitProof(visit.attempt, visit.enrollment_id, visit.ceremony, visit.assertion)
    return _working(visit, Task.TEST, tries), (effect,)


def _proved(visit: Visit, phase: Phase) -> Step:
    visit = forget_ceremony(visit)
    if phase is not Phase.DONE and len(visit.finished) < len(visit.parties):
        return begin(visit)
    visit = next_attempt(visit)
    if visit.key is None or visit.key.address not in visit.port.keys:
        return port.look(visit, KeyGone())
    return _working(visit, Task.CHECK), (InspectKey(visit.attempt, visit.key.address),)


def read_back(visit: Visit, info: KeyInfo) -> Step:
    """The last look at the key: success is said only if it shows what policy requires."""
    visit = replace(visit, key=info)
    if visit.policy.pin.mode is PinMode.REQUIRED and info.pin is not PinState.SET:
        return stop(visit, NotProtected(), Remedy.DESK)
    return Done(visit), (CloseKey(),)


def _not_proved(state: Prove, error: Trouble) -> Step:
    visit = state.visit
    if isinstance(error, KeyGone):
        return port.look(visit, error)
    if isinstance(error, _MAY_PASS):
        return _wait(state, error)
    if state.task is Task.CHECK and isinstance(error, HardwareError):
        return port.take_out(visit, error)
    if isinstance(error, CeremonyExpired) and state.task is Task.REGISTER:
        cleaning = clean_up(visit, AbandonReason.CANCELLED)
        touch = Touch(forget_ceremony(visit), state.party, state.number, state.total, visit.profile.times.touch)
        return replace(touch, problem=error), cleaning
    return stop(visit, error, Remedy.ANOTHER_KEY, AbandonReason.NOT_PROVED)


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
            return _complete(state.visit, state.tries)
        case Task.TEST if state.visit.assertion is not None:
            return _submit(state.visit, state.tries)
        case Task.TEST:
            return _prove(state.visit, state.tries)
        case Task.CHECK:
            return _proved(state.visit, Phase.DONE)
        case _:
            assert_never(state.task)
