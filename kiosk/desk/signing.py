"""Staff sign with their own key, or say a sealed code: from an empty reader to an empty reader."""

from __future__ import annotations

from dataclasses import replace

from hardware.authenticator import KeyInfo, PinState
from hardware.errors import KeyFault, KeyGone, PinAuthBlocked, PinBlocked, PinChangeForced, PinRequired, WrongPin
from kiosk.contract.staff import AskStaff, StaffAnswer, StaffPurpose
from kiosk.desk.effects import (
    CancelWork,
    CloseKey,
    Effect,
    FetchChallenge,
    FetchRequests,
    ReadKey,
    SendCode,
    SendSignature,
    Sign,
    UnlockKey,
)
from kiosk.desk.events import (
    ChallengeFetched,
    CodeTyped,
    CodeWanted,
    Confirmed,
    Event,
    Failed,
    KeyRead,
    KeyUnlocked,
    PinTyped,
    Signed,
    StaffKnown,
    TouchAwaited,
)
from kiosk.desk.states import (
    Closed,
    Desk,
    EnterCode,
    EnterPin,
    InsertStaffKey,
    LookAtKey,
    Menu,
    Next,
    Requests,
    Signing,
    State,
    TakeOut,
    Touch,
)
from kiosk.enrollment.visit import Trouble
from kiosk.errors import OutOfStep, StationRefused

Step = tuple[State, tuple[Effect, ...]]
FEW_TRIES = 3
"""From here on a wrong PIN is a risk that staff accept first."""
TOUCH_SECONDS = 30
NO_CREDENTIALS = 0x2E
"""CTAP2_ERR_NO_CREDENTIALS: nobody of staff signs with this key."""
_REFUSALS = {
    PinState.AUTH_BLOCKED: PinAuthBlocked,
    PinState.BLOCKED: PinBlocked,
    PinState.CHANGE_FORCED: PinChangeForced,
}


def next_attempt(desk: Desk) -> Desk:
    """Answers to what was asked before are not ours any more."""
    return replace(desk, attempt=desk.attempt + 1)


def empty_first(desk: Desk, then: AskStaff | Next, problem: Trouble | None = None) -> Step:
    """Wait until nothing is in the reader, then go on."""
    desk = next_attempt(desk)
    if desk.port.keys:
        return TakeOut(desk, then, problem), (CancelWork(), CloseKey())
    state, effects = emptied(replace(desk, read=False), then, problem)
    return state, (CancelWork(), CloseKey(), *effects)


def emptied(desk: Desk, then: AskStaff | Next, problem: Trouble | None = None) -> Step:
    """Nothing is in the reader."""
    match then:
        case AskStaff():
            return (TakeOut(desk, then, problem) if problem else InsertStaffKey(desk, then)), ()
        case Next.LOOK:
            return LookAtKey(desk), ()
        case Next.MENU:
            return Menu(desk, problem), ()
        case Next.REQUESTS:
            return fetch_requests(desk, problem)
        case Next.CLOSE:
            return Closed(Desk(desk.attempt)), ()


def fetch_requests(desk: Desk, problem: Trouble | None = None) -> Step:
    """Ask what this station waits for."""
    desk = next_attempt(replace(desk, request=None))
    assert desk.staff is not None
    return Requests(desk, problem=problem), (FetchRequests(desk.attempt, desk.staff.desk),)


def signing(state: Signing, event: Event) -> Step:
    """One step on the way to a signature."""
    match state, event:
        case _, Failed(problem=problem):
            return _failed(state, problem)
        case ((InsertStaffKey() | EnterPin(busy=False)), CodeWanted()):
            return EnterCode(next_attempt(state.desk), state.asked), (CancelWork(), CloseKey())
        case EnterCode(busy=False), CodeTyped(name, code):
            asking = replace(state, busy=True, problem=None)
            return asking, (SendCode(state.desk.attempt, state.asked, name, code),)
        case ((EnterCode() | Touch()), StaffKnown(answer=answer)):
            return _known(state.desk, answer, state.asked)
        case _:
            return _with_key(state, event)


def port_changed(state: Signing) -> Step:
    """A key came or left while somebody signs."""
    desk = state.desk
    match state:
        case InsertStaffKey(reading=False) if len(desk.port.keys) == 1:
            desk = next_attempt(replace(desk, read=True))
            return InsertStaffKey(desk, state.asked, reading=True), (ReadKey(desk.attempt, desk.port.keys[0]),)
        case EnterCode():
            return state, ()
        case InsertStaffKey(reading=False) if not desk.port.keys:
            return state, ()
        case EnterPin(key=key) if desk.port.keys == (key,):
            return state, ()
        case _:
            return empty_first(desk, state.asked, KeyGone() if not desk.port.keys else None)


def _with_key(state: Signing, event: Event) -> Step:
    match state, event:
        case InsertStaffKey(reading=True), KeyRead(info=info):
            return _read(state, info)
        case EnterPin(caution=True), Confirmed():
            return replace(state, caution=False, problem=None), ()
        case EnterPin(busy=False, caution=False), PinTyped(pin):
            return replace(state, busy=True, problem=None), (UnlockKey(state.desk.attempt, pin),)
        case EnterPin(busy=True), KeyUnlocked():
            return Touch(state.desk, state.asked), (FetchChallenge(state.desk.attempt, state.asked),)
        case Touch(), ChallengeFetched(challenge=challenge):
            return state, (Sign(state.desk.attempt, challenge, TOUCH_SECONDS),)
        case Touch(), TouchAwaited():
            return replace(state, waiting=True), ()
        case Touch(), Signed(challenge_id=challenge_id, credential=credential):
            sent = SendSignature(state.desk.attempt, challenge_id, credential)
            return replace(state, waiting=False), (sent,)
        case _:
            return state, ()


def _read(state: InsertStaffKey, info: KeyInfo) -> Step:
    """A key is taken only with its PIN: nobody is staff by a touch alone."""
    if info.pin is not PinState.SET:
        return empty_first(state.desk, state.asked, _REFUSALS.get(info.pin, PinRequired)())
    left = info.pin_retries
    return EnterPin(state.desk, state.asked, info.address, left, few(left)), ()


def _failed(state: Signing, problem: Trouble) -> Step:
    match state, problem:
        case EnterPin(), WrongPin(retries_left=left):
            return replace(state, busy=False, retries_left=left, caution=few(left), problem=problem), ()
        case _, OutOfStep() if state.asked.purpose is StaffPurpose.DECIDE:
            return empty_first(state.desk, Next.REQUESTS, problem)  # decided elsewhere meanwhile, or taken back
        case EnterCode(), _:
            return replace(state, busy=False, problem=problem), ()
        case Touch(), KeyFault(status=status) if status == NO_CREDENTIALS:
            return empty_first(state.desk, state.asked, StationRefused())
        case _:
            return empty_first(state.desk, state.asked, problem)


def _known(desk: Desk, answer: StaffAnswer, asked: AskStaff) -> Step:
    """It is a member of staff: the desk is open, or the request is decided."""
    if asked.purpose is StaffPurpose.DESK:
        return empty_first(replace(desk, staff=answer), Next.MENU)
    return empty_first(desk, Next.REQUESTS)


def few(left: int | None) -> bool:
    """Whether another wrong PIN is a risk."""
    return left is not None and left <= FEW_TRIES
