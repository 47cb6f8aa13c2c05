"""Codes of projects: derived, told apart, renewed; and whatever a scanner or a person hands over."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.service.projects import codes
from kiosk.service.projects.codes import Activation, PhoneId, Typed
from kiosk.service.projects.rules import CodeRenewed, IdOutOfRange, NoSuchCode, ProjectClosed
from tests.kiosk.service.projects.rows import NOW, a_project_row

KEY = b"k" * 32
ids = st.binary(min_size=16, max_size=16).map(bytes.hex)
keys = st.binary(min_size=32, max_size=32)
numbers = st.integers(0, 10**15)
PROJECT = a_project_row()


@given(key=keys, project_id=ids, version=st.integers(1, 1000))
def test_a_code_has_22_characters_and_leads_to_its_project(key: bytes, project_id: str, version: int) -> None:
    project = a_project_row(id=project_id, code_version=version)
    code = codes.activation_code(key, project)
    assert re.fullmatch(r"[A-Za-z0-9_-]{22}", code)
    assert project_id.startswith(codes.project_prefix(code))
    assert codes.of_code(key, code, [a_project_row(id="f" * 32), project]) == project


@given(version=st.integers(2, 40), back=st.integers(1, 20))
def test_an_earlier_code_is_known_as_one(version: int, back: int) -> None:
    earlier = codes.activation_code(KEY, replace(PROJECT, code_version=max(1, version - back)))
    with pytest.raises(CodeRenewed):
        codes.of_code(KEY, earlier, [replace(PROJECT, code_version=version)])


def test_a_code_of_long_ago_of_the_future_or_of_nobody_is_none() -> None:
    for version in (1, 31):
        code = codes.activation_code(KEY, replace(PROJECT, code_version=version))
        with pytest.raises(NoSuchCode) as refusal:
            codes.of_code(KEY, code, [replace(PROJECT, code_version=30)])
        assert refusal.type is NoSuchCode
    with pytest.raises(NoSuchCode):
        codes.of_code(KEY, codes.activation_code(KEY, PROJECT), [])


def test_the_code_of_a_closed_project_is_told_as_such() -> None:
    closed = replace(PROJECT, closed_at=NOW)
    with pytest.raises(ProjectClosed):
        codes.of_code(KEY, codes.activation_code(KEY, closed), [closed])


@given(other=keys.filter(lambda key: key != KEY))
def test_a_code_of_another_key_is_none(other: bytes) -> None:
    with pytest.raises(NoSuchCode):
        codes.of_code(KEY, codes.activation_code(other, PROJECT), [PROJECT])


@given(flipped=st.integers(8, 21), to=st.sampled_from("AbZ09_-"))
def test_one_other_character_of_the_keyed_part_makes_it_none(flipped: int, to: str) -> None:
    code = codes.activation_code(KEY, PROJECT)
    forged = code[:flipped] + to + code[flipped + 1 :]
    if forged != code:
        with pytest.raises(NoSuchCode):
            codes.of_code(KEY, forged, [PROJECT])


@given(project_id=ids, number=numbers)
def test_the_code_on_a_phone_says_project_and_number_and_is_sealed(project_id: str, number: int) -> None:
    told = codes.read(codes.id_text(KEY, project_id, number))
    assert isinstance(told, PhoneId)
    assert (told.project_id, told.number) == (project_id, number)
    assert codes.genuine(KEY, told)
    assert not codes.genuine(KEY, replace(told, number=number + 1))
    assert not codes.genuine(KEY, replace(told, project_id="0" * 32 if project_id != "0" * 32 else "1" * 32))
    assert not codes.genuine(b"x" * 32, told)


CODE = codes.activation_code(KEY, PROJECT)


@pytest.mark.parametrize(
    "text",
    [
        CODE,
        f"https://enroll.example.org/a/{CODE}",
        f"HTTPS://ENROLL.EXAMPLE.ORG/a/{CODE}",
        f"https://localhost:8443/a/{CODE}",
        f"/a/{CODE}",
        f" \t{CODE}\r\n",
        f"]Q1https://enroll.example.org/a/{CODE}\x1d\r",
        f"\ufeff{CODE}\u200e",
    ],
)
def test_the_code_of_a_project_is_read_however_it_comes(text: str) -> None:
    assert codes.read(text) == Activation(CODE)


@pytest.mark.parametrize(
    "text",
    [
        "1042",
        "1 042",
        "  1042\r",
        "1-0-4-2",
        "1.042",
        "1\u202f042",
        "1\u00a0042",
        "0001042",
        "]C11042",
        "١٠٤٢",
        "१०४२",
        "\uff11\uff10\uff14\uff12",
    ],
)
def test_a_number_is_read_however_it_is_written(text: str) -> None:
    assert codes.read(text) == Typed(1042)


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "hello",
        "-",
        "1042 a",
        "1" * 19,
        "²",
        "1" * 600,
        CODE + "x",
        CODE[:-1],
        f"javascript:/a/{CODE}",
        f"https://enroll.example.org/b/{CODE}",
        f"https://enroll.example.org/a/{CODE}?next=1",
        f"https://enroll.example.org/a/{CODE}\nhttps://other.example.org",
        f"keywright:id:{'0' * 32}:1042",
        f"keywright:id:{'0' * 31}g:1042:AAAAAAAAAAA",
        f"keywright:id:{'0' * 32}:-1:AAAAAAAAAAA",
        f"keywright:id:{'0' * 32}:1042:AAAAAAAAAAA:more",
        f"keywright:id:{'0' * 32}:٤:AAAAAAAAAAA",
        "\ud800",
        "'; DROP TABLE projects; --",
    ],
)
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(IdOutOfRange) as refusal:
        codes.read(text)
    assert refusal.value.reasons == ("unreadable",)


hostile = st.one_of(
    st.text(max_size=700),
    st.text(alphabet="0123456789 -.,'\u202f]QC\r\n\x1d", max_size=60),
    st.builds(lambda head, tail: head + tail, st.sampled_from(["keywright:id:", "/a/", CODE, "]Q1"]), st.text()),
    st.lists(st.sampled_from(["keywright:id:", "0" * 32, ":", CODE, "1042", "/a/", "https://x"]), max_size=8).map(
        "".join
    ),
)


@given(text=hostile)
def test_whatever_is_shown_is_one_of_the_three_or_refused(text: str) -> None:
    try:
        told = codes.read(text)
    except IdOutOfRange:
        return
    match told:
        case Typed(number):
            assert 0 <= number < 10**18
        case PhoneId():
            assert len(told.project_id) == 32
            assert not codes.genuine(KEY, told)
        case Activation(code):
            assert len(codes.project_prefix(code)) == 12


@given(number=st.integers(0, 10**18 - 1), gaps=st.lists(st.integers(0, 17), max_size=4))
def test_a_number_with_spaces_anywhere_is_the_number(number: int, gaps: list[int]) -> None:
    digits = list(str(number))
    for gap in sorted(gaps, reverse=True):
        digits.insert(min(gap, len(digits)), " ")
    assert codes.read("".join(digits)) == Typed(number)


def test_nothing_that_has_a_code_shows_it() -> None:
    seal = codes.id_text(KEY, PROJECT.id, 1042).rpartition(":")[2]
    assert CODE not in repr(codes.read(CODE))
    assert seal not in repr(codes.read(codes.id_text(KEY, PROJECT.id, 1042)))


def test_without_pages_the_code_says_itself() -> None:
    assert codes.activation_link("", CODE) == CODE
    assert codes.activation_link("https://enroll.example.org/", CODE) == f"https://enroll.example.org/a/{CODE}"
