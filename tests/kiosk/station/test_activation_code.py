from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.contract.paths import STATION_ACTIVATION
from kiosk.errors import InputRefused
from kiosk.station.activation_code import LENGTH, read_code

SERVICE = "https://keys.example.org"
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
CODES = st.text(ALPHABET, min_size=LENGTH, max_size=LENGTH)
MISTAKEN = {"0": "0oO", "1": "1iIlL"}


def grouped(plain: str) -> str:
    return "-".join(plain[at : at + 4] for at in range(0, LENGTH, 4))


@given(CODES, st.data())
def test_a_code_is_read_however_it_is_typed(plain: str, data: st.DataObject) -> None:
    typed = ""
    for each in plain:
        typed += data.draw(st.sampled_from(MISTAKEN.get(each, each + each.lower())))
        typed += data.draw(st.sampled_from(["", "", " ", "-", "\u2013", "  "]))
    assert read_code(typed, SERVICE) == grouped(plain)


@given(CODES, st.sampled_from(["", SERVICE, SERVICE + "/", SERVICE.upper(), SERVICE + STATION_ACTIVATION]))
def test_a_scanner_reads_it_with_the_address_of_the_service(plain: str, address: str) -> None:
    assert read_code(f"{address}#{grouped(plain)}\n", SERVICE) == grouped(plain)


@given(st.text())
def test_whatever_is_typed_is_a_code_or_refused(text: str) -> None:
    try:
        code = read_code(text, SERVICE)
    except InputRefused:
        code = ""
    assert not code or read_code(code, SERVICE) == code


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "empty"),
        (" - ", "empty"),
        (SERVICE + "#", "empty"),
        ("ABCD-EFGH-JKMN", "shape"),
        ("ABCD-EFGH-JKMN-PQRU", "shape"),
        ("ABCD-EFGH-JKMN-PQRSS", "shape"),
        ("https://other.example.org#ABCD-EFGH-JKMN-PQRS", "other_service"),
        ("x" * 5000, "shape"),
    ],
)
def test_what_is_no_code_is_refused_before_anybody_is_asked(text: str, reason: str) -> None:
    with pytest.raises(InputRefused) as caught:
        read_code(text, SERVICE)
    assert caught.value.reason == reason
