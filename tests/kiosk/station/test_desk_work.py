"""Tries the desk's lane with keys that really lock: what staff see of a key, and that nothing of its PIN stays."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field, replace
from queue import SimpleQueue

import pytest

from hardware.errors import KeyGone, PinAuthBlocked, WrongPin
from hardware.simulated.key import SimulatedKey
from hardware.simulated.source import SimulatedSource
from hardware.simulated.traits import CTAP20, CTAP21, KeyTraits
from kiosk.desk import effects, events
from kiosk.desk.states import StoredName
from kiosk.secret import Secret
from kiosk.station.desk_client import DeskClient
from kiosk.station.desk_work import DeskWork
from tests.hardware.ways import PIN, RP_ID, register

OTHER_ID = f"login.{RP_ID}"
PREVIEW = replace(CTAP20, versions=("FIDO_2_0", "FIDO_2_1_PRE"), credential_management_preview=True)


def _nobody() -> DeskClient:
    raise AssertionError("the service is not asked here")


@dataclass
class Bench:
    """A key of somebody in the reader, and the lane that reads it."""

    key: SimulatedKey
    told: SimpleQueue[events.Event] = field(default_factory=SimpleQueue)

    def __post_init__(self) -> None:
        self.source = SimulatedSource([self.key])
        self.key.plug()
        self.address = self.source.attached()[0]
        self.work = DeskWork(lambda: self.source, _nobody, self.told.put)

    def done(self, effect: effects.Effect) -> events.Event:
        """What came of it."""
        self.work.submit(effect)
        return self.told.get(timeout=10)

    def listed(self, pin: Secret) -> events.Event:
        """What comes of asking for the names."""
        return self.done(effects.ListNames(7, self.address, pin))


@pytest.fixture(params=[CTAP21, PREVIEW], ids=["CTAP 2.1", "2.1 preview"])
def bench(request: pytest.FixtureRequest) -> Iterator[Bench]:
    traits: KeyTraits = request.param
    made = Bench(SimulatedKey(traits))
    made.key.touch_automatically = True
    with closing(made.source.open(made.address)) as key:
        key.set_pin(Secret(PIN))
        register(key, rp={"id": OTHER_ID, "name": "Sign-in"}, user={"id": "aaa1", "name": "ann"})
        for number, name in enumerate(("\u202eben", "ann", "ann"), 2):
            register(key, user={"id": f"aaa{number}", "name": name})
    yield made
    made.work.stop()


def test_the_names_on_a_key_are_told_in_order_and_the_key_is_closed_and_locked_again(bench: Bench) -> None:
    pin = Secret(PIN)
    answer = bench.listed(pin)
    assert isinstance(answer, events.NamesListed)
    assert answer.names == (StoredName(RP_ID, "ann"), StoredName(RP_ID, "ben"), StoredName(OTHER_ID, "ann"))
    assert answer.info.pin_retries == 8
    assert pin.wiped
    after = bench.done(effects.UnlockKey(8, Secret(PIN)))
    assert isinstance(after, events.Failed)
    assert isinstance(after.problem, KeyGone)


def test_a_wrong_pin_is_told_with_the_tries_that_are_left_and_is_wiped(bench: Bench) -> None:
    answers, pins = [], [Secret(f"wrong-{number}") for number in range(3)]
    for pin in pins:
        answer = bench.listed(pin)
        assert isinstance(answer, events.Failed)
        answers.append(answer.problem)
    assert [each.retries_left for each in answers if isinstance(each, WrongPin)] == [7, 6]
    assert isinstance(answers[-1], PinAuthBlocked)
    assert all(pin.wiped for pin in pins)
