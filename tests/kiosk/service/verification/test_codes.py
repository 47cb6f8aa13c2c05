"""Codes: bound to their enrollment, compared whatever keyboard they were typed on."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.service.verification.codes import digest, matches, normalized

KEY = bytes(32)


@pytest.mark.parametrize(
    "answer",
    [
        "471108",
        " 471 108 ",
        "471-108",
        "471\u2011108",
        "٤٧١١٠٨",
        "４７１１０８",
        "\u200f471108\u200e",
        "471\u00a0108\n",
    ],
)
def test_a_code_is_right_however_it_was_typed(answer: str) -> None:
    assert matches(digest(KEY, "e1", "471108"), KEY, "e1", answer)


@pytest.mark.parametrize(
    "answer", ["", "471109", "47110", "4711080", "471108x", "471108" * 20, "' OR 1=1 --", "④⑦①①⓪⑧", "四七一一〇八"]
)
def test_anything_else_is_wrong(answer: str) -> None:
    assert not matches(digest(KEY, "e1", "471108"), KEY, "e1", answer)


def test_a_code_of_another_enrollment_or_key_is_wrong() -> None:
    assert not matches(digest(KEY, "e1", "471108"), KEY, "e2", "471108")
    assert not matches(digest(KEY, "e1", "471108"), bytes(31) + b"1", "e1", "471108")


@given(st.text(max_size=100))
def test_normalizing_twice_changes_nothing(answer: str) -> None:
    assert normalized(normalized(answer)) == normalized(answer)


@given(st.from_regex(r"[0-9]{6,10}", fullmatch=True), st.from_regex(r"[0-9]{6,10}", fullmatch=True))
def test_only_the_code_matches(code: str, answer: str) -> None:
    assert matches(digest(KEY, "e1", code), KEY, "e1", answer) == (code == answer)
