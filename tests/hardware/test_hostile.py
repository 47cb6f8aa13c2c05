"""Keys whose answers are not what CTAP promises: only errors with a meaning come out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from threading import Event
from typing import Any

import pytest
from fido2 import cbor
from fido2.ctap import STATUS
from fido2.ctap2.base import Ctap2
from hypothesis import given, settings
from hypothesis import strategies as st

from hardware.authenticator import KeySettings, Watch
from hardware.errors import (
    Cancelled,
    HardwareError,
    KeyFault,
    KeySilent,
    MissingExtension,
    NoDiscoverableCredentials,
    PinRequired,
)
from hardware.fido import open_device
from hardware.simulated.device import connect
from hardware.simulated.traits import CTAP21
from kiosk.secret import Secret
from tests.hardware.meddler import ADDRESS, Meddler, changing, meddled, refusing
from tests.hardware.ways import ORIGIN, PIN, RP_ID, creation_options, hurried, prove, raw_id, register

ABLE = replace(CTAP21, built_in_uv=True, bio_enrollment=True, uv_config=True, pin_complexity=False, samples_needed=1)


def _flip_rp_id_hash(answer: dict[Any, Any]) -> None:
    answer[2] = bytes([answer[2][0] ^ 1]) + answer[2][1:]


def _name_another_algorithm(answer: dict[Any, Any]) -> None:
    es256, eddsa = cbor.encode({3: -7})[1:], cbor.encode({3: -8})[1:]
    assert answer[2].count(es256) == 1
    answer[2] = answer[2].replace(es256, eddsa)


def _without_flag(flag: int) -> Callable[[dict[Any, Any]], object]:
    def clear(answer: dict[Any, Any]) -> None:
        answer[2] = answer[2][:32] + bytes([answer[2][32] & ~flag]) + answer[2][33:]

    return clear


@pytest.mark.parametrize(
    "change",
    [
        _flip_rp_id_hash,
        _name_another_algorithm,
        _without_flag(0x01),
        _without_flag(0x04),
        lambda answer: answer.update({2: answer[2][:37]}),
        lambda answer: answer.pop(1),
        lambda answer: answer.update({3: 5}),
    ],
)
def test_a_registration_that_is_not_what_was_asked_for_is_a_fault(change: Callable[[dict[Any, Any]], object]) -> None:
    with meddled(changing(Ctap2.CMD.MAKE_CREDENTIAL, change)) as (_, device):
        key = open_device(ADDRESS, device)
        key.set_pin(Secret(PIN))
        with pytest.raises(KeyFault):
            register(key)


@pytest.mark.parametrize(
    "change",
    [
        _flip_rp_id_hash,
        _without_flag(0x04),
        lambda answer: answer.update({1: {"type": "public-key", "id": b"another"}}),
        lambda answer: answer.pop(3),
        lambda answer: answer.update({4: {"id": 5}}),
    ],
)
def test_a_proof_that_is_not_what_was_asked_for_is_a_fault(change: Callable[[dict[Any, Any]], object]) -> None:
    with meddled(changing(Ctap2.CMD.GET_ASSERTION, change)) as (_, device):
        key = open_device(ADDRESS, device)
        key.set_pin(Secret(PIN))
        made = register(key)
        with pytest.raises(KeyFault):
            prove(key, made["id"])


def test_an_older_key_may_leave_out_the_only_credential_it_could_mean() -> None:
    with meddled(changing(Ctap2.CMD.GET_ASSERTION, lambda answer: answer.pop(1))) as (_, device):
        key = open_device(ADDRESS, device)
        key.set_pin(Secret(PIN))
        made = register(key)
        assert prove(key, made["id"])["id"] == made["id"]
        assert key.has_credential(RP_ID, raw_id(made))


PROTECTED = {"credentialProtectionPolicy": "userVerificationRequired", "enforceCredentialProtectionPolicy": True}


@pytest.mark.parametrize(("asked", "output"), [({"hmacCreateSecret": True}, "hmac-secret"), (PROTECTED, "credProtect")])
def test_an_extension_that_was_not_honored_takes_the_credential_back(asked: dict[str, Any], output: str) -> None:
    honored: dict[str, Any] = {"hmac-secret": True, "credProtect": 3}

    def forget_extensions(answer: dict[Any, Any]) -> None:
        without = answer[2][:32] + bytes([answer[2][32] & ~0x80]) + answer[2][33:]
        answer[2] = without[: len(without) - len(cbor.encode({output: honored[output]}))]

    with meddled(changing(Ctap2.CMD.MAKE_CREDENTIAL, forget_extensions)) as (simulated, device):
        key = open_device(ADDRESS, device)
        key.set_pin(Secret(PIN))
        with pytest.raises(MissingExtension) as caught:
            register(key, extensions=asked)
        assert caught.value.extension == output
        assert not simulated.credentials


@pytest.mark.parametrize(
    ("status", "error"),
    [(0x2B, NoDiscoverableCredentials), (0x2C, NoDiscoverableCredentials), (0x14, KeyFault), (0x36, PinRequired)],
)
def test_a_registration_that_the_key_refuses_says_why(status: int, error: type[HardwareError]) -> None:
    with meddled(refusing(Ctap2.CMD.MAKE_CREDENTIAL, status)) as (_, device):
        key = open_device(ADDRESS, device)
        key.set_pin(Secret(PIN))
        with pytest.raises(error):
            register(key)


@pytest.mark.parametrize(("enabled", "told"), [(True, True), (False, False), (None, False)])
def test_enterprise_attestation_is_asked_for_where_it_is_enabled(enabled: bool | None, told: bool) -> None:
    seen: list[bool] = []

    def look(request: bytes, answer: bytes) -> bytes:
        if request[0] == Ctap2.CMD.MAKE_CREDENTIAL:
            parameters = cbor.decode(request[1:])
            assert isinstance(parameters, dict)
            seen.append(parameters.get(10) == 1)
        return answer

    with meddled(look, replace(CTAP21, enterprise=enabled)) as (_, device):
        key = open_device(ADDRESS, device)
        key.set_pin(Secret(PIN))
        register(key, attestation="enterprise")
        register(key, attestation="direct")
    assert seen == [told, False]


@pytest.mark.parametrize("status", [0x2B, 0x2C, 0x3B])
def test_a_key_that_wants_a_touch_for_the_proof_gets_one(status: int) -> None:
    with meddled(refusing(Ctap2.CMD.GET_ASSERTION, status)) as (_, device):
        key = open_device(ADDRESS, device)
        key.set_pin(Secret(PIN))
        prove(key, register(key)["id"])


@pytest.mark.parametrize("status", [0x33, 0x38])
def test_a_token_that_the_key_forgot_is_fetched_again_once(status: int) -> None:
    for times, ends in ((1, None), (2, PinRequired)):
        with meddled(refusing(Ctap2.CMD.MAKE_CREDENTIAL, status, times)) as (_, device):
            key = open_device(ADDRESS, device)
            key.set_pin(Secret(PIN))
            if ends is None:
                register(key)
            else:
                with pytest.raises(ends):
                    register(key)


def test_a_cancel_that_nobody_asked_for_is_a_fault() -> None:
    with meddled(refusing(Ctap2.CMD.MAKE_CREDENTIAL, 0x2D)) as (_, device):
        key = open_device(ADDRESS, device)
        key.set_pin(Secret(PIN))
        with pytest.raises(KeyFault) as caught:
            register(key)
        assert caught.value.status == 0x2D


class Endless(Meddler):
    """A key that works for ever on everything but getInfo, whatever it is told."""

    def call(
        self,
        cmd: int,
        data: bytes = b"",
        event: Event | None = None,
        on_keepalive: Callable[[STATUS], None] | None = None,
    ) -> bytes:
        if data[0] == Ctap2.CMD.GET_INFO:
            return super().call(cmd, data, event, on_keepalive)
        assert event is not None
        assert on_keepalive is not None
        on_keepalive(STATUS.UPNEEDED)
        while True:
            event.is_set()  # python-fido2 looks at each keep-alive


def test_a_key_that_does_not_even_obey_cancel_is_silent() -> None:
    with meddled(lambda _, answer: answer) as (simulated, _):
        device = Endless(connect(simulated), lambda _, answer: answer)
        key = open_device(ADDRESS, device, hurried)
        cancel = Event()
        unverified = creation_options(authenticatorSelection={"userVerification": "discouraged"})
        with pytest.raises(KeySilent):
            key.make_credential(unverified, ORIGIN, Watch(on_touch=cancel.set, cancel=cancel))
        assert device.closed


@settings(max_examples=150, deadline=None)
@given(
    answers=st.lists(
        st.one_of(
            st.binary(max_size=40),
            st.recursive(
                st.one_of(st.integers(-(2**63), 2**63), st.booleans(), st.text(max_size=5), st.binary(max_size=40)),
                lambda inner: st.one_of(
                    st.lists(inner, max_size=3),
                    st.dictionaries(st.one_of(st.integers(-4, 40), st.text(max_size=3)), inner, max_size=5),
                ),
                max_leaves=12,
            ).map(lambda value: b"\0" + cbor.encode(value)),
        ),
        min_size=1,
        max_size=6,
    ),
    honest=st.integers(0, 6),
)
def test_whatever_a_key_answers_only_hardware_errors_come_out(answers: list[bytes], honest: int) -> None:
    count = [0]

    def meddle(_request: bytes, answer: bytes) -> bytes:
        count[0] += 1
        return answer if count[0] <= honest else answers[count[0] % len(answers)]

    with meddled(meddle, ABLE) as (_, device):
        try:
            key = open_device(ADDRESS, device)
        except HardwareError:
            return
        for ask in (
            key.inspect,
            lambda: key.set_pin(Secret(PIN)),
            lambda: key.verify_pin(Secret(PIN)),
            lambda: register(key),
            lambda: prove(key, "AAAA"),
            lambda: key.has_credential(RP_ID, b"id"),
            lambda: key.delete_credential(b"id"),
            lambda: key.change_pin(Secret(PIN), Secret("another-1")),
            key.stored_credentials,
            lambda: key.configure(KeySettings(8, (RP_ID,), True, True, True, True)),
            key.fingerprints,
            lambda: key.enroll_fingerprint("thumb", Watch(deadline=1.0), lambda _: None),
            lambda: key.delete_fingerprint(b"id"),
            key.use_built_in_uv,
            lambda: register(key, Watch(deadline=1.0)),
            key.stored_credentials,
            lambda: key.select(Watch(deadline=1.0)),
            key.wink,
            lambda: key.reset(Watch(deadline=1.0)),
            key.inspect,
        ):
            try:
                ask()
            except Cancelled:
                pytest.fail("nobody cancelled")
            except HardwareError:
                continue


def test_an_answer_nested_beyond_all_measure_is_a_fault() -> None:
    with meddled(lambda _, __: b"\0" + b"\x81" * 7000) as (_, device), pytest.raises(KeyFault):
        open_device(ADDRESS, device)
