"""The host without a window: whom it asks, what it drops, and how long it waits."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

import pytest
from structlog.testing import capture_logs

from hardware.authenticator import KeyAddress, Transport
from kiosk.enrollment.events import Continued, Event, KeyInserted, LanguageChosen, PinChosen, PinReplaced, PinTyped
from kiosk.enrollment.states import Connecting, InsertKey, State
from kiosk.errors import TookTooLong
from kiosk.secret import Secret
from kiosk.station.self_test import run_self_test
from tests.kiosk.station.bench import Bench


@pytest.fixture(autouse=True)
def logs() -> Iterator[None]:
    with capture_logs():
        yield


class Silent:
    """Says what the test prepared, once; then nothing."""

    pace: float | None = None

    def __init__(self, *events: Event) -> None:
        self.events = list(events)
        self.asked: list[State] = []
        self.ticks = 0

    def respond(self, state: State) -> Event | None:
        self.asked.append(state)
        return self.events.pop() if self.events else None

    def tick(self) -> None:
        self.ticks += 1


def test_a_self_test_that_hangs_says_where(bench: Bench) -> None:
    bench.plug = lambda: None  # type: ignore[method-assign]  # a person who forgot the key
    report = run_self_test(bench.host, bench.script(), clock=time.monotonic, seconds=1.5)
    assert report.problem == "TookTooLong in InsertKey"


def test_who_waits_too_long_is_told(bench: Bench) -> None:
    with pytest.raises(TookTooLong):
        bench.host.run(Silent(), lambda _: False, seconds=0.0)


def test_a_key_that_comes_is_no_new_question(bench: Bench) -> None:
    person = Silent()
    bench.host.post(KeyInserted(KeyAddress(Transport.SIMULATED, "simulated:1")))
    bench.host.run(person, lambda state: bool(state.port.keys) if isinstance(state, Connecting) else True, 5.0)
    with pytest.raises(TookTooLong):
        bench.host.run(person, lambda _: False, seconds=0.01)
    assert len(person.asked) == 1


def test_while_nothing_happens_it_ticks(bench: Bench) -> None:
    person = Silent()
    person.pace = 0.001
    with pytest.raises(TookTooLong):
        bench.host.run(person, lambda _: False, seconds=0.1)
    assert person.ticks > 3


@pytest.mark.parametrize("said", [PinTyped, PinChosen, lambda pin: PinReplaced(pin, pin), lambda _: Continued()])
def test_an_answer_to_a_screen_that_is_gone_is_dropped_and_its_pin_wiped(
    bench: Bench, said: Callable[[Secret], Event]
) -> None:
    pin = Secret("1234")
    host = bench.host

    class Slow(Silent):
        def respond(self, state: State) -> Event | None:
            if not self.asked:
                host.session.reset()  # while the person types, everything changes
                host.post(LanguageChosen("ar"))
            return super().respond(state)

    person = Slow(said(pin))
    with pytest.raises(TookTooLong):
        host.run(person, lambda state: isinstance(state, InsertKey), seconds=0.05)
    assert pin.wiped == (not isinstance(said(pin), Continued))
    assert isinstance(host.session.state, Connecting)
    assert host.session.state.locale == "ar"
