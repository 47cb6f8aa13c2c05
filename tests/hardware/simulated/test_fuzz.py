from __future__ import annotations

import copy
import struct
from contextlib import suppress
from dataclasses import replace
from typing import Any

from fido2 import cbor
from fido2.ctap import CtapError
from fido2.hid import CTAPHID
from hypothesis import given, settings
from hypothesis import strategies as st

from hardware.simulated.canonical import decode
from hardware.simulated.models import EVERYTHING
from tests.hardware.simulated.host import ERR, HASH, PERMISSION, PIN, RP, Cable, Computer, ManualClock, seeded_key

STATUSES = {int(code) for code in ERR}
COMMANDS = [0x01, 0x02, 0x04, 0x06, 0x07, 0x08, 0x09, 0x0A, 0x0B, 0x0C, 0x0D, 0x40, 0x41]
BOTH_PREVIEWS = replace(EVERYTHING, bio_enrollment_preview=True, credential_management_preview=True)

leaves = (
    st.integers(-300, 300)
    | st.booleans()
    | st.binary(max_size=70)
    | st.text(max_size=10)
    | st.sampled_from([HASH, RP, b"", -7, 1, 2, "public-key", "packed"])
)
names = st.integers(-4, 12) | st.sampled_from(
    ["id", "type", "alg", "rk", "up", "uv", "name", "unheardOf", *EVERYTHING.extensions]
)
values = st.recursive(
    leaves, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=5), max_leaves=20
)
fields = st.dictionaries(st.integers(-2, 13), values, max_size=10)

VALID: list[tuple[int, dict[int, Any]]] = [
    (
        0x01,
        {
            1: HASH,
            2: {"id": RP, "name": "Example"},
            3: {"id": b"user", "name": "a", "displayName": "A"},
            4: [{"type": "public-key", "alg": -8}, {"type": "public-key", "alg": -7}],
            5: [{"type": "public-key", "id": bytes(60)}],
            6: {"hmac-secret": True, "credProtect": 3, "minPinLength": True, "credBlob": b"x", "largeBlobKey": True},
            7: {"rk": True},
        },
    ),
    (
        0x02,
        {
            1: RP,
            2: HASH,
            3: [{"type": "public-key", "id": bytes(60)}],
            4: {"hmac-secret": {1: {1: 2, 3: -25, -1: 1, -2: HASH, -3: HASH}, 2: HASH, 3: HASH, 4: 2}},
            5: {"up": False},
        },
    ),
    (0x02, {1: RP, 2: HASH}),
    (0x06, {1: 2, 2: 1}),
    (0x06, {1: 2, 2: 2}),
    (0x06, {1: 2, 2: 3, 3: {1: 2, 3: -25, -1: 1, -2: HASH, -3: HASH}, 4: HASH, 5: bytes(80)}),
    (0x06, {1: 1, 2: 9, 3: {1: 2, 3: -25, -1: 1, -2: HASH, -3: HASH}, 6: HASH, 9: 3, 10: RP}),
    (0x0A, {1: 4, 2: {1: HASH}, 3: 2, 4: HASH}),
    (0x0A, {1: 7, 2: {2: {"type": "public-key", "id": bytes(32)}, 3: {"id": b"user"}}, 3: 2, 4: HASH}),
    (0x06, {1: 2, 2: 6, 3: {1: 2, 3: -25, -1: 1, -2: HASH, -3: HASH}, 9: 3, 10: RP}),
    (0x09, {1: 1, 2: 1, 3: {3: 500}, 4: 2, 5: HASH}),
    (0x40, {1: 1, 2: 5, 3: {1: bytes(8), 2: "thumb"}, 4: 2, 5: HASH}),
    (0x0C, {1: 100, 3: 0}),
    (0x0C, {2: bytes(20), 3: 0, 4: 40}),
    (0x0D, {1: 3, 2: {1: 6, 2: [RP], 3: True}, 3: 2, 4: HASH}),
]


