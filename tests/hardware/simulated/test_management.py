from __future__ import annotations

from dataclasses import replace

import pytest
from fido2.ctap2.credman import CredentialManagement
from fido2.ctap2.pin import PinProtocol
from fido2.webauthn import (
    PublicKeyCredentialDescriptor,
    PublicKeyCredentialType,
    PublicKeyCredentialUserEntity,
)

from hardware.simulated.key import SimulatedKey
from hardware.simulated.memory import rp_id_hash
from hardware.simulated.traits import CTAP20, CTAP21
from tests.hardware.simulated.host import ERR, PERMISSION, PIN, RP, Computer, credential_id, refusal, seeded_key

MANAGEMENT, CONFIG = 0x0A, 0x0D
R = CredentialManagement.RESULT


def named(credential: bytes) -> PublicKeyCredentialDescriptor:
    return PublicKeyCredentialDescriptor(type=PublicKeyCredentialType.PUBLIC_KEY, id=credential)


def test_credentials_are_counted_listed_and_deleted_under_either_protocol(
    key: SimulatedKey, protocol: PinProtocol
) -> None:
    computer = Computer(key, protocol)
    computer.pin.set_pin(PIN)
    assert refusal(computer.credentials().enumerate_rps_begin) == ERR.NO_CREDENTIALS
    made = [
        computer.make(b"1"),
        computer.make(b"2"),
        computer.make(b"1", "other.example", extensions={"credProtect": 2}),
    ]
    management = computer.credentials()
    assert management.get_metadata() == {R.EXISTING_CRED_COUNT: 3, R.MAX_REMAINING_COUNT: 97}
    rps = management.enumerate_rps()
    assert [(rp[R.RP]["id"], rp[R.RP_ID_HASH]) for rp in rps] == [
        (RP, rp_id_hash(RP)),
        ("other.example", rp_id_hash("other.example")),
    ]
    rows = management.enumerate_creds(rp_id_hash(RP))
    assert [row[R.USER]["id"] for row in rows] == [b"1", b"2"]
    assert [row[R.CREDENTIAL_ID]["id"] for row in rows] == [credential_id(each) for each in made[:2]]
    assert rows[0][R.TOTAL_CREDENTIALS] == 2
    assert made[0].auth_data.credential_data is not None
    assert rows[0][R.PUBLIC_KEY] == dict(made[0].auth_data.credential_data.public_key)
    assert management.enumerate_creds(rp_id_hash("other.example"))[0][R.CRED_PROTECT] == 2
    management.delete_cred(named(credential_id(made[0])))
    assert [row.user_id for row in key.credentials] == [b"2", b"1"]
    assert refusal(lambda: management.delete_cred(named(credential_id(made[0])))) == ERR.NO_CREDENTIALS
    assert refusal(lambda: management.enumerate_creds_begin(bytes(32))) == ERR.NO_CREDENTIALS


def test_the_user_of_a_credential_can_be_renamed_and_not_exchanged(with_pin: Computer) -> None:
    credential = credential_id(with_pin.make(b"1"))
    management = with_pin.credentials()
    renamed = PublicKeyCredentialUserEntity(id=b"1", name="new", display_name=None)
    management.update_user_info(named(credential), renamed)
    assert management.enumerate_creds(rp_id_hash(RP))[0][R.USER] == {"id": b"1", "name": "new"}
    exchanged = PublicKeyCredentialUserEntity(id=b"2", name="new", display_name=None)
    assert refusal(lambda: management.update_user_info(named(credential), exchanged)) == ERR.INVALID_PARAMETER


def test_a_token_of_one_relying_party_manages_that_one_only(with_pin: Computer) -> None:
    mine, other = credential_id(with_pin.make()), credential_id(with_pin.make(rp="other.example"))
    management = with_pin.credentials(RP)
    assert refusal(management.get_metadata) == ERR.PIN_AUTH_INVALID
    assert refusal(management.enumerate_rps_begin) == ERR.PIN_AUTH_INVALID
    assert refusal(lambda: management.enumerate_creds_begin(rp_id_hash("other.example"))) == ERR.PIN_AUTH_INVALID
    assert refusal(lambda: management.delete_cred(named(other))) == ERR.PIN_AUTH_INVALID
    assert len(management.enumerate_creds(rp_id_hash(RP))) == 1
    management.delete_cred(named(mine))


def test_management_wants_a_token_and_the_right_one(with_pin: Computer) -> None:
    assert with_pin.raw(MANAGEMENT, {1: 1})[0] == ERR.PUAT_REQUIRED
    assert with_pin.raw(MANAGEMENT, {1: 1, 4: bytes(32)})[0] == ERR.MISSING_PARAMETER
    wrong = CredentialManagement(with_pin.ctap, with_pin.protocol, with_pin.token(PERMISSION.MAKE_CREDENTIAL, RP))
    assert refusal(wrong.get_metadata) == ERR.PIN_AUTH_INVALID


