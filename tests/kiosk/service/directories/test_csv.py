"""People and badges from CSV files, right and wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from kiosk.service.bulk_import.files import Importer, ImportRefused
from kiosk.service.directories.connector import Person
from kiosk.service.directories.csv_file import BadFile
from kiosk.service.store.users import badge_holder
from tests.kiosk.service.running import Running, settings_for

HEADER = "upn,given_name,phone,status\n"


@pytest.fixture
def importer(local: Running) -> Importer:
    return Importer(local.parts.store, local.clock, local.random, settings_for(Path("/nowhere")))


def written(folder: Path, content: str | bytes) -> Path:
    path = folder / "people.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def found(local: Running, **criteria: str) -> tuple[Person, ...]:
    return local.parts.directories.find_people(criteria)


def test_the_sample_people_are_found(local: Running) -> None:
    (leila,) = found(local, employee_id="104219")
    assert leila.display_name == "ليلى حداد"
    assert leila.attributes == {"department": "Intensive care"}
    assert found(local, **{"attribute:department": "intensive care"}) == (leila,)
    assert len(found(local, given_name="thomas", family_name="müller")) == 2
    assert found(local, upn="h.former@example.org") == ()
    assert found(local) == ()


def test_a_bad_row_is_named_and_nothing_is_imported(importer: Importer, local: Running, tmp_path: Path) -> None:
    rows = 'good@example.org,Good,,\n"bad@example.org",Bad,12,\n,None,,\nlong@example.org,Long,,,\n'
    path = written(tmp_path, HEADER + rows)
    with pytest.raises(ImportRefused) as caught:
        importer.people(path)
    assert [str(each) for each in caught.value.report.bad] == [
        "line 3, column 'phone': not a phone number",
        "line 4, column 'upn': empty or too long",
        "line 5: has 5 cells, the header 4",
    ]
    assert found(local, upn="good@example.org") == ()
    report = importer.people(path, skip_bad=True)
    assert (report.imported, report.skipped) == (1, 3)
    assert len(found(local, upn="good@example.org")) == 1


def test_a_second_import_changes_people_and_keeps_their_ids(importer: Importer, local: Running, tmp_path: Path) -> None:
    (before,) = found(local, upn="m.okafor@example.org")
    importer.people(written(tmp_path, HEADER + "M.Okafor@example.org,Mary,,\n"))
    (after,) = found(local, upn="m.okafor@example.org")
    assert (after.user_id, after.given_name, after.phone) == (before.user_id, "Mary", "")
    assert found(local, phone="+491512345617") == ()
    importer.people(written(tmp_path, HEADER + "M.Okafor@example.org,Mary,,inactive\n"))
    assert found(local, upn="m.okafor@example.org") == ()


@pytest.mark.parametrize(
    ("content", "where"),
    [
        ("", "line 1, column 'upn': is missing"),
        ("given_name\nA\n", "line 1, column 'upn': is missing"),
        ("upn,shoe_size\na,1\n", "line 1, column 'shoe_size': is no column that is known"),
        ("upn,user_id\na,b\n", "line 1, column 'upn': is there twice"),
        ("upn\na\n\xff\n".encode("latin-1"), "line 3: is not UTF-8"),
        ("upn\na\n".encode("utf-16"), "line 1: is UTF-16: save the file as UTF-8"),
        ('upn\n"a\nb\n', "line 2: is not CSV: unexpected end of data"),
        ("upn\n" + "x" * 70_000, "line 2: is too long"),
    ],
)
def test_a_file_that_cannot_be_read_is_told_where(
    importer: Importer, tmp_path: Path, content: str | bytes, where: str
) -> None:
    with pytest.raises(BadFile) as caught:
        importer.people(written(tmp_path, content))
    assert str(caught.value) == where


def test_a_semicolon_file_with_a_mark_and_blank_lines_is_read(
    importer: Importer, local: Running, tmp_path: Path
) -> None:
    content = '\ufeffUser_ID;given_name\r\n\r\n;\r\nnew;"Ann; or\r\nAnna"\r\n'
    assert importer.people(written(tmp_path, content)).imported == 1
    (person,) = found(local, upn="new")
    assert person.given_name == "Ann; or Anna"


def test_a_person_or_badge_twice_in_one_file_is_bad(importer: Importer, tmp_path: Path) -> None:
    path = written(tmp_path, "upn,badge\na@x.org,1\nA@X.org,2\nb@x.org,1\n")
    with pytest.raises(ImportRefused) as caught:
        importer.people(path)
    assert [str(each) for each in caught.value.report.bad] == [
        "line 3, column 'upn': is on line 2 as well",
        "line 4, column 'badge': is on line 2 as well",
    ]


def test_badges_are_given_to_people_who_are_there(importer: Importer, local: Running, tmp_path: Path) -> None:
    path = written(tmp_path, "badge,employee_id\nAA01,104217\nAA02,999999\n")
    with pytest.raises(ImportRefused) as caught:
        importer.badges(path)
    assert str(caught.value.report.bad[0]) == "line 3, column 'employee_id': names nobody"
    assert importer.badges(path, skip_bad=True).imported == 1
    (maria,) = found(local, employee_id="104217")
    with local.parts.store.read() as tx:
        assert badge_holder(tx, "aa01") == maria.user_id
    assert found(local, badge="aa01") == (maria,)
    importer.badges(written(tmp_path, "badge,upn\naa01,j.dubois@example.org\n"))
    assert found(local, badge="aa01")[0].upn == "j.dubois@example.org"


def test_no_more_than_a_hundred_bad_rows_are_named(importer: Importer, tmp_path: Path) -> None:
    with pytest.raises(ImportRefused) as caught:
        importer.people(written(tmp_path, "upn,phone\n" + "a,x\n" * 300))
    assert (len(caught.value.report.bad), caught.value.report.skipped) == (100, 300)
