"""Keys that leave, change, fall silent or answer nonsense: each ends in its own error, soon, and leaves no secret."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from threading import Event
from time import monotonic
from typing import Any

import pytest
from fido2 import cbor
from fido2.ctap import STATUS, CtapDevice
from fido2.ctap2.base import Ctap2
from hypothesis import given, settings
from hypothesis import strategies as st

from hardware.authenticator import Authenticator, KeyAddress, Transport, Watch
from hardware.errors import (
    Cancelled,
    HardwareError,
    KeyBusy,
    KeyFault,
    KeyGone,
    KeySilent,
    KeySwapped,
    MissingExtension,
    PinRequired,
)
from hardware.fido import open_device
from hardware.simulated.device import connect
from hardware.simulated.faults import Faults
from hardware.simulated.key import SimulatedKey
from hardware.simulated.traits import CTAP21, KeyTraits
from kiosk.secret import Secret
from tests.hardware.ways import ORIGIN, PIN, RP_ID, Way, creation_options, prove, raw_id, register, way_to

ADDRESS = KeyAddress(Transport.SIMULATED, "simulated:1")


def hurried() -> float:
    """Time that runs ten times as fast, so that nobody waits for seconds."""
    return monotonic() * 10


def enroll(key: Authenticator) -> None:
    """Everything that is done with a fresh key."""
    key.inspect()
    key.set_pin(Secret(PIN))
    prove(key, register(key)["id"])
    key.inspect()


@pytest.mark.parametrize("after_work", [False, True])
@pytest.mark.parametrize("number", range(1, 8))
def test_a_key_pulled_at_any_command_is_gone(way_in: str, number: int, after_work: bool) -> None:
    with way_to(way_in, clock=hurried) as way:
        key = way.open()  # sends the first of the eight
        way.key.faults = Faults(dies_in=number, dies_after_work=after_work)
        # UDP cannot tell a pulled key from a silent one.
        with pytest.raises(KeySilent if way_in == "over UDP" else KeyGone) as caught:
            enroll(key)
        assert PIN not in "".join(traceback.format_exception(caught.value))
        with pytest.raises(KeyGone):
            key.inspect()
        key.close()


def test_a_key_pulled_while_it_waits_for_a_touch_is_gone(way_in: str) -> None:
    with way_to(way_in, clock=hurried, touches=False) as way, closing(way.open()) as key:
        key.set_pin(Secret(PIN))
        with pytest.raises(KeySilent if way_in == "over UDP" else KeyGone):
            register(key, Watch(on_touch=way.key.unplug))


@pytest.mark.parametrize("way_in", ["in process", "over hidapi"])
def test_a_key_pulled_and_put_back_has_to_be_opened_again(way: Way) -> None:
    key = way.open()
    key.inspect()
    address = key.address
    way.key.power_cycle()
    with pytest.raises(KeyGone):
        key.inspect()
    with pytest.raises((KeyGone, KeySwapped)):
        way.source.open(address)
    with closing(way.open()) as again:
        again.inspect()


@pytest.mark.parametrize("way_in", ["over UDP", "over hidapi"])
def test_a_silent_key_is_given_up_and_closed(way_in: str) -> None:
    with way_to(way_in, clock=hurried) as way:
        key = way.open()
        way.key.faults = Faults(silent=True)
        with pytest.raises(KeySilent):
            key.set_pin(Secret(PIN))
        with pytest.raises(KeyGone):
            key.inspect()


def test_a_busy_key_is_tried_again_for_a_while(way_in: str, caplog: pytest.LogCaptureFixture) -> None:
    with way_to(way_in, clock=hurried) as way, closing(way.open()) as key:
        way.key.faults = Faults(busy=True)
        with pytest.raises(KeyBusy):
            key.set_pin(Secret(PIN))
        cancel = Event()
        with pytest.raises(PinRequired):
            register(key, Watch(cancel=cancel))
        way.key.faults = Faults()
        key.set_pin(Secret(PIN))
    assert {record.name for record in caplog.records if record.levelname == "WARNING"} == {"fido2.hid"}
    caplog.clear()


def test_garbage_is_a_fault_of_the_key(way: Way) -> None:
    with closing(way.open()) as key:
        key.inspect()
        key.set_pin(Secret(PIN))
        way.key.faults = Faults(garbage=True)
        for ask in (
            key.inspect,
            lambda: register(key),
            lambda: prove(key, "AAAA"),
            lambda: key.has_credential("a", b"b"),
        ):
            with pytest.raises(KeyFault):
                ask()


def test_garbage_at_opening_is_a_fault_of_the_key(way: Way) -> None:
    way.key.faults = Faults(garbage=True)
    with pytest.raises(KeyFault):
        way.open()


class Meddler(CtapDevice):
    """A device between us and a simulated key that changes its answers."""

    def __init__(self, device: CtapDevice, meddle: Callable[[bytes, bytes], bytes]) -> None:
        self.device = device
        self._meddle = meddle
        self.closed = False

    @property
    def capabilities(self) -> int:
        return self.device.capabilities

    def call(
        self,
        cmd: int,
        data: bytes = b"",
        event: Event | None = None,
        on_keepalive: Callable[[STATUS], None] | None = None,
    ) -> bytes:
        return self._meddle(data, self.device.call(cmd, data, event, on_keepalive))

    def close(self) -> None:
        self.closed = True
        self.device.close()

    @classmethod
    def list_devices(cls) -> Iterator[CtapDevice]:
        return iter(())


@contextmanager
def meddled(
    meddle: Callable[[bytes, bytes], bytes], traits: KeyTraits = CTAP21
) -> Iterator[tuple[SimulatedKey, Meddler]]:
    """A simulated key whose answers (to a request) go through `meddle`."""
    key = SimulatedKey(traits)
    key.touch_automatically = True
    key.plug()
    device = Meddler(connect(key), meddle)
    yield key, device
    device.close()


def changing(command: int, change: Callable[[dict[Any, Any]], object]) -> Callable[[bytes, bytes], bytes]:
    """Change the decoded answer to one command."""

    def meddle(request: bytes, answer: bytes) -> bytes:
        if request[0] != command or answer[0] != 0:
            return answer
        read = cbor.decode(answer[1:])
        assert isinstance(read, dict)
        decoded = dict(read)
        change(decoded)
        return b"\0" + cbor.encode(decoded)

    return meddle


def refusing(command: int, status: int, times: int = 1) -> Callable[[bytes, bytes], bytes]:
    """Answer a command with an error, so many times."""
    left = [times]

    def meddle(request: bytes, answer: bytes) -> bytes:
        if request[0] == command and left[0] > 0:
            left[0] -= 1
            return bytes([status])
        return answer

    return meddle


def test_another_key_on_the_same_line_is_noticed() -> None:
    with meddled(lambda _, answer: answer) as (_, device):
        key = open_device(ADDRESS, device)
        key.inspect()
        key.set_pin(Secret(PIN))
        other = SimulatedKey(KeyTraits(aaguid=bytes(range(16))))
        other.plug()
        device.device.close()
        device.device = connect(other)
        with pytest.raises(KeySwapped):
            key.inspect()
        assert device.closed


def _flip_rp_id_hash(answer: dict[Any, Any]) -> None:
    answer[2] = bytes([answer[2][0] ^ 1]) + answer[2][1:]


def _without_flag(flag: int) -> Callable[[dict[Any, Any]], object]:
    def clear(answer: dict[Any, Any]) -> None:
        answer[2] = answer[2][:32] + bytes([answer[2][32] & ~flag]) + answer[2][33:]

    return clear


@pytest.mark.parametrize(
    "change",
    [
        _flip_rp_id_hash,
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


def test_an_extension_that_was_not_honored_takes_the_credential_back() -> None:
    def forget_extensions(answer: dict[Any, Any]) -> None:
        without = answer[2][:32] + bytes([answer[2][32] & ~0x80]) + answer[2][33:]
        answer[2] = without[: len(without) - len(cbor.encode({"hmac-secret": True}))]

    with meddled(changing(Ctap2.CMD.MAKE_CREDENTIAL, forget_extensions)) as (simulated, device):
        key = open_device(ADDRESS, device)
        key.set_pin(Secret(PIN))
        with pytest.raises(MissingExtension):
            register(key, extensions={"hmacCreateSecret": True})
        assert not simulated.credentials


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

    with meddled(meddle) as (_, device):
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
