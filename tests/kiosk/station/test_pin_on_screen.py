"""A random PIN on the screen, in whole visits: the journal has its key until the owner has the PIN."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from hardware.simulated.key import SimulatedKey
from kiosk.enrollment.events import Cancelled, Event
from kiosk.enrollment.states import Done, EnterPin, RandomPin, State, Welcome
from kiosk.station.journal import Journal
from kiosk.station.scripted_person import ScriptedPerson
from tests.kiosk.station.bench import Bench
from tests.kiosk.station.contract_server import ContractServer


class Owner(ScriptedPerson):
    """Somebody who reads the PIN, and goes on, or leaves; `owed` is what the journal has while they read."""

    def __init__(self, bench: Bench, journal: Journal, *, stays: bool) -> None:
        super().__init__(bench.script(), time.monotonic)
        self._journal, self._stays = journal, stays
        self.owed: list[str] = []

    def respond(self, state: State) -> Event | None:
        if not isinstance(state, RandomPin) or state.pin is None:
            return super().respond(state)
        self.owed = [each.enrollment_id for each in self._journal.pins_owed()]
        return super().respond(state) if self._stays else Cancelled()


@pytest.fixture
def bench(server: ContractServer, journal: Journal, key: SimulatedKey, tmp_path: Path) -> Bench:
    server.policy = {"pin": {"origin": "random"}}
    return Bench(server, journal, key, tmp_path)


def visit(bench: Bench, owner: Owner) -> State:
    def finished(state: State) -> bool:
        return isinstance(state, Done | EnterPin) or (isinstance(state, Welcome) and bool(owner.owed))

    return bench.visit(owner, finished)


def test_nobody_is_told_of_a_pin_that_its_owner_noted(bench: Bench, journal: Journal) -> None:
    owner = Owner(bench, journal, stays=True)
    assert isinstance(visit(bench, owner), Done)
    assert len(owner.owed) == 1
    assert journal.pins_owed() == ()


def test_staff_are_told_of_a_pin_whose_owner_left_while_it_was_on_the_screen(bench: Bench, journal: Journal) -> None:
    owner = Owner(bench, journal, stays=False)
    assert isinstance(visit(bench, owner), Welcome)
    assert [each.enrollment_id for each in journal.pins_owed()] == owner.owed
    assert bench.key.has_pin
