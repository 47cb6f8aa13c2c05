"""Wipe a key, and begin anew with it: asked for, approved, taken out, put back, touched in time; never by itself."""

from __future__ import annotations

from dataclasses import replace
from typing import assert_never

from hardware.authenticator import KeyAddress, KeyInfo
from hardware.errors import AgentLost, Cancelled, HardwareError, KeyGone, KeySwapped, ResetTooLate, TouchTimeout
from kiosk.contract.policy import ResetMode
from kiosk.contract.staff import ApprovalAction
from kiosk.enrollment import key, port
from kiosk.enrollment.answers import Approved, CredentialsCounted, Failed, KeyReset, TouchWanted
from kiosk.enrollment.ask_staff import ask as ask_staff
from kiosk.enrollment.effects import AskApproval, CancelDevice, CloseKey
from kiosk.enrollment.effects import ResetKey as Wipe
from kiosk.enrollment.events import Event, KeyInserted, KeyRemoved, ResetWanted, WentBack
from kiosk.enrollment.states import Remedy, ResetKey, ResetStage, WaitForStaff
from kiosk.enrollment.step import Step, next_attempt, stay, stop
from kiosk.enrollment.visit import Trouble, Visit

WINDOW = 10
"""Seconds after power-up in which a key lets itself be reset (CTAP 2.1 section 6.6)."""
STRICT_WINDOW = 5
"""The same for the keys below."""
YUBICO = 0x1050
STRICT_BEFORE = 0x050504
"""Keys of this vendor give half the time before this firmware (5.5.4, one byte for each number)."""


def seconds_to_reset(info: KeyInfo) -> int:
    """Seconds from putting the key in to the touch; where a strict maker's key hides its firmware, the few."""
    strict = info.address.vendor_id == YUBICO and (info.firmware or 0) < STRICT_BEFORE
    return STRICT_WINDOW if strict else WINDOW


def ask(visit: Visit) -> Step:
    """Ask whether this key shall be wiped."""
    assert visit.key is not None
    seconds, long_touch = seconds_to_reset(visit.key), visit.key.long_touch_for_reset
    return ResetKey(next_attempt(visit), ResetStage.ASK, visit.stored, seconds, long_touch), ()


def on_reset(state: ResetKey, event: Event) -> Step:
    """One step on the way to an empty key."""
    match event:
        case WentBack():
            following, effects = port.take_out(replace(state.visit, bound=None))
            return following, (CancelDevice(), *effects)
        case Failed(_, error):
            return _failed(state, error)
        case KeyReset(_, info):
            fresh = replace(state.visit, key=info, bound=None, stored=None, random_pin=False)
            return key.admitted(next_attempt(fresh), info)
        case _:
            return _stage(state, event)


def _stage(state: ResetKey, event: Event) -> Step:
    match state.stage, event:
        case ResetStage.ASK, ResetWanted():
            return _agreed(state)
        case ResetStage.ASK, CredentialsCounted(_, number):
            return replace(state, lost=number), ()
        case ResetStage.APPROVAL, Approved():
            return take_out(state)
        case ResetStage.TAKE_OUT, KeyRemoved():
            return take_out(state, state.problem)
        case ResetStage.PUT_IN, KeyInserted(address):
            return _wipe(state, address)
        case ResetStage.PUT_IN, TouchWanted():
            return replace(state, stage=ResetStage.TOUCH, problem=None), ()
        case ResetStage.TOUCH, KeyRemoved():
            following, effects = take_out(state, KeyGone())
            return following, (CancelDevice(), *effects)
        case _:
            return stay(state)


def _agreed(state: ResetKey) -> Step:
    """The person says yes; where policy wants it, staff must say so as well."""
    if state.visit.policy.key.reset is not ResetMode.STAFF:
        return take_out(state)
    if state.visit.profile.approvals and not state.visit.approvals:
        return ask_staff(WaitForStaff(state.visit, ApprovalAction.RESET, state))
    visit = next_attempt(state.visit)
    assert visit.key is not None
    waiting = replace(state, visit=visit, stage=ResetStage.APPROVAL, problem=None)
    return waiting, (AskApproval(visit.attempt, visit.enrollment_id, visit.key),)


def take_out(state: ResetKey, problem: Trouble | None = None) -> Step:
    """A key must be powered up anew; one that is out already is asked for."""
    visit = next_attempt(state.visit)
    assert visit.key is not None
    stage = ResetStage.TAKE_OUT if visit.key.address in visit.port.keys else ResetStage.PUT_IN
    return replace(state, visit=visit, stage=stage, problem=problem), (CloseKey(same_visit=True),)


def _wipe(state: ResetKey, address: KeyAddress) -> Step:
    """Wipe what was put in, if it is the right one; whichever it is, it is the one to take out if that fails."""
    visit = next_attempt(state.visit)
    assert visit.key is not None
    assert visit.bound is not None
    effect = Wipe(visit.attempt, address, visit.bound, state.seconds, visit.key)
    now = replace(visit, key=replace(visit.key, address=address))
    return replace(state, visit=now), (CancelDevice(), effect)


def _failed(state: ResetKey, error: Trouble) -> Step:
    match state.stage:
        case ResetStage.ASK | ResetStage.APPROVAL:
            return replace(state, stage=ResetStage.ASK, problem=error), ()
        case ResetStage.TAKE_OUT | ResetStage.PUT_IN | ResetStage.TOUCH:
            return _not_wiped(state, error)
        case _:
            assert_never(state.stage)


def _not_wiped(state: ResetKey, error: Trouble) -> Step:
    match error:
        case Cancelled():
            return stay(state)
        case ResetTooLate() | TouchTimeout() | AgentLost() | KeyGone() | KeySwapped():
            return take_out(state, error)
        case HardwareError():
            return stop(replace(state.visit, key=None, bound=None), error, Remedy.ANOTHER_KEY)
        case _:
            return replace(state, problem=error), ()
