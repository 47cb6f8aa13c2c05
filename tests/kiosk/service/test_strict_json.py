"""JSON from strangers is an object of bounded depth, or nothing."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.service.strict_json import DEEPEST, parse_object


def nested(depth: int) -> bytes:
    return b'{"a":' * (depth - 1) + b"{}" + b"}" * (depth - 1)


def test_depth_is_bounded_and_strings_do_not_count() -> None:
    assert parse_object(nested(DEEPEST))["a"]
    with pytest.raises(ValueError, match="too deep"):
        parse_object(nested(DEEPEST + 1))
    brackets = "[" * 100 + '\\"' + "{" * 100 + "\\"
    assert parse_object(json.dumps({"a": brackets}).encode()) == {"a": brackets}


@pytest.mark.parametrize(
    "text", [b'{"a":1,"a":1}', b'{"b":{"a":1,"a":2}}', b'{"a":NaN}', b'{"a":-Infinity}', b"[]", b"1"]
)
def test_what_json_does_not_have_is_refused(text: bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        parse_object(text)


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**60), 2**60) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(st.text(), VALUES, max_size=4))
def test_objects_are_read_as_they_were_written(value: dict[str, Any]) -> None:
    assert parse_object(json.dumps(value).encode()) == value


@given(st.binary(max_size=200) | st.text(alphabet='{}[]",:\\ 1aN', max_size=60).map(str.encode))
def test_no_bytes_make_anything_but_an_object_or_a_value_error(text: bytes) -> None:
    try:
        assert isinstance(parse_object(text), dict)
    except ValueError:
        return
