"""The letter with a PIN, as it would come out of a printer."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from kiosk.enrollment.effects import Letter
from kiosk.errors import LetterNotPrinted
from kiosk.resources import resource
from kiosk.secret import Secret
from kiosk.station.letter import rendered, words_for
from tests.kiosk.service.projects import paper

WORDS = words_for("en").said


def letter(**changes: object) -> Letter:
    known: dict[str, object] = {
        "organization": "Example Organization",
        "person": "Mira Okafor",
        "model": "Key One",
        "serial_end": "4711",
        "locale": "en",
    }
    return Letter(**(known | changes))  # type: ignore[arg-type] # a table of texts


def test_the_letter_says_whose_key_it_is_and_its_pin_in_groups(tmp_path: Path) -> None:
    text = paper.text(rendered(letter(), Secret("58203917")), tmp_path)
    for said in ("Example Organization", "Mira Okafor", "Key One …4711", "5820 3917", WORDS["keep"], WORDS["damaged"]):
        assert said in text
    assert WORDS["change"] not in text


def test_a_key_that_wants_another_pin_says_so_in_its_letter(tmp_path: Path) -> None:
    assert WORDS["change"] in paper.text(rendered(letter(must_change=True), Secret("5820")), tmp_path)


@pytest.mark.parametrize("length", [4, 16, 32, 63])
def test_a_pin_of_any_length_is_on_one_page_and_whole(tmp_path: Path, length: int) -> None:
    pin = ("0123456789abcdefghjkmnpqrstuvwxyz" * 2)[:length]
    document = rendered(letter(), Secret(pin))
    assert pin in paper.text(document, tmp_path).replace(" ", "")
    assert b"/Type/Pages/Count 1/" in document


@pytest.mark.parametrize(
    "name", ['#panic("x") $a$ *b* \\u{1F511}', "علي " * 40, "\u202eevil", ']#[#read("/etc/passwd")']
)
def test_a_name_is_never_read_as_markup(tmp_path: Path, name: str) -> None:
    text = paper.text(rendered(letter(person=name), Secret("58203917")), tmp_path)
    assert "5820 3917" in text
    assert "root:" not in text


def test_an_arabic_letter_is_laid_out_from_the_right_with_its_pin_from_the_left(tmp_path: Path) -> None:
    text = paper.text(rendered(letter(locale="ar-EG", must_change=True), Secret("58203917")), tmp_path)
    assert "5820 3917" in text
    assert "مكتب المساعدة" in text
    assert WORDS["keep"] not in text


def test_the_document_has_no_pin_in_what_describes_it(tmp_path: Path) -> None:
    document = rendered(letter(), Secret("58203917"))
    assert b"58203917" not in document
    assert not any("5820" in value for value in paper.told(document, tmp_path).values())


def test_there_are_all_words_in_every_language_that_letters_speak() -> None:
    known = json.loads(resource("templates/letter/words.json").read_text(encoding="utf-8"))
    assert {"en", "ar"} <= set(known)
    assert {frozenset(words) for words in known.values()} == {frozenset(WORDS)}
    assert all(sentence.strip() for words in known.values() for sentence in words.values())


def test_whoever_speaks_another_language_gets_an_english_letter(tmp_path: Path) -> None:
    assert words_for("kk") == words_for("en")
    assert WORDS["keep"] in paper.text(rendered(letter(locale="he"), Secret("58203917")), tmp_path)


def test_a_page_that_cannot_be_made_says_so_and_nothing_of_the_pin(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = tmp_path / "pin.typ"
    broken.write_text("#panic(sys.inputs.data)", encoding="utf-8")
    monkeypatch.setattr(
        "kiosk.station.letter.resource", lambda name: broken if name.endswith(".typ") else resource(name)
    )
    with pytest.raises(LetterNotPrinted) as told:
        rendered(letter(), Secret("58203917"))
    assert told.value.why == "not_made"
    assert told.value.__context__ is None or told.value.__suppress_context__
