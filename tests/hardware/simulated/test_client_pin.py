from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import Any

import pytest
from fido2.ctap import CtapError
from fido2.ctap2.pin import ClientPin, PinProtocol, PinProtocolV1, PinProtocolV2

from hardware.simulated.key import SimulatedKey
from hardware.simulated.traits import CTAP20, CTAP21, WITHOUT_PIN
from tests.hardware.simulated.host import ERR, HASH, PERMISSION, PIN, RP, Computer, ManualClock, refusal, seeded_key

CLIENT_PIN = 0x06


def wrong(computer: Computer) -> CtapError.ERR:
    return refusal(lambda: computer.pin.get_pin_token("wrong PIN"))


def test_a_pin_is_set_used_and_changed_under_either_protocol(key: SimulatedKey, protocol: PinProtocol) -> None:
    computer = Computer(key, protocol)
    assert computer.ctap.info.options["clientPin"] is False
    computer.pin.set_pin(PIN)
    assert computer.ctap.get_info().options["clientPin"] is True
    assert len(computer.token(PERMISSION.MAKE_CREDENTIAL, RP)) == 32
    computer.pin.change_pin(PIN, "another one")
    assert wrong(computer) == ERR.PIN_INVALID
    assert computer.token(PERMISSION.GET_ASSERTION, RP, pin="another one")


def test_a_second_set_pin_is_refused(with_pin: Computer) -> None:
    assert refusal(lambda: with_pin.pin.set_pin("another one")) == ERR.PIN_AUTH_INVALID


def test_three_wrong_pins_block_until_power_is_cycled_and_eight_for_good(with_pin: Computer) -> None:
    key = with_pin.key
    seen = []
    for _ in range(3):
        computer = Computer(key)
        seen += [wrong(computer) for _ in range(3 if key.pin_retries > 2 else 2)]
        if key.pin_retries:
            assert refusal(lambda: computer.token(PERMISSION.MAKE_CREDENTIAL)) == ERR.PIN_AUTH_BLOCKED  # noqa: B023
            assert computer.pin.get_pin_retries() == (key.pin_retries, True)
        key.power_cycle()
    bad, blocked = ERR.PIN_INVALID, ERR.PIN_AUTH_BLOCKED
    assert seen == [bad, bad, blocked, bad, bad, blocked, bad, ERR.PIN_BLOCKED]
    computer = Computer(key)
    assert computer.pin.get_pin_retries() == (0, False)
    assert refusal(lambda: computer.token(PERMISSION.MAKE_CREDENTIAL)) == ERR.PIN_BLOCKED
    assert refusal(lambda: computer.pin.change_pin(PIN, "another one")) == ERR.PIN_BLOCKED


def test_a_right_pin_gives_all_tries_back(with_pin: Computer) -> None:
    wrong(with_pin)
    wrong(with_pin)
    assert with_pin.pin.get_pin_retries() == (6, False)
    with_pin.token(PERMISSION.MAKE_CREDENTIAL, RP)
    assert with_pin.pin.get_pin_retries() == (8, False)
    assert wrong(with_pin) == ERR.PIN_INVALID


def test_a_wrong_pin_costs_a_try_in_change_pin_too(with_pin: Computer) -> None:
    assert refusal(lambda: with_pin.pin.change_pin("wrong PIN", "another one")) == ERR.PIN_INVALID
    assert with_pin.key.pin_retries == 7


def test_the_key_agreement_key_changes_after_a_wrong_pin_and_only_then(with_pin: Computer) -> None:
    def agreement() -> Any:
        return with_pin.ctap.client_pin(2, ClientPin.CMD.GET_KEY_AGREEMENT)

    before = agreement()
    with_pin.token(PERMISSION.MAKE_CREDENTIAL, RP)
    assert agreement() == before
    wrong(with_pin)
    assert agreement() != before


