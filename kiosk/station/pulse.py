"""What a station tells of itself, gathered between two heartbeats: its screen, and the steps that ended. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from kiosk.contract.stations import MOST_STEPS, Standing, StepTime
from kiosk.enrollment.states import Connecting, Done, State, Stopped, Welcome

KEPT: Final = 512
"""Steps that are remembered while the service does not answer; the oldest are forgotten."""
NOBODY_KNOWS: Final = "PinNobodyKnows"
"""The problem of a kiosk where a key got a PIN that never reached its owner."""
_LONGEST_WORD: Final = 32
_LONGEST: Final = 1e7


@dataclass(frozen=True, slots=True)
class Facts:
    """What is true at the moment of a heartbeat: `clock` in seconds since 1970, rows of the journal that wait
    (`queue`), the version of the program and of the configuration, whether there are PINs that nobody knows."""

    clock: float
    queue: int = 0
    version: str = ""
    configuration: int = 0
    pins_owed: bool = False


@dataclass(frozen=True, slots=True)
class Pulse:
    """The `step` since a moment of the monotonic clock, steps that `ended`, the `counter` of the last standing, and
    that standing itself as long as nobody answered it."""

    step: str = "Connecting"
    since: float = 0.0
    problem: str = ""
    ended: tuple[StepTime, ...] = ()
    counter: int = 0
    unanswered: Standing | None = None


def moved(pulse: Pulse, before: State | None, after: State, at: float) -> Pulse:
    """The screen changed."""
    told = replace(pulse, problem=_problem(after))
    if before is not None and type(before) is type(after):
        return told
    ended = pulse.ended
    if before is not None and not isinstance(before, Connecting | Welcome):
        seconds = min(max(at - pulse.since, 0.0), _LONGEST)
        ended = (*ended, StepTime(pulse.step, round(seconds, 3), _how(before, after)))[-KEPT:]
    return replace(told, step=type(after).__name__, since=at, ended=ended)


def told(pulse: Pulse, facts: Facts, at: float) -> tuple[Pulse, Standing]:
    """What to send. One that nobody answered is sent once more as it was, so that its steps count once."""
    if pulse.unanswered is not None:
        return pulse, pulse.unanswered
    standing = Standing(
        step=pulse.step,
        seconds=round(min(max(at - pulse.since, 0.0), _LONGEST), 3),
        clock=facts.clock,
        counter=max(pulse.counter + 1, int(facts.clock * 1000)),
        version=facts.version,
        queue=facts.queue,
        problem=pulse.problem or (NOBODY_KNOWS if facts.pins_owed else ""),
        configuration=facts.configuration,
        steps=pulse.ended[:MOST_STEPS],
    )
    rest = pulse.ended[MOST_STEPS:]
    return replace(pulse, counter=standing.counter, ended=rest, unanswered=standing), standing


def answered(pulse: Pulse) -> Pulse:
    """The service has it, or wants it no more."""
    return replace(pulse, unanswered=None)


def is_behind(pulse: Pulse, standing: Standing) -> bool:
    """Whether a standing tells less than is known by now."""
    return bool(pulse.ended) or pulse.step != standing.step


def _how(before: State, after: State) -> str:
    """How a step ended: `next`, `left`, or what stopped it."""
    match after:
        case Stopped(problem=problem):
            return _word(problem)
        case Welcome(problem=problem) if problem is not None:
            return _word(problem)
        case Welcome():
            return "next" if isinstance(before, Done | Stopped) else "left"
        case Connecting():
            return "left"
        case _:
            return "next"


def _problem(state: State) -> str:
    return _word(state.problem) if isinstance(state, Connecting | Stopped) and state.problem is not None else ""


def _word(problem: object) -> str:
    return type(problem).__name__[:_LONGEST_WORD]
