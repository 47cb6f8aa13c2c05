"""The desk: `advance` takes a state and an event to the next state and what is to be done; pure and total."""

from __future__ import annotations

from dataclasses import replace
from typing import assert_never, get_args

from kiosk.contract.staff import ApprovalAction, AskStaff, Decision, Role, StaffPurpose
from kiosk.desk import names
from kiosk.desk.effects import Effect, EndVisit, FetchKey, FetchReference, ReadKey, SignOut
from kiosk.desk.events import (
    Answer,
    ClosedByStaff,
    CodeTyped,
    Confirmed,
    Decided,
    Event,
    Failed,
    IdleExpired,
    KeyLookedUp,
    KeyRead,
    LookWanted,
    NamesWanted,
    Opened,
    PinTyped,
    PortChanged,
    ReferenceLookedUp,
    ReferenceTyped,
    RequestPicked,
    RequestsFetched,
    RequestsWanted,
    SureAsked,
    WentBack,
)
from kiosk.desk.signing import Step, emptied, empty_first, fetch_requests, next_attempt, port_changed, signing
from kiosk.desk.states import (
    AskSure,
    Closed,
    Deciding,
    Desk,
    EnterCode,
    EnterOwnersPin,
    EnterPin,
    InsertStaffKey,
    Leaving,
    LookAtKey,
    Menu,
    Next,
    Reference,
    Requests,
    State,
    Sure,
    TakeOut,
    Touch,
)
from kiosk.errors import SessionExpired, StationRefused

_ANSWERS = get_args(Answer)
SIGN_IN = AskStaff(StaffPurpose.DESK)


def advance(state: State, event: Event) -> Step:
    """The next state, and the effects. An event that does not belong to the state changes nothing; a PIN or code in it
    is wiped."""
    after, effects = _advance(state, event)
    if after is state and not effects:
        _wipe(event)
    return after, effects


def _advance(state: State, event: Event) -> Step:
    match event:
        case Opened(port) if isinstance(state, Closed):
            return empty_first(replace(state.desk, port=port), SIGN_IN)
        case Opened():
            return state, ()
        case _ if isinstance(state, Closed | Leaving):
            return state, ()
        case PortChanged(port):
            return _port(replace(state, desk=replace(state.desk, port=port)))
        case ClosedByStaff() | IdleExpired():
            return _close(state.desk)
        case _ if isinstance(event, _ANSWERS) and event.attempt != state.desk.attempt:
            return state, ()
        case _:
            return _in(state, event)


def _in(state: State, event: Event) -> Step:
    match state:
        case InsertStaffKey() | EnterPin() | Touch() | EnterCode():
            return _back_from_signing(state.desk, state.asked) if isinstance(event, WentBack) else signing(state, event)
        case TakeOut():
            return _take_out(state, event)
        case Menu():
            return _menu(state, event)
        case EnterOwnersPin():
            return names.on_pin(state, event)
        case Requests() | Deciding() | LookAtKey() | Reference():
            return _shown(state, event)
        case AskSure():
            return _sure(state, event)
        case Closed() | Leaving():
            return state, ()
        case _:
            assert_never(state)


def _shown(state: Requests | Deciding | LookAtKey | Reference, event: Event) -> Step:
    if isinstance(event, Failed) and type(event.problem) is StationRefused:
        return _signed_out(state.desk)
    match state:
        case Requests():
            return _requests(state, event)
        case Deciding():
            return _deciding(state, event)
        case LookAtKey():
            return _look(state, event)
        case Reference():
            return _reference(state, event)


def _signed_out(desk: Desk) -> Step:
    """Whoever opened the desk is not known there any more: they sign in again."""
    return empty_first(replace(desk, staff=None, request=None), SIGN_IN, SessionExpired())


def _port(state: State) -> Step:
    match state:
        case TakeOut(problem=None) if not state.desk.port.keys:
            return emptied(replace(next_attempt(state.desk), read=False), state.then)
        case InsertStaffKey() | EnterPin() | Touch() | EnterCode():
            return port_changed(state)
        case LookAtKey(info=None, problem=None) if len(state.desk.port.keys) == 1:
            desk = next_attempt(replace(state.desk, read=True))
            return LookAtKey(desk), (ReadKey(desk.attempt, desk.port.keys[0]),)
        case LookAtKey() if not state.desk.port.keys:
            return empty_first(state.desk, Next.LOOK)
        case EnterOwnersPin(look=look) if look.info is None or look.info.address not in state.desk.port.keys:
            return empty_first(state.desk, Next.LOOK)
        case _:
            return state, ()


