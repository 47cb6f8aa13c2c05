from __future__ import annotations

import struct
from contextlib import suppress
from typing import Any

from fido2 import cbor
from fido2.ctap import CtapError
from fido2.hid import CTAPHID
from hypothesis import given, settings
from hypothesis import strategies as st

from hardware.simulated.canonical import decode
from tests.hardware.simulated.host import ERR, HASH, PIN, RP, Cable, Computer, ManualClock, seeded_key

STATUSES = {int(code) for code in ERR}
COMMANDS = [0x01, 0x02, 0x04, 0x06, 0x07, 0x08, 0x0A, 0x0B, 0x0D]

leaves = (
    st.integers(-300, 300)
    | st.booleans()
    | st.binary(max_size=70)
    | st.text(max_size=10)
    | st.sampled_from([HASH, RP, b"", -7, 1, 2, "public-key", "packed"])
)
names = st.integers(-4, 12) | st.sampled_from(
    ["id", "type", "alg", "rk", "up", "uv", "name", "hmac-secret", "credProtect", "minPinLength"]
)
values = st.recursive(
    leaves, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=5), max_leaves=20
)
fields = st.dictionaries(st.integers(-2, 13), values, max_size=10)

plausible = st.fixed_dictionaries(
    {},
    optional={
        1: st.sampled_from([HASH, RP, 1, 2, 3, 4, 5, 6, 7, 9]) | values,
        2: st.sampled_from([HASH, 1, 2, 3, 4, 5, 9]) | st.just({"id": RP}) | values,
        3: st.just({"id": b"user"}) | st.just([{"type": "public-key", "id": bytes(60)}]) | values,
        4: st.just([{"type": "public-key", "alg": -7}]) | values,
        5: values,
        6: st.just({"hmac-secret": True, "credProtect": 3}) | values,
        7: st.just({"rk": True}) | st.just({"up": False}) | values,
        8: values,
        9: st.sampled_from([1, 2, 4, 0x20]) | values,
        10: values,
    },
)


def legal(report: bytes) -> bool:
    """Whether a host could parse it: 64 bytes, from a channel, with a length that CTAPHID can carry."""
    _, first, length = struct.unpack_from(">IBH", report)
    return len(report) == 64 and (not first & 0x80 or length <= 7609)


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


@settings(max_examples=300)
@given(st.sampled_from(COMMANDS), fields | plausible)
def test_arbitrary_parameters_get_a_ctap_status_and_canonical_cbor(command: int, parameters: dict[int, Any]) -> None:
    check(command, cbor.encode(parameters), with_pin=False)


@settings(max_examples=100)
@given(st.sampled_from(COMMANDS), plausible)
def test_a_key_with_a_pin_and_a_credential_takes_arbitrary_parameters_too(
    command: int, parameters: dict[int, Any]
) -> None:
    check(command, cbor.encode(parameters), with_pin=True)


@given(st.integers(0, 255), st.binary(max_size=100))
def test_arbitrary_bytes_get_a_ctap_status(command: int, data: bytes) -> None:
    check(command, data, with_pin=False)


def check(command: int, data: bytes, *, with_pin: bool) -> None:
    computer = Computer(seeded_key())
    if with_pin:
        computer.pin.set_pin(PIN)
        computer.make()
    with suppress(CtapError):
        answer = computer.device.call(CTAPHID.CBOR, bytes([command]) + data)
        assert answer[0] in STATUSES
        assert answer[0] == 0 or len(answer) == 1
        if len(answer) > 1:
            assert isinstance(decode(answer[1:]), dict)
    assert computer.ctap.get_info().versions
