"""advance(state, event) → (state, effects): the whole enrollment, one pure and total function.

Welcome → (Identify | Register → AcceptTerms) → (ChooseMethod | EnterCode | ShowBadge | ConfirmPerson)
→ (SelectKey) → InsertKey → (ChoosePin | EnterPin | ChangePin | RandomPin) → (EnrollFinger) → Touch → Prove
→ (the next relying party | (SetUpApp → RecoveryCodes) → Done).
A Phone may take the place of Register, EnterCode or the key, or come before it (ShowId → IdTaken → Phone) or after.
KeysHeld may come before InsertKey, Backup and another InsertKey before SetUpApp.
WaitForStaff takes the place of whatever staff must approve, and leads back there. Activate comes first, once.
Stopped can follow anything, ResetKey a Stopped that says so; every visit ends in Welcome.
"""

from __future__ import annotations

from dataclasses import replace
from typing import assert_never

from kiosk.enrollment import (
    app,
    connecting,
    finger,
    finish,
    key,
    mobile_id,
    more_keys,
    person,
    phone,
    pin,
    reset,
    rest,
    staff,
    touch,
)
from kiosk.enrollment.answers import (
    Answer,
    CleanedUp,
    CredentialAsserted,
    CredentialMade,
    Failed,
    FingerEnrolled,
    KeyConfigured,
    KeyReset,
    PinGenerated,
)
from kiosk.enrollment.effects import LoadProfile
from kiosk.enrollment.events import (
    Cancelled,
    Event,
    IdleExpired,
    KeyInaccessible,
    KeyInserted,
    KeyRemoved,
    LanguageChosen,
    ProfileChanged,
    RetryDue,
    ServiceLost,
    StaffWanted,
    TimeExpired,
)
from kiosk.enrollment.states import (
    AcceptTerms,
    Backup,
    ChangePin,
    ChooseMethod,
    ChoosePin,
    ConfirmPerson,
    Connecting,
    Done,
    EnrollFinger,
    EnterCode,
    EnterPin,
    Identify,
    IdTaken,
    InsertKey,
    KeysHeld,
    Phone,
    Prove,
    RandomPin,
    RecoveryCodes,
    Register,
    ResetKey,
    SelectKey,
    SetUpApp,
    ShowBadge,
    ShowId,
    State,
    Stopped,
    Touch,
    WaitForStaff,
    Welcome,
)
from kiosk.enrollment.step import Step, end, finished, stay
from kiosk.enrollment.visit import UNNAMED, Kiosk, Port
from kiosk.errors import ApprovalNeeded, TookTooLong

_WORK_DONE = (CredentialMade, CredentialAsserted, KeyConfigured, FingerEnrolled, PinGenerated, KeyReset)


def begin(locale: str, *, approvals: bool = False, kiosk: Kiosk = UNNAMED) -> Step:
    """The first step of a station: fetch what the service wants shown. `locale` is a BCP 47 tag; `approvals`: there is
    a way to ask staff."""
    return Connecting(locale, approvals=approvals, kiosk=kiosk), (LoadProfile(0),)


def advance(state: State, event: Event) -> Step:
    """What `event` makes of `state`, and what is to be done about it."""
    if isinstance(event, CleanedUp):
        state = _left_behind(state, event)
    if isinstance(event, Answer | RetryDue) and event.attempt != _attempt(state):
        return stay(state)
    state = _counted(state, event)
    match event:
        case LanguageChosen(locale):
            return _speak(state, locale)
        case Cancelled() | IdleExpired() | TimeExpired():
            return _interrupt(state, event)
        case KeyInserted() | KeyRemoved() | KeyInaccessible():
            return _port(state, event)
        case StaffWanted():
            return staff.wanted(state)
        case Failed(_, ApprovalNeeded(action=action)) if staff.knows(state, action):
            return staff.needed(state, action)
        case _:
            return _dispatch(state, event)


def _attempt(state: State) -> int:
    return state.attempt if isinstance(state, Connecting) else state.visit.attempt


