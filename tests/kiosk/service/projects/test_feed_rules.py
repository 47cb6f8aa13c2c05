"""The rules of the feed: what a status means, when to come again, how cells are written."""

from __future__ import annotations

import csv
import io
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.service.projects.feed_rules import (
    LONGEST_WAIT,
    Outcome,
    Verdict,
    back_off,
    harmless,
    judge,
    lines,
    signature,
)
from kiosk.service.store.mobile_ids import MobileIdRow
from tests.kiosk.service.running import NOON

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)


def row(*texts: str, number: int = 7) -> MobileIdRow:
    given, family, email, sync = texts
    return MobileIdRow("p", number, None, None, "u", given, family, email, sync, NOON, NOON, None, None, None)


@given(st.integers(100, 599))
def test_every_status_takes_repeats_or_stops(status: int) -> None:
    verdict = judge(status, None, None)
    if status // 100 == 2:
        assert verdict == Verdict(Outcome.TAKEN)
    elif status // 100 == 5 or status in (408, 425, 429):
        assert verdict == Verdict(Outcome.AGAIN, f"http_{status}")
    else:
        assert verdict == Verdict(Outcome.STOP, f"http_{status}"), "never left out in silence"


@pytest.mark.parametrize("answer", [None, [], "registered", {"registered": "yes"}, {"registered": 1}, {}])
def test_only_a_plain_true_registers(answer: object) -> None:
    assert not judge(200, answer, None).registered
    assert judge(200, {"registered": True}, None).registered
    assert not judge(500, {"registered": True}, None).registered


def test_a_host_that_names_a_time_gets_it() -> None:
    assert judge(503, None, timedelta(seconds=7)).wait == timedelta(seconds=7)


@given(st.integers(0, 10**9), st.floats(0, 1))
def test_waits_grow_and_never_beyond_a_quarter_of_an_hour(tries: int, jitter: float) -> None:
    assert timedelta(seconds=2) <= back_off(tries, jitter) <= LONGEST_WAIT * 1.5
    assert back_off(tries, 0.0) <= back_off(tries + 1, 0.0)


@given(st.lists(st.tuples(TEXT, TEXT, TEXT, TEXT), max_size=5), st.booleans())
def test_what_is_written_is_what_others_read(people: list[tuple[str, str, str, str]], header: bool) -> None:
    written = b"".join(lines("autosync", [row(*each) for each in people], header=header)).decode()
    read = list(csv.reader(io.StringIO(written, newline=""), strict=True))
    assert [tuple(each) for each in read[header:]] == [(a, b, c, "7", d) for a, b, c, d in people]


@given(TEXT, st.sampled_from(["=", "+", "-", "@", "\t", "\r"]), st.integers(0, 3))
def test_whatever_begins_like_a_formula_is_not_harmless(text: str, sign: str, place: int) -> None:
    texts = ["Mona", "Okafor", "m@example.org", "1"]
    assert harmless(row(*texts))
    texts[place] = sign + text
    assert not harmless(row(*texts))


@given(st.binary(max_size=40))
def test_a_signature_is_of_the_time_and_of_every_byte(body: bytes) -> None:
    signed = signature("secret", body, NOON)
    assert signed == signature("secret", body, NOON)
    others = (("Secret", body, NOON), ("secret", body + b" ", NOON), ("secret", body, NOON + timedelta(seconds=1)))
    assert all(signature(*other) != signed for other in others)
