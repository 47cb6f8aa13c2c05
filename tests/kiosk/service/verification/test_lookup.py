"""The pure half of a look-up: nothing that a badge says changes the question, nothing strange in an answer verifies."""

from __future__ import annotations

import json
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any, Literal
from urllib.parse import unquote, urlsplit

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from kiosk.service.directories.connector import Person
from kiosk.service.verification.connector import Outcome
from kiosk.service.verification.lookup import (
    PEACE,
    Breaker,
    Missing,
    NothingToAsk,
    as_text,
    ask,
    judge,
    resolve,
    same,
    values_of,
)
from kiosk.service.verification.settings import LookupSettings, LookupSuccess

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
MONA = Person("u-1", "mona@example.org", "Mona", "Okafor", "mona.okafor@example.org", "+4915123456717", "100417")
SETTINGS = LookupSettings(
    url="https://pacs.example/api/badges/{code}?of={user.employeeId}",
    success=LookupSuccess(json_pointer="/employeeNumber", equals="{user.employeeId}"),
)
#: The examples of RFC 6901, section 5.
DOCUMENT = {"foo": ["bar", "baz"], "": 0, "a/b": 1, "c%d": 2, "e^f": 3, "g|h": 4, "i\\j": 5, 'k"l': 6, " ": 7, "m~n": 8}


@pytest.mark.parametrize(
    ("pointer", "value"),
    [
        ("", DOCUMENT),
        ("/foo", ["bar", "baz"]),
        ("/foo/0", "bar"),
        ("/", 0),
        ("/a~1b", 1),
        ("/c%d", 2),
        ("/e^f", 3),
        ("/g|h", 4),
        ("/i\\j", 5),
        ('/k"l', 6),
        ("/ ", 7),
        ("/m~0n", 8),
    ],
)
def test_a_pointer_finds_its_member(pointer: str, value: object) -> None:
    assert resolve(DOCUMENT, pointer) == value


@pytest.mark.parametrize(
    "pointer", ["/nothing", "/foo/2", "/foo/-", "/foo/01", "/foo/-1", "/foo/٠", "/foo/0/0", "/foo/1e0"]
)
def test_a_pointer_to_nowhere_is_missing(pointer: str) -> None:
    with pytest.raises(Missing):
        resolve(DOCUMENT, pointer)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda children: st.lists(children, max_size=4) | st.dictionaries(st.text(), children, max_size=4),
    max_leaves=12,
)


@given(json_values, st.data())
def test_every_member_can_be_pointed_at(document: Any, data: st.DataObject) -> None:
    pointer, here = "", document
    while isinstance(here, dict | list) and here:
        name = data.draw(st.sampled_from(sorted(here) if isinstance(here, dict) else range(len(here))))
        pointer += "/" + str(name).replace("~", "~0").replace("/", "~1")
        here = here[name]
    assert resolve(document, pointer) == here


@given(json_values, st.from_regex(r"(/([^~/]|~[01]){0,5}){0,4}", fullmatch=True))
def test_any_pointer_into_any_document_ends_well(document: Any, pointer: str) -> None:
    with suppress(Missing):
        as_text(resolve(document, pointer))


@pytest.mark.parametrize(
    ("found", "expected", "compare", "verdict"),
    [
        ("ABC", "abc", "casefold", True),
        (" straße ", "STRASSE", "casefold", True),
        ("ABC", "abc", "exact", False),
        ("abc", "abc", "exact", True),
        ("E-100417", "100 417", "digits", True),
        ("E-100417", "100418", "digits", False),
        ("", "", "exact", False),
        ("  ", " ", "casefold", False),
        ("abc", "xyz", "digits", False),
    ],
)
def test_values_are_compared_as_told_and_two_empty_ones_are_not_the_same(
    found: str, expected: str, compare: Literal["casefold", "exact", "digits"], verdict: bool
) -> None:
    assert same(found, expected, compare) is verdict


@pytest.mark.parametrize(
    ("document", "outcome"),
    [
        ({"employeeNumber": "100417"}, Outcome.VERIFIED),
        ({"employeeNumber": 100417}, Outcome.VERIFIED),
        ({"employeeNumber": "100418"}, Outcome.MISMATCH),
        ({"employeeNumber": True}, Outcome.MISMATCH),
        ({"employeeNumber": None}, Outcome.MISMATCH),
        ({"employeeNumber": ["100417"]}, Outcome.MISMATCH),
        ({"employeeNumber": 100417.0}, Outcome.MISMATCH),
        ({"employeeNumber": 10**5000}, Outcome.MISMATCH),
        ({}, Outcome.MISMATCH),
        ([], Outcome.MISMATCH),
        (None, Outcome.MISMATCH),
        ("100417", Outcome.MISMATCH),
    ],
)
def test_only_the_very_value_verifies(document: object, outcome: Outcome) -> None:
    assert judge(SETTINGS.success, document, values_of(MONA, "B1")) is outcome


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=300))
def test_no_badge_changes_host_path_or_query(code: str) -> None:
    try:
        question = ask(SETTINGS, values_of(MONA, code))
    except NothingToAsk:
        assert not code.strip() or code in (".", "..") or len(code) > 256
        return
    parts = urlsplit(question.url)
    assert (parts.scheme, parts.netloc, parts.query, parts.fragment) == ("https", "pacs.example", "of=100417", "")
    before, _, last = parts.path.rpartition("/")
    assert before == "/api/badges"
    assert unquote(last) == code


@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=100))
def test_no_badge_breaks_out_of_a_body(code: str) -> None:
    assume(code.strip())
    settings = LookupSettings(
        url="https://pacs.example/api", method="POST", body={"badge": "{code}", "employee": "{user.employeeId}"}
    )
    question = ask(settings, values_of(MONA, code))
    assert question.body is not None
    assert json.loads(question.body) == {"badge": code, "employee": "100417"}


@pytest.mark.parametrize("code", ["", "  ", ".", "..", "x" * 257])
def test_what_is_no_badge_is_not_asked_about(code: str) -> None:
    with pytest.raises(NothingToAsk):
        ask(SETTINGS, values_of(MONA, code))


def test_a_person_without_the_value_is_not_asked_about() -> None:
    with pytest.raises(NothingToAsk):
        ask(SETTINGS, values_of(Person("u-2", "x@example.org"), "B1"))


def test_three_strikes_bring_peace_and_one_answer_ends_them() -> None:
    breaker = Breaker().failed(NOW).failed(NOW)
    assert not breaker.open(NOW)
    breaker = breaker.failed(NOW)
    assert breaker.open(NOW)
    assert not breaker.open(NOW + PEACE)
    assert breaker.failed(NOW + PEACE).open(NOW + PEACE + timedelta(seconds=1))
    assert breaker.answered() == Breaker()


def test_a_clock_set_back_does_not_lengthen_the_peace() -> None:
    breaker = Breaker().failed(NOW).failed(NOW).failed(NOW)
    assert not breaker.open(NOW - timedelta(days=1))
