"""A person at the real window, with keys in every state that they come in."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from contextlib import closing, suppress
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from hardware.authenticator import Authenticator, KeySettings
from hardware.errors import PinError
from hardware.simulated.key import SimulatedKey
from hardware.simulated.models import BIOMETRIC
from hardware.simulated.source import SimulatedSource
from hardware.simulated.traits import CTAP21
from kiosk.commands.embedded import embedded_service
from kiosk.secret import Secret
from tests.end_to_end.conftest import SETTINGS
from tests.end_to_end.person import Person
from tests.end_to_end.stand import PIN, Stand
from tests.end_to_end.visitor import Visitor

pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")

OLD = "first-one-4711"
Visit = Callable[[Visitor, Stand], None]


def prepared(key: SimulatedKey, work: Callable[[Authenticator], None]) -> SimulatedKey:
    """The key after somebody else did something with it, and pulled it out."""
    key.power_cycle()
    source = SimulatedSource((key,))
    with closing(source.open(source.attached()[0])) as opened, suppress(PinError):
        work(opened)
    key.unplug()
    return key


def lives(
    person: Person, folder: Path, settings: Mapping[str, Any], keys: tuple[SimulatedKey, ...], visit: Visit
) -> None:
    """A kiosk under these settings, and one visit to it."""
    with embedded_service(folder, {**SETTINGS, **settings}) as embedded:
        stand = Stand.at(embedded, folder, *keys)
        visitor = Visitor(person, embedded)

        def happens() -> None:
            visitor.comes_to_the_key()
            visit(visitor, stand)

        assert stand.live(happens) == 0


def test_a_key_that_wants_a_new_pin_gets_one(person: Person, tmp_path: Path) -> None:
    def forced(opened: Authenticator) -> None:
        opened.set_pin(Secret(OLD))
        opened.configure(KeySettings(force_pin_change=True))

    key = prepared(SimulatedKey(), forced)

    def visit(visitor: Visitor, stand: Stand) -> None:
        stand.key.plug()
        person.reads("Pin", "This key wants a new PIN")
        person.goes_to("Pin", "The PIN it has now")
        person.types(OLD)
        person.presses("Pin", "Continue")
        visitor.chooses_pin()
        visitor.touches(stand)
        visitor.is_done()

    lives(person, tmp_path, {}, (key,), visit)
    assert len(key.credentials) == 1
    key.power_cycle()
    source = SimulatedSource((key,))
    with closing(source.open(source.attached()[0])) as opened:
        opened.verify_pin(Secret(PIN))


def test_of_two_keys_the_one_that_is_touched_is_set_up(person: Person, tmp_path: Path) -> None:
    keys = tuple(SimulatedKey(replace(CTAP21, serial=f"SIM-{n}", product=f"Key {n}")) for n in (1, 2))

    def visit(visitor: Visitor, stand: Stand) -> None:
        for key in keys:
            key.plug()
        person.reads("SelectKey", "Which key is yours?")
        assert person.sees("Key 1")
        assert person.sees("Key 2")
        person.waits(lambda: all(key.wants_touch for key in keys), "not all of them blink")
        keys[1].touch()
        visitor.chooses_pin()
        person.reads("Touch", "Touch your key now")
        person.waits(lambda: keys[1].wants_touch)
        assert not keys[0].wants_touch
        keys[1].touch()
        visitor.is_done()

    lives(person, tmp_path, {}, keys, visit)
    assert [len(key.credentials) for key in keys] == [0, 1]
    assert not keys[0].has_pin


def test_a_key_with_a_sensor_learns_a_finger_and_knows_its_owner_by_it(person: Person, tmp_path: Path) -> None:
    key = SimulatedKey(BIOMETRIC)

    def visit(visitor: Visitor, stand: Stand) -> None:
        key.plug()
        visitor.chooses_pin()
        person.reads("Finger", "Touch the sensor")
        for left in (3, 2, 1):
            person.waits(lambda: key.wants_finger, "it does not wait for a finger")
            key.finger()
            person.waits(partial(person.sees, f"{left} more touch"), f"not {left} more")
        person.waits(lambda: key.wants_finger)
        key.finger()
        person.reads("Touch", "Touch your key now")
        person.waits(lambda: key.wants_touch)
        key.touch()
        visitor.is_done()

    lives(person, tmp_path, {"pin": {"enroll_fingerprint": "require"}}, (key,), visit)
    assert len(key.templates) == 1
    assert len(key.credentials) == 1


def test_a_locked_key_is_wiped_by_somebody_who_said_so_twice(person: Person, tmp_path: Path) -> None:
    key = prepared(SimulatedKey(), lambda opened: opened.set_pin(Secret(OLD)))
    for _ in range(8):
        prepared(key, lambda opened: opened.verify_pin(Secret("wrong-one-9")))

    def visit(visitor: Visitor, stand: Stand) -> None:
        key.plug()
        person.presses("Stopped", "Wipe this key and begin anew")
        person.presses("Reset", "Wipe it")
        person.presses("Reset", "Yes, wipe it")
        person.reads("Reset", "Take the key out")
        key.unplug()
        person.reads("Reset", "Put the same key back")
        key.plug()
        person.reads("Reset", "Touch your key now")
        person.waits(lambda: key.wants_touch)
        key.touch()
        visitor.chooses_pin()
        visitor.touches(stand)
        visitor.is_done()

    lives(person, tmp_path, {"key": {"reset": "self"}}, (key,), visit)
    assert len(key.credentials) == 1
    assert key.pin_retries == 8


def test_a_pin_that_is_made_up_is_in_no_word_on_the_screen(person: Person, tmp_path: Path) -> None:
    key = SimulatedKey()

    def visit(visitor: Visitor, stand: Stand) -> None:
        key.plug()
        person.reads("RandomPin", "This is the PIN of your key")
        assert key.has_pin
        assert not re.search(r"\d( ?\d){5}", "\n".join(person.screen()))
        person.presses("RandomPin", "I have noted it")
        visitor.touches(stand)
        visitor.is_done()

    lives(person, tmp_path, {"pin": {"origin": "random"}}, (key,), visit)
    assert len(key.credentials) == 1
