"""A policy as people write it."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.service.policies.lines import LONGEST, read, written
from kiosk.service.policies.rules import SECTIONS, BadPolicy

members = st.from_regex(r"[a-z_]{1,12}", fullmatch=True)
values: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=5,
)
documents = st.dictionaries(
    st.sampled_from(SECTIONS), st.dictionaries(members, values, min_size=1, max_size=4), max_size=5
)


@given(documents, st.booleans())
def test_what_is_written_is_read_again(document: dict[str, Any], partial: bool) -> None:
    told = document | ({"partial": "keep"} if partial else {})
    assert read(written(told)) == told


@given(st.text(max_size=300))
def test_anything_is_read_or_refused_in_words(text: str) -> None:
    with suppress(BadPolicy):
        assert isinstance(read(text), dict)


def test_empty_lines_and_remarks_say_nothing() -> None:
    assert read('\n# longer ones\n  pin.min_length=8\n\npartial = "roll_back"') == {
        "pin": {"min_length": 8},
        "partial": "roll_back",
    }


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("pin.min_length", "line 1"),
        ("\nmin_length = 8", ""),
        ("pin = 8", "line 1"),
        ("pin. = 8", "line 1"),
        ("nosuch.member = 8", "line 1"),
        ("pin.min_length = eight", "pin.min_length"),
        ("pin.min_length = NaN", "pin.min_length"),
        ("pin.min_length = 8\npin.min_length = 9", "pin.min_length"),
        ("#" * (LONGEST + 1), ""),
    ],
)
def test_what_is_no_line_is_told_where_it_stands(text: str, path: str) -> None:
    if path or text.startswith("#"):
        with pytest.raises(BadPolicy) as told:
            read(text)
        assert told.value.path == path
    else:
        assert read(text) == {"min_length": 8}, "what is no member at all is told by the check of the whole"
