"""What can be typed, and what cannot have been meant."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.contract.profile import FieldKind, IdentifyField
from kiosk.enrollment.identify import clean, refuse


@pytest.mark.parametrize(
    ("kind", "value", "reason"),
    [
        (FieldKind.TEXT, "", "empty"),
        (FieldKind.TEXT, " \t ", "empty"),
        (FieldKind.TEXT, "x" * 129, "too_long"),
        (FieldKind.TEXT, "x" * 10_000, "too_long"),
        (FieldKind.TEXT, "a\x00b", "characters"),
        (FieldKind.TEXT, "a\u202eb", "characters"),
        (FieldKind.TEXT, "a\ud800b", "characters"),
        (FieldKind.TEXT, "'; DROP TABLE users; --", None),
        (FieldKind.NAME, "Zoë 🙂", None),
        (FieldKind.NAME, "علی\u200cرضا", None),
        (FieldKind.DIGITS, "104 217", None),
        (FieldKind.DIGITS, "10x", "shape"),
        (FieldKind.PHONE, "+49 151 0000001", None),
        (FieldKind.PHONE, "call me", "shape"),
        (FieldKind.EMAIL, "a@b", None),
        (FieldKind.EMAIL, "a b", "shape"),
        (FieldKind.DATE, "2026-11-22", None),
        (FieldKind.DATE, "22.11.2026", "shape"),
    ],
)
def test_a_value_is_judged_by_its_kind(kind: FieldKind, value: str, reason: str | None) -> None:
    refusal = refuse(IdentifyField("f", kind), value)
    assert (refusal.reason if refusal else None) == reason


def test_the_pattern_of_the_administrator_must_fit_the_whole_value() -> None:
    field = IdentifyField("attribute:room", FieldKind.TEXT, pattern=r"[A-Z]\d{3}")
    assert refuse(field, "B204") is None
    assert refuse(field, "B204; more") is not None


@given(st.text(), st.sampled_from(FieldKind))
def test_no_text_makes_the_judge_stumble(value: str, kind: FieldKind) -> None:
    refuse(IdentifyField("f", kind), value)


@given(st.text())
def test_cleaning_twice_is_cleaning_once(value: str) -> None:
    once = clean({"f": value})
    assert clean(once) == once
