"""What is in the slot: none, one or several keys, and whether it is the one we mean."""

from __future__ import annotations

from kiosk.enrollment.effects import CloseKey, InspectKey
from kiosk.enrollment.states import InsertKey
from kiosk.enrollment.step import Step, forget_key, next_attempt
from kiosk.enrollment.visit import Trouble, Visit
from kiosk.errors import SeveralKeys


def look(visit: Visit, problem: Trouble | None = None) -> Step:
    """Read the key that is in, ask for one when there is none, ask for fewer when there are several.

    Once a key is bound, only that one is asked for ("put the same key back").
    """
    visit = next_attempt(forget_key(visit))
    same = visit.bound is not None
    match visit.port.keys:
        case ():
            return InsertKey(visit, same=same, problem=problem or visit.port.refused), (CloseKey(),)
        case (address,):
            reading = InsertKey(visit, reading=True, same=same, problem=problem)
            return reading, (InspectKey(visit.attempt, address),)
        case _:
            return InsertKey(visit, same=same, problem=SeveralKeys()), (CloseKey(),)


def take_out(visit: Visit, problem: Trouble | None = None) -> Step:
    """Ask for the key in the slot to be taken out first; when it is gone already, ask for one."""
    if not visit.port.keys:
        return look(visit, problem)
    visit = next_attempt(forget_key(visit))
    return InsertKey(visit, take_out=True, same=visit.bound is not None, problem=problem), (CloseKey(),)
