"""A queue of people: what is read, what is kept, what is told at the end."""

from __future__ import annotations

import csv
import io
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.commands.people_queue import Entry, Outcome, Progress, Queued, QueueRefused, person_key, read_queue

PEOPLE = (Queued(2, "mira", "Mira Okafor"), Queued(3, "jonas"), Queued(4, "sofia"))
AT = "2026-11-23T12:00:00+00:00"

names = st.text(st.characters(codec="utf-8", exclude_categories=("C", "Z")), min_size=1, max_size=40)


def entry(user: str, outcome: Outcome, receipt: str = "") -> Entry:
    return Entry(person_key(user), outcome, AT, receipt)


@pytest.mark.parametrize(
    "text",
    [
        "user,name\nmira,Mira Okafor\njonas,\nsofia,\n",
        "\ufeffName;User\r\nMira  Okafor;mira\r\n;jonas\r\n\r\n;sofia",
        'user,name,desk\n"mira","Mira Okafor",3\njonas,,\nsofia,,4\n',
    ],
)
def test_people_are_read_as_spreadsheets_write_them(text: str) -> None:
    assert [(each.user, each.name) for each in read_queue(text.encode())] == [
        ("mira", "Mira Okafor"),
        ("jonas", ""),
        ("sofia", ""),
    ]


@pytest.mark.parametrize(
    ("data", "line"),
    [
        (b"", 0),
        (b"name\nMira\n", 1),
        (b"user,user\na,b\n", 1),
        (b"user\nmira\nMIRA\n", 3),
        (b"user,name\nmira\n", 2),
        (b"user,name\n,Mira\n", 2),
        (b"user\nmi\x00ra\n", 2),
        (b"user\nmira\n\xff\n", 3),
        (b'user\n"mira\n', 2),
        (b"user\n" + b"x" * 300 + b"\n", 2),
        (b"user\n" + b"\n".join(b"p%d" % number for number in range(10_001)), 0),
        (b"user\n" + b"a" * 4_000_001, 0),
    ],
)
def test_a_file_that_is_no_queue_is_refused_with_its_line(data: bytes, line: int) -> None:
    with pytest.raises(QueueRefused) as refused:
        read_queue(data)
    assert (refused.value.line, bool(refused.value.why)) == (line, True)


@given(st.binary(max_size=400))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    with suppress(QueueRefused):
        assert all(each.user for each in read_queue(b"user\n" + data))


@given(st.lists(names, unique_by=str.casefold, max_size=20))
def test_a_queue_that_was_written_is_read_again(users: list[str]) -> None:
    out = io.StringIO(newline="")
    csv.writer(out).writerows([("user",), *((user,) for user in users)])
    if ";" not in out.getvalue().partition("\n")[0]:
        assert [each.user for each in read_queue(out.getvalue().encode())] == users


def test_whoever_has_a_key_that_works_is_not_asked_for_again(tmp_path: Path) -> None:
    queue = tmp_path / "people.csv"
    progress = Progress.beside(queue)
    assert progress.left(PEOPLE) == PEOPLE
    progress.note(entry("mira", Outcome.DONE, "7K4M-2Q9X"))
    progress.note(entry("jonas", Outcome.ABSENT))
    again = Progress.beside(queue)
    assert again.entries == progress.entries
    assert [each.user for each in again.left(PEOPLE)] == ["jonas", "sofia"]
    again.note(entry("jonas", Outcome.PARTLY))
    assert [each.user for each in Progress.beside(queue).left(PEOPLE)] == ["sofia"]
    assert again.counts(PEOPLE) == {Outcome.DONE: 1, Outcome.PARTLY: 1, None: 1}


def test_a_line_that_was_half_written_is_forgotten_and_the_rest_goes_on(tmp_path: Path) -> None:
    queue = tmp_path / "people.csv"
    Progress.beside(queue).note(entry("mira", Outcome.DONE))
    path = tmp_path / "people.csv.progress"
    whole = path.read_bytes()
    path.write_bytes(whole + whole[:20])
    progress = Progress.beside(queue)
    progress.note(entry("jonas", Outcome.FAILED))
    assert set(Progress.beside(queue).entries) == {person_key("mira"), person_key("jonas")}
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_progress_that_is_something_else_is_refused(tmp_path: Path) -> None:
    (tmp_path / "people.csv.progress").write_text("hello\n", encoding="utf-8")
    with pytest.raises(QueueRefused):
        Progress.beside(tmp_path / "people.csv")


def test_no_name_is_in_the_progress(tmp_path: Path) -> None:
    Progress.beside(tmp_path / "people.csv").note(entry("mira.okafor@example.org", Outcome.DONE))
    assert "mira" not in (tmp_path / "people.csv.progress").read_text(encoding="utf-8")


def test_the_report_has_everybody_in_order_and_no_formula() -> None:
    progress = Progress(Path("nowhere"), {person_key("=1+1"): entry("=1+1", Outcome.DONE, "7K4M-2Q9X")})
    rows = list(csv.reader(io.StringIO(progress.report((Queued(2, "=1+1", "@x"), *PEOPLE)))))
    assert rows[0] == ["user", "name", "outcome", "receipt", "at"]
    assert rows[1] == ["'=1+1", "'@x", "done", "7K4M-2Q9X", AT]
    assert [row[0] for row in rows[2:]] == ["mira", "jonas", "sofia"]
    assert rows[2][2:] == ["", "", ""]