def _dispatch(state: State, event: Event) -> Step:
    match state:
        case Connecting():
            return connecting.on_connecting(state, event)
        case Welcome() if isinstance(event, ServiceLost | ProfileChanged):
            return connecting.on_news(state, event), ()
        case Welcome() | Done() | Stopped():
            return rest.on_rest(state, event)
        case Identify() | Register() | AcceptTerms() | ChooseMethod() | EnterCode() | ShowBadge() | ConfirmPerson():
            return person.on_person(state, event)
        case InsertKey() | SelectKey():
            return key.on_key(state, event)
        case Phone() | ShowId() | IdTaken() | WaitForStaff() | KeysHeld() | Backup():
            return _beside(state, event)
        case ChoosePin() | EnterPin() | ChangePin() | RandomPin():
            return pin.on_pin(state, event)
        case _:
            return _work(state, event)


def _beside(state: Phone | ShowId | IdTaken | WaitForStaff | KeysHeld | Backup, event: Event) -> Step:
    match state:
        case Phone():
            return phone.on_phone(state, event)
        case ShowId() | IdTaken():
            return mobile_id.on_id(state, event)
        case WaitForStaff():
            return staff.on_staff(state, event)
        case KeysHeld() | Backup():
            return more_keys.on_more(state, event)
        case _:
            assert_never(state)


def _work(state: EnrollFinger | ResetKey | Touch | Prove | SetUpApp | RecoveryCodes, event: Event) -> Step:
    match state:
        case EnrollFinger():
            return finger.on_finger(state, event)
        case ResetKey():
            return reset.on_reset(state, event)
        case Touch():
            return touch.on_touch(state, event)
        case Prove():
            return finish.on_prove(state, event)
        case SetUpApp():
            return app.on_app(state, event)
        case RecoveryCodes():
            return app.on_codes(state, event)
        case _:
            assert_never(state)


def _left_behind(state: State, event: CleanedUp) -> State:
    """What stays on the key is told at the end, however long ago it was given up."""
    if isinstance(state, Connecting) or not event.left_on_key or event.enrollment_id != state.visit.enrollment_id:
        return state
    return replace(state, visit=replace(state.visit, left_on_key=True)) if event.enrollment_id else state


def _speak(state: State, locale: str) -> Step:
    if isinstance(state, Connecting):
        return replace(state, locale=locale), ()
    if locale not in state.visit.profile.languages:
        return stay(state)
    return replace(state, visit=replace(state.visit, locale=locale)), ()


def _interrupt(state: State, event: Cancelled | IdleExpired | TimeExpired) -> Step:
    """Give up, nobody there, time over: whatever was begun is taken back, and the person forgotten."""
    if isinstance(state, Connecting | Welcome):
        return stay(state)
    if isinstance(event, Cancelled) and isinstance(state, Backup):
        return more_keys.without(state)
    if isinstance(event, Cancelled) and state.visit.done and not finished(state):
        return more_keys.leave(state)
    late = isinstance(event, TimeExpired) and not finished(state)
    return end(state, state.visit, TookTooLong() if late else None)


def _port(state: State, event: KeyInserted | KeyRemoved | KeyInaccessible) -> Step:
    """A key came or went: known in every state, acted on where it matters."""
    before = state.port if isinstance(state, Connecting) else state.visit.port
    now = _changed(before, event)
    if isinstance(state, Connecting):
        return replace(state, port=now), ()
    visit = replace(state.visit, port=now)
    if isinstance(state, InsertKey | SelectKey):
        return key.on_port(state, visit)
    state = replace(state, visit=visit)
    ours = isinstance(event, KeyRemoved) and visit.key is not None and visit.key.address == event.address
    awaited = isinstance(event, KeyInserted) and isinstance(state, ResetKey)
    return _dispatch(state, event) if ours or awaited else stay(state)


def _counted(state: State, event: Event) -> State:
    """Work that was done ends the row of losses of the key agent."""
    if isinstance(state, Connecting) or not isinstance(event, _WORK_DONE):
        return state
    return replace(state, visit=replace(state.visit, losses=0))


def _changed(before: Port, event: KeyInserted | KeyRemoved | KeyInaccessible) -> Port:
    match event:
        case KeyInserted(address):
            return before.with_key(address)
        case KeyRemoved(address):
            return before.without_key(address)
        case KeyInaccessible(error):
            return replace(before, refused=error)
        case _:
            assert_never(event)
