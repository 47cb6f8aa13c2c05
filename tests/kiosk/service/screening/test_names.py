"""Names as lists of people write them: the same, near, or somebody else."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from kiosk.service.screening.connector import Finding, Screened
from kiosk.service.screening.names import Entry, Names, allowed_edits, compare, near, words

LETTERS = "abcdefghijklmnopqrstuvwxyzäéöüñçžø"
WORD = st.text(LETTERS, min_size=1, max_size=14)
NAME = st.lists(WORD, min_size=1, max_size=5).map(" ".join)
LONG = st.text("abcdefghijklmnopqrstuvwxyz", min_size=4, max_size=14)


@pytest.mark.parametrize(
    ("name", "listed"),
    [
        ("Maria Okafor", "OKAFOR, Maria"),
        ("José Núñez", "jose nunez"),
        ("Jürgen Groß", "JURGEN GROSS"),
        ("Søren Łukasz", "soren lukasz"),
        ("Seán O'Brien", "Sean O\u2019Brien"),
        ("Anne-Marie Duval", "Duval Anne Marie"),
        ("İbrahim Çelik", "IBRAHIM CELIK"),
        ("Ｍａｒｉａ　Ｏｋａｆｏｒ", "Maria Okafor"),
        ("علي\u200c حسن", "علي حسن"),
        ("Иван Петров", "ПЕТРОВ ИВАН"),
    ],
)
def test_the_same_name_in_another_form_is_a_hit(name: str, listed: str) -> None:
    assert compare(words(name), words(listed)) is Finding.HIT


@pytest.mark.parametrize(
    ("name", "listed"),
    [
        ("Maria Okafer", "Maria Okafor"),
        ("Mraia Okafor", "Maria Okafor"),
        ("Alexander Schwarzeneger", "Aleksander Schwarzenegger"),
        ("Maria Okafor", "Maria Chidinma Okafor"),
        ("Maria Chidinma Okafor", "Maria Okafor"),
        ("Omar Al Sayed", "Omar Alsayed"),
    ],
)
def test_a_near_name_is_possible(name: str, listed: str) -> None:
    assert compare(words(name), words(listed)) is Finding.POSSIBLE


@pytest.mark.parametrize(
    ("name", "listed"),
    [
        ("Maria Okafor", "Mario Moretti"),
        ("Maria", "Maria Okafor"),
        ("Li Wu", "Le Wu"),
        ("Maria Okafor", "Maria Maria"),
        ("", "Maria Okafor"),
        ("Maria Okafor", ""),
        ("Bo Xi", "Bo Xu"),
    ],
)
def test_another_name_is_clear(name: str, listed: str) -> None:
    assert compare(words(name), words(listed)) is Finding.CLEAR


@given(st.lists(WORD, min_size=1, max_size=5), st.randoms())
def test_order_case_accents_and_spaces_do_not_matter(parts: list[str], chance: object) -> None:
    shuffled = sorted(parts, key=lambda _: chance.random())  # type: ignore[attr-defined]  # hypothesis types it loosely
    written = unicodedata.normalize("NFD", "  ".join(shuffled).upper())
    assume(words(" ".join(parts)))
    assert words(written) == words(" ".join(parts))


@given(st.text(max_size=60))
def test_folding_a_folded_name_changes_nothing(text: str) -> None:
    once = words(text)
    assert words(" ".join(once)) == once


@given(NAME, NAME)
def test_it_does_not_matter_which_name_is_on_the_list(one: str, other: str) -> None:
    assert compare(words(one), words(other)) is compare(words(other), words(one))


@given(LONG, st.integers(0, 13), st.sampled_from("abcxyz"))
def test_one_letter_wrong_missing_or_too_many_is_near(word: str, place: int, letter: str) -> None:
    place %= len(word)
    for other in (word[:place] + letter + word[place + 1 :], word[:place] + letter + word[place:]):
        assert near(word, other)
    shorter = word[:place] + word[place + 1 :]
    assert near(word, shorter) == (word == shorter or allowed_edits(word, shorter) > 0)


def edits(one: str, other: str) -> int:
    """Optimal string alignment, as its definition has it."""
    rows = [[i + j if 0 in (i, j) else 0 for j in range(len(other) + 1)] for i in range(len(one) + 1)]
    for i in range(1, len(one) + 1):
        for j in range(1, len(other) + 1):
            rows[i][j] = min(rows[i - 1][j] + 1, rows[i][j - 1] + 1, rows[i - 1][j - 1] + (one[i - 1] != other[j - 1]))
            if i > 1 and j > 1 and one[i - 1] == other[j - 2] and one[i - 2] == other[j - 1]:
                rows[i][j] = min(rows[i][j], rows[i - 2][j - 2] + 1)
    return rows[-1][-1]


@given(st.text("abc", max_size=10), st.text("abc", max_size=10))
def test_near_is_what_the_distance_says(one: str, other: str) -> None:
    assert near(one, other) == (one == other or edits(one, other) <= allowed_edits(one, other) > 0)


@given(
    st.lists(
        st.tuples(st.text("abcdé", min_size=1, max_size=6), st.text("abcdé", min_size=1, max_size=6)), max_size=20
    ),
    NAME,
)
def test_the_index_finds_what_reading_the_whole_list_finds(pairs: list[tuple[str, str]], name: str) -> None:
    entries = [Entry(words(f"{given} {family}"), str(number)) for number, (given, family) in enumerate(pairs)]
    wanted = words(name)
    order = [Finding.HIT, Finding.POSSIBLE, Finding.CLEAR]
    worst = min((compare(wanted, each.name) for each in entries), key=order.index, default=Finding.CLEAR)
    assert Names.of(entries).find(wanted).finding is worst


def test_a_hit_is_told_before_what_is_possible_and_with_its_reference() -> None:
    names = Names.of([Entry(words("Maria Okafer"), "near"), Entry(words("Maria Okafor"), "same")])
    assert names.find(words("okafor maria")) == Screened(Finding.HIT, "same")
    assert names.find(words("Marla Okafor")) == Screened(Finding.POSSIBLE, "near")
    assert names.find(words("John Smith")) == Screened(Finding.CLEAR)
