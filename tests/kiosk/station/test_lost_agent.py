"""The key agent is lost at every call of an enrollment: the person goes on, nothing is lost, no PIN try is spent."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any, cast

import pytest
from structlog.testing import capture_logs

from hardware.authenticator import Authenticator, KeyAddress, KeySource, PinState
from hardware.errors import AgentLost
from kiosk.enrollment.events import Continued, Event
from kiosk.enrollment.states import Done, IdTaken, RecoveryCodes, State, Stopped
from kiosk.station.scripted_person import ScriptedPerson
from tests.kiosk.station.bench import PIN, Bench

CALLS = 9
"""More calls than an enrollment of the tests makes: the last ones lose nothing."""


class Losing:
    """A source whose agent is lost at one call, before the key has done it or after."""

    def __init__(self, source: KeySource, at: int, *, late: bool) -> None:
        self._source, self._at, self._late = source, at, late
        self.calls: list[str] = []

    def attached(self) -> tuple[KeyAddress, ...]:
        return self._source.attached()

    def changed(self, seconds: float) -> bool:
        return self._source.changed(seconds)

    def open(self, address: KeyAddress) -> Authenticator:
        return cast(Authenticator, LosingKey(self._source.open(address), self))

    def call(self, name: str, work: Callable[[], Any]) -> Any:
        self.calls.append(name)
        if len(self.calls) != self._at:
            return work()
        if self._late:
            work()
        raise AgentLost


class LosingKey:
    """A key of that source: its session goes on in the next agent."""

    def __init__(self, key: Authenticator, source: Losing) -> None:
        self._key, self._source = key, source

    @property
    def address(self) -> KeyAddress:
        return self._key.address

    def close(self) -> None:
        self._key.close()

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._key, name)

        def call(*arguments: Any) -> Any:
            return self._source.call(name, lambda: method(*arguments))

        return call


class Patient(ScriptedPerson):
    """Reads a notice, and does what the screen asks for."""

    def respond(self, state: State) -> Event | None:
        answer = super().respond(state)
        if (
            answer is None
            and not isinstance(state, Done | RecoveryCodes | IdTaken)
            and isinstance(state.problem, AgentLost)
        ):
            return Continued()
        return answer


@pytest.fixture(autouse=True)
def quiet() -> Iterator[None]:
    with capture_logs():
        yield


def enroll(bench: Bench, source: Losing) -> State:
    bench.source = source  # type: ignore[assignment]  # a source as good as any
    bench.host.session.start()
    try:
        person = Patient(bench.script(), time.monotonic)
        return bench.host.run(person, lambda state: isinstance(state, Done | Stopped), 30.0)
    finally:
        assert bench.host.session.stop()


@pytest.mark.parametrize("late", [False, True])
@pytest.mark.parametrize("at", range(1, CALLS + 1))
def test_it_goes_on_wherever_the_agent_was_lost(bench: Bench, at: int, late: bool) -> None:
    losing = Losing(bench.source, at, late=late)
    last = enroll(bench, losing)
    assert isinstance(last, Done)
    assert last.visit.key is not None
    assert last.visit.key.pin is PinState.SET
    assert bench.key.pin_retries == 8
    assert len(bench.key.credentials) == 1
    assert [ceremony.proved for ceremony in bench.server.ceremonies.values()] == [True]
    assert bench.journal.unsettled() == ()
    assert bench.journal.left_on_keys() == 0
    assert losing.calls.count("verify_pin") <= 1


RANDOM_AND_FORCED = {
    "pin": {"origin": "random"},
    "hand_over": {"always_uv": "require", "enterprise_attestation": "best_effort"},
}


@pytest.mark.parametrize("late", [False, True])
@pytest.mark.parametrize("at", range(1, CALLS + 2))
def test_so_does_a_random_pin_and_what_is_asked_at_hand_over(bench: Bench, at: int, late: bool) -> None:
    bench.server.policy = RANDOM_AND_FORCED
    last = enroll(bench, Losing(bench.source, at, late=late))
    assert isinstance(last, Done)
    assert last.visit.key is not None
    assert last.visit.key.pin is PinState.CHANGE_FORCED
    assert (last.visit.key.always_uv, last.visit.key.enterprise_attestation) == (True, True)
    assert bench.key.pin_retries == 8
    assert len(bench.key.credentials) == 1


def test_the_calls_are_those_that_are_counted(bench: Bench) -> None:
    losing = Losing(bench.source, 99, late=False)
    assert isinstance(enroll(bench, losing), Done)
    assert losing.calls == ["inspect", "set_pin", "make_credential", "prove", "inspect"]
    assert len(losing.calls) < CALLS
    assert PIN not in repr(losing.calls)