@pytest.mark.parametrize("subcommand", [3, 5])
def test_there_is_no_next_without_a_first(with_pin: Computer, subcommand: int) -> None:
    with_pin.make(b"1")
    with_pin.make(b"2")
    assert with_pin.raw(MANAGEMENT, {1: subcommand})[0] == ERR.NOT_ALLOWED
    with_pin.credentials().enumerate_creds_begin(rp_id_hash(RP))
    assert with_pin.raw(MANAGEMENT, {1: 3})[0] == ERR.NOT_ALLOWED  # the other series
    assert with_pin.raw(MANAGEMENT, {1: 5})[0] == ERR.NOT_ALLOWED  # which ended this one


@pytest.mark.parametrize("command", [MANAGEMENT, CONFIG])
@pytest.mark.parametrize("subcommand", [0, 8, 255, -7])
def test_subcommands_it_does_not_have_are_invalid(with_pin: Computer, command: int, subcommand: int) -> None:
    assert with_pin.raw(command, {1: subcommand})[0] == ERR.INVALID_SUBCOMMAND


def test_the_minimum_pin_length_only_rises_and_may_force_a_change(with_pin: Computer) -> None:
    with_pin.config().set_min_pin_length(6)
    assert with_pin.ctap.get_info().min_pin_length == 6
    assert with_pin.ctap.get_info().force_pin_change is False
    assert refusal(lambda: with_pin.config().set_min_pin_length(5)) == ERR.PIN_POLICY_VIOLATION
    with_pin.config().set_min_pin_length(len(PIN) + 1)
    assert with_pin.ctap.get_info().force_pin_change is True
    assert refusal(lambda: with_pin.pin.change_pin(PIN, "12345678")) == ERR.PIN_POLICY_VIOLATION
    with_pin.pin.change_pin(PIN, "a much longer PIN")


def test_a_key_without_pin_can_be_configured_and_has_nothing_to_force(computer: Computer) -> None:
    computer.config().set_min_pin_length(8)
    assert computer.ctap.get_info().min_pin_length == 8
    assert refusal(lambda: computer.config().set_min_pin_length(force_change_pin=True)) == ERR.PIN_NOT_SET
    computer.config().toggle_always_uv()
    assert computer.ctap.get_info().options["alwaysUv"] is True
    assert refusal(lambda: computer.config().toggle_always_uv()) == ERR.PUAT_REQUIRED


def test_complexity_can_be_switched_on_where_the_key_knows_it(with_pin: Computer) -> None:
    fields = {1: 3, 2: {4: True}}
    assert Computer(seeded_key()).raw(CONFIG, fields)[0] == ERR.INVALID_PARAMETER
    computer = Computer(seeded_key(replace(CTAP21, pin_complexity=False)))
    assert computer.ctap.info.pin_complexity_policy is False
    assert computer.raw(CONFIG, fields)[0] == 0
    assert computer.ctap.get_info().pin_complexity_policy is True


def test_relying_parties_for_the_minimum_length_are_few_and_texts(with_pin: Computer) -> None:
    many = [f"{each}.example" for each in range(9)]
    assert refusal(lambda: with_pin.config().set_min_pin_length(rp_ids=many)) == ERR.KEY_STORE_FULL
    assert Computer(seeded_key()).raw(CONFIG, {1: 3, 2: {2: [7]}})[0] == ERR.CBOR_UNEXPECTED_TYPE


def test_configuration_wants_its_own_permission(with_pin: Computer) -> None:
    assert with_pin.raw(CONFIG, {1: 2})[0] == ERR.PUAT_REQUIRED
    config = with_pin.config()
    config.toggle_always_uv()
    config.toggle_always_uv()  # the token is not spent
    with_pin.token(PERMISSION.CREDENTIAL_MGMT)
    assert refusal(config.toggle_always_uv) == ERR.PIN_AUTH_INVALID


def test_what_a_key_does_not_have_cannot_be_configured() -> None:
    computer = Computer(seeded_key(replace(CTAP21, always_uv=None, enterprise=None, pin=False)))
    for subcommand in (1, 2, 3):
        assert computer.raw(CONFIG, {1: subcommand})[0] == ERR.INVALID_SUBCOMMAND


@pytest.mark.parametrize("command", [MANAGEMENT, CONFIG, 0x0B])
def test_an_older_key_does_not_know_these_commands(command: int) -> None:
    assert Computer(seeded_key(CTAP20)).raw(command, {1: 1})[0] == ERR.INVALID_COMMAND
