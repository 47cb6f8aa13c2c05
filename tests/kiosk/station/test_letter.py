"""The letter with a PIN, as it would come out of a printer."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from kiosk.secret import Secret
from kiosk.station.letter import Letter, rendered

WORDS = {
    "title": "The PIN of your security key",
    "for": "For",
    "key": "Key",
    "pin": "This is the PIN of your key",
    "change": "Your key asks you for a PIN of your own when you use it for the first time.",
    "keep": "Nobody else knows this PIN.",
    "damaged": "If this letter was open, bring it to the helpdesk.",
}


def letter(**changes: object) -> Letter:
    known: dict[str, object] = {
        "organization": "Example Organization",
        "person": "Mira Okafor",
        "model": "Key One",
        "serial_end": "4711",
        "locale": "en",
        "words": WORDS,
    }
    return Letter(**(known | changes))  # type: ignore[arg-type] # a table of texts


def read(document: bytes, folder: Path) -> str:
    """What is on its pages."""
    program = shutil.which("pdftotext")
    if program is None:
        pytest.skip("pdftotext is not here (package poppler-utils)")
    file = folder / "letter.pdf"
    file.write_bytes(document)
    done = subprocess.run([program, "-layout", str(file), "-"], capture_output=True, check=True, timeout=30)
    return " ".join(done.stdout.decode().split())


def test_the_letter_says_whose_key_it_is_and_its_pin_in_groups(tmp_path: Path) -> None:
    text = read(rendered(letter(), Secret("58203917")), tmp_path)
    for said in ("Example Organization", "Mira Okafor", "Key One …4711", "5820 3917", WORDS["keep"], WORDS["damaged"]):
        assert said in text
    assert WORDS["change"] not in text


def test_a_key_that_wants_another_pin_says_so_in_its_letter(tmp_path: Path) -> None:
    assert WORDS["change"] in read(rendered(letter(must_change=True), Secret("5820")), tmp_path)


@pytest.mark.parametrize("length", [4, 16, 32, 63])
def test_a_pin_of_any_length_is_on_one_page_and_whole(tmp_path: Path, length: int) -> None:
    pin = ("0123456789abcdefghjkmnpqrstuvwxyz" * 2)[:length]
    document = rendered(letter(), Secret(pin))
    assert pin in read(document, tmp_path).replace(" ", "")
    assert b"/Type/Pages/Count 1/" in document


@pytest.mark.parametrize(
    "name", ['#panic("x") $a$ *b* \\u{1F511}', "علي " * 40, "\u202eevil", ']#[#read("/etc/passwd")']
)
def test_a_name_is_never_read_as_markup(tmp_path: Path, name: str) -> None:
    text = read(rendered(letter(person=name), Secret("58203917")), tmp_path)
    assert "5820 3917" in text
    assert "root:" not in text


def test_an_arabic_letter_is_laid_out_from_the_right_with_its_pin_from_the_left(tmp_path: Path) -> None:
    words = WORDS | {"title": "رمز PIN لمفتاح الأمان", "for": "إلى"}
    text = read(rendered(letter(locale="ar", words=words), Secret("58203917")), tmp_path)
    assert "5820 3917" in text


def test_the_document_has_no_pin_in_what_describes_it(tmp_path: Path) -> None:
    document = rendered(letter(), Secret("58203917"))
    assert b"58203917" not in document
    program = shutil.which("pdfinfo")
    if program is not None:
        (tmp_path / "letter.pdf").write_bytes(document)
        done = subprocess.run([program, str(tmp_path / "letter.pdf")], capture_output=True, check=True, timeout=30)
        assert b"5820" not in done.stdout
