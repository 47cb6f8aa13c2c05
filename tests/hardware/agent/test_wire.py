"""Values cross as they are, and nothing else does."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hardware.agent.wire import Malformed, decode, encode, pack, unpack
from hardware.values import (
    Fingerprint,
    KeyAddress,
    KeyInfo,
    KeySettings,
    PinState,
    Sample,
    StoredCredential,
    Transport,
)

ADDRESS = KeyAddress(Transport.USB, "/dev/hidraw3", 7, "s", "p", "m", 0x1050, 0x407, "usb:1-2")
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


@pytest.mark.parametrize("kind", [KeyAddress, KeyInfo, KeySettings, StoredCredential, Fingerprint, Sample])
@settings(deadline=None)
@given(data=st.data())
def test_every_value_of_the_contract_comes_back_as_it_was(kind: type, data: st.DataObject) -> None:
    value: Any = data.draw(st.from_type(kind))
    assert decode(kind, unpack(pack({"value": encode(value)}))["value"]) == value


@settings(deadline=None)
@given(ANYTHING)
def test_json_of_webauthn_crosses_untouched(value: Any) -> None:
    assert decode(dict[str, Any], unpack(pack({"value": {"it": value}}))["value"]) == {"it": value}


@pytest.mark.parametrize("kind", [KeyAddress, KeyInfo, KeySettings, StoredCredential, Sample, bytes, float, PinState])
@settings(deadline=None)
@given(value=ANYTHING)
def test_what_is_not_the_value_is_malformed(kind: type, value: Any) -> None:
    try:
        came = decode(kind, value)
    except Malformed:
        return
    assert type(came) is kind


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (int, True),
        (bool, 1),
        (str, None),
        (bytes, "not base64!"),
        (tuple[bytes, ...], "AAAA"),
        (PinState, "lost"),
        (KeyAddress, {**encode(ADDRESS), "more": 1}),
        (KeyAddress, {name: value for name, value in encode(ADDRESS).items() if name != "path"}),
        (KeyAddress, {**encode(ADDRESS), "attach_id": "7"}),
        (KeyAddress | None, 7),
    ],
)
def test_a_wrong_type_a_missing_and_an_unknown_field_are_malformed(kind: Any, value: Any) -> None:
    with pytest.raises(Malformed):
        decode(kind, value)


@settings(deadline=None)
@given(st.binary(max_size=200) | ANYTHING.map(lambda value: json.dumps(value).encode()))
def test_any_frame_is_a_message_or_malformed(frame: bytes) -> None:
    try:
        message = unpack(frame)
    except Malformed:
        return
    assert isinstance(message, dict)


@pytest.mark.parametrize(
    "frame", [b"{" * 100_000, b"[" * 100_000, b'{"a":' * 50_000, b"NaN", b'{"a":Infinity}', b"\xff"]
)
def test_a_frame_that_is_made_to_hurt_is_malformed(frame: bytes) -> None:
    with pytest.raises(Malformed):
        unpack(frame)
