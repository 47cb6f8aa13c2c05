"""The kinds of keys that are simulated, and their quirks, each as a client sees it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from fido2 import cbor
from fido2.client import ClientError, DefaultClientDataCollector, Fido2Client, UserInteraction
from fido2.ctap import CtapError
from fido2.ctap2.base import Ctap2, Info
from fido2.ctap2.credman import CredentialManagement
from fido2.ctap2.pin import ClientPin
from fido2.hid import CAPABILITY, CTAPHID
from fido2.server import Fido2Server
from fido2.webauthn import PublicKeyCredentialRpEntity, PublicKeyCredentialUserEntity, UserVerificationRequirement

from hardware.simulated.canonical import decode
from hardware.simulated.device import connect
from hardware.simulated.models import (
    BIOMETRIC,
    EVERYTHING,
    LOCKS_EARLY,
    MODELS,
    PROTOCOL_1_ONLY,
    SERIES_5_2,
    SERIES_5_4,
    SERIES_5_7,
    SERIES_5_8,
    WITHOUT_TOKENS,
    with_quirk,
)
from hardware.simulated.traits import CTAP21, KeyTraits, Quirk
from tests.hardware.simulated.host import ERR, PERMISSION, PIN, RP, Computer, enrolled, refusal, seeded_key

UNREADABLE = {Quirk.NON_CANONICAL, Quirk.EXTRANEOUS_BYTES}
READABLE = {name: traits for name, traits in MODELS.items() if traits.ctap2 and not traits.quirks & UNREADABLE}


class Person(UserInteraction):
    """Who knows the PIN and has the finger."""

    def prompt_up(self) -> None:
        """The key blinks."""

    def request_pin(self, permissions: PERMISSION, rp_id: str | None) -> str | None:
        """The dialog for the PIN."""
        return PIN

    def request_uv(self, permissions: PERMISSION, rp_id: str | None) -> bool:
        """The wish for a finger."""
        return True


def info_of(traits: KeyTraits) -> Info:
    return Computer(seeded_key(traits)).ctap.info


@pytest.mark.parametrize("name", READABLE)
def test_a_browser_registers_and_logs_in_with_every_kind(name: str) -> None:
    traits = READABLE[name]
    computer = Computer(seeded_key(traits))
    if traits.enrolls_fingers:
        enrolled(computer)
    elif traits.pin:
        computer.pin.set_pin(PIN)
    can_verify = traits.pin or traits.built_in_uv
    wish = UserVerificationRequirement.REQUIRED if can_verify else UserVerificationRequirement.DISCOURAGED
    server = Fido2Server(PublicKeyCredentialRpEntity(id=RP, name="Example"))
    client = Fido2Client(computer.device, DefaultClientDataCollector(f"https://{RP}"), user_interaction=Person())
    user = PublicKeyCredentialUserEntity(id=b"1", name="a", display_name="A")
    options, state = server.register_begin(user, user_verification=wish)
    data = server.register_complete(state, client.make_credential(options.public_key)).credential_data
    assert data is not None
    asked, state = server.authenticate_begin([data], user_verification=wish)
    response = client.get_assertion(asked.public_key).get_response(0)
    server.authenticate_complete(state, [data], response)


@pytest.mark.parametrize("name", MODELS)
def test_every_kind_says_what_it_is_and_does_what_it_says(name: str) -> None:
    traits = MODELS[name]
    key = seeded_key(traits)
    device = connect(key)
    assert bool(device.capabilities & CAPABILITY.NMSG) is not traits.u2f
    assert bool(device.capabilities & CAPABILITY.CBOR) is traits.ctap2
    if name not in READABLE:
        return
    options = Computer(key).ctap.info.options
    commands = {
        0x06: "clientPin" in options or "pinUvAuthToken" in options,
        0x09: "bioEnroll" in options,
        0x0A: "credMgmt" in options,
        0x0B: traits.ctap21,
        0x0C: "largeBlobs" in options,
        0x0D: "authnrCfg" in options,
        0x40: "userVerificationMgmtPreview" in options,
        0x41: "credentialMgmtPreview" in options,
    }
    for command, there in commands.items():
        known = device.call(CTAPHID.CBOR, bytes([command]))[0] != ERR.INVALID_COMMAND
        assert known is there, hex(command)


def test_the_line_of_series_5_grows() -> None:
    oldest, older, newer, newest = (info_of(each) for each in (SERIES_5_2, SERIES_5_4, SERIES_5_7, SERIES_5_8))
    assert (oldest.pin_uv_protocols, older.pin_uv_protocols) == ([1], [2, 1])
    assert "FIDO_2_1" not in older.versions
    assert (0x0D in raw_info(SERIES_5_2), 0x0D in raw_info(SERIES_5_4)) == (False, True)
    assert (0x0C in raw_info(SERIES_5_4), older.remaining_disc_creds) == (False, None)
    assert newer.options.keys() >= {"ep", "setMinPINLength", "largeBlobs", "credMgmt", "credentialMgmtPreview"}
    assert (newer.certifications, newer.attestation_formats) == ({"FIDO": 1}, ["packed"])
    assert (newer.transports, newer.transports_for_reset) == (["nfc", "usb"], ["usb"])
    assert newest.options["perCredMgmtRO"] is True
    assert newest.authenticator_config_commands == [1, 2, 3]
    assert newest.pin_complexity_policy_url == b"https://keys.example/pin"
    assert (newest.long_touch_for_reset, newest.max_pin_length) == (True, 63)


def raw_info(traits: KeyTraits) -> dict[int, object]:
    answer: dict[int, object] = Computer(seeded_key(traits)).raw(0x04)[1]
    return answer


def test_members_of_getinfo_are_there_only_where_a_trait_says_so() -> None:
    assert set(raw_info(CTAP21)) == {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 13, 14, 16, 20}
    assert {17, 18, 23} <= set(raw_info(BIOMETRIC))
    key = seeded_key(EVERYTHING)
    computer = Computer(key)
    computer.pin.set_pin(PIN)
    computer.token(PERMISSION.PERSISTENT_CREDENTIAL_MGMT)
    assert set(computer.raw(0x04)[1]) == set(range(1, 32)) - {21, 24}  # prototypes, and a long touch
    assert 24 in raw_info(replace(EVERYTHING, long_touch_for_reset=True))


def test_protocol_1_may_be_the_only_one() -> None:
    computer = Computer(seeded_key(PROTOCOL_1_ONLY))
    computer.pin.set_pin(PIN)
    assert computer.make().auth_data.is_user_verified()
    assert computer.raw(0x06, {1: 2, 2: 2})[0] == ERR.INVALID_PARAMETER


def test_without_tokens_there_are_no_permissions_and_a_token_does_everything() -> None:
    computer = Computer(seeded_key(WITHOUT_TOKENS))
    assert "pinUvAuthToken" not in computer.ctap.info.options
    computer.pin.set_pin(PIN)
    assert computer.raw(0x06, {1: 2, 2: 9})[0] == ERR.INVALID_SUBCOMMAND
    token = computer.pin.get_pin_token(PIN)
    computer.make(**computer.authentication(token))
    computer.make(b"2", rp="other.example", **computer.authentication(token))
    management = CredentialManagement(computer.ctap, computer.protocol, token)
    assert len(management.enumerate_rps()) == 2


def tries(computer: Computer, count: int) -> list[int]:
    return [refusal(lambda: computer.pin.get_pin_token("wrong PIN")) for _ in range(count)]


def test_some_want_a_power_cycle_early_and_do_not_say_so() -> None:
    computer = Computer(seeded_key(LOCKS_EARLY))
    computer.pin.set_pin(PIN)
    assert tries(computer, 3) == [ERR.PIN_INVALID, ERR.PIN_AUTH_BLOCKED, ERR.PIN_AUTH_BLOCKED]
    assert computer.pin.get_pin_retries() == (6, None)


def test_some_call_the_last_wrong_pin_only_wrong() -> None:
    computer = Computer(seeded_key(replace(with_quirk(Quirk.EIGHTH_WRONG_IS_ONLY_WRONG), soft_lock=9)))
    computer.pin.set_pin(PIN)
    assert tries(computer, 9) == [ERR.PIN_INVALID] * 8 + [ERR.PIN_BLOCKED]
    assert computer.pin.get_pin_retries()[0] == 0


def test_some_keep_their_soft_lock_when_plugged_in_anew() -> None:
    key = seeded_key(with_quirk(Quirk.KEEPS_SOFT_LOCK))
    computer = Computer(key)
    computer.pin.set_pin(PIN)
    tries(computer, 3)
    key.power_cycle()
    computer = Computer(key)
    assert refusal(lambda: computer.token(PERMISSION.MAKE_CREDENTIAL, RP)) == ERR.PIN_AUTH_BLOCKED
    assert computer.pin.get_pin_retries() == (5, True)
    computer.ctap.reset()
    computer.pin.set_pin(PIN)
    assert computer.token(PERMISSION.MAKE_CREDENTIAL, RP)


def test_some_report_booleans_where_numbers_belong() -> None:
    info = raw_info(with_quirk(Quirk.BOOLEANS_FOR_NUMBERS))
    assert [info[key] for key in (0x07, 0x0D, 0x0E, 0x14)] == [True] * 4


def test_some_leave_out_what_has_a_default() -> None:
    options = info_of(MODELS["terse"]).options
    assert not {"up", "plat"} & set(options)
    assert 0x0D not in raw_info(MODELS["terse"])
    assert info_of(MODELS["terse"]).min_pin_length == 4


def test_some_write_cbor_that_ctap_does_not_allow() -> None:
    key = seeded_key(with_quirk(Quirk.NON_CANONICAL))
    with pytest.raises(ValueError, match="Non-canonical"):
        Computer(key)
    relaxed = Ctap2(connect(key), strict_cbor=False)
    ClientPin(relaxed).set_pin(PIN)
    assert relaxed.get_info().options["clientPin"] is True
    answer = connect(key).call(CTAPHID.CBOR, b"\x04")
    with pytest.raises(CtapError):
        decode(answer[1:])
    told: Any = cbor.decode(answer[1:])
    assert set(told) == set(raw_info(CTAP21))


def test_some_send_more_than_the_answer() -> None:
    key = seeded_key(with_quirk(Quirk.EXTRANEOUS_BYTES))
    answer = connect(key).call(CTAPHID.CBOR, b"\x04")
    assert isinstance(decode(answer[1:-3]), dict)
    assert answer[-3:] == bytes(3)
    assert connect(key).call(CTAPHID.CBOR, b"\x0b") == b"\0"  # no answer, no more either


def test_some_say_what_nobody_has_heard_of() -> None:
    info = raw_info(with_quirk(Quirk.UNKNOWN_MEMBERS))
    assert 0xC0DE in info
    parsed = info_of(with_quirk(Quirk.UNKNOWN_MEMBERS))
    assert parsed.options["unheardOf"] is True
    assert "unheardOf" in parsed.extensions


def test_every_quirk_can_be_had_by_any_key_and_nothing_else_changes() -> None:
    for quirk in Quirk:
        assert replace(with_quirk(quirk, EVERYTHING), quirks=frozenset()) == EVERYTHING


def test_a_browser_gives_up_where_only_a_finger_will_do_and_it_is_a_strangers() -> None:
    key = seeded_key(MODELS["biometric-only"])
    computer = Computer(key)
    client = Fido2Client(computer.device, DefaultClientDataCollector(f"https://{RP}"), user_interaction=Person())
    key.touch_automatically = False
    key.on_change = lambda: key.finger(False) if key.wants_finger else None
    server = Fido2Server(PublicKeyCredentialRpEntity(id=RP, name="Example"))
    user = PublicKeyCredentialUserEntity(id=b"1", name="a", display_name="A")
    options, _ = server.register_begin(user, user_verification=UserVerificationRequirement.REQUIRED)
    with pytest.raises(ClientError):
        client.make_credential(options.public_key)
    assert key.credentials == ()
