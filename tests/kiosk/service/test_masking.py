"""Masks show enough to their owner, too little to others, and never half a character."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.service.masking import (
    DOTS,
    decoy_mail,
    decoy_name,
    decoy_phone,
    graphemes,
    mask_mail,
    mask_name,
    mask_number,
    mask_phone,
)


@pytest.mark.parametrize(
    ("address", "masked"),
    [
        ("mona.okafor@example.org", f"m{DOTS}@example.org"),
        ("m@example.org", f"m{DOTS}@example.org"),
        ("e\u0301ve@example.org", f"é{DOTS}@example.org"),
        ("x\u0308\u0301y@example.org", f"x\u0308\u0301{DOTS}@example.org".replace("x\u0308", "ẍ")),
        ("\u202emona@example.org", f"m{DOTS}@example.org"),
        ("not an address", DOTS),
        ("", DOTS),
        ("@example.org", f"{DOTS}@example.org"),
    ],
)
def test_a_mail_address_keeps_its_first_character_and_domain(address: str, masked: str) -> None:
    assert mask_mail(address) == masked


@pytest.mark.parametrize(
    ("number", "masked"),
    [
        ("+4915123456717", f"{DOTS} 17"),
        ("+49 151 234567-17", f"{DOTS} 17"),
        ("٠١٢٣٤٥٦٧", f"{DOTS} 67"),
        ("12345", DOTS),
        ("", DOTS),
    ],
)
def test_a_phone_number_keeps_two_digits(number: str, masked: str) -> None:
    assert mask_phone(number) == masked


@pytest.mark.parametrize(
    ("name", "masked"),
    [
        ("Mona Okafor", f"M{DOTS} O{DOTS}"),
        ("李", f"李{DOTS}"),
        ("  Ana  María  ", f"A{DOTS} M{DOTS}"),
        ("👩‍💻 Ada", f"👩‍💻{DOTS} A{DOTS}"),
        ("\U0001f1e9\U0001f1ea\U0001f1eb\U0001f1f7", f"\U0001f1e9\U0001f1ea{DOTS}"),
        ("नि क", f"नि{DOTS} क{DOTS}"),
        ("a b c d e f", f"a{DOTS} b{DOTS} c{DOTS} d{DOTS}"),
        ("", DOTS),
        ("\r\n\x00", DOTS),
    ],
)
def test_a_name_keeps_initials(name: str, masked: str) -> None:
    assert mask_name(name) == masked


@pytest.mark.parametrize(("number", "masked"), [("E-100417", f"{DOTS} 17"), ("1234", DOTS), ("", DOTS)])
def test_a_staff_number_keeps_two_characters(number: str, masked: str) -> None:
    assert mask_number(number) == masked


@given(st.text(min_size=2), st.text(min_size=2))
def test_a_mask_tells_neither_length_nor_rest(one: str, other: str) -> None:
    for mask in (mask_name, mask_number, mask_phone):
        masked = mask(one)
        assert len(masked.replace(DOTS, "")) <= 4 * (8 + 1)
        assert not any(unicodedata.category(each) in ("Cc", "Cs", "Co", "Cn") for each in masked)
        assert not any(unicodedata.bidirectional(each) in ("RLO", "LRO", "RLE", "LRE", "PDF") for each in masked)
    assert (mask_mail(f"a{one}@x.org") == mask_mail(f"a{other}@x.org")) or "@" in one + other or _joins(one, other)


def _joins(*texts: str) -> bool:
    """Whether a text begins with what belongs to the letter before it."""
    return (
        any(len(next(graphemes(unicodedata.normalize("NFC", f"a{text}")))) > 1 for text in texts)
        or any(unicodedata.normalize("NFC", f"a{text}")[0] != "a" for text in texts)
        or any(unicodedata.category(text[0]).startswith("C") for text in texts)
    )


@given(st.text())
def test_graphemes_are_the_text_in_pieces(text: str) -> None:
    pieces = list(graphemes(text))
    assert "".join(pieces) == text
    assert all(pieces)


@given(st.binary(min_size=32, max_size=32))
def test_a_decoy_looks_like_a_person_and_is_always_the_same(seed: bytes) -> None:
    hints = mask_mail(decoy_mail(seed, "example.org")), mask_phone(decoy_phone(seed)), mask_name(decoy_name(seed))
    again = mask_mail(decoy_mail(seed, "example.org")), mask_phone(decoy_phone(seed)), mask_name(decoy_name(seed))
    assert hints == again
    mail, phone, name = hints
    assert mail[1:] == f"{DOTS}@example.org"
    assert mail[0].isalpha()
    assert len(phone) == len(f"{DOTS} 17")
    assert [word[1:] for word in name.split()] == [DOTS, DOTS]
