"""Whatever happens to the key, the window says so, and goes on as soon as it is mended."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from hardware.simulated.faults import Faults
from hardware.simulated.key import SimulatedKey
from hardware.simulated.traits import CTAP21, U2F_ONLY, KeyTraits
from kiosk.commands.embedded import Embedded
from kiosk.commands.panel import KeyTable
from tests.end_to_end.stand import PIN, Stand
from tests.end_to_end.visitor import Visitor
from ui.simulator import KeyChoice

pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")

GET_ASSERTION, MAKE_CREDENTIAL, CLIENT_PIN = 0x02, 0x01, 0x06
"""Command bytes of CTAP 2.1, 6."""


def test_a_key_that_is_pulled_at_every_screen_goes_on_where_it_was(
    visitor: Visitor, embedded: Embedded, tmp_path: Path
) -> None:
    stand = Stand.at(embedded, tmp_path)
    person, key = visitor.person, stand.key

    def visit() -> None:
        visitor.comes_to_the_key()
        key.plug()
        person.reads("Pin", "Choose a PIN for your key")
        key.unplug()
        person.reads("Messages", "The key came out")
        key.plug()
        visitor.chooses_pin()
        person.reads("Touch", "Touch your key now")
        key.unplug()
        person.reads("InsertKey", "Put the same key back")
        key.plug()
        person.reads("Pin", "Type the PIN of your key")
        key.unplug()
        person.reads("InsertKey", "Put the same key back")
        key.plug()
        visitor.types_pin()
        person.reads("Touch", "Touch your key now")
        key.faults = Faults(dies_on=GET_ASSERTION)
        visitor.touches(stand)
        person.waits(lambda: not key.plugged)
        person.waits(lambda: person.sees("The key came out") or person.sees("Put the same key back"))
        key.faults = Faults()
        key.plug()
        person.waits(lambda: person.sees("Type the PIN of your key") or person.sees("Your key is ready"))
        if person.sees("Type the PIN of your key"):
            visitor.types_pin()
        visitor.is_done()
        key.unplug()
        person.presses("Done", "Finish")
        person.reads("Welcome", "Set up your security key")

    assert stand.live(visit) == 0
    assert len(key.credentials) == 1


@pytest.mark.parametrize("command", [CLIENT_PIN, MAKE_CREDENTIAL])
@pytest.mark.parametrize("after_work", [False, True])
def test_a_key_that_is_pulled_while_it_works_is_taken_back_and_finished(
    visitor: Visitor, embedded: Embedded, tmp_path: Path, command: int, after_work: bool
) -> None:
    stand = Stand.at(embedded, tmp_path)
    person, key = visitor.person, stand.key

    def visit() -> None:
        visitor.comes_to_the_key()
        key.plug()
        person.reads("Pin", "Choose a PIN for your key")
        key.faults = Faults(dies_on=command, dies_after_work=after_work)
        visitor.chooses_pin()
        person.waits(lambda: key.wants_touch or not key.plugged)
        key.touch()
        person.waits(lambda: not key.plugged)
        person.reads("InsertKey", "Put the same key back")
        key.faults = Faults()
        key.plug()
        person.waits(lambda: person.sees("Choose a PIN for your key") or person.sees("Type the PIN of your key"))
        if person.sees("Choose a PIN for your key"):
            visitor.chooses_pin()
        else:
            visitor.types_pin()
        visitor.touches(stand)
        visitor.is_done()

    assert stand.live(visit) == 0
    assert len(key.credentials) == 1


def test_another_key_is_told_from_the_one_before(visitor: Visitor, embedded: Embedded, tmp_path: Path) -> None:
    first, second = SimulatedKey(), SimulatedKey(replace(CTAP21, serial="SIM-0002"))
    stand = Stand.at(embedded, tmp_path, first, second)
    person = visitor.person

    def visit() -> None:
        visitor.comes_to_the_key()
        first.plug()
        visitor.chooses_pin()
        person.reads("Touch", "Touch your key now")
        first.unplug()
        person.reads("InsertKey", "Put the same key back")
        second.plug()
        person.reads("Messages", "That is a different key")
        second.unplug()
        person.reads("InsertKey", "Put the same key back")
        first.plug()
        visitor.types_pin()
        visitor.touches(stand)
        visitor.is_done()

    assert stand.live(visit) == 0
    assert not second.has_pin
    assert not second.credentials


def test_of_two_keys_the_touched_one_is_set_up(visitor: Visitor, embedded: Embedded, tmp_path: Path) -> None:
    first, second = SimulatedKey(), SimulatedKey(replace(CTAP21, serial="SIM-0002"))
    stand = Stand.at(embedded, tmp_path, first, second)
    person = visitor.person

    def visit() -> None:
        visitor.comes_to_the_key()
        second.plug()
        first.plug()
        person.waits(lambda: first.wants_touch and second.wants_touch, "the keys do not blink")
        first.touch()
        visitor.chooses_pin()
        second.power_cycle()
        visitor.touches(stand)
        visitor.is_done()

    assert stand.live(visit) == 0
    assert len(first.credentials) == 1
    assert not second.credentials
    assert not second.has_pin


@pytest.mark.parametrize(
    ("traits", "words"),
    [
        (replace(CTAP21, capacity=0), "It has no room for another sign-in."),
        (U2F_ONLY, "It is too old to do what your organization asks for."),
    ],
    ids=["full", "u2f_only"],
)
def test_a_key_that_is_of_no_use_is_refused_and_another_one_taken(
    visitor: Visitor, embedded: Embedded, tmp_path: Path, traits: KeyTraits, words: str
) -> None:
    useless = SimulatedKey(replace(traits, serial="SIM-0003"))
    stand = Stand.at(embedded, tmp_path, SimulatedKey(), useless)
    person = visitor.person

    def visit() -> None:
        visitor.comes_to_the_key()
        useless.plug()
        person.reads("Messages", words)
        person.presses("Stopped", "Try another key")
        person.reads("InsertKey", "Take the key out")
        useless.unplug()
        person.reads("InsertKey", "Put your key in the slot")
        visitor.finishes_with(stand)

    assert stand.live(visit) == 0


def test_a_locked_key_is_refused_without_asking_for_its_pin(
    visitor: Visitor, embedded: Embedded, tmp_path: Path
) -> None:
    table = KeyTable()
    table.choose(KeyChoice.LOCKED)
    stand = Stand.at(embedded, tmp_path)
    stand.source = table.source
    person = visitor.person

    def visit() -> None:
        visitor.comes_to_the_key()
        table.plug()
        person.reads("Messages", "This key is locked")
        assert not person.sees("Type the PIN of your key")
        person.presses("Stopped", "Start over")
        person.reads("Welcome", "Set up your security key")

    assert stand.live(visit) == 0


def test_few_tries_are_warned_of_before_one_is_spent(visitor: Visitor, embedded: Embedded, tmp_path: Path) -> None:
    stand = Stand.at(embedded, tmp_path)
    person, key = visitor.person, stand.key

    def visit() -> None:
        visitor.comes_to_the_key()
        key.plug()
        visitor.chooses_pin()
        person.reads("Touch", "Touch your key now")
        key.power_cycle()
        for left in (7, 6):
            visitor.types_pin("not-the-pin")
            person.reads("Messages", "%n try(s) left.", left)
        visitor.types_pin("not-the-pin")
        person.reads("Messages", "Take the key out and put it back")
        key.power_cycle()
        visitor.types_pin("not-the-pin")
        person.reads("Messages", "%n try(s) left.", 4)
        visitor.types_pin("not-the-pin")
        person.presses("Pin", "Try anyway")
        visitor.types_pin(PIN)
        visitor.touches(stand)
        visitor.is_done()

    assert stand.live(visit) == 0
    assert key.pin_retries == 8


def test_a_touch_that_does_not_come_can_be_tried_again(visitor: Visitor, embedded: Embedded, tmp_path: Path) -> None:
    stand = Stand.at(embedded, tmp_path)

    def visit() -> None:
        visitor.comes_to_the_key()
        stand.key.plug()
        visitor.chooses_pin()
        visitor.person.reads("Touch", "Touch your key now")
        visitor.person.presses("Touch", "Back")
        visitor.person.reads("InsertKey", "Take the key out")
        stand.key.unplug()
        visitor.person.reads("InsertKey", "Put the same key back")
        stand.key.plug()
        visitor.types_pin()
        visitor.touches(stand)
        visitor.is_done()

    assert stand.live(visit) == 0
