from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from kiosk.contract.stations import MOST_STEPS, StepTime
from kiosk.enrollment.states import Activate, Connecting, Done, Identify, Remedy, State, Stopped, Welcome
from kiosk.enrollment.visit import Visit
from kiosk.errors import KeyNotAllowed, ServiceUnreachable, TookTooLong
from kiosk.station.pulse import KEPT, Facts, Pulse, answered, is_behind, moved, told
from tests.kiosk.enrollment.walk import PROFILE

VISIT = Visit(PROFILE, "en")
WELCOME = Welcome(VISIT)
IDENTIFY = Identify(VISIT, PROFILE.alternatives[0], ())
STOPPED = Stopped(VISIT, KeyNotAllowed(), Remedy.DESK)
DONE = Done(VISIT)
STATES: tuple[State, ...] = (
    *(WELCOME, IDENTIFY, STOPPED, DONE, Connecting("en"), Activate("en"), replace(WELCOME, problem=TookTooLong())),
    Connecting("en", problem=ServiceUnreachable(), retry_in=2),
)


def walked(*states: State) -> Pulse:
    """A station that shows these, one a second."""
    pulse, before = Pulse(), None
    for at, state in enumerate(states):
        pulse, before = moved(pulse, before, state, float(at)), state
    return pulse


def test_the_steps_of_a_person_are_timed_and_how_they_ended() -> None:
    pulse = walked(Connecting("en"), WELCOME, IDENTIFY, replace(IDENTIFY, busy=True), STOPPED, WELCOME)
    assert pulse.ended == (StepTime("Identify", 2.0, "KeyNotAllowed"), StepTime("Stopped", 1.0, "next"))
    assert pulse.step == "Welcome"


def test_who_goes_away_left_and_who_was_too_slow_is_told_so() -> None:
    assert walked(WELCOME, IDENTIFY, WELCOME).ended[0].ended == "left"
    assert walked(WELCOME, IDENTIFY, replace(WELCOME, problem=TookTooLong())).ended[0].ended == "TookTooLong"
    assert walked(WELCOME, IDENTIFY, Connecting("en")).ended[0].ended == "left"
    assert walked(WELCOME, DONE, WELCOME).ended[0].ended == "next"


def test_trouble_of_the_kiosk_itself_is_a_word() -> None:
    assert walked(WELCOME, STATES[-1]).problem == "ServiceUnreachable"
    assert walked(STATES[-1], WELCOME).problem == ""


@given(st.lists(st.sampled_from(STATES), max_size=40), st.lists(st.booleans(), max_size=30), st.data())
def test_no_step_counts_twice_and_none_is_lost(states: list[State], answers: list[bool], data: st.DataObject) -> None:
    """Whatever gets lost on its way: what the service takes, by counter, is what happened."""
    pulse, before = Pulse(), None
    happened = walked(*states).ended
    taken: dict[int, tuple[StepTime, ...]] = {}
    rest = list(states)
    clock = 1_000.0
    for at, state in enumerate(rest):
        pulse, before = moved(pulse, before, state, float(at)), state
        if data.draw(st.booleans()):
            clock += data.draw(st.floats(-5, 5))
            pulse, standing = told(pulse, Facts(clock), float(at))
            assert taken.setdefault(standing.counter, standing.steps) == standing.steps
            if data.draw(st.booleans()):
                pulse = answered(pulse)
    while pulse.unanswered is not None or pulse.ended:
        pulse, standing = told(pulse, Facts(clock), 99.0)
        assert taken.setdefault(standing.counter, standing.steps) == standing.steps
        pulse = answered(pulse)
        assert is_behind(pulse, standing) == (bool(pulse.ended) or pulse.step != standing.step)
    assert tuple(step for number in sorted(taken) for step in taken[number]) == happened
    assert list(taken) == sorted(taken)


def test_many_steps_go_in_several_standings_and_very_many_are_forgotten() -> None:
    pulse = walked(*(WELCOME, IDENTIFY) * (KEPT + 7))
    assert len(pulse.ended) == KEPT
    pulse, standing = told(pulse, Facts(5.0), 9.0)
    assert len(standing.steps) == MOST_STEPS
    assert is_behind(answered(pulse), standing)


def test_a_standing_says_how_long_the_screen_has_been_there() -> None:
    pulse = moved(Pulse(), WELCOME, IDENTIFY, 10.0)
    _, standing = told(pulse, Facts(1_700_000_000.5, 3, "1.0", 4), 12.5)
    assert (standing.step, standing.seconds, standing.queue) == ("Identify", 2.5, 3)
    assert (standing.counter, standing.version, standing.configuration) == (1_700_000_000_500, "1.0", 4)
    assert not is_behind(pulse, standing)
