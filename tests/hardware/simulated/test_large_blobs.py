"""authenticatorLargeBlobs and the largeBlobKey extension, as python-fido2 uses them and as it would not."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import Any

import pytest
from fido2 import cbor
from fido2.ctap2.blob import LargeBlobs
from fido2.ctap2.pin import PinProtocol
from hypothesis import given, settings
from hypothesis import strategies as st

from hardware.simulated.memory import EMPTY_LARGE_BLOBS
from hardware.simulated.models import EVERYTHING
from tests.hardware.simulated.host import ERR, HASH, PERMISSION, PIN, RP, Computer, refusal, seeded_key

BLOBS = 0x0C
ROOMY = replace(EVERYTHING, large_blob_bytes=4096)
FRAGMENT = 1200 - 64


@pytest.fixture
def computer() -> Computer:
    return Computer(seeded_key(ROOMY))


@pytest.fixture
def with_pin(computer: Computer) -> Computer:
    computer.pin.set_pin(PIN)
    return computer


def blobs(computer: Computer) -> LargeBlobs:
    token = computer.token(PERMISSION.LARGE_BLOB_WRITE) if computer.key.has_pin else None
    return LargeBlobs(computer.ctap, computer.protocol, token) if token else LargeBlobs(computer.ctap)


def stored(computer: Computer) -> bytes:
    data = b""
    while True:
        _, answer = computer.raw(BLOBS, {1: FRAGMENT, 3: len(data)})
        fragment: bytes = answer[1]
        data += fragment
        if len(fragment) < FRAGMENT:
            return data


def serialized(array: list[Any]) -> bytes:
    data = cbor.encode(array)
    return data + hashlib.sha256(data).digest()[:16]


def test_a_new_key_holds_an_empty_array(computer: Computer) -> None:
    assert computer.ctap.info.max_large_blob == 4096
    assert stored(computer) == EMPTY_LARGE_BLOBS
    assert EMPTY_LARGE_BLOBS.hex() == "8076be8b528d0075f7aae98d6fa57a6d3c"  # as the specification has it
    assert blobs(computer).read_blob_array() == []


def test_a_blob_of_a_credential_is_written_and_read_back(with_pin: Computer) -> None:
    made = with_pin.make(extensions={"largeBlobKey": True})
    assert made.large_blob_key is not None
    large = bytes(range(256)) * 7
    blobs(with_pin).put_blob(made.large_blob_key, large)
    with_pin.key.power_cycle()
    computer = Computer(with_pin.key)
    token = computer.token(PERMISSION.GET_ASSERTION, RP)
    arguments = computer.authentication(token)
    assertion = computer.ctap.get_assertion(RP, HASH, extensions={"largeBlobKey": True}, **arguments)
    assert assertion.large_blob_key == made.large_blob_key
    assert blobs(computer).get_blob(made.large_blob_key) == large


def test_the_array_takes_several_fragments_under_either_protocol(protocol: PinProtocol) -> None:
    computer = Computer(seeded_key(ROOMY), protocol)
    computer.pin.set_pin(PIN)
    array = [{1: bytes(1500), 2: bytes(12), 3: 1500}, {1: bytes(900), 2: bytes(12), 3: 900}]
    blobs(computer).write_blob_array(array)
    assert stored(computer) == serialized(array)


def test_a_key_without_verification_writes_without_a_token(computer: Computer) -> None:
    array = [{1: b"x", 2: bytes(12), 3: 1}]
    blobs(computer).write_blob_array(array)
    assert blobs(computer).read_blob_array() == array


def test_writing_wants_a_token_for_exactly_this(with_pin: Computer) -> None:
    data = serialized([])
    assert with_pin.raw(BLOBS, {2: data, 3: 0, 4: len(data)})[0] == ERR.PUAT_REQUIRED
    assert with_pin.raw(BLOBS, {2: data, 3: 0, 4: len(data), 5: bytes(32)})[0] == ERR.MISSING_PARAMETER
    wrong = LargeBlobs(with_pin.ctap, with_pin.protocol, with_pin.token(PERMISSION.CREDENTIAL_MGMT))
    assert refusal(lambda: wrong.write_blob_array([])) == ERR.PIN_AUTH_INVALID


def test_what_is_stored_stays_until_the_digest_of_what_comes_is_right(computer: Computer) -> None:
    before = serialized([1])
    computer.raw(BLOBS, {2: before, 3: 0, 4: len(before)})
    spoiled = serialized([2])[:-1] + b"\0"
    assert computer.raw(BLOBS, {2: spoiled, 3: 0, 4: len(spoiled)})[0] == ERR.INTEGRITY_FAILURE
    assert stored(computer) == before
    half = serialized([3, "half of it"])
    assert computer.raw(BLOBS, {2: half[:17], 3: 0, 4: len(half)})[0] == 0
    assert stored(computer) == before


def test_another_command_in_between_ends_the_upload(computer: Computer) -> None:
    data = serialized(["a longer text"])
    computer.raw(BLOBS, {2: data[:20], 3: 0, 4: len(data)})
    computer.ctap.get_info()
    assert computer.raw(BLOBS, {2: data[20:], 3: 20})[0] == ERR.INVALID_SEQ
    assert stored(computer) == EMPTY_LARGE_BLOBS


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({1: 10}, ERR.INVALID_PARAMETER),  # no offset
        ({3: 0}, ERR.INVALID_PARAMETER),  # neither get nor set
        ({1: 10, 2: b"x", 3: 0}, ERR.INVALID_PARAMETER),  # both
        ({1: 10, 3: 0, 4: 17}, ERR.INVALID_PARAMETER),  # a length to read
        ({1: 10, 3: 0, 5: bytes(32)}, ERR.INVALID_PARAMETER),  # a token to read
        ({1: FRAGMENT + 1, 3: 0}, ERR.INVALID_LENGTH),
        ({1: 10, 3: 18}, ERR.INVALID_PARAMETER),  # beyond the end
        ({1: -1, 3: 0}, ERR.INVALID_PARAMETER),
        ({1: 1, 3: -1}, ERR.INVALID_PARAMETER),
        ({2: b"x", 3: 0}, ERR.INVALID_PARAMETER),  # a first fragment without the length of all
        ({2: b"x", 3: 0, 4: 16}, ERR.INVALID_PARAMETER),  # shorter than any array
        ({2: b"x", 3: 0, 4: 4097}, ERR.LARGE_BLOB_STORAGE_FULL),
        ({2: b"x", 3: 5}, ERR.INVALID_SEQ),
        ({2: b"x", 3: 5, 4: 20}, ERR.INVALID_PARAMETER),
        ({2: bytes(FRAGMENT + 1), 3: 0, 4: 2000}, ERR.INVALID_LENGTH),
        ({2: bytes(20), 3: 0, 4: 17}, ERR.INVALID_PARAMETER),  # more than announced
    ],
)
def test_requests_that_make_no_sense_are_refused(computer: Computer, fields: dict[int, Any], code: int) -> None:
    assert computer.raw(BLOBS, fields)[0] == code
    assert stored(computer) == EMPTY_LARGE_BLOBS


def test_a_reset_empties_the_array(computer: Computer) -> None:
    blobs(computer).write_blob_array([{1: b"x", 2: bytes(12), 3: 1}])
    computer.ctap.reset()
    assert stored(computer) == EMPTY_LARGE_BLOBS


@settings(deadline=None, max_examples=40)
@given(st.binary(max_size=3000), st.lists(st.integers(1, FRAGMENT), min_size=1, max_size=20))
def test_any_cut_into_fragments_gives_the_same_array(content: bytes, cuts: list[int]) -> None:
    computer = Computer(seeded_key(ROOMY))
    data, at, sizes = serialized([content]), 0, cuts * (len(content) // sum(cuts) + 2)
    for size in sizes:
        first = {4: len(data)} if at == 0 else {}
        if at >= len(data):
            break
        assert computer.raw(BLOBS, {2: data[at : at + size], 3: at} | first)[0] == 0
        at += size
    assert stored(computer) == (data if at >= len(data) else EMPTY_LARGE_BLOBS)