@pytest.mark.parametrize(("pin", "length"), [("1234", 5), ("äöü€", 5), ("12345", 6)])
def test_a_pin_shorter_than_the_minimum_is_refused_counted_in_code_points(pin: str, length: int) -> None:
    computer = Computer(seeded_key(replace(CTAP21, min_pin_length=length)))
    assert refusal(lambda: computer.pin.set_pin(pin)) == ERR.PIN_POLICY_VIOLATION
    assert not computer.key.has_pin


def test_a_pin_longer_than_63_bytes_or_than_the_keys_maximum_is_refused() -> None:
    computer = Computer(seeded_key(replace(CTAP21, max_pin_length=8)))
    assert computer.ctap.info.max_pin_length == 8
    assert refusal(lambda: computer.pin.set_pin("a" * 64)) == ERR.PIN_POLICY_VIOLATION
    assert refusal(lambda: computer.pin.set_pin("a" * 65)) == ERR.INVALID_PARAMETER
    assert refusal(lambda: computer.pin.set_pin("123456789")) == ERR.PIN_POLICY_VIOLATION
    computer.pin.set_pin("€€€€€€€€")


def test_63_bytes_are_a_pin(computer: Computer) -> None:
    computer.pin.set_pin("a" * 63)
    assert computer.token(PERMISSION.GET_ASSERTION, RP, pin="a" * 63)


@pytest.mark.parametrize("pin", ["1111", "12345", "87654", "abcd"])
def test_a_key_with_a_complexity_policy_refuses_runs_and_repeats(pin: str) -> None:
    computer = Computer(seeded_key(replace(CTAP21, pin_complexity=True)))
    assert computer.ctap.info.pin_complexity_policy is True
    assert refusal(lambda: computer.pin.set_pin(pin)) == ERR.PIN_POLICY_VIOLATION
    computer.pin.set_pin("1357")


def test_a_pin_that_is_no_utf8_is_refused(computer: Computer) -> None:
    agreement, secret = computer.agree()
    padded = computer.protocol.encrypt(secret, b"\xff\xfe\xfd\xfc".ljust(64, b"\0"))
    signature = computer.protocol.authenticate(secret, padded)
    assert refusal(
        lambda: computer.ctap.client_pin(2, 3, key_agreement=agreement, pin_uv_param=signature, new_pin_enc=padded)
    ) == (ERR.PIN_POLICY_VIOLATION)


def test_a_set_pin_that_was_tampered_with_is_refused(computer: Computer, protocol: PinProtocol) -> None:
    computer = Computer(computer.key, protocol)
    agreement, secret = computer.agree()
    padded = protocol.encrypt(secret, b"123456".ljust(64, b"\0"))
    signature = protocol.authenticate(secret, padded[:-1] + bytes([padded[-1] ^ 1]))
    call = computer.ctap.client_pin
    version = protocol.VERSION
    assert (
        refusal(lambda: call(version, 3, key_agreement=agreement, pin_uv_param=signature, new_pin_enc=padded))
        == ERR.PIN_AUTH_INVALID
    )


@pytest.mark.parametrize(
    "key_agreement",
    [
        {1: 2, 3: -25, -1: 1, -2: bytes(32), -3: bytes(32)},  # not on the curve
        {1: 2, 3: -25, -1: 1, -2: b"\xff" * 32, -3: b"\xff" * 32},  # not in the field
        {1: 2, 3: -25, -1: 1, -2: bytes(31), -3: bytes(32)},
        {1: 1, 3: -8, -1: 6, -2: bytes(32), -3: bytes(32)},  # another kind of key
    ],
)
def test_a_hostile_key_agreement_key_is_an_invalid_parameter(with_pin: Computer, key_agreement: dict[int, Any]) -> None:
    fields = {1: 2, 2: 5, 3: key_agreement, 6: bytes(32)}
    assert with_pin.raw(CLIENT_PIN, fields)[0] == ERR.INVALID_PARAMETER
    assert with_pin.key.pin_retries == 8


