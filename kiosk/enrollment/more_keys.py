"""Somebody has a key already, or shall have one more: what they are here for, and the backup key of the same visit.

What was done with a key stays done, whatever becomes of the next: it is set aside with all that belongs to it.
"""

from __future__ import annotations

from dataclasses import replace

from kiosk.contract.enrollments import Verified
from kiosk.contract.keys import Intent
from kiosk.enrollment import app, mobile_id, port
from kiosk.enrollment.answers import Failed
from kiosk.enrollment.answers_of_staff import IntentAccepted, NextKeyReady
from kiosk.enrollment.effects import ChooseIntent, OpenNextKey
from kiosk.enrollment.events import Continued, Event, IntentChosen, Skipped, WentBack
from kiosk.enrollment.parties import forget_proved, kept
from kiosk.enrollment.states import Backup, Connecting, Done, KeysHeld, Remedy, State
from kiosk.enrollment.step import Step, end, forget_ceremony, next_attempt, stay, stop
from kiosk.enrollment.visit import KeyDone, KeyIdentity, KeyModel, Trouble, Visit
from kiosk.errors import KeysEnough, OutOfStep, SessionExpired


def ask(visit: Visit, answer: Verified) -> Step:
    """The person is verified: who has keys says what for; who has none goes on."""
    if not answer.held:
        return mobile_id.start(visit)
    return KeysHeld(next_attempt(visit), answer.held, answer.intents), ()


def key_done(visit: Visit) -> Step:
    """The key in hand is proved, handed over and read back: one more, where policy has room for it; else the rest."""
    number, count = len(visit.done) + 2, visit.policy.count
    if number > count.most or visit.key is None:
        return app.start(visit)
    return Backup(next_attempt(visit), number, count.most, optional=number > count.least), ()


def on_more(state: KeysHeld | Backup, event: Event) -> Step:
    """One step while the person says what they are here for, or whether they take one more key."""
    match state, event:
        case _, Failed(_, error):
            return _failed(state, error)
        case KeysHeld(busy=True), IntentAccepted():
            return mobile_id.start(state.visit)
        case Backup(busy=True), NextKeyReady():
            return _next(state.visit)
        case KeysHeld(busy=False), IntentChosen(intent, lost) if _fits(state, intent, lost):
            return once_more(replace(state, chosen=intent, lost=lost))
        case KeysHeld(busy=False), Continued() | WentBack():
            return end(state, state.visit)
        case Backup(busy=False), Continued():
            return once_more(state)
        case Backup(busy=False), Skipped() if state.optional or isinstance(state.problem, KeysEnough):
            return app.start(state.visit)
        case _:
            return stay(state)


def once_more(state: KeysHeld | Backup) -> Step:
    """Tell the service what is wanted."""
    visit = next_attempt(state.visit)
    state = replace(state, visit=visit, busy=True, problem=None)
    if isinstance(state, Backup):
        return state, (OpenNextKey(visit.attempt, visit.enrollment_id),)
    assert state.chosen is not None
    return state, (ChooseIntent(visit.attempt, visit.enrollment_id, state.chosen, state.lost),)


def without(state: Backup) -> Step:
    """No other key comes, though policy may want one: those that are done are done, and the rest of the visit follows.
    While the service is told that one comes, nothing is given up."""
    return stay(state) if state.busy else app.start(state.visit)


def leave(state: State) -> Step:
    """The next key is given up: what was begun with it is taken back, and the person told of those before, and of what
    stays of this one."""
    assert not isinstance(state, Connecting)
    _, effects = end(state, state.visit)
    visit = next_attempt(state.visit)
    if kept(visit):
        return Done(replace(forget_ceremony(visit), unlocked=False, ended=True), cut_short=True), effects
    *before, last = visit.done
    with_last = replace(
        forget_ceremony(forget_proved(visit)),
        done=tuple(before),
        key=last.key,
        model=last.model,
        bound=last.identity,
        unlocked=False,
        finished=last.finished,
        proved=last.proved,
        receipt=last.receipt,
        outcomes=last.outcomes,
        issued=last.issued,
        random_pin=last.random_pin,
        left_on_key=last.left_on_key or visit.left_on_key,
        replaced=last.replaced,
        ended=True,
    )
    return Done(with_last), effects


def _fits(state: KeysHeld, intent: Intent, lost: tuple[str, ...]) -> bool:
    """Whether policy lets them, and it is their keys that are lost."""
    theirs = {each.id for each in state.held}
    return intent in state.intents and bool(lost) == (intent is Intent.REPLACE) and set(lost) <= theirs


def _failed(state: KeysHeld | Backup, error: Trouble) -> Step:
    if isinstance(state, Backup):  # the key that is done is done
        gone = isinstance(error, KeysEnough | OutOfStep | SessionExpired)
        return app.start(state.visit) if gone else (replace(state, problem=error, busy=False), ())
    if isinstance(error, SessionExpired | OutOfStep):
        return stop(state.visit, error, Remedy.START_OVER)
    return replace(state, problem=error, busy=False), ()


def _next(visit: Visit) -> Step:
    """Set the key aside with all that is its own, and ask for the next."""
    assert visit.key is not None
    aside = KeyDone(
        identity=visit.bound or KeyIdentity.of(visit.key),
        key=visit.key,
        model=visit.model,
        finished=visit.finished,
        proved=visit.proved,
        receipt=visit.receipt,
        outcomes=visit.outcomes,
        issued=visit.issued,
        random_pin=visit.random_pin,
        left_on_key=visit.left_on_key,
        replaced=visit.replaced,
    )
    fresh = replace(
        forget_ceremony(forget_proved(visit)),
        done=(*visit.done, aside),
        bound=None,
        allowed=None,
        doubts=(),
        stored=None,
        random_pin=False,
        no_finger=False,
        configured=False,
        left_on_key=False,
        replaced=False,
        model=KeyModel(),
        losses=0,
        paused=False,
    )
    following, effects = port.take_out(fresh)
    return following, effects
