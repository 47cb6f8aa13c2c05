from __future__ import annotations

from contextlib import suppress
from typing import Any

import pytest
from fido2 import cbor
from fido2.ctap import CtapError
from hypothesis import given, settings
from hypothesis import strategies as st

from hardware.simulated.canonical import decode, maybe, need

scalars = st.integers(-(2**64), 2**64 - 1) | st.booleans() | st.binary(max_size=40) | st.text(max_size=40)
keys = st.integers(-(2**64), 2**64 - 1) | st.text(max_size=20)
values = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(keys, inner, max_size=4), max_leaves=8
)


def depth(value: Any) -> int:
    if isinstance(value, list):
        return 1 + max(map(depth, value), default=0)
    if isinstance(value, dict):
        return 1 + max(map(depth, value.values()), default=0)
    return 0


@settings(deadline=None)
@given(values)
def test_what_python_fido2_encodes_is_read_back_unless_it_nests_too_deep(value: Any) -> None:
    if depth(value) <= 4:
        assert decode(cbor.encode(value)) == value
    else:
        with pytest.raises(CtapError):
            decode(cbor.encode(value))


@settings(deadline=None)
@given(st.binary(max_size=60))
def test_whatever_is_accepted_is_the_one_encoding_of_its_value(data: bytes) -> None:
    with suppress(CtapError):
        assert cbor.encode(decode(data)) == data


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x18\x17",  # 23 in two bytes
        b"\x19\x00\xff",  # 255 in three
        b"\x1b\x00\x00\x00\x00\xff\xff\xff\xff",
        b"\x5f\x41a\xff",  # indefinite length
        b"\xa2\x02\x00\x01\x00",  # keys out of order
        b"\xa2\x01\x00\x01\x00",  # a key twice
        b"\xa1\x80\x00",  # a list as a key
        b"\xc0\x00",  # a tag
        b"\xf6",  # null
        b"\xf9\x00\x00",  # a float
        b"\x61\xff",  # no UTF-8
        b"\x42a",  # cut short
        b"\x00\x00",  # something after it
        b"\x9b\xff\xff\xff\xff\xff\xff\xff\xff",  # a list as long as the universe
        b"\x81" * 200,  # a well
    ],
)
def test_sloppy_and_hostile_encodings_are_refused(data: bytes) -> None:
    with pytest.raises(CtapError) as refused:
        decode(data)
    assert refused.value.code == CtapError.ERR.INVALID_CBOR


def test_a_missing_member_and_one_of_another_type_are_told_apart() -> None:
    with pytest.raises(CtapError) as refused:
        need({}, 1, int)
    assert refused.value.code == CtapError.ERR.MISSING_PARAMETER
    with pytest.raises(CtapError) as refused:
        need({1: True}, 1, int)
    assert refused.value.code == CtapError.ERR.CBOR_UNEXPECTED_TYPE
    assert maybe({}, "rk", bool) is None
    assert maybe({"rk": False}, "rk", bool) is False