def _close(desk: Desk) -> Step:
    """Whoever opened the desk is signed out at once; it closes when no key of theirs is in the reader."""
    out: tuple[Effect, ...] = (SignOut(desk.staff.desk),) if desk.staff is not None and desk.staff.desk else ()
    desk = replace(desk, staff=None, request=None)
    state, effects = empty_first(desk, Next.CLOSE) if desk.read else _closed(desk)
    return state, (*out, *effects)


def _closed(desk: Desk) -> Step:
    return emptied(next_attempt(desk), Next.CLOSE)


def _back_from_signing(desk: Desk, asked: AskStaff) -> Step:
    return _close(desk) if asked.purpose is StaffPurpose.DESK else empty_first(desk, Next.REQUESTS)


def _take_out(state: TakeOut, event: Event) -> Step:
    """With a problem, staff say when they have read it."""
    match event, state.then:
        case Confirmed(), _ if state.problem is not None:
            return empty_first(state.desk, state.then)
        case WentBack(), AskStaff() as asked:
            return _back_from_signing(state.desk, asked)
        case _:
            return state, ()


def _menu(state: Menu, event: Event) -> Step:
    desk = state.desk
    match event:
        case RequestsWanted():
            return fetch_requests(desk)
        case LookWanted():
            return empty_first(desk, Next.LOOK)
        case ReferenceTyped(reference) if reference.strip():
            return _look_up(desk, reference.strip())
        case SureAsked(Sure.LEAVE) if not desk.may(Role.ADMINISTER):
            return state, ()
        case SureAsked(what):
            return AskSure(desk, what), ()
        case WentBack():
            return _close(desk)
        case _:
            return state, ()


def _look_up(desk: Desk, reference: str) -> Step:
    desk = next_attempt(desk)
    assert desk.staff is not None
    return Reference(desk, reference), (FetchReference(desk.attempt, desk.staff.desk, reference),)


def _requests(state: Requests, event: Event) -> Step:
    match event:
        case RequestsFetched(requests=requests):
            return replace(state, requests=requests), ()
        case Failed(problem=problem):
            return Menu(state.desk, problem), ()
        case RequestsWanted():
            return fetch_requests(state.desk)
        case RequestPicked(approval_id):
            found = [each for each in state.requests or () if each.approval_id == approval_id and not each.mine]
            return (Deciding(state.desk, found[0]), ()) if found else (state, ())
        case WentBack():
            return Menu(next_attempt(state.desk)), ()
        case _:
            return state, ()


def _deciding(state: Deciding, event: Event) -> Step:
    match event:
        case Decided(decision, reason):
            return _decided(state, decision, reason.strip())
        case WentBack():
            return fetch_requests(state.desk)
        case _:
            return state, ()


def _decided(state: Deciding, decision: Decision, reason: str) -> Step:
    if state.request.action is ApprovalAction.OVERRIDE and not reason:
        return replace(state, reason_missing=True), ()
    asked = AskStaff(StaffPurpose.DECIDE, state.request.approval_id, decision, reason)
    return empty_first(replace(state.desk, request=state.request), asked)


def _look(state: LookAtKey, event: Event) -> Step:
    match event:
        case KeyRead(info=info, model=model) if state.desk.staff is not None:
            asked = FetchKey(state.desk.attempt, state.desk.staff.desk, info)
            return replace(state, info=info, model=model), (asked,)
        case KeyLookedUp(told=told):
            return replace(state, told=told), ()
        case NamesWanted() if names.may_be_listed(state):
            return names.ask(state)
        case Failed(problem=problem):
            return replace(state, problem=problem), ()
        case WentBack():
            return empty_first(state.desk, Next.MENU)
        case _:
            return state, ()


def _reference(state: Reference, event: Event) -> Step:
    match event:
        case ReferenceLookedUp(told=told):
            return replace(state, told=told), ()
        case Failed(problem=problem):
            return Menu(state.desk, problem), ()
        case WentBack():
            return Menu(next_attempt(state.desk)), ()
        case _:
            return state, ()


def _sure(state: AskSure, event: Event) -> Step:
    match event, state.what:
        case WentBack(), _:
            return Menu(state.desk), ()
        case Confirmed(), Sure.END_VISIT:
            after, effects = _close(state.desk)
            return after, (EndVisit(), *effects)
        case Confirmed(), Sure.LEAVE:
            after, effects = _close(state.desk)
            return Leaving(after.desk), effects
        case _:
            return state, ()


def _wipe(event: Event) -> None:
    match event:
        case PinTyped(pin):
            pin.wipe()
        case CodeTyped(code=code):
            code.wipe()
        case _:
            pass
