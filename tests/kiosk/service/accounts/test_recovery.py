"""Recovery codes: enough bits, easy to type, bound to their person."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.service.accounts.recovery import as_typed, digest, new_codes
from kiosk.service.sources import SystemRandom

KEY = b"k" * 32


class _Low(SystemRandom):
    def token(self, n: int) -> bytes:
        return bytes(n)


def test_codes_have_eighty_bits_and_letters_that_nobody_mistakes() -> None:
    codes = new_codes(SystemRandom(), 16)
    assert len(set(codes)) == 16
    assert all(re.fullmatch(r"([0-9A-HJKMNP-TV-Z]{4}-){3}[0-9A-HJKMNP-TV-Z]{4}", code) for code in codes)
    assert new_codes(_Low(), 1) == ("0000-0000-0000-0000",)


@given(st.binary(min_size=10, max_size=10))
def test_every_bit_of_the_randomness_is_in_the_code(drawn: bytes) -> None:
    class _Drawn(SystemRandom):
        def token(self, n: int) -> bytes:
            return drawn[:n]

    (code,) = new_codes(_Drawn(), 1)
    letters = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
    number = 0
    for letter in as_typed(code):
        number = number * 32 + letters.index(letter)
    assert number.to_bytes(10, "big") == drawn


@pytest.mark.parametrize(
    "typed",
    ["9kxc4t0wzq3m7hva", "9KXC 4TOW ZQ3M 7HVA", "9KXC-4T0W-ZQ3M-7HVA", "٩KXC–٤T٠W–ZQ٣M–٧HVA", " 9kxc4t0w zq3m7hva\n"],
)
def test_codes_are_read_as_they_were_meant(typed: str) -> None:
    assert as_typed(typed) == "9KXC4T0WZQ3M7HVA"


@given(st.text(max_size=200))
def test_reading_what_was_typed_ends_and_changes_nothing_twice(typed: str) -> None:
    once = as_typed(typed)
    once.encode()
    if len(once) <= 64:
        assert as_typed(once) == as_typed(as_typed(once))


def test_a_code_is_its_persons_alone_and_of_one_service() -> None:
    code = as_typed("9KXC-4T0W-ZQ3M-7HVA")
    assert digest(KEY, "mona", code) != digest(KEY, "omar", code)
    assert digest(KEY, "mona", code) != digest(b"l" * 32, "mona", code)
