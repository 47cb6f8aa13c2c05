"""The catalogue of key models, and keys that are in none."""

from __future__ import annotations

import json
import re
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hardware.authenticator import KeyAddress, KeyInfo, Transport
from kiosk.enrollment.visit import KeyModel
from kiosk.resources import resource
from kiosk.station.models import model_of, read_models

PICTURES = {"usb-a", "usb-c", "usb-a-nfc", "usb-c-nfc", "nano", "bio", "card", "phone", "unknown"}
AAGUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


@pytest.fixture(scope="module")
def entries() -> list[dict[str, Any]]:
    """The catalogue as it is written."""
    found: list[dict[str, Any]] = json.loads(resource("models/models.json").read_text(encoding="utf-8"))["models"]
    return found


def key(aaguid: str = "", product: str = "Some Key", manufacturer: str = "Somebody") -> KeyInfo:
    """A key that was read."""
    address = KeyAddress(Transport.USB, "/dev/hidraw1", product=product, manufacturer=manufacturer)
    return KeyInfo(address, bytes.fromhex(aaguid.replace("-", "")) or bytes(16), ("FIDO_2_0",))


def test_every_entry_is_whole_and_well_formed(entries: list[dict[str, Any]]) -> None:
    assert len(entries) > 150
    for entry in entries:
        assert set(entry) == {"aaguid", "name", "maker", "picture"}
        assert AAGUID.fullmatch(entry["aaguid"]), entry
        assert entry["picture"] in PICTURES, entry
        assert entry["name"].isprintable(), entry
        assert 1 <= len(entry["name"]) <= 48, entry
        assert entry["name"] == entry["name"].strip()
        assert entry["maker"], entry


def test_no_aaguid_is_there_twice(entries: list[dict[str, Any]]) -> None:
    assert [aaguid for aaguid, count in Counter(entry["aaguid"] for entry in entries).items() if count > 1] == []
    assert len(read_models(resource("models/models.json"))) == len(entries)


def test_entries_are_in_order_so_that_a_new_one_finds_its_place(entries: list[dict[str, Any]]) -> None:
    places = [(entry["maker"].lower(), entry["name"].lower(), entry["aaguid"]) for entry in entries]
    assert places == sorted(places)


@pytest.mark.parametrize(
    ("aaguid", "name", "maker", "picture"),
    [
        ("2fc0579f-8113-47ea-b116-bb5a8db9202a", "YubiKey 5 with NFC", "Yubico", "usb-a-nfc"),
        ("c5ef55ff-ad9a-4b9f-b580-adebafe026d0", "YubiKey 5Ci", "Yubico", "usb-c"),
        ("d8522d9f-575b-4866-88a9-ba99fa02f35b", "YubiKey Bio FIDO Edition", "Yubico", "bio"),
        ("2cd2f727-f6ca-44da-8f48-5c2e5da000a2", "Nitrokey 3", "Nitrokey", "usb-a-nfc"),
        ("9876631b-d4a0-427f-5773-0ec71c9e0279", "Somu", "SoloKeys", "nano"),
        ("aeb6569c-f8fb-4950-ac60-24ca2bbe2e52", "HID Crescendo C2300", "HID Global", "card"),
        ("6b657977-a1d9-4c0e-9f3e-7c1852b40d6a", "Keywright Simulated Key", "Keywright", "usb-a"),
    ],
)
def test_known_keys_have_the_name_that_people_use(aaguid: str, name: str, maker: str, picture: str) -> None:
    assert model_of(key(aaguid, product="pretends to be another")) == KeyModel(name, maker, picture, known=True)


def test_an_unknown_key_is_what_it_says_of_itself() -> None:
    assert model_of(key("00112233-4455-6677-8899-aabbccddeeff")) == KeyModel("Some Key", "Somebody", "", known=False)


def test_a_key_without_an_aaguid_is_no_model() -> None:
    assert not model_of(key()).known


@given(st.text(max_size=80), st.text(max_size=80))
def test_what_a_key_says_is_tamed(product: str, manufacturer: str) -> None:
    model = model_of(key("00112233-4455-6677-8899-aabbccddeeff", product, manufacturer))
    assert (model.name + model.maker).isprintable()
    assert model.name == model.name.strip()
    assert not model.known


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"models": [{"aaguid": "x"}]}', '{"models": [17]}'])
def test_a_file_that_is_no_catalogue_is_refused(tmp_path: Path, text: str) -> None:
    file = tmp_path / "models.json"
    file.write_text(text)
    with pytest.raises((ValueError, LookupError, TypeError)):
        read_models(file)


def test_the_address_says_nothing_about_the_model() -> None:
    aaguid = "2fc0579f-8113-47ea-b116-bb5a8db9202a"
    info = key(aaguid)
    moved = replace(info, address=replace(info.address, transport=Transport.NFC, path="reader"))
    assert model_of(moved) == model_of(info)
