from __future__ import annotations

import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from ui.text import clean, paragraphs


@given(st.text(max_size=300))
def test_clean_text_is_one_short_line_that_turns_nothing_around(untrusted: str) -> None:
    shown = clean(untrusted, 40)
    assert len(shown) <= 42
    assert "<" not in shown
    inner = shown[1:-1]
    assert not any(unicodedata.category(c) in ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp") for c in inner)


def test_an_override_of_direction_is_taken_out() -> None:
    assert clean("Maria \u202eOkafor\u202c") == "\u2068Maria Okafor\u2069"


def test_a_long_name_ends_with_an_ellipsis() -> None:
    assert clean("x" * 100, 10) == "\u2068xxxxxxxxx…\u2069"


def test_nothing_stays_nothing() -> None:
    assert clean("\u200f \n\t") == ""


def test_marks_of_ours_cannot_be_smuggled_in() -> None:
    assert clean("<b>x</b>") == "\u2068‹b>x‹/b>\u2069"


@given(st.text(max_size=300))
def test_a_longer_text_is_made_safe_paragraph_by_paragraph(untrusted: str) -> None:
    for paragraph in paragraphs(untrusted):
        assert paragraph == clean(paragraph, 400)
        assert "\n" not in paragraph


def test_blank_lines_part_paragraphs_and_other_lines_flow_together() -> None:
    assert paragraphs("One\ntwo.\r\n \t\r\n\n\nThree.") == ("\u2068One two.\u2069", "\u2068Three.\u2069")
    assert paragraphs(" \n\n ") == ()


def test_a_text_that_is_cut_says_so() -> None:
    assert paragraphs("abcdef", 3) == ("\u2068abc\u2069", "…")
