"""When a relying party does not take the key, or does not say: try again, go on without it, or stop."""

from __future__ import annotations

from dataclasses import replace

from kiosk.contract.enrollments import AbandonReason, PartyResult
from kiosk.enrollment import ceremony as work
from kiosk.enrollment.parties import another_key_helps, goes_on, noted
from kiosk.enrollment.states import Prove, Remedy, Task
from kiosk.enrollment.step import Step, clean_up, forget_ceremony, next_attempt, stop
from kiosk.enrollment.visit import Trouble, Visit
from kiosk.errors import OutcomeUnknown, PartyUnavailable

MOST_TRIES = 6
"""So often is a call to the service made before the journal and the desk take over."""
_LONGEST_WAIT, _LONGEST_NAMED = 30, 60
"""Seconds between two tries: by our own counting, and where the service names them."""


def refused(visit: Visit, error: Trouble, remedy: Remedy, reason: AbandonReason = AbandonReason.KEY_REFUSED) -> Step:
    """The relying party in hand certainly does not have this key."""
    after = noted(visit, PartyResult.REFUSED, error)
    if not goes_on(visit):
        unknown = any(each.result is PartyResult.UNKNOWN for each in after.outcomes)
        desk = unknown or not another_key_helps(after)
        return stop(after, after.refusal or error, Remedy.DESK if desk else remedy, reason)
    cleaning = clean_up(visit, reason)
    following, effects = work.proceed(forget_ceremony(after))
    return following, (*cleaning, *effects)


def wait(state: Prove, error: Trouble) -> Step:
    """Try again after 2, 4, 8 … seconds, or as many as are named; in the end go on without an answer."""
    tries = state.tries + 1
    if tries >= MOST_TRIES:
        return without(state, error)
    of_party = isinstance(error, PartyUnavailable | OutcomeUnknown)
    named = min(error.retry_after, _LONGEST_NAMED) if isinstance(error, PartyUnavailable | OutcomeUnknown) else 0
    optional = of_party and state.task is not Task.FINISH and goes_on(state.visit)
    retry_in = max(min(2**tries, _LONGEST_WAIT), named)
    return replace(state, tries=tries, retry_in=retry_in, problem=error, optional=optional), ()


def without(state: Prove, error: Trouble) -> Step:
    """No answer that decides anything came, or the person does not want to wait for it."""
    visit = state.visit
    match error:
        case _ if state.task is Task.FINISH:
            return work.hand_over(replace(visit, ended=True))  # what is proved stays so; the journal tells it later
        case PartyUnavailable():
            return refused(visit, error, Remedy.DESK, AbandonReason.NOT_PROVED)
        case OutcomeUnknown():
            return _unknown(visit, error)
        case _:
            return stop(forget_ceremony(next_attempt(visit)), error, Remedy.DESK)


def _unknown(visit: Visit, error: Trouble) -> Step:
    """The relying party may have the credential, so it stays on the key: the service finds out, and decides."""
    after = forget_ceremony(next_attempt(noted(visit, PartyResult.UNKNOWN, error)))
    return work.proceed(after) if goes_on(visit) else stop(after, error, Remedy.DESK)
