"""The work on one relying party after another, and on the key at the end: each function takes up one piece of it."""

from __future__ import annotations

from dataclasses import replace

from hardware.authenticator import KeyInfo, KeySettings
from hardware.errors import KeyGone
from kiosk.contract.enrollments import Phase
from kiosk.enrollment import more_keys, port
from kiosk.enrollment.effects import (
    BeginCeremony,
    CompleteCeremony,
    ConfigureKey,
    FinishEnrollment,
    InspectKey,
    MakeCredential,
    ProveCredential,
    SubmitProof,
)
from kiosk.enrollment.hand_over import protected, settings_for
from kiosk.enrollment.parties import concluded, left, place, rolls_back
from kiosk.enrollment.states import Prove, Remedy, Task, Touch
from kiosk.enrollment.step import Step, forget_ceremony, next_attempt, stop
from kiosk.enrollment.visit import Visit
from kiosk.errors import NotProtected


def go_on(visit: Visit) -> Step:
    """With the key in hand, take up the work where it stands."""
    if concluded(visit):
        return hand_over(visit)
    if visit.completed is not None:
        return prove(visit)
    if visit.response is not None:
        return complete(visit)
    return proceed(visit)


def proceed(visit: Visit) -> Step:
    """The next relying party, or the end with those that took the key."""
    return begin(visit) if left(visit) else conclude(visit)


def begin(visit: Visit, tries: int = 0) -> Step:
    """Fetch fresh creation options for the next relying party."""
    visit = forget_ceremony(next_attempt(visit))
    party = left(visit)[0]
    state = Touch(visit, party, place(visit), len(visit.parties), visit.profile.times.touch, tries=tries)
    assert visit.key is not None
    return state, (BeginCeremony(visit.attempt, visit.enrollment_id, party.id, visit.key),)


def make(state: Touch) -> Step:
    """Have the key make the credential for the options in hand."""
    visit = next_attempt(state.visit)
    assert visit.ceremony is not None
    effect = MakeCredential(visit.attempt, visit.enrollment_id, visit.ceremony, state.seconds, rolls_back(visit))
    return replace(state, visit=visit, waiting=False, verifying=False), (effect,)


def complete(visit: Visit, tries: int = 0) -> Step:
    """Hand the response to the service."""
    visit = next_attempt(visit)
    assert visit.ceremony is not None
    assert visit.response is not None
    name = visit.key.address.product if visit.key else ""
    effect = CompleteCeremony(visit.attempt, visit.enrollment_id, visit.ceremony, visit.response, name)
    return _working(visit, Task.REGISTER, tries), (effect,)


def completed(visit: Visit) -> Step:
    """The relying party has the credential. A key that was pulled meanwhile must come back to be tested."""
    return prove(visit) if _here(visit) else port.look(visit, KeyGone())


def prove(visit: Visit, tries: int = 0) -> Step:
    """Have the key assert with the new credential."""
    visit = next_attempt(visit)
    assert visit.ceremony is not None
    assert visit.completed is not None
    effect = ProveCredential(visit.attempt, visit.ceremony, visit.completed, visit.profile.times.touch)
    return _working(visit, Task.TEST, tries), (effect,)


def submit(visit: Visit, tries: int = 0) -> Step:
    """Hand the assertion to the service."""
    visit = next_attempt(visit)
    assert visit.ceremony is not None
    assert visit.assertion is not None
    effect = SubmitProof(visit.attempt, visit.enrollment_id, visit.ceremony, visit.assertion)
    return _working(visit, Task.TEST, tries), (effect,)


def proved(visit: Visit, phase: Phase) -> Step:
    """This relying party is done: the next one, or the key itself."""
    visit = forget_ceremony(visit)
    return hand_over(replace(visit, ended=True)) if phase is Phase.DONE else proceed(visit)


def conclude(visit: Visit, tries: int = 0) -> Step:
    """No relying party is left: where not all of them took the key, the service must know that this is the end."""
    if concluded(visit):
        return hand_over(visit)
    visit = next_attempt(visit)
    return _working(visit, Task.FINISH, tries), (FinishEnrollment(visit.attempt, visit.enrollment_id),)


def hand_over(visit: Visit, tries: int = 0) -> Step:
    """Everything was proved: make the key what it shall be, as far as it is not, and then look."""
    visit = next_attempt(visit)
    if visit.key is None or not _here(visit):
        return port.look(visit, KeyGone())
    settings = wanted_of(visit, visit.key)
    if settings is None or visit.configured:
        return check(visit, tries)
    return _working(visit, Task.CONFIGURE, tries), (ConfigureKey(visit.attempt, settings),)


def wanted_of(visit: Visit, info: KeyInfo) -> KeySettings | None:
    """What is still to be made of this key."""
    with_pin = visit.bound is not None and visit.bound.has_pin
    return settings_for(info, visit.policy, random_pin=visit.random_pin, with_pin=with_pin)


def will_force_change(visit: Visit, info: KeyInfo) -> bool:
    """Whether a random PIN of this key is to be changed at its first use."""
    settings = settings_for(info, visit.policy, random_pin=True)
    return settings is not None and settings.force_pin_change


def check(visit: Visit, tries: int = 0) -> Step:
    """Read the key once more."""
    visit = next_attempt(visit)
    if visit.key is None or not _here(visit):
        return port.look(visit, KeyGone())
    return _working(visit, Task.CHECK, tries), (InspectKey(visit.attempt, visit.key.address),)


def read_back(visit: Visit, info: KeyInfo) -> Step:
    """The last look at the key: success is said only if it shows what policy requires."""
    visit = replace(visit, key=info)
    if not protected(info, visit.policy, random_pin=visit.random_pin):
        return stop(visit, NotProtected(), Remedy.DESK)
    return more_keys.key_done(visit)


def _here(visit: Visit) -> bool:
    return visit.key is not None and visit.key.address in visit.port.keys


def _working(visit: Visit, task: Task, tries: int = 0) -> Prove:
    number = place(visit)
    return Prove(visit, visit.parties[number - 1], number, len(visit.parties), task, tries)
