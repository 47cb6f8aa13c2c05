from __future__ import annotations

import hashlib
from dataclasses import replace

import pytest
from fido2.ctap2.base import Info
from fido2.hid import CTAPHID

from hardware.simulated.faults import Faults
from hardware.simulated.key import SimulatedKey
from hardware.simulated.traits import CTAP21, SIMULATED_AAGUID
from tests.hardware.simulated.host import (
    ERR,
    PERMISSION,
    PIN,
    RP,
    Computer,
    ManualClock,
    descriptor,
    refusal,
    seeded_key,
)


def test_get_info_says_what_the_key_is(computer: Computer) -> None:
    info: Info = computer.ctap.info
    assert (info.versions, info.aaguid, info.transports) == (["FIDO_2_0", "FIDO_2_1"], SIMULATED_AAGUID, ["usb"])
    assert info.pin_uv_protocols == [2, 1]
    assert info.remaining_disc_creds == 100
    assert (info.max_msg_size, info.max_creds_in_list, info.max_cred_id_length) == (1200, 8, 128)
    assert info.options == {
        "rk": True,
        "up": True,
        "plat": False,
        "clientPin": False,
        "pinUvAuthToken": True,
        "credMgmt": True,
        "authnrCfg": True,
        "setMinPINLength": True,
        "makeCredUvNotRqd": True,
        "alwaysUv": False,
        "ep": False,
    }


def test_a_reset_makes_the_key_new(with_pin: Computer, key: SimulatedKey) -> None:
    wrapped = with_pin.make(rk=False)
    with_pin.make()
    with_pin.config().set_min_pin_length(6)
    with_pin.ctap.reset()
    assert (key.has_pin, key.credentials, key.pin_retries) == (False, (), 8)
    info = with_pin.ctap.get_info()
    assert (info.min_pin_length, info.options["clientPin"]) == (4, False)
    assert refusal(lambda: with_pin.ctap.get_assertion(RP, bytes(32), [descriptor(wrapped)])) == ERR.NO_CREDENTIALS


def test_a_reset_is_for_the_first_ten_seconds_only(with_pin: Computer, key: SimulatedKey, clock: ManualClock) -> None:
    clock.now += 10.1
    assert refusal(with_pin.ctap.reset) == ERR.NOT_ALLOWED
    assert key.has_pin
    key.power_cycle()
    Computer(key).ctap.reset()
    assert not key.has_pin


def test_selection_is_a_touch(computer: Computer) -> None:
    computer.ctap.selection()
    assert computer.key.commands == 2


@pytest.mark.parametrize("command", [0x00, 0x03, 0x05, 0x09, 0x0C, 0x40, 0x41, 0xFF])
def test_commands_it_does_not_have_are_invalid(computer: Computer, command: int) -> None:
    assert computer.raw(command)[0] == ERR.INVALID_COMMAND


@pytest.mark.parametrize("command", [0x04, 0x07, 0x08, 0x0B])
def test_parameters_for_a_command_without_any_are_refused(computer: Computer, command: int) -> None:
    assert computer.raw(command, {1: 1})[0] == ERR.INVALID_LENGTH


def test_requests_that_are_no_map_or_no_cbor_or_too_long_are_refused(computer: Computer) -> None:
    assert computer.raw(0x01, b"\x80")[0] == ERR.CBOR_UNEXPECTED_TYPE
    assert computer.raw(0x01, b"\xff")[0] == ERR.INVALID_CBOR
    assert computer.raw(0x01)[0] == ERR.MISSING_PARAMETER
    assert computer.raw(0x01, bytes(1200))[0] == ERR.REQUEST_TOO_LARGE


def test_an_enrollment_takes_eight_commands(clock: ManualClock) -> None:
    key = seeded_key(clock=clock)
    computer = Computer(key)  # getInfo
    agreement, secret = computer.agree()
    padded = computer.protocol.encrypt(secret, PIN.encode().ljust(64, b"\0"))
    signature = computer.protocol.authenticate(secret, padded)
    computer.ctap.client_pin(2, 3, key_agreement=agreement, pin_uv_param=signature, new_pin_enc=padded)
    pin_hash = hashlib.sha256(PIN.encode()).digest()[:16]

    def token(permission: PERMISSION) -> bytes:
        encrypted = computer.protocol.encrypt(secret, pin_hash)
        answer = computer.ctap.client_pin(
            2, 9, key_agreement=agreement, pin_hash_enc=encrypted, permissions=permission, permissions_rpid=RP
        )
        return computer.protocol.decrypt(secret, answer[2])

    computer.make(**computer.authentication(token(PERMISSION.MAKE_CREDENTIAL)))
    computer.ctap.get_assertion(RP, b"\x11" * 32, **computer.authentication(token(PERMISSION.GET_ASSERTION)))
    computer.ctap.get_info()
    assert key.commands == 8


def test_a_healthy_key_needs_no_time_of_ours(clock: ManualClock) -> None:
    computer = Computer(seeded_key(replace(CTAP21, latency={0x01: 0.0}), clock))
    computer.make()
    assert computer.key.busy_seconds == 0.0  # by a clock that stands still: it never waits


def test_garbage_is_legal_as_reports_and_nothing_else(computer: Computer) -> None:
    computer.key.faults = Faults(garbage=True)
    assert computer.device.call(CTAPHID.CBOR, b"\x04")[0] == 0
    with pytest.raises(ValueError, match="Invalid"):
        computer.ctap.get_info()
