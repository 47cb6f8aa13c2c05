"""CTAP1 (U2F) as python-fido2 speaks it, and credentials that both protocols share."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from hashlib import sha256
from typing import Any

import pytest
from fido2.cose import ES256, CoseKey
from fido2.ctap1 import APDU, ApduError, Ctap1, RegistrationData
from fido2.hid import CTAPHID
from hypothesis import given, settings
from hypothesis import strategies as st

from hardware.simulated.device import connect
from hardware.simulated.key import SimulatedKey
from hardware.simulated.models import SERIES_5_7
from hardware.simulated.traits import CTAP21, U2F_ONLY
from tests.hardware.simulated.host import HASH, RP, Computer, ManualClock, credential_id, descriptor, seeded_key

APP = sha256(RP.encode()).digest()
CHALLENGE = b"\x22" * 32


@pytest.fixture
def old(clock: ManualClock) -> SimulatedKey:
    return seeded_key(U2F_ONLY, clock)


def blinks(key: SimulatedKey) -> bool:
    return key.wants_touch


def public(made: RegistrationData) -> CoseKey:
    key: CoseKey = ES256.from_ctap1(made.public_key)  # type: ignore[no-untyped-call]  # the library says nothing of it
    return key


def status(call: Callable[[], object]) -> int:
    with pytest.raises(ApduError) as refused:
        call()
    return refused.value.code


def test_a_registration_is_attested_and_authenticates(old: SimulatedKey) -> None:
    ctap = Ctap1(connect(old))
    assert ctap.get_version() == "U2F_V2"
    made = ctap.register(CHALLENGE, APP)
    made.verify(APP, CHALLENGE)
    signed = ctap.authenticate(CHALLENGE, APP, made.key_handle)
    signed.verify(APP, CHALLENGE, made.public_key)
    assert signed.user_presence == 1
    assert ctap.authenticate(CHALLENGE, APP, made.key_handle).counter == signed.counter + 1


def test_check_only_tells_its_own_handles_from_others(old: SimulatedKey) -> None:
    ctap = Ctap1(connect(old))
    made = ctap.register(CHALLENGE, APP)
    for handle, app, code in (
        (made.key_handle, APP, APDU.USE_NOT_SATISFIED),
        (made.key_handle, bytes(32), APDU.WRONG_DATA),
        (bytes(60), APP, APDU.WRONG_DATA),
        (b"", APP, APDU.WRONG_DATA),
    ):
        assert status(lambda: ctap.authenticate(CHALLENGE, app, handle, check_only=True)) == code  # noqa: B023


def test_a_key_asks_to_be_asked_again_until_it_was_touched(old: SimulatedKey, clock: ManualClock) -> None:
    old.touch_automatically = False
    ctap = Ctap1(connect(old))
    assert not blinks(old)
    assert status(lambda: ctap.register(CHALLENGE, APP)) == APDU.USE_NOT_SATISFIED
    assert blinks(old)
    old.touch()
    assert not blinks(old)
    made = ctap.register(CHALLENGE, APP)
    assert status(lambda: ctap.authenticate(CHALLENGE, APP, made.key_handle)) == APDU.USE_NOT_SATISFIED  # a new touch
    clock.now += 11
    assert not blinks(old)
    old.touch()  # too late: nobody asks any more
    assert status(lambda: ctap.authenticate(CHALLENGE, APP, made.key_handle)) == APDU.USE_NOT_SATISFIED


def test_without_enforcing_it_signs_unseen(old: SimulatedKey) -> None:
    ctap = Ctap1(connect(old))
    made = ctap.register(CHALLENGE, APP)
    old.touch_automatically = False
    data = CHALLENGE + APP + bytes([len(made.key_handle)]) + made.key_handle
    answer = ctap.send_apdu(ins=2, p1=0x08, data=data)
    assert answer[0] == 0
    public(made).verify(APP + answer[:5] + CHALLENGE, answer[5:])


def test_a_u2f_registration_is_a_ctap2_credential() -> None:
    key = seeded_key(SERIES_5_7)
    computer = Computer(key)
    made = Ctap1(computer.device).register(CHALLENGE, APP)
    listed: list[Mapping[str, Any]] = [{"type": "public-key", "id": made.key_handle}]
    assertion = computer.ctap.get_assertion(RP, HASH, listed)
    assertion.verify(HASH, public(made))
    assert assertion.auth_data.rp_id_hash == APP


@pytest.mark.parametrize("rk", [True, False], ids=["discoverable", "wrapped"])
def test_a_ctap2_credential_authenticates_by_u2f(rk: bool) -> None:
    computer = Computer(seeded_key(SERIES_5_7))
    made = computer.make(rk=rk)
    assert made.auth_data.credential_data is not None
    key = made.auth_data.credential_data.public_key
    point = b"\x04" + key[-2] + key[-3]
    signed = Ctap1(computer.device).authenticate(CHALLENGE, APP, credential_id(made))
    signed.verify(APP, CHALLENGE, point)
    assert signed.counter > made.auth_data.counter


def test_u2f_does_not_reach_what_it_cannot_use() -> None:
    computer = Computer(seeded_key(SERIES_5_7))
    protected = computer.make(b"1", extensions={"credProtect": 3})
    other = computer.make(b"2", key_params=[{"type": "public-key", "alg": -8}])
    ctap = Ctap1(computer.device)
    for made in (protected, other):
        handle = descriptor(made)["id"]
        assert status(lambda: ctap.authenticate(CHALLENGE, APP, handle)) == APDU.WRONG_DATA  # noqa: B023


def test_a_key_that_always_verifies_its_user_speaks_no_u2f() -> None:
    computer = Computer(seeded_key(SERIES_5_7))
    assert "U2F_V2" in computer.ctap.info.versions
    computer.config().toggle_always_uv()
    assert "U2F_V2" not in computer.ctap.get_info().versions
    assert status(lambda: Ctap1(computer.device).register(CHALLENGE, APP)) == 0x6986


@pytest.mark.parametrize(
    ("apdu", "code"),
    [
        (b"", 0x6700),
        (b"\0\1\3", 0x6700),
        (b"\x80\1\3\0", 0x6E00),
        (b"\0\x09\0\0", 0x6D00),
        (b"\0\1\3\0\0\0\x40" + bytes(10), 0x6700),  # shorter than it says
        (b"\0\1\3\0\0\0\x20" + bytes(32), 0x6700),  # no whole registration
        (b"\0\2\3\0\0\0\x41" + bytes(64) + b"\x05", 0x6700),  # a handle that is not there
        (b"\0\2\1\0\0\0\x41" + bytes(65), 0x6A80),  # no such control byte
        (b"\0\3\0\0\0\0\1\0", 0x6700),  # the version of something
    ],
)
def test_apdus_that_make_no_sense_get_a_status_word(old: SimulatedKey, apdu: bytes, code: int) -> None:
    assert connect(old).call(CTAPHID.MSG, apdu) == code.to_bytes(2, "big")


def test_short_apdus_are_understood_too(old: SimulatedKey) -> None:
    device = connect(old)
    assert device.call(CTAPHID.MSG, b"\0\3\0\0") == b"U2F_V2\x90\0"
    answer = device.call(CTAPHID.MSG, b"\0\1\3\0\x40" + CHALLENGE + APP + b"\0")
    assert (answer[0], answer[-2:]) == (5, b"\x90\0")


@settings(deadline=None)
@given(st.binary(max_size=150))
def test_whatever_is_sent_there_is_a_status_word(apdu: bytes) -> None:
    answer = connect(seeded_key(U2F_ONLY)).call(CTAPHID.MSG, apdu)
    assert answer[-2:] in {code.to_bytes(2, "big") for code in (0x9000, 0x6700, 0x6985, 0x6A80, 0x6D00, 0x6E00)}


def test_the_counter_of_u2f_survives_power_and_the_registrations_a_reset_does_not() -> None:
    key = seeded_key(replace(CTAP21, versions=("U2F_V2", "FIDO_2_0", "FIDO_2_1")))
    made = Ctap1(connect(key)).register(CHALLENGE, APP)
    first = Ctap1(connect(key)).authenticate(CHALLENGE, APP, made.key_handle)
    key.power_cycle()
    assert Ctap1(connect(key)).authenticate(CHALLENGE, APP, made.key_handle).counter == first.counter + 1
    Computer(key).ctap.reset()
    assert status(lambda: Ctap1(connect(key)).authenticate(CHALLENGE, APP, made.key_handle)) == APDU.WRONG_DATA
