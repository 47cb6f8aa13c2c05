"""What an `Authenticator` promises about the credentials on it, held against every way in."""

from __future__ import annotations

import pytest
from fido2.utils import websafe_decode, websafe_encode

from hardware.authenticator import Authenticator
from hardware.errors import (
    CannotDelete,
    KeyFault,
)
from hardware.simulated.traits import CTAP20
from kiosk.secret import Secret
from tests.hardware.ways import (
    PIN,
    RP_ID,
    Way,
    prove,
    raw_id,
    register,
    way_to,
)


def test_a_proof_finds_its_credential_in_a_long_list_and_without_any_list(
    unlocked: Authenticator, credential_id: str
) -> None:
    others = [websafe_encode(bytes([number]) * 32) for number in range(20)]
    assert prove(unlocked, *others, credential_id)["id"] == credential_id
    assert prove(unlocked)["id"] == credential_id
    for unknown in (others[:1], others, [websafe_encode(bytes(1024))]):
        with pytest.raises(KeyFault):
            prove(unlocked, *unknown)


def test_a_credential_can_be_looked_for_without_pin_or_touch(way: Way) -> None:
    key = way.open()
    key.set_pin(Secret(PIN))
    made = register(key)
    key.close()
    way.key.touch_automatically = False
    key = way.open()
    assert key.has_credential(RP_ID, raw_id(made))
    assert not key.has_credential(RP_ID, b"unknown")
    assert not key.has_credential("example.net", raw_id(made))
    assert not key.has_credential(RP_ID, bytes(1024))
    assert not key.has_credential(RP_ID, b"")
    key.close()


def test_a_credential_can_be_taken_back_and_once_more(way: Way, unlocked: Authenticator, credential_id: str) -> None:
    assert way.key.credentials
    unlocked.delete_credential(websafe_decode(credential_id))
    assert not way.key.credentials
    unlocked.delete_credential(websafe_decode(credential_id))
    assert not unlocked.has_credential(RP_ID, websafe_decode(credential_id))


def test_a_key_without_credential_management_keeps_its_credential(way_in: str) -> None:
    with way_to(way_in, CTAP20) as way:
        key = way.open()
        key.set_pin(Secret(PIN))
        made = register(key)
        assert not key.inspect().can_delete
        with pytest.raises(CannotDelete):
            key.delete_credential(raw_id(made))
        key.close()
