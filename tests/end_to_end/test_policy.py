"""What policy may ask of a key, in the real window: a change of its PIN, one made up, a finger, hand-over, wiping."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt

from hardware.authenticator import Authenticator, KeyInfo, KeySettings, PinState, Watch
from hardware.errors import PinAuthBlocked, PinBlocked, WrongPin
from hardware.simulated.faults import Faults
from hardware.simulated.key import SimulatedKey
from hardware.simulated.source import SimulatedSource
from hardware.simulated.traits import CTAP21, KeyTraits
from kiosk.commands.embedded import embedded_service
from kiosk.secret import Secret
from tests.end_to_end.conftest import SETTINGS
from tests.end_to_end.person import Person
from tests.end_to_end.stand import Stand
from tests.end_to_end.visitor import Visitor

pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")

OLD = "kiosk-0815"
GET_ASSERTION = 0x02
PLAIN = replace(CTAP21, serial="")
"""Two of these look the same from outside."""
SENSOR = replace(CTAP21, built_in_uv=True, bio_enrollment=True, uv_bio_enroll=True)
EVERYTHING = {
    "min_pin_length": 8,
    "raise_min_pin": "require",
    "force_pin_change": "require",
    "always_uv": "require",
    "enterprise_attestation": "require",
}

Come = Callable[..., tuple[Visitor, Stand]]


@pytest.fixture
def come(person: Person, tmp_path: Path) -> Iterator[Come]:
    """Somebody comes to a kiosk whose service has this policy, with these keys in the hand."""
    with ExitStack() as stack:

        def come(settings: dict[str, Any], *keys: SimulatedKey) -> tuple[Visitor, Stand]:
            folder = tmp_path / "service"
            folder.mkdir()
            embedded = stack.enter_context(embedded_service(folder, SETTINGS | settings))
            return Visitor(person, embedded), Stand.at(embedded, tmp_path / "kiosk", *keys)

        yield come


def opened(key: SimulatedKey) -> Authenticator:
    source = SimulatedSource([key])
    return source.open(source.attached()[0])


def with_pin(traits: KeyTraits = CTAP21, **settings: Any) -> SimulatedKey:
    """A key that somebody made ready, out of its port."""
    key = SimulatedKey(traits)
    key.plug()
    with closing(opened(key)) as ready:
        ready.set_pin(Secret(OLD))
        ready.configure(KeySettings(**settings))
    key.unplug()
    return key


def locked(traits: KeyTraits = CTAP21) -> SimulatedKey:
    """A key whose PIN was wrong once too often."""
    key = with_pin(traits)
    while key.pin_retries:
        key.plug()
        with closing(opened(key)) as guessing, pytest.raises((WrongPin, PinAuthBlocked, PinBlocked)):
            guessing.verify_pin(Secret("not-the-pin"))
        if key.pin_retries in (5, 2, 0):
            key.unplug()
    return key


def read(key: SimulatedKey) -> KeyInfo:
    with closing(opened(key)) as looking:
        return looking.inspect()


def test_a_pin_that_must_be_changed_is_changed_on_the_way(come: Come) -> None:
    key = with_pin(force_pin_change=True)
    visitor, stand = come({}, key)

    def visit() -> None:
        visitor.comes_to_the_key()
        key.plug()
        visitor.person.goes_to("Pin", "The PIN it has now")
        visitor.person.types(OLD)
        visitor.person.presses_key(Qt.Key.Key_Return)
        visitor.chooses_pin()
        visitor.touches(stand)
        visitor.is_done()

    assert stand.live(visit) == 0
    assert (read(key).pin, key.pin_retries) == (PinState.SET, 8)


def test_a_pin_that_was_made_up_is_shown_once_and_must_be_changed(come: Come) -> None:
    visitor, stand = come({"pin": {"origin": "random"}})
    person = visitor.person

    def visit() -> None:
        visitor.comes_to_the_key()
        stand.key.plug()
        person.reads("RandomPin", "This is the PIN of your key")
        person.presses("RandomPin", "I have noted it")
        visitor.touches(stand)
        visitor.is_done()

    assert stand.live(visit) == 0
    assert read(stand.key).pin is PinState.CHANGE_FORCED
    assert len(stand.key.credentials) == 1


def test_a_key_leaves_as_policy_wants_it(come: Come) -> None:
    visitor, stand = come({"hand_over": EVERYTHING})

    def visit() -> None:
        visitor.comes_to_the_key()
        stand.key.plug()
        visitor.person.reads("Pin", "%n digits or more", 8)
        visitor.chooses_pin()
        visitor.touches(stand)
        visitor.is_done()

    assert stand.live(visit) == 0
    left = read(stand.key)
    assert (left.min_pin_length, left.pin) == (8, PinState.CHANGE_FORCED)
    assert (left.always_uv, left.enterprise_attestation) == (True, True)


def test_a_key_that_cannot_be_what_policy_requires_is_refused_before_anything_is_asked(come: Come) -> None:
    key = SimulatedKey(replace(CTAP21, configurable=False, always_uv=None, enterprise=None))
    visitor, stand = come({"hand_over": EVERYTHING}, key)

    def visit() -> None:
        visitor.comes_to_the_key()
        key.plug()
        visitor.person.presses("Stopped", "Try another key")

    assert stand.live(visit) == 0
    assert not key.has_pin


def test_a_finger_is_enrolled_after_the_pin(come: Come) -> None:
    key = SimulatedKey(SENSOR)
    visitor, stand = come({"pin": {"enroll_fingerprint": "require"}}, key)

    def visit() -> None:
        visitor.comes_to_the_key()
        key.plug()
        visitor.chooses_pin()
        while not key.templates:
            visitor.person.waits(lambda: key.wants_finger or bool(key.templates), "the sensor does not wait")
            key.finger()
        visitor.touches(stand)
        visitor.is_done()

    assert stand.live(visit) == 0
    assert len(key.templates) == 1


def test_a_key_that_knows_its_owner_asks_for_a_finger_and_no_pin(come: Come) -> None:
    key = with_pin(SENSOR)
    key.plug()
    with closing(opened(key)) as ready:
        ready.verify_pin(Secret(OLD))
        ready.enroll_fingerprint("", Watch(on_verify=key.finger), lambda _: None)
    key.unplug()
    visitor, stand = come({"pin": {"built_in_uv": True}}, key)

    def visit() -> None:
        visitor.comes_to_the_key()
        key.plug()
        visitor.person.reads("Touch", "Put your finger on the sensor")
        while not visitor.person.sees("Your key is ready"):
            assert not visitor.person.sees("Type the PIN of your key")
            if key.wants_finger:
                key.finger()
            elif key.wants_touch:
                key.touch()
            visitor.person.waits(lambda: key.wants_touch or visitor.person.sees("Your key is ready"))

    assert stand.live(visit) == 0
    assert len(key.credentials) == 1


# ── wiping ──────────────────────────────────────────────────────────────────────────────────────


def agrees_to_wipe(person: Person, key: SimulatedKey) -> None:
    """Until the key is out, and must come back."""
    key.plug()
    person.presses("Stopped", "Wipe this key and begin anew")
    person.presses("Reset", "Wipe it")
    person.presses("Reset", "Yes, wipe it")
    key.unplug()


def test_a_locked_key_is_wiped_and_set_up_anew(come: Come) -> None:
    key = locked()
    visitor, stand = come({"key": {"reset": "self"}}, key)
    person = visitor.person

    def visit() -> None:
        visitor.comes_to_the_key()
        agrees_to_wipe(person, key)
        key.plug()
        person.waits(lambda: key.wants_touch, "the key does not blink")
        key.touch()
        visitor.chooses_pin()
        visitor.touches(stand)
        visitor.is_done()

    assert stand.live(visit) == 0
    assert key.pin_retries == 8
    assert len(key.credentials) == 1


@pytest.mark.parametrize("traits", [replace(CTAP21, serial="SIM-0002"), CTAP21])
def test_only_the_key_that_was_meant_is_wiped(come: Come, traits: KeyTraits) -> None:
    mine = locked(PLAIN if traits is CTAP21 else CTAP21)
    other = with_pin(PLAIN if traits is CTAP21 else traits)
    visitor, stand = come({"key": {"reset": "self"}}, mine, other)
    person = visitor.person

    def visit() -> None:
        visitor.comes_to_the_key()
        agrees_to_wipe(person, mine)
        other.plug()
        person.reads("Messages", "That is a different key")
        other.unplug()
        mine.plug()
        person.waits(lambda: mine.wants_touch, "the key does not blink")
        mine.touch()
        person.reads("Pin", "Choose a PIN for your key")

    assert stand.live(visit) == 0
    assert other.has_pin
    assert not mine.has_pin


def test_who_goes_back_keeps_the_key_as_it_was(come: Come) -> None:
    key = locked()
    visitor, stand = come({"key": {"reset": "self"}}, key)
    person = visitor.person

    def visit() -> None:
        visitor.comes_to_the_key()
        agrees_to_wipe(person, key)
        key.plug()
        person.waits(lambda: key.wants_touch, "the key does not blink")
        person.presses("Reset", "Back")
        person.waits(lambda: not key.wants_touch, "the key still blinks")

    assert stand.live(visit) == 0
    assert key.has_pin


@pytest.mark.parametrize("mode", ["never", "staff"])
def test_nothing_is_wiped_where_policy_does_not_say_so(come: Come, mode: str) -> None:
    key = locked()
    visitor, stand = come({"key": {"reset": mode}}, key)

    def visit() -> None:
        visitor.comes_to_the_key()
        key.plug()
        visitor.person.reads("Messages", "This key is locked")
        assert not visitor.person.sees("Wipe this key and begin anew")

    assert stand.live(visit) == 0


# ── twins ───────────────────────────────────────────────────────────────────────────────────────


def test_a_twin_is_told_by_the_credential_that_it_does_not_have(come: Come) -> None:
    mine, twin = with_pin(PLAIN), with_pin(PLAIN)
    visitor, stand = come({}, mine, twin)
    person = visitor.person

    def visit() -> None:
        visitor.comes_to_the_key()
        mine.plug()
        visitor.types_pin(OLD)
        person.reads("Touch", "Touch your key now")
        mine.faults = Faults(dies_on=GET_ASSERTION)
        visitor.touches(stand)
        person.waits(lambda: not mine.plugged)
        mine.faults = Faults()
        twin.plug()
        person.reads("Messages", "That is a different key")
        twin.unplug()
        person.reads("InsertKey", "Put the same key back")
        mine.plug()
        visitor.types_pin(OLD)
        visitor.is_done()

    assert stand.live(visit) == 0
    assert len(mine.credentials) == 1
    assert not twin.credentials
    assert twin.pin_retries == 8
