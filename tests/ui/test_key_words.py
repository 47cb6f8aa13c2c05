"""What is said of the key in the slot: plainly, and without trusting it."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from hardware.authenticator import BuiltInUv, KeyAddress, KeyInfo, PinState, Transport
from kiosk.enrollment.states import Connecting
from kiosk.enrollment.visit import KeyModel
from kiosk.resources import resource
from ui.key_words import PICTURES, KeyNote, attached_name, attached_place, key_facts, key_name, note, picture
from ui.tour_samples import samples

USB = KeyAddress(Transport.USB, "/dev/hidraw1")
KEY = KeyInfo(USB, bytes(16), ("FIDO_2_1",), pin=PinState.NOT_SET, remaining_credentials=24)


def test_there_is_a_picture_for_every_name() -> None:
    assert {path.stem for path in resource("art/models").glob("*.svg")} == PICTURES


def test_the_catalogue_names_only_pictures_that_there_are() -> None:
    models = json.loads(resource("models/models.json").read_text(encoding="utf-8"))["models"]
    assert {model["picture"] for model in models} <= PICTURES


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({}, "no PIN yet · room for 24 more"),
        ({"pin": PinState.SET}, "has a PIN · room for 24 more"),
        ({"pin": PinState.SET, "built_in_uv": BuiltInUv.READY}, "has a PIN, knows a finger · room for 24 more"),
        ({"pin": PinState.BLOCKED, "remaining_credentials": 0}, "locked · full"),
        ({"pin": PinState.UNSUPPORTED, "remaining_credentials": None}, "cannot have a PIN"),
    ],
)
def test_pin_and_room_are_told(change: dict[str, object], said: str) -> None:
    assert key_facts(replace(KEY, **change)) == said  # type: ignore[arg-type]  # the table is untyped


@pytest.mark.parametrize("pin", PinState)
def test_every_state_of_a_pin_has_words(pin: PinState) -> None:
    assert key_facts(replace(KEY, pin=pin, remaining_credentials=None))


def test_a_key_that_nobody_knows_is_just_yours() -> None:
    assert key_name(KeyModel()) == "Your key"
    assert "Bench" in key_name(KeyModel("Bench Key"))


def test_a_name_from_a_key_is_cleaned() -> None:
    said = key_name(KeyModel("<b>\u202ex\n" + "y" * 300))
    assert len(said) <= 34
    assert not {"<", "\u202e", "\n"} & set(said)


@pytest.mark.parametrize(
    ("model", "key", "shown"),
    [
        (KeyModel(picture="nano"), KEY, "nano"),
        (KeyModel(picture="../../secret"), KEY, "unknown"),
        (KeyModel(), replace(KEY, address=replace(USB, transport=Transport.NFC)), "card"),
        (KeyModel(), replace(KEY, options={"bioEnroll": False}), "bio"),
    ],
)
def test_the_picture_is_one_of_ours(model: KeyModel, key: KeyInfo, shown: str) -> None:
    assert picture(model, key) == shown


def test_a_maker_is_not_named_twice() -> None:
    assert attached_name(replace(USB, manufacturer="Bench", product="Bench Key")).count("Bench") == 1
    assert attached_name(replace(USB, manufacturer="Bench", product="Key")).count("Bench") == 1
    assert attached_name(USB) == "A key without a name"


def test_the_place_of_a_key_is_told_where_it_is_known() -> None:
    assert "1-2.3" in attached_place(replace(USB, bus="usb:1-2.3"))
    assert attached_place(USB) == ""
    assert attached_place(replace(USB, transport=Transport.NFC)) == "On the reader"


def test_nothing_is_said_before_a_key_was_read() -> None:
    visits = {each.name: each.state.visit for each in samples("en") if not isinstance(each.state, Connecting)}
    assert note(visits["insert"]) is None
    there = note(visits["pin"])
    assert isinstance(there, KeyNote)
    assert there.spoken == f"{there.name}: {there.facts}"
