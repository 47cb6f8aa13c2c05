"""The reader of user lists: every spelling of the same list is the same, and whatever else comes in is told by line."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.service.projects.list_reading import read_list
from kiosk.service.projects.member_rules import ListRejected

ANN = "Ann,Archer,ann@example.org,1001"


def read(content: bytes) -> list[tuple[object, ...]]:
    found = read_list(content, 1000, 1999)
    return [(each.given_name, each.family_name, each.email, each.number, each.sync_id) for each in found]


def refused(content: bytes) -> tuple[str, ...]:
    with pytest.raises(ListRejected) as rejected:
        read_list(content, 1000, 1999)
    return rejected.value.reasons


@pytest.mark.parametrize(
    "content",
    [
        ANN,
        ANN + "\r\n",
        "\ufeff" + ANN,
        "First name,Last name,E-mail address,ID\n" + ANN,
        "\ufefffirst name;LAST NAME;e-mail;id\r\n" + ANN.replace(",", ";"),
        '"Ann","Archer","ann@example.org","1001"\n\n,,,\n',
    ],
)
def test_a_list_is_read_however_it_is_spelled(content: str) -> None:
    assert read(content.encode()) == [("Ann", "Archer", "ann@example.org", 1001, "")]


@pytest.mark.parametrize(
    ("content", "reasons"),
    [
        (b"\xff\xfeA\0", ("line 1: not_utf8",)),
        (ANN.encode() + b"\n\xe9", ("line 2: not_utf8",)),
        (b"Ann,Archer,ann@example.org", ("line 1: columns",)),
        (ANN.encode() + b",s1\nBen,Baker,b@example.org,1002", ("line 2: columns",)),
        (b'Ann,"Arch"er,ann@example.org,1', ("line 1: quotes",)),
        (b"=cmd,Archer,ann@example.org,", ("line 1: first_name: formula",)),
        (b"Ann,\tArcher,ann@example.org,", ("line 1: last_name: formula",)),
        (b"Ann,Archer,ann@example.org,999", ("line 1: id: out_of_range",)),
        (b"Ann,Archer,ann@example.org,-5", ("line 1: id: not_a_number",)),
        (b",,ann@example.org,", ("line 1: last_name: empty",)),
        (b"Ann,Archer,ann@example.org,,", ("line 1: sync_id: empty",)),
        (
            f"{ANN}\nA,B,ANN@example.org,1001".encode(),
            ("line 1: email: twice", "line 1: id: twice", "line 2: email: twice", "line 2: id: twice"),
        ),
    ],
)
def test_what_is_wrong_is_told_by_line(content: bytes, reasons: tuple[str, ...]) -> None:
    assert refused(content) == reasons


def test_no_more_than_a_hundred_errors_are_told() -> None:
    assert refused(b"a,b,c,d\n" * 250)[-1] == "400 more"


@given(st.binary(max_size=400))
def test_whatever_comes_in_is_a_list_or_refused(content: bytes) -> None:
    try:
        people = read_list(content, 1000, 1999)
    except ListRejected:
        return
    assert len({each.key for each in people}) == len(people)


@given(st.lists(st.text(st.characters(categories=["L"]), min_size=1, max_size=9), unique=True, max_size=9))
def test_what_a_writer_of_csv_writes_is_read_back(names: list[str]) -> None:
    out = io.StringIO()
    rows = [(f'{name};, "q"', name, f"p{n}@example.org", 1000 + n, f"s{n}") for n, name in enumerate(names)]
    csv.writer(out).writerows([("First name", "Last name", "E-mail address", "ID", "Sync ID"), *rows])
    assert [each[2:] for each in read(out.getvalue().encode())] == [row[2:] for row in rows]