@st.composite
def spoiled(draw: st.DrawFn) -> tuple[int, dict[int, Any]]:
    """A request as it should be, with up to three members left out or exchanged at any depth."""
    command, request = draw(st.sampled_from(VALID))
    request = copy.deepcopy(request)
    for _ in range(draw(st.integers(0, 3))):
        inside: Any = request
        while inside:
            at = draw(st.sampled_from(list(inside) if isinstance(inside, dict) else range(len(inside))))
            if isinstance(inside[at], dict | list) and inside[at] and draw(st.booleans()):
                inside = inside[at]
                continue
            if draw(st.booleans()):
                del inside[at]
            else:
                inside[at] = draw(values)
            break
    return command, request


def legal(report: bytes) -> bool:
    """Whether a host could parse it: 64 bytes, from a channel, with a length that CTAPHID can carry."""
    _, first, length = struct.unpack_from(">IBH", report)
    return len(report) == 64 and (not first & 0x80 or length <= 7609)


@settings(deadline=None)
@given(st.lists(st.binary(max_size=70) | st.binary(min_size=64, max_size=64), max_size=20))
def test_arbitrary_reports_get_legal_reports_or_nothing(reports: list[bytes]) -> None:
    cable = Cable(seeded_key())
    channel = cable.open()
    for report in reports:
        cable.write(report)
    assert all(map(legal, cable.reports))
    cable.first(channel, CTAPHID.INIT, b"12345678")
    cable.reports.clear()
    cable.first(channel, CTAPHID.PING, b"alive")
    assert cable.answers() == [(channel, CTAPHID.PING, b"alive")]


packets = st.tuples(
    st.sampled_from([1, 2, 3, 0xFFFFFFFF]),
    st.integers(0, 255) | st.sampled_from([0x80 | command for command in CTAPHID]),
    st.binary(max_size=59),
)


@settings(deadline=None)
@given(st.lists(packets, max_size=30), st.booleans())
def test_reports_that_look_like_ctaphid_never_break_it(sent: list[tuple[int, int, bytes]], touches: bool) -> None:
    clock = ManualClock()
    key = seeded_key(clock=clock)
    key.touch_automatically = touches
    cable = Cable(key)
    cable.open()
    cable.open()
    for channel, command, data in sent:
        cable.write((struct.pack(">IB", channel, command) + data).ljust(64, b"\0"))
        if key.due is not None and data[:1] > b"\x80":
            clock.now = key.due
            key.tick()
    assert all(map(legal, cable.reports))
    clock.now += 60
    key.tick()
    assert key.due is None


@settings(deadline=None)
@given(st.sampled_from(COMMANDS), fields)
def test_arbitrary_parameters_get_a_ctap_status_and_canonical_cbor(command: int, parameters: dict[int, Any]) -> None:
    check(command, parameters, with_pin=False)


@settings(max_examples=200, deadline=None)
@given(spoiled(), st.booleans(), st.booleans())
def test_spoiled_requests_get_a_ctap_status_and_canonical_cbor(
    request: tuple[int, dict[int, Any]], with_pin: bool, authenticated: bool
) -> None:
    check(request[0], request[1], with_pin=with_pin, authenticated=authenticated)


@settings(deadline=None)
@given(st.integers(0, 255), st.binary(max_size=100))
def test_arbitrary_bytes_get_a_ctap_status(command: int, data: bytes) -> None:
    check(command, data, with_pin=False)


def check(command: int, request: dict[int, Any] | bytes, *, with_pin: bool, authenticated: bool = False) -> None:
    computer = Computer(seeded_key(BOTH_PREVIEWS))
    if with_pin:
        computer.pin.set_pin(PIN)
        computer.make()
    if with_pin and authenticated and command in (0x01, 0x02) and isinstance(request, dict):
        token = computer.token(PERMISSION.MAKE_CREDENTIAL | PERMISSION.GET_ASSERTION, RP)
        parameter, protocol = (8, 9) if command == 0x01 else (6, 7)
        signed = {parameter: computer.protocol.authenticate(token, HASH), protocol: computer.protocol.VERSION}
        request = request | signed
    data = request if isinstance(request, bytes) else cbor.encode(request)
    with suppress(CtapError):
        answer = computer.device.call(CTAPHID.CBOR, bytes([command]) + data)
        status = answer[0]
        assert status in STATUSES
        assert status == 0 or len(answer) == 1
        if len(answer) > 1:
            assert isinstance(decode(answer[1:]), dict)
    assert computer.ctap.get_info().versions