def test_a_pin_hash_that_cannot_be_decrypted_costs_a_try(with_pin: Computer) -> None:
    agreement, _ = with_pin.agree()
    assert with_pin.raw(CLIENT_PIN, {1: 2, 2: 5, 3: agreement, 6: b"odd"})[0] == ERR.PIN_INVALID
    assert with_pin.key.pin_retries == 7


@pytest.mark.parametrize("subcommand", [0, 6, 7, 8, 10, 255, -1])
def test_subcommands_it_does_not_have_are_invalid(computer: Computer, subcommand: int) -> None:
    assert computer.raw(CLIENT_PIN, {1: 2, 2: subcommand})[0] == ERR.INVALID_SUBCOMMAND


@pytest.mark.parametrize("subcommand", [2, 3, 4, 5, 9])
def test_mandatory_parameters_are_asked_for(with_pin: Computer, subcommand: int) -> None:
    assert with_pin.raw(CLIENT_PIN, {2: subcommand})[0] == ERR.MISSING_PARAMETER


def test_an_unknown_protocol_is_an_invalid_parameter(with_pin: Computer) -> None:
    assert with_pin.raw(CLIENT_PIN, {1: 3, 2: 2})[0] == ERR.INVALID_PARAMETER


def test_before_a_pin_is_set_there_is_no_token_and_nothing_to_change(computer: Computer) -> None:
    assert refusal(lambda: computer.token(PERMISSION.MAKE_CREDENTIAL)) == ERR.PIN_NOT_SET
    assert refusal(lambda: computer.pin.change_pin(PIN, "another one")) == ERR.PIN_NOT_SET


@pytest.mark.parametrize("permission", [PERMISSION.BIO_ENROLL, PERMISSION.LARGE_BLOB_WRITE, 0x40, 0x48])
def test_permissions_for_what_the_key_does_not_have_are_unauthorized(with_pin: Computer, permission: int) -> None:
    assert refusal(lambda: with_pin.token(PERMISSION(permission))) == ERR.UNAUTHORIZED_PERMISSION
    assert with_pin.key.pin_retries == 8


def test_management_needs_a_key_that_has_it() -> None:
    computer = Computer(seeded_key(replace(CTAP21, credential_management=False, configurable=False)))
    computer.pin.set_pin(PIN)
    for permission in (PERMISSION.CREDENTIAL_MGMT, PERMISSION.AUTHENTICATOR_CFG):
        assert refusal(lambda: computer.token(permission)) == ERR.UNAUTHORIZED_PERMISSION  # noqa: B023


def test_no_permission_at_all_is_invalid_and_undefined_ones_are_ignored(with_pin: Computer) -> None:
    agreement, secret = with_pin.agree()
    pin_hash = with_pin.protocol.encrypt(secret, hashlib.sha256(PIN.encode()).digest()[:16])
    fields = {1: 2, 2: 9, 3: agreement, 6: pin_hash}
    assert with_pin.raw(CLIENT_PIN, fields | {9: 0})[0] == ERR.INVALID_PARAMETER
    assert with_pin.raw(CLIENT_PIN, fields | {9: 0x181})[0] == 0
    assert with_pin.raw(CLIENT_PIN, fields | {2: 5, 9: 1})[0] == ERR.INVALID_PARAMETER
    assert with_pin.raw(CLIENT_PIN, fields | {2: 5, 10: RP})[0] == ERR.INVALID_PARAMETER


def test_a_forced_change_stands_before_every_token(with_pin: Computer) -> None:
    with_pin.config().set_min_pin_length(force_change_pin=True)
    assert with_pin.ctap.get_info().force_pin_change is True
    assert refusal(lambda: with_pin.token(PERMISSION.MAKE_CREDENTIAL, RP)) == ERR.PIN_POLICY_VIOLATION
    assert refusal(lambda: with_pin.pin.get_pin_token(PIN)) == ERR.PIN_INVALID
    assert with_pin.key.pin_retries == 8
    assert refusal(lambda: with_pin.pin.change_pin(PIN, PIN)) == ERR.PIN_POLICY_VIOLATION
    with_pin.pin.change_pin(PIN, "another one")
    assert with_pin.ctap.get_info().force_pin_change is False
    assert with_pin.token(PERMISSION.MAKE_CREDENTIAL, RP, pin="another one")


