"""A badge reader is told from a person by speed and ending alone."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ui.wedge import LONGEST, READER_GAP, SHORTEST, Wedge

printable = st.characters(categories=("L", "N", "P", "S"))
numbers = st.text(printable, min_size=SHORTEST, max_size=LONGEST)
fast = st.floats(0, READER_GAP * 0.9)
slow = st.floats(READER_GAP * 1.1, 5)


class Clock:
    """A clock that the test turns."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def scan(wedge: Wedge, clock: Clock, text: str, gap: float = 0.005) -> str:
    for character in text:
        wedge.typed(character)
        clock.now += gap
    return wedge.ended()


@given(numbers, fast)
def test_a_fast_burst_ended_by_enter_is_a_badge(number: str, gap: float) -> None:
    clock = Clock()
    assert scan(Wedge(clock), clock, number, gap) == number


@given(numbers, slow)
def test_a_person_who_types_is_never_a_badge(text: str, gap: float) -> None:
    clock = Clock()
    assert scan(Wedge(clock), clock, text, gap) == ""


@given(st.text(printable, max_size=SHORTEST - 1))
def test_a_few_keys_at_once_are_no_badge(text: str) -> None:
    clock = Clock()
    assert scan(Wedge(clock), clock, text) == ""


@pytest.mark.parametrize(
    "text",
    [
        "https://keywright.example.org:8443/a/uB7cXo2vQ5qTqvJ9mKx3Zw",
        "https://keywright.headquarters.some-very-long-organization.example.org:8443/kiosk/m/uB7c-o2vQ5_TqvJ9mKx3Zw",
        "keywright:id:spring-campaign_2027:100042:AbC-_9x0",
    ],
)
def test_a_scanner_hands_over_links_and_codes_as_they_are(text: str) -> None:
    clock = Clock()
    assert scan(Wedge(clock), clock, text, 0.02) == text


def test_a_burst_without_end_is_no_badge_and_takes_no_room() -> None:
    clock = Clock()
    assert scan(Wedge(clock), clock, "7" * 10_000) == ""


@given(st.text(printable, min_size=1, max_size=20), numbers)
def test_what_a_person_typed_before_is_no_part_of_the_badge(typed: str, number: str) -> None:
    clock = Clock()
    wedge = Wedge(clock)
    begins = []
    for character in typed:
        begins.append(wedge.typed(character))
        clock.now += 0.2
    assert all(begins)
    assert scan(wedge, clock, number) == number


def test_enter_long_after_the_burst_is_a_persons() -> None:
    clock = Clock()
    wedge = Wedge(clock)
    for character in "104417":
        wedge.typed(character)
    clock.now += 1
    assert wedge.ended() == ""


def test_a_scan_is_told_once() -> None:
    clock = Clock()
    wedge = Wedge(clock)
    assert scan(wedge, clock, "104417") == "104417"
    assert wedge.ended() == ""


def test_forgetting_drops_half_a_badge() -> None:
    clock = Clock()
    wedge = Wedge(clock)
    wedge.typed("1044")
    wedge.forget()
    assert wedge.ended() == ""
