"""Keys that come into the house, typed or in files that nobody can trust."""

from __future__ import annotations

import io
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.service.directories.csv_file import BadFile, BadRow, Record
from kiosk.service.keys.actions import find, show
from kiosk.service.keys.stock import NewKey, add_stock, of_file, of_serials, read
from kiosk.service.store.keys import KeyState, Wanted
from tests.kiosk.service.enrollments.test_races_and_kills import at_once
from tests.kiosk.service.keys.visits import STAFF, Visit, held, key_like
from tests.kiosk.service.running import Running

MAKE = "2fc0579f-8113-47ea-b116-bb5a8db9202a"
ALL = Wanted("default")


@pytest.mark.databases
def test_a_file_of_keys_goes_into_the_stock_and_bad_lines_are_named(local: Running) -> None:
    file = (
        f"serial_number;model;aaguid;site\n 11 ;Solid Key;{MAKE.upper()};north\n"
        "12;=cmd|' /C calc'!A0;;\n;no number;;\n13;;not-one;\n14;" + "x" * 129 + ";;\n11;again;;\n15;bell\a;;\n"
    )
    done = add_stock(local.parts, STAFF, of_file(io.BytesIO(file.encode())))
    assert (done.added, done.known, done.wrong) == (2, 1, 4)
    assert [(each.line, each.column) for each in done.bad] == [(4, "serial"), (5, "aaguid"), (6, "model"), (8, "model")]
    found = {each.serial: each for each in find(local.parts, STAFF, ALL).keys}
    assert (found["11"].model, found["11"].aaguid, found["11"].site) == ("Solid Key", MAKE, "north")
    assert found["12"].model == "=cmd|' /C calc'!A0", "kept as it is; whoever writes a sheet escapes it"
    assert {each.state for each in found.values()} == {KeyState.IN_STOCK}
    assert [each.event for each in show(local.parts, STAFF, found["11"].id).history] == ["key_stocked"]


@pytest.mark.databases
def test_a_delivery_that_is_taken_in_twice_at_once_is_there_once(local: Running) -> None:
    serials = [str(number) for number in range(30)]
    results = at_once(*[lambda: add_stock(local.parts, STAFF, of_serials(serials, MAKE))] * 2)
    assert sorted((each.added, each.known) for each in results) == [(0, 30), (30, 0)]
    assert len(find(local.parts, STAFF, ALL).keys) == 30


@pytest.mark.databases
def test_a_key_that_somebody_has_is_not_taken_into_the_stock(local: Running) -> None:
    Visit(local).enrolls(key_like(local), serial="7")
    assert add_stock(local.parts, STAFF, of_serials(["7"])).known == 1
    assert add_stock(local.parts, STAFF, of_serials(["7"], str(key_like(local).aaguid))).known == 1
    assert add_stock(local.parts, STAFF, of_serials(["7"], MAKE)).added == 1, "another maker counts from 1, too"
    assert held(local)[0].state is KeyState.ISSUED


def test_a_long_delivery_is_read_as_it_comes() -> None:
    lines = iter([b"serial\n", *(f"{number}\n".encode() for number in range(3))])

    class Slow(io.RawIOBase):
        def readable(self) -> bool:
            return True

        def readinto(self, into: object) -> int:
            line = next(lines, b"")
            memoryview(into)[: len(line)] = line  # type: ignore[arg-type]  # a buffer
            return len(line)

    rows = of_file(io.BufferedReader(Slow(), 8))
    assert next(rows) == NewKey("0")


@pytest.mark.parametrize("file", [b"", b"model\nSolid\n", b"serial,holder\n1,maria\n", b"serial\n\xff\n"])
def test_a_file_that_is_not_one_of_keys_is_refused(file: bytes) -> None:
    with pytest.raises(BadFile):
        list(of_file(io.BytesIO(file)))


@given(st.dictionaries(st.sampled_from(["serial", "aaguid", "model", "site"]), st.text(max_size=150)))
def test_a_record_is_a_key_or_says_which_cell_is_wrong(cells: dict[str, str]) -> None:
    row = read(Record(3, cells))
    if isinstance(row, BadRow):
        assert row.line == 3
        assert row.column in ("serial", "aaguid", "model", "site")
        assert all(text not in row.problem for text in cells.values() if len(text) > 20)
        return
    assert row.serial == row.serial.strip().upper()
    assert row.aaguid in ("", str(UUID(row.aaguid)) if row.aaguid else "")
    assert len(row.model) <= 128
    assert len(row.site) <= 40