def probe(computer: Computer, token: bytes) -> int:
    authentication = computer.protocol.authenticate(token, HASH)
    fields = {1: RP, 2: HASH, 5: {"up": False}, 6: authentication, 7: computer.protocol.VERSION}
    return computer.raw(0x02, fields)[0]


def test_a_token_lives_thirty_seconds_unused_and_ten_minutes_used(with_pin: Computer, clock: ManualClock) -> None:
    token = with_pin.token(PERMISSION.GET_ASSERTION, RP)
    clock.now += 29
    assert probe(with_pin, token) == ERR.NO_CREDENTIALS
    clock.now += 560
    assert probe(with_pin, token) == ERR.NO_CREDENTIALS
    clock.now += 12
    assert probe(with_pin, token) == ERR.PIN_AUTH_INVALID
    token = with_pin.token(PERMISSION.GET_ASSERTION, RP)
    clock.now += 31
    assert probe(with_pin, token) == ERR.PIN_AUTH_INVALID


def test_a_new_token_a_new_pin_and_a_power_cycle_each_end_the_old_token(with_pin: Computer, key: SimulatedKey) -> None:
    old = with_pin.token(PERMISSION.GET_ASSERTION, RP)
    with_pin.token(PERMISSION.GET_ASSERTION, RP)
    assert probe(with_pin, old) == ERR.PIN_AUTH_INVALID
    old = with_pin.token(PERMISSION.GET_ASSERTION, RP)
    with_pin.pin.change_pin(PIN, PIN)
    assert probe(with_pin, old) == ERR.PIN_AUTH_INVALID
    old = with_pin.token(PERMISSION.GET_ASSERTION, RP)
    key.power_cycle()
    assert probe(Computer(key), old) == ERR.PIN_AUTH_INVALID


def test_a_token_of_one_protocol_does_not_serve_under_the_other(with_pin: Computer) -> None:
    token = with_pin.token(PERMISSION.GET_ASSERTION, RP)
    assert probe(Computer(with_pin.key, PinProtocolV1()), token) == ERR.PIN_AUTH_INVALID
    assert probe(with_pin, token) == ERR.NO_CREDENTIALS


def test_a_token_without_a_relying_party_is_bound_by_its_first_use(with_pin: Computer) -> None:
    token = with_pin.pin.get_pin_token(PIN)
    assert probe(with_pin, token) == ERR.NO_CREDENTIALS
    fields = {1: "other.example", 2: HASH, 5: {"up": False}, 6: with_pin.protocol.authenticate(token, HASH), 7: 2}
    assert with_pin.raw(0x02, fields)[0] == ERR.PIN_AUTH_INVALID


def test_a_ctap20_key_has_one_protocol_and_tokens_that_last() -> None:
    computer = Computer(seeded_key(CTAP20), PinProtocolV1())
    computer.pin.set_pin(PIN)
    assert computer.raw(CLIENT_PIN, {1: 1, 2: 9})[0] == ERR.INVALID_SUBCOMMAND
    assert computer.raw(CLIENT_PIN, {1: 2, 2: 2})[0] == ERR.INVALID_PARAMETER
    token = computer.pin.get_pin_token(PIN)
    computer.make(**computer.authentication(token))
    computer.make(b"user-2", **computer.authentication(token))
    assert len(computer.key.credentials) == 2


def test_a_key_without_pin_has_no_client_pin_command() -> None:
    computer = Computer(seeded_key(WITHOUT_PIN), PinProtocolV2())
    assert "clientPin" not in computer.ctap.info.options
    assert computer.raw(CLIENT_PIN, {1: 2, 2: 1})[0] == ERR.INVALID_COMMAND
