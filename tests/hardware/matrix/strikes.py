"""What goes wrong, and where: one strike at one report of an operation, and how that operation may then end."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from random import Random

from hardware.errors import Cancelled, HardwareError, KeyBusy, KeyFault, KeyGone, KeySilent, TouchTimeout
from hardware.simulated.faults import Faults, Glitch, Trouble, Way
from hardware.simulated.key import SimulatedKey
from hardware.simulated.traits import CTAP21
from tests.hardware.matrix.desk import Desk, Operation, Rehearsal

Errors = tuple[type[HardwareError], ...]
OTHER = replace(CTAP21, aaguid=bytes(range(16)), serial="OTHER")


@dataclass(frozen=True)
class Strike:
    """One column: `inflict` prepares the desk so that it happens at a place.

    `errors` are what may come of it, and `survivable` whether success may too. `repeats`: it makes the key do a thing
    twice, which nobody can prevent; then no more is asked than that success is no lie. `spends`: a try of the PIN or
    the finger may be gone, because the key counts it before it looks.
    """

    name: str
    inflict: Callable[[Desk, int], object]
    places: Callable[[Operation, Rehearsal], Sequence[int]]
    errors: Errors
    survivable: bool = False
    repeats: bool = False
    spends: bool = False


def each_report(way: Way) -> Callable[[Operation, Rehearsal], Sequence[int]]:
    return lambda _, rehearsal: range(1, rehearsal.reports[way] + 1)


def first_report(_: Operation, __: Rehearsal) -> Sequence[int]:
    return (1,)


def any_report_if_watched(operation: Operation, rehearsal: Rehearsal) -> Sequence[int]:
    return range(1, sum(rehearsal.reports.values()) + 1) if operation.watched else ()


def each_page(_: Operation, rehearsal: Rehearsal) -> Sequence[int]:
    return range(1, rehearsal.pages + 1)


def once_if_it_waits(operation: Operation, _: Rehearsal) -> Sequence[int]:
    return (1,) if operation.waits else ()


def glitch(trouble: Trouble, way: Way) -> Callable[[Desk, int], None]:
    def inflict(desk: Desk, at: int) -> None:
        desk.key.faults = Faults(glitches=(Glitch(trouble, way, at),))

    return inflict


def at_report(act: Callable[[Desk], object], ways: Sequence[Way]) -> Callable[[Desk, int], None]:
    """Something that happens outside the key, right before a report passes."""

    def inflict(desk: Desk, at: int) -> None:
        left = [at]

        def look(way: Way) -> None:
            left[0] -= way in ways
            if left[0] == 0 and way in ways:
                desk.pipe.on_report = lambda _: None
                act(desk)

        desk.pipe.on_report = look

    return inflict


def swap(desk: Desk) -> None:
    """Another key is put into the socket: the system ends what was open."""
    desk.other = another_key(desk)
    desk.key.unplug()


def swap_on_the_line(desk: Desk) -> None:
    """Another key answers where this one did, and nothing tells of it."""
    desk.other = another_key(desk)
    desk.pipe.put_on_line(desk.other)


def another_key(desk: Desk) -> SimulatedKey:
    other = SimulatedKey(OTHER, clock=desk.clock, random=Random(8).randbytes)
    other.touch_automatically = True
    other.plug()
    return other


def cancel_while_it_waits(desk: Desk, _: int) -> None:
    desk.key.touch_automatically = False
    desk.on_person = desk.cancel.set


def power_lost_while_writing(desk: Desk, at: int) -> None:
    desk.key.flash.fails_in = at


def nobody_comes(desk: Desk, _: int) -> None:
    desk.key.touch_automatically = False


def pulled_while_it_waits(desk: Desk, _: int) -> None:
    desk.key.touch_automatically = False
    desk.on_person = desk.key.unplug


def hangs_while_it_waits(desk: Desk, _: int) -> None:
    desk.key.touch_automatically = False

    def hang() -> None:
        desk.key.faults = Faults(silent=True)

    desk.on_person = hang


def loses_step(desk: Desk, at: int) -> None:
    cancel_while_it_waits(desk, at)
    desk.key.faults = Faults(out_of_step_after_cancel=True)


def at_each_report(name: str, trouble: Trouble, errors: Errors, *, survivable: bool = False) -> tuple[Strike, Strike]:
    out, back = (
        Strike(f"{name} {way.value}", glitch(trouble, way), each_report(way), errors, survivable)
        for way in (Way.OUT, Way.IN)
    )
    return out, back


UPSET = (KeyFault, KeySilent)
STRIKES = (
    Strike("unplugged before", lambda desk, _: desk.key.unplug(), first_report, (KeyGone,)),
    *at_each_report("unplugged", Trouble.UNPLUG, (KeyGone,)),
    Strike("unplugged at the touch", pulled_while_it_waits, once_if_it_waits, (KeyGone,)),
    Strike("power lost while writing", power_lost_while_writing, each_page, (KeyGone,), spends=True),
    *at_each_report("hangs", Trouble.HANG, (KeySilent,)),
    Strike("hangs at the touch", hangs_while_it_waits, once_if_it_waits, (KeySilent,)),
    Strike(
        "cancelled",
        at_report(lambda desk: desk.cancel.set(), tuple(Way)),
        any_report_if_watched,
        (Cancelled,),
        survivable=True,
    ),
    Strike("cancelled at the touch", cancel_while_it_waits, once_if_it_waits, (Cancelled,)),
    Strike("nobody comes", nobody_comes, once_if_it_waits, (TouchTimeout,)),
    Strike("swapped out", at_report(swap, (Way.OUT,)), each_report(Way.OUT), (KeyGone,)),
    Strike("swapped in", at_report(swap, (Way.IN,)), each_report(Way.IN), (KeyGone,)),
    Strike("other key out", at_report(swap_on_the_line, (Way.OUT,)), each_report(Way.OUT), (KeyGone, KeySilent)),
    Strike("other key in", at_report(swap_on_the_line, (Way.IN,)), each_report(Way.IN), (KeyGone, KeySilent)),
    *at_each_report("lost", Trouble.LOSE, UPSET, survivable=True),
    Strike("twice in", glitch(Trouble.DUPLICATE, Way.IN), each_report(Way.IN), UPSET, survivable=True),
    Strike("twice out", glitch(Trouble.DUPLICATE, Way.OUT), each_report(Way.OUT), UPSET, survivable=True, repeats=True),
    *at_each_report("wrong channel", Trouble.WRONG_CHANNEL, UPSET, survivable=True),
    *at_each_report("stale answer", Trouble.STALE, UPSET, survivable=True),
    Strike("busy out", glitch(Trouble.BUSY, Way.OUT), each_report(Way.OUT), (KeyBusy,), survivable=True),
    Strike("write fails", glitch(Trouble.WRITE_FAILS, Way.OUT), each_report(Way.OUT), (KeyGone,)),
    Strike("loses step", loses_step, once_if_it_waits, (Cancelled, KeySilent)),
)
