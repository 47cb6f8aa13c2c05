"""Every operation, struck at every report: the key is as before or as after, the error says why, and time is kept."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from hardware.authenticator import PinState
from hardware.errors import Cancelled, HardwareError, KeyFault, KeyGone, KeySilent, KeySwapped
from hardware.simulated.memory import PIN_TRIES
from tests.hardware.matrix.desk import WATCHED_SECONDS, Desk, Operation, Rehearsal, State, outcome, rehearse
from tests.hardware.matrix.operations import NEW_PIN, OPERATIONS
from tests.hardware.matrix.strikes import STRIKES, Strike
from tests.hardware.ways import PIN

ENDED = (KeyGone, KeySilent, KeySwapped)
"""After these the session is closed."""


@pytest.mark.parametrize("strike", STRIKES, ids=lambda strike: strike.name)
@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.name)
def test_whatever_strikes_the_key_keeps_its_state_and_the_error_says_why(
    operation: Operation, strike: Strike, record_property: Callable[[str, object], None]
) -> None:
    rehearsal = rehearse(operation)
    places = strike.places(operation, rehearsal)
    for at in places:
        desk = Desk(operation, rehearsal.memory)
        operation.ready(desk)
        error = struck(desk, strike, at)
        place = f"{operation.name}, {strike.name} at {at}"
        check_outcome(desk, strike, rehearsal, error, place)
        check_session(desk, error, place)
        check_key_afterwards(desk, place)
    record_property("matrix", (operation.name, strike.name, len(places)))


def struck(desk: Desk, strike: Strike, at: int) -> HardwareError | None:
    """Try the operation while it happens; what is said of it must be true, and in time."""
    operation, begun = desk.operation, desk.clock.now
    desk.key.faults = desk.key.faults  # its reports are counted from here
    strike.inflict(desk, at)
    error: HardwareError | None = None
    try:
        answer = outcome(desk)
        assert answer == rehearse(operation).answer, "success with another answer"
    except HardwareError as raised:
        error = raised
    assert desk.clock.now - begun <= (WATCHED_SECONDS if operation.watched else operation.deadline)
    for secret in desk.secrets:
        with pytest.raises(ValueError, match=r"."):
            secret.reveal()
    return error


def check_outcome(desk: Desk, strike: Strike, rehearsal: Rehearsal, error: HardwareError | None, place: str) -> None:
    """The right error, and a key that is as it was before, or as it is at a step of the operation."""
    if error is None:
        assert strike.survivable, f"{place}: success"
        assert desk.state == rehearsal.states[-1], f"{place}: no success that is not"
    else:
        assert isinstance(error, strike.errors), f"{place}: {error!r}"
        known = [without_tries(state) if strike.spends else state for state in rehearsal.states]
        assert strike.repeats or (without_tries(desk.state) if strike.spends else desk.state) in known, (
            f"{place}: a mix"
        )
        assert tries(desk.state) >= min(map(tries, rehearsal.states)) - strike.spends, f"{place}: two tries"
    if desk.other is not None:
        assert (desk.other.has_pin, desk.other.credentials, desk.other.commands) == (False, (), 0), place


def tries(state: State) -> int:
    """Tries left of PIN and finger together."""
    left: int = state["pin_retries"] + state["uv_retries"]
    return left


def without_tries(state: State) -> State:
    counters = ("pin_retries", "uv_retries", "wrong_in_row")
    return {name: value for name, value in state.items() if name not in counters}


def check_session(desk: Desk, error: HardwareError | None, place: str) -> None:
    """A session is over with its key, and goes on with it where the key is still there."""
    if isinstance(error, ENDED):
        before = desk.key.reports
        with pytest.raises(KeyGone):
            desk.session.inspect()
        assert desk.key.reports == before, f"{place}: a closed session speaks"
    desk.cancel.clear()
    if desk.key.faults.out_of_step_after_cancel:
        with pytest.raises(KeyFault):
            desk.open()
    if isinstance(error, ENDED):
        return
    assert (desk.session.inspect().pin is PinState.NOT_SET) is not desk.key.has_pin, place
    if isinstance(error, Cancelled):
        desk.key.touch_automatically, desk.on_person = True, lambda: None
        assert outcome(desk) == rehearse(desk.operation).answer, f"{place}: not again"


def check_key_afterwards(desk: Desk, place: str) -> None:
    """Plugged anew the key opens, and takes the PIN that it should."""
    desk.plug_anew()
    info = desk.session.inspect()
    assert desk.key.has_pin is (info.pin is not PinState.NOT_SET), place
    if info.pin is PinState.SET:
        assert info.pin_retries == desk.key.pin_retries, place
        current = desk.operation.name == "change_pin" and takes(desk, NEW_PIN)
        assert current or takes(desk, PIN), place
        assert desk.key.pin_retries == PIN_TRIES


def takes(desk: Desk, pin: str) -> bool:
    try:
        desk.session.verify_pin(desk.secret(pin))
    except HardwareError:
        return False
    return True
