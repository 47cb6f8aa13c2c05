"""What is in the slot: none, one or several keys, and whether it is the one we mean."""

from __future__ import annotations

from dataclasses import replace

from hardware.authenticator import KeyAddress
from kiosk.enrollment.effects import CloseKey, InspectKey, SelectKey
from kiosk.enrollment.identity import place_of, probes
from kiosk.enrollment.states import InsertKey
from kiosk.enrollment.states import SelectKey as Selecting
from kiosk.enrollment.step import Step, forget_key, next_attempt
from kiosk.enrollment.visit import Trouble, Visit

MOST_LOSSES = 3
"""So often in a row is the same tried again after the key agent was lost."""


def look(visit: Visit, problem: Trouble | None = None) -> Step:
    """Read the key that is in, ask for one when there is none, let the person touch one when there are several.

    Once a key is bound, only that one is asked for ("put the same key back"), and found among others where it has a
    serial number.
    """
    visit = next_attempt(forget_key(visit))
    ours = place_of(visit)
    if ours is not None:
        return read(visit, ours, problem)
    match visit.port.keys:
        case ():
            waiting = InsertKey(visit, same=visit.bound is not None, problem=problem or visit.port.refused)
            return waiting, (CloseKey(same_visit=True),)
        case (address,):
            return read(visit, address, problem)
        case keys:
            effect = SelectKey(visit.attempt, keys, visit.profile.times.touch)
            return Selecting(visit, keys), (CloseKey(same_visit=True), effect)


def read(visit: Visit, address: KeyAddress, problem: Trouble | None = None) -> Step:
    """Read the key at this address."""
    reading = InsertKey(visit, reading=True, same=visit.bound is not None, problem=problem, key=address)
    return reading, (InspectKey(visit.attempt, address, probes(visit, address)),)


def take_out(visit: Visit, problem: Trouble | None = None, key: KeyAddress | None = None) -> Step:
    """Ask for the key in hand (or `key`) to be taken out first; when it is gone already, go on with what is there."""
    key = visit.key.address if visit.key is not None else key
    if not still_in(visit, key):
        return look(visit, problem)
    visit = next_attempt(forget_key(visit))
    waiting = InsertKey(visit, take_out=True, same=visit.bound is not None, problem=problem, out=key)
    return waiting, (CloseKey(same_visit=True),)


def still_in(visit: Visit, key: KeyAddress | None) -> bool:
    """Whether the key that shall be taken out is in; when it is not known which, whether any is."""
    return bool(visit.port.keys) if key is None else key in visit.port.keys


def lost(visit: Visit, problem: Trouble | None, key: KeyAddress | None = None) -> Step:
    """The key agent ended under our hands, and another one is there: read the key again, and go on where it stood."""
    again = replace(visit, losses=visit.losses + 1)
    key = visit.key.address if visit.key is not None else key
    if again.losses > MOST_LOSSES:
        return take_out(replace(visit, losses=0), problem, key)
    if key is None or key not in visit.port.keys:
        return look(again, problem)
    return read(next_attempt(forget_key(again)), key, problem)
