"""Credential management as a preview (FIDO_2_1_PRE) and read-only by a persistent token (CTAP 2.2)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from fido2.ctap2.credman import CredentialManagement
from fido2.ctap2.pin import PinProtocol
from fido2.webauthn import PublicKeyCredentialDescriptor, PublicKeyCredentialType, PublicKeyCredentialUserEntity

from hardware.simulated.memory import rp_id_hash
from hardware.simulated.models import EVERYTHING, OPEN_3, SERIES_5_2, SERIES_5_4, SERIES_5_7, SERIES_5_8
from hardware.simulated.traits import KeyTraits
from tests.hardware.simulated.host import ERR, PERMISSION, PIN, RP, Computer, credential_id, refusal, seeded_key

PREVIEW = 0x41
PCMR = PERMISSION.PERSISTENT_CREDENTIAL_MGMT
R = CredentialManagement.RESULT


def named(credential: bytes) -> PublicKeyCredentialDescriptor:
    return PublicKeyCredentialDescriptor(type=PublicKeyCredentialType.PUBLIC_KEY, id=credential)


@pytest.mark.parametrize("traits", [SERIES_5_2, SERIES_5_4], ids=["5.2", "5.4"])
def test_the_preview_lists_and_deletes_with_a_token_without_permissions(traits: KeyTraits) -> None:
    computer = Computer(seeded_key(traits))
    computer.pin.set_pin(PIN)
    made = [credential_id(computer.make(user)) for user in (b"1", b"2")]
    management = CredentialManagement(computer.ctap, computer.protocol, computer.pin.get_pin_token(PIN))
    assert management.get_metadata() == {R.EXISTING_CRED_COUNT: 2, R.MAX_REMAINING_COUNT: 23}
    assert [rp[R.RP]["id"] for rp in management.enumerate_rps()] == [RP]
    assert [row[R.CREDENTIAL_ID]["id"] for row in management.enumerate_creds(rp_id_hash(RP))] == made
    management.delete_cred(named(made[0]))
    assert len(computer.key.credentials) == 1


def test_the_preview_cannot_rename_anybody() -> None:
    computer = Computer(seeded_key(SERIES_5_4))
    computer.pin.set_pin(PIN)
    token = computer.pin.get_pin_token(PIN)
    fields: dict[int, Any] = {1: 7, 2: {2: {"id": b"x", "type": "public-key"}, 3: {"id": b"1"}}, 3: 2}
    fields[4] = computer.protocol.authenticate(token, b"\x07")
    assert computer.raw(PREVIEW, fields)[0] == ERR.INVALID_SUBCOMMAND


def test_a_key_may_have_both_commands() -> None:
    computer = Computer(seeded_key(SERIES_5_7))
    computer.pin.set_pin(PIN)
    computer.make()
    for command in (0x0A, PREVIEW):
        parameter = computer.protocol.authenticate(computer.token(PERMISSION.CREDENTIAL_MGMT), b"\x01")
        status, answer = computer.raw(command, {1: 1, 3: 2, 4: parameter})
        assert (status, answer) == (0, {1: 1, 2: 99})


def test_a_persistent_token_reads_and_changes_nothing(protocol: PinProtocol) -> None:
    computer = Computer(seeded_key(EVERYTHING), protocol)
    computer.pin.set_pin(PIN)
    made = computer.make()
    management = CredentialManagement(computer.ctap, protocol, computer.token(PCMR))
    assert management.get_metadata()[R.EXISTING_CRED_COUNT] == 1
    assert len(management.enumerate_rps()) == 1
    assert len(management.enumerate_creds(rp_id_hash(RP))) == 1
    assert refusal(lambda: management.delete_cred(named(credential_id(made)))) == ERR.PIN_AUTH_INVALID


def test_a_persistent_token_outlives_power_and_other_tokens_until_the_pin_changes() -> None:
    key = seeded_key(SERIES_5_8)
    computer = Computer(key)
    computer.pin.set_pin(PIN)
    token = computer.token(PCMR)
    computer.token(PERMISSION.MAKE_CREDENTIAL, RP)
    key.power_cycle()
    computer = Computer(key)
    assert CredentialManagement(computer.ctap, computer.protocol, token).get_metadata()
    assert computer.token(PCMR) == token
    computer.pin.change_pin(PIN, "another PIN")
    gone = CredentialManagement(computer.ctap, computer.protocol, token)
    assert refusal(gone.get_metadata) == ERR.PIN_AUTH_INVALID


def test_the_persistent_permission_comes_alone_or_not_at_all() -> None:
    computer = Computer(seeded_key(EVERYTHING))
    computer.pin.set_pin(PIN)
    assert refusal(lambda: computer.token(PCMR | PERMISSION.CREDENTIAL_MGMT)) == ERR.UNAUTHORIZED_PERMISSION
    computer = Computer(seeded_key(OPEN_3))
    computer.pin.set_pin(PIN)
    assert refusal(lambda: computer.token(PCMR)) == ERR.UNAUTHORIZED_PERMISSION


def test_the_holder_of_the_persistent_token_recognises_the_key_and_sees_changes() -> None:
    key = seeded_key(EVERYTHING)
    computer = Computer(key)
    assert computer.ctap.info.enc_identifier is None
    computer.pin.set_pin(PIN)
    token = computer.token(PCMR)
    first = computer.ctap.get_info()
    assert first.enc_identifier is not None
    assert first.enc_identifier != computer.ctap.get_info().enc_identifier  # another initialization vector
    key.power_cycle()
    computer = Computer(key)
    second = computer.ctap.get_info()
    assert second.get_identifier(token) == first.get_identifier(token)
    assert second.get_cred_store_state(token) == first.get_cred_store_state(token)
    computer.make()
    assert computer.ctap.get_info().get_cred_store_state(token) != first.get_cred_store_state(token)


def test_management_tells_large_blob_keys_and_payment() -> None:
    computer = Computer(seeded_key(EVERYTHING))
    computer.pin.set_pin(PIN)
    made = computer.make(extensions={"largeBlobKey": True, "thirdPartyPayment": True})
    [row] = computer.credentials().enumerate_creds(rp_id_hash(RP))
    assert (row[R.LARGE_BLOB_KEY], row[R.THIRD_PARTY_PAYMENT]) == (made.large_blob_key, True)


def test_long_names_are_cut_between_code_points() -> None:
    computer = Computer(seeded_key())
    computer.pin.set_pin(PIN)
    made = computer.make(user=b"1", rp=RP)
    management = computer.credentials()
    long = "€" * 30  # 90 bytes
    management.update_user_info(
        named(credential_id(made)), PublicKeyCredentialUserEntity(id=b"1", name=long, display_name=None)
    )
    assert management.enumerate_creds(rp_id_hash(RP))[0][R.USER] == {"id": b"1", "name": "€" * 21}


@pytest.mark.parametrize(
    ("rp_id", "told"),
    [
        ("a.example", "a.example"),
        ("x" * 32, "x" * 32),
        ("x" * 10 + "0123456789" * 3, "…" + "123456789" + "0123456789" * 2),
        ("https:" + "x" * 30 + "y" * 23, "https:…" + "y" * 23),
        ("s" * 31 + ":host", "s" * 31 + ":"),
    ],
)
def test_some_keys_tell_only_the_end_of_a_long_relying_party(rp_id: str, told: str) -> None:
    computer = Computer(seeded_key(OPEN_3))
    computer.pin.set_pin(PIN)
    computer.make(rp=rp_id)
    [row] = computer.credentials().enumerate_rps()
    assert (row[R.RP]["id"], row[R.RP_ID_HASH]) == (told, rp_id_hash(rp_id))


def test_a_list_longer_than_the_key_says_is_refused(computer: Computer) -> None:
    many: list[Mapping[str, Any]] = [{"type": "public-key", "id": bytes([each] * 16)} for each in range(9)]
    assert refusal(lambda: computer.make(exclude_list=many)) == ERR.LIMIT_EXCEEDED
    assert refusal(lambda: computer.ctap.get_assertion(RP, bytes(32), many)) == ERR.LIMIT_EXCEEDED
    assert computer.make(exclude_list=many[:8])
