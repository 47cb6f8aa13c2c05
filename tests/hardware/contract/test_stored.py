"""What an `Authenticator` promises about the list of credentials on a key, held against every way in."""

from __future__ import annotations

from dataclasses import replace

import pytest
from fido2.utils import websafe_encode

from hardware.authenticator import Authenticator, StoredCredential
from hardware.errors import CannotDelete, PinRequired, TooOld, Unsupported
from hardware.simulated.traits import CTAP20, CTAP21, U2F_ONLY, KeyTraits
from kiosk.secret import Secret
from tests.hardware.ways import PIN, RP_ID, Way, commands, raw_id, register, way_to, with_pin

PREVIEW = replace(CTAP20, versions=("FIDO_2_0", "FIDO_2_1_PRE"), credential_management_preview=True)
both = pytest.mark.parametrize("traits", [CTAP21, PREVIEW], ids=["CTAP 2.1", "2.1 preview"])
PROTECTED = {"credentialProtectionPolicy": "userVerificationRequired"}


def user(number: int, **names: str) -> dict[str, str]:
    return {"id": websafe_encode(b"handle-%d" % number), **names}


def fill(key: Authenticator) -> list[bytes]:
    """Two credentials for one relying party, one of a person without a name for another."""
    return [
        raw_id(register(key, user=user(1, name="ann", displayName="Ann Example"))),
        raw_id(register(key, user=user(2, name="bob"), extensions=PROTECTED)),
        raw_id(register(key, user=user(3), rp={"id": "login.example.com"})),
    ]


@both
def test_every_credential_is_listed_with_its_names(way_in: str, traits: KeyTraits) -> None:
    with way_to(way_in, traits) as way:
        key = way.open()
        key.set_pin(Secret(PIN))
        assert key.stored_credentials() == ()
        first, second, third = fill(key)
        level = 3 if "credProtect" in traits.extensions else 1
        assert [replace(each, protection=None) for each in key.stored_credentials()] == [
            StoredCredential(RP_ID, first, b"handle-1", "ann", "Ann Example"),
            StoredCredential(RP_ID, second, b"handle-2", "bob"),
            StoredCredential("login.example.com", third, b"handle-3"),
        ]
        assert {each.protection for each in key.stored_credentials()} <= {1, level, None}
        key.close()


@both
def test_listed_credentials_can_be_deleted_one_by_one(way_in: str, traits: KeyTraits) -> None:
    with way_to(way_in, traits) as way:
        key = way.open()
        key.set_pin(Secret(PIN))
        fill(key)
        assert key.inspect().can_delete
        for left in (2, 1, 0):
            key.delete_credential(key.stored_credentials()[0].credential_id)
            assert len(key.stored_credentials()) == len(way.key.credentials) == left
        key.close()


def test_one_token_serves_the_list_and_the_deletion(way: Way) -> None:
    key = way.open()
    key.set_pin(Secret(PIN))
    fill(key)
    key.close()
    key = way.open()
    key.verify_pin(Secret(PIN))
    before = commands(key)
    listed = key.stored_credentials()
    assert commands(key) == before + 5  # two relying parties, three credentials: no token, as that of the PIN serves
    key.delete_credential(listed[0].credential_id)
    assert commands(key) == before + 6
    key.close()


def test_free_slots_are_asked_for_where_getinfo_does_not_tell_them(way_in: str) -> None:
    with way_to(way_in, PREVIEW) as way:
        key = way.open()
        key.set_pin(Secret(PIN))
        assert key.inspect().remaining_credentials == PREVIEW.capacity
        fill(key)
        assert key.inspect().remaining_credentials == PREVIEW.capacity - 3
        key.close()
        key = way.open()
        assert key.inspect().remaining_credentials is None  # a locked session may not ask
        key.close()


def test_a_locked_session_is_asked_for_the_pin(way: Way) -> None:
    key = with_pin(way)
    with pytest.raises(PinRequired):
        key.stored_credentials()
    key.close()


@pytest.mark.parametrize("traits", [CTAP20, replace(CTAP21, credential_management=False)])
def test_a_key_without_credential_management_says_so(way_in: str, traits: KeyTraits) -> None:
    with way_to(way_in, traits) as way:
        key = way.open()
        key.set_pin(Secret(PIN))
        with pytest.raises(Unsupported) as caught:
            key.stored_credentials()
        assert caught.value.feature == "credMgmt"
        with pytest.raises(CannotDelete):
            key.delete_credential(b"any")
        key.close()


def test_u2f_keys_list_nothing(way_in: str) -> None:
    with way_to(way_in, U2F_ONLY) as way:
        key = way.open()
        with pytest.raises(TooOld):
            key.stored_credentials()
        key.close()
