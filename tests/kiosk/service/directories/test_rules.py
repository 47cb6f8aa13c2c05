"""How typed values are normalised."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.contract.profile import FieldKind, FieldSet, IdentifyField
from kiosk.service.directories.rules import BadCriteria, BadValue, Site, fold, normalise, normalise_criteria, tame

SITE = Site("DE", "example.org")


def of(kind: FieldKind, text: str, **more: object) -> str:
    return normalise(IdentifyField("field", kind, **more), text, SITE)  # type: ignore[arg-type]  # keywords of a test


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        (FieldKind.UPN, " Maria.Okafor ", "maria.okafor@example.org"),
        (FieldKind.UPN, "MARIA@Other.org", "maria@other.org"),
        (FieldKind.NAME, "  Zoe\u0308   MÜLLER ", "zoë müller"),
        (FieldKind.NAME, "STRASSE", "strasse"),
        (FieldKind.NAME, "Straße", "strasse"),
        (FieldKind.NAME, "\u200eليلى", "ليلى"),
        (FieldKind.NAME, "نیم\u200cفاصله", "نیم\u200cفاصله"),
        (FieldKind.PHONE, "0151 2345617", "+491512345617"),
        (FieldKind.PHONE, "+44 20 7946 0958", "+442079460958"),
        (FieldKind.PHONE, "٠١٥١ ٢٣٤٥٦١٧", "+491512345617"),
        (FieldKind.DIGITS, "１０ ４２", "1042"),
        (FieldKind.TEXT, "E-٤٢", "e-42"),
        (FieldKind.BADGE, "04A7C9\n", "04a7c9"),
        (FieldKind.DATE, "1990-02-28", "1990-02-28"),
        (FieldKind.EMAIL, "M.Okafor@Example.ORG", "m.okafor@example.org"),
    ],
)
def test_values_are_written_one_way(kind: FieldKind, text: str, value: str) -> None:
    assert of(kind, text) == value


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        (FieldKind.TEXT, ""),
        (FieldKind.TEXT, " \t "),
        (FieldKind.TEXT, "x" * 10_000),
        (FieldKind.TEXT, "a\x00b"),
        (FieldKind.TEXT, "a\x1b[2Jb"),
        (FieldKind.TEXT, "abc\u202edef"),
        (FieldKind.TEXT, "abc\u2066def"),
        (FieldKind.TEXT, "\ud800"),
        (FieldKind.PHONE, "12"),
        (FieldKind.PHONE, "call me"),
        (FieldKind.PHONE, "030 1234567 ext. 9"),
        (FieldKind.DIGITS, "12a"),
        (FieldKind.DATE, "28.02.1990"),
        (FieldKind.EMAIL, "nobody"),
        (FieldKind.EMAIL, "a b@example.org"),
    ],
)
def test_what_nobody_can_be_called_is_refused(kind: FieldKind, text: str) -> None:
    with pytest.raises(BadValue):
        of(kind, text)


def test_the_administrators_pattern_holds_for_the_whole_value() -> None:
    assert of(FieldKind.TEXT, "K-12", pattern="k-[0-9]+") == "k-12"
    with pytest.raises(BadValue):
        of(FieldKind.TEXT, "K-12 or 1=1", pattern="k-[0-9]+")


def test_every_wrong_field_is_named() -> None:
    asked = FieldSet("name", (IdentifyField("given_name", FieldKind.NAME), IdentifyField("phone", FieldKind.PHONE)))
    with pytest.raises(BadCriteria) as caught:
        normalise_criteria(asked, {"phone": "x", "upn": "y"}, SITE)
    assert set(caught.value.reasons) == {"given_name", "phone", "upn"}


@given(st.text(max_size=60))
def test_folding_is_idempotent_and_blind_to_case_and_composition(text: str) -> None:
    folded = fold(text)
    assert fold(folded) == folded
    assert unicodedata.is_normalized("NFC", folded)
    assert fold(unicodedata.normalize("NFD", text)) == folded


@given(st.sampled_from(list(FieldKind)), st.text(max_size=60))
def test_a_normalised_value_normalises_to_itself(kind: FieldKind, text: str) -> None:
    try:
        value = of(kind, text)
    except BadValue:
        return
    assert of(kind, value) == value
    assert value == tame(value)


@given(st.integers(min_value=10**6, max_value=10**9))
def test_a_phone_number_is_the_same_with_and_without_its_country(number: int) -> None:
    try:
        short = of(FieldKind.PHONE, f"0{number}")
    except BadValue:
        return
    assert of(FieldKind.PHONE, f"+49 {number}") == short
