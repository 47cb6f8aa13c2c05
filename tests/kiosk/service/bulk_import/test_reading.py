"""Any mix of records, cut into pieces anywhere: both forms agree, and so does a simple model."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from unittest.mock import patch

from hypothesis import given
from hypothesis import strategies as st

from kiosk.contract.profile import FieldKind, IdentifyField
from kiosk.service.bulk_import import reading
from kiosk.service.bulk_import.reading import Chunks, Reader
from kiosk.service.bulk_import.rules import Around, Form, plan
from kiosk.service.directories.csv_file import BadRow
from kiosk.service.directories.csv_people import ATTRIBUTE, PeopleReader, PersonRow
from kiosk.service.directories.rules import KINDS, MAX_LENGTH, BadValue, Site, normalise, tame
from kiosk.service.store.bulk import KeptUser, Place
from tests.kiosk.service.bulk_import.people import Cells, as_csv, as_json

SITE = Site("DE", "example.org")
KIND = {"born": FieldKind.DATE}
NAMES = st.sampled_from(["ann", "Ann", "ＡＮＮ", "bob@x.org", "çelik", "Çelik", "", " ", "x" * 300, "a\u202eb", "٣٤"])
TEXTS = st.one_of(st.text(max_size=8), st.sampled_from(["Åsa", "A\u030asa", "a  b", "\u200e", "ﬁ", "x" * 130]))
PHONES = st.one_of(
    st.from_regex(r"\+[1-9][0-9]{5,15}", fullmatch=True), st.sampled_from(["", "030 123456", "+49 (0)30 123456", "12"])
)
PEOPLE = st.fixed_dictionaries(
    {"upn": NAMES},
    optional={
        "given_name": TEXTS,
        "family_name": TEXTS,
        "email": st.one_of(TEXTS, st.sampled_from(["a@b", "A@B.org", "a b@c"])),
        "phone": PHONES,
        "employee_id": TEXTS,
        "badge": st.sampled_from(["", "A1", "b2", "\ud800"]),
        "status": st.sampled_from(["", "active", "Inactive", "asleep"]),
        "attribute:team": TEXTS,
        "attribute:born": st.sampled_from(["2000-01-31", "31.1.2000", ""]),
    },
)


def slowly(cells: Cells) -> dict[str, str] | None:
    """The normalised values of a record, field by field as when they are searched for; None for a bad one."""
    longest = {"given_name": 128, "family_name": 128, "email": 254, "employee_id": 64}
    values = {}
    try:
        for column, text in cells.items():
            if column == "status":
                if (tame(text).casefold() or "active") not in ("active", "inactive"):
                    return None
            elif text.strip():
                kind = KINDS.get(column) or KIND.get(column.removeprefix(ATTRIBUTE), FieldKind.TEXT)
                values[column] = normalise(IdentifyField(column, kind, max_length=MAX_LENGTH), text, SITE)
                if len(tame(text)) > longest.get(column, MAX_LENGTH):
                    return None
    except BadValue:
        return None
    return values if "upn" in values else None


@given(PEOPLE)
def test_the_quick_way_reads_what_the_slow_one_does(cells: dict[str, str]) -> None:
    row = PeopleReader(SITE, KIND).read(1, cells)
    values = slowly(cells)
    if values is None:
        assert isinstance(row, BadRow)
        return
    assert isinstance(row, PersonRow)
    assert {**row.values, **({"badge": row.badge} if row.badge else {})} == values
    assert row.person.phone == values.get("phone", "")
    for column in ("upn", "given_name", "family_name", "email", "employee_id"):
        assert getattr(row.person, column) == tame(cells.get(column, ""))


def read(source: bytes, form: Form, stops: list[int]) -> list[PersonRow | BadRow]:
    """Everything, as a worker that begins anew after so many records each time."""
    people, rows = PeopleReader(SITE, KIND), []

    def fetch(number: int) -> bytes:
        return source[number * reading.CHUNK : (number + 1) * reading.CHUNK]

    position = line = 0
    for stop in [*stops, 1 << 30]:
        reader = Reader(Chunks(fetch, position), people, line)
        first = Reader(Chunks(fetch), people).header() if form is Form.CSV and position else None
        block = list(islice(reader.entries(form, first), stop))
        rows += [each.row for each in block]
        position, line = reader.source.position, reader.line
    return rows


@given(st.lists(PEOPLE, max_size=12), st.integers(1, 400), st.lists(st.integers(1, 4), max_size=4))
def test_pieces_and_interruptions_may_be_anywhere(people: list[dict[str, str]], size: int, stops: list[int]) -> None:
    clean = [{key: value.replace("\ud800", "") for key, value in each.items()} for each in people]
    for form, source in ((Form.NDJSON, as_json(clean)), (Form.CSV, as_csv(clean))):
        whole = read(source, form, [])
        with patch.object(reading, "CHUNK", size):
            assert read(source, form, stops) == whole


@given(st.lists(PEOPLE, max_size=12))
def test_json_lines_and_csv_agree(people: list[dict[str, str]]) -> None:
    clean = [
        {key: value.replace("\ud800", "").replace("\r", "") for key, value in each.items()}
        for each in people
        if each["upn"].strip()
    ]
    one, other = read(as_json(clean), Form.NDJSON, []), read(as_csv(clean), Form.CSV, [])
    assert [_told(row) for row in one] == [_told(row) for row in other]


def _told(row: PersonRow | BadRow) -> object:
    return "bad" if isinstance(row, BadRow) else (row.person, row.status, row.values, row.badge)


@dataclass
class Ids:
    """Numbers."""

    last: int = 0

    def __call__(self) -> str:
        self.last += 1
        return str(self.last)


@given(st.lists(PEOPLE, max_size=20), st.lists(st.integers(1, 6), max_size=6))
def test_blocks_come_to_what_a_simple_model_says(people: list[dict[str, str]], sizes: list[int]) -> None:
    rows = [PeopleReader(SITE, KIND).read(number, cells) for number, cells in enumerate(people, 1)]
    place, ids = Place("default", "main"), Ids()
    tables: dict[str, KeptUser] = {}
    holders: dict[str, tuple[str, str]] = {}
    counts = [0, 0, 0, 0]
    left = iter(rows)
    for size in [*sizes, 1 << 30]:
        done = plan(list(islice(left, size)), Around(dict(tables), holders=dict(holders)), place, ids)
        for each in (*done.writes.new, *done.writes.changed):
            tables[each.values["upn"]] = each
        holders |= {badge: (user_id, "default") for badge, user_id in done.writes.badges.items()}
        for index, more in enumerate((done.created, done.changed, done.same, len(done.failed))):
            counts[index] += more
    assert counts == _model(rows)
    good = {row.values["upn"]: row for row in rows if isinstance(row, PersonRow)}
    assert {key: (each.person, each.values) for key, each in tables.items()} == {
        key: (row.person, row.values) for key, row in good.items()
    }
    assert len({each.user_id for each in tables.values()}) == len(tables)


def _model(rows: list[PersonRow | BadRow]) -> list[int]:
    counts = [0, 0, 0, 0]
    seen: dict[str, object] = {}
    badges: dict[str, str] = {}
    for row in rows:
        if isinstance(row, BadRow):
            counts[3] += 1
            continue
        key = row.values["upn"]
        told = row.person, row.status, row.values
        given = bool(row.badge) and badges.get(row.badge) != key
        counts[0 if key not in seen else 1 if given or seen[key] != told else 2] += 1
        seen[key] = told
        if row.badge:
            badges[row.badge] = key
    return counts


@given(st.binary(max_size=300), st.integers(1, 50))
def test_no_bytes_stop_the_reading(source: bytes, size: int) -> None:
    for form, begin in ((Form.NDJSON, b""), (Form.CSV, b"upn,badge\n")):
        with patch.object(reading, "CHUNK", size):
            rows = read(begin + source, form, [1, 2])
        assert all(row.line <= (begin + source).count(b"\n") + 1 for row in rows)


def test_lines_that_are_too_long_fail_alone() -> None:
    long = b'{"upn": "' + b"x" * 200_000 + b'"}\n'
    rows = read(as_json([{"upn": "a"}]) + long + as_json([{"upn": "b"}]), Form.NDJSON, [])
    assert [type(row) for row in rows] == [PersonRow, BadRow, PersonRow]
    rows = read(b"upn,badge\na,1\n" + b"x" * 200_000 + b",2\nb,3\n", Form.CSV, [])
    assert [type(row) for row in rows] == [PersonRow, BadRow, PersonRow]
    deep = b"[" * 60_000 + b"\n"
    assert [str(row) for row in read(deep, Form.NDJSON, [])] == ["line 1: is not JSON"]
