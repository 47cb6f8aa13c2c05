"""What goes to a key, byte by byte."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from threading import Event
from typing import Any

import pytest
from fido2 import cbor
from fido2.ctap import STATUS, CtapDevice, CtapError
from fido2.ctap2.base import Ctap2 as OutsideCtap2
from fido2.hid import CAPABILITY

from hardware.authenticator import KeySettings, Watch
from hardware.ctap2 import Command, Ctap2
from hardware.errors import KeyFault
from hardware.fido import open_device
from hardware.simulated.traits import CTAP21
from kiosk.secret import Secret
from tests.hardware.meddler import ADDRESS, changing, meddled
from tests.hardware.ways import PIN, RP_ID, prove, register

Exchange = tuple[bytes, bytes]


@pytest.fixture
def exchanges() -> list[Exchange]:
    """Requests and answers of an enrollment with a fresh key."""
    heard: list[Exchange] = []

    def listen(request: bytes, answer: bytes) -> bytes:
        heard.append((request, answer))
        return answer

    with meddled(listen) as (_, device):
        key = open_device(ADDRESS, device)
        key.inspect()
        key.set_pin(Secret(PIN))
        prove(key, register(key)["id"])
        key.inspect()
    return heard


MANAGED = replace(CTAP21, pin_complexity=False, built_in_uv=True, bio_enrollment=True, samples_needed=2)


@pytest.fixture
def managed() -> list[Exchange]:
    """Requests and answers of everything that is not an enrollment."""
    heard: list[Exchange] = []

    def listen(request: bytes, answer: bytes) -> bytes:
        heard.append((request, answer))
        return answer

    with meddled(listen, MANAGED) as (_, device):
        key = open_device(ADDRESS, device)
        key.set_pin(Secret(PIN))
        key.change_pin(Secret(PIN), Secret("another-18"))
        made = register(key)
        for each in key.stored_credentials():
            key.delete_credential(each.credential_id)
        finger = key.enroll_fingerprint("a thumb with a long name", Watch(), lambda _: None)
        key.use_built_in_uv()
        prove(key, register(key)["id"])
        key.verify_pin(Secret("another-18"))
        assert made
        key.fingerprints()
        key.delete_fingerprint(finger.template_id)
        key.configure(KeySettings(8, (RP_ID,), always_uv=True, enterprise_attestation=True, pin_complexity=True))
        key.select(Watch())
        key.reset(Watch())
    return heard


def decoded(request: bytes) -> dict[int, Any]:
    """The parameters of a request."""
    parameters = cbor.decode(request[1:]) if request[1:] else {}
    assert isinstance(parameters, dict)
    return parameters


def shape(value: object) -> object:
    """The value with a length in the place of bytes."""
    if isinstance(value, Mapping):
        return {name: shape(each) for name, each in value.items()}
    if isinstance(value, list):
        return [shape(each) for each in value]
    return len(value) if isinstance(value, bytes) else value


def test_an_enrollment_says_this_and_nothing_else(exchanges: list[Exchange]) -> None:
    agreement = {1: 2, 3: -25, -1: 1, -2: 32, -3: 32}
    user = {"id": 8, "name": "ann", "displayName": "Ann Example"}
    said = [(request[0], shape(decoded(request))) for request, _ in exchanges]
    assert said == [
        (0x04, {}),
        (0x06, {1: 2, 2: 0x02}),
        (0x06, {1: 2, 2: 0x03, 3: agreement, 4: 32, 5: 80}),
        (0x06, {1: 2, 2: 0x09, 3: agreement, 6: 32, 9: 1, 10: RP_ID}),
        (
            0x01,
            {
                1: 32,
                2: {"id": RP_ID, "name": "Example"},
                3: user,
                4: [{"type": "public-key", "alg": -7}],
                7: {"rk": True},
                8: 32,
                9: 2,
            },
        ),
        (0x06, {1: 2, 2: 0x09, 3: agreement, 6: 32, 9: 0x22, 10: RP_ID}),
        (
            0x02,
            {1: RP_ID, 2: 32, 3: [{"type": "public-key", "id": said_id(exchanges)}], 5: {"up": False}, 6: 32, 7: 2},
        ),
        (0x04, {}),
    ]


def said_id(exchanges: list[Exchange]) -> int:
    """The length of the id in the last proof."""
    return len(decoded(exchanges[6][0])[3][0]["id"])


class Replayed(CtapDevice):
    """A key that gives the answers of an enrollment again, and remembers what it was asked."""

    def __init__(self, exchanges: list[Exchange]) -> None:
        self._answers = iter([answer for _, answer in exchanges])
        self.requests: list[bytes] = []

    @property
    def capabilities(self) -> int:
        return CAPABILITY.CBOR

    def call(
        self,
        cmd: int,
        data: bytes = b"",
        event: Event | None = None,
        on_keepalive: Callable[[STATUS], None] | None = None,
    ) -> bytes:
        self.requests.append(data)
        return next(self._answers)

    def close(self) -> None:
        raise AssertionError("nobody closes it")

    @classmethod
    def list_devices(cls) -> Iterator[CtapDevice]:
        return iter(())


def said_outside(exchanges: list[Exchange]) -> list[bytes]:
    """What another client sends for the same."""
    device = Replayed(exchanges)
    outside: Any = OutsideCtap2(device)  # asks getInfo
    ways: dict[int, tuple[Callable[..., object], Sequence[int]]] = {
        0x01: (outside.make_credential, range(1, 11)),
        0x02: (outside.get_assertion, range(1, 8)),
        0x04: (outside.get_info, ()),
        0x06: (outside.client_pin, (1, 2, 3, 4, 5, 6, 9, 10)),
        0x07: (outside.reset, ()),
        0x09: (outside.bio_enrollment, range(1, 6)),
        0x0A: (outside.credential_mgmt, range(1, 5)),
        0x0B: (outside.selection, ()),
        0x0D: (outside.config, range(1, 5)),
    }
    for request, _ in exchanges[1:]:
        say, numbers = ways[request[0]]
        told = decoded(request)
        say(*(told.get(number) for number in numbers))
    return device.requests


def test_an_enrollment_is_in_the_bytes_that_another_client_would_send(exchanges: list[Exchange]) -> None:
    assert said_outside(exchanges) == [request for request, _ in exchanges]


def test_management_is_in_the_bytes_that_another_client_would_send(managed: list[Exchange]) -> None:
    assert said_outside(managed) == [request for request, _ in managed]
    assert {request[0] for request, _ in managed} == {0x01, 0x02, 0x04, 0x06, 0x07, 0x09, 0x0A, 0x0B, 0x0D}


def test_a_request_longer_than_the_key_takes_is_not_sent() -> None:
    with meddled(changing(Command.GET_INFO, lambda answer: answer.update({0x05: 60}))) as (simulated, device):
        ctap = Ctap2(device)
        with pytest.raises(CtapError) as caught:
            ctap.send(Command.CLIENT_PIN, {0x01: 2, 0x02: 0x03, 0x05: bytes(64)})
        assert caught.value.code == CtapError.ERR.REQUEST_TOO_LARGE
        assert simulated.commands == 1


@pytest.mark.parametrize("value", [[], 5, "text", b"bytes", True])
def test_an_answer_that_is_no_map_is_a_fault(value: Any) -> None:
    with meddled(lambda _, __: b"\0" + cbor.encode(value)) as (_, device), pytest.raises(KeyFault):
        Ctap2(device)
