"""The list as a file: always whole, replaced in one step, and never with what a spreadsheet would run."""

from __future__ import annotations

import csv
import io
import logging
import os
import stat
from collections.abc import Iterator
from pathlib import Path
from threading import Event, Thread

import pytest

from kiosk.service.projects import feed_actions, numbers
from kiosk.service.projects.bodies_feed import FeedStanding
from kiosk.service.projects.feed_file import ListFile, replace_file
from kiosk.service.store import mobile_ids, projects
from kiosk.service.store.engine import WriteTx
from tests.kiosk.service.projects.campaign import FIRST, MANAGER, a_project
from tests.kiosk.service.projects.host import WORD, fed_project, feeding, join, person
from tests.kiosk.service.running import Running, assembled, settings_for
from tests.kiosk.service.soft_key import Json

HEADER = b"First name,Last name,E-mail address,ID,Sync ID\r\n"


@pytest.fixture
def target(tmp_path: Path) -> Path:
    (tmp_path / "gate").mkdir()
    return tmp_path / "gate" / "people.csv"


@pytest.fixture
def local(tmp_path: Path, backend: Json, target: Path) -> Iterator[Running]:
    with assembled(tmp_path, settings_for(tmp_path, database=backend, projects=feeding(file=target))) as running:
        yield running


def lists(running: Running, **changes: object) -> ListFile:
    feed = running.parts.settings.projects.named[WORD].feed
    assert feed is not None
    assert feed.file is not None
    return ListFile(running.parts, WORD, "default", feed.model_copy(update=changes), feed.file)


def stands(running: Running, project: str) -> FeedStanding:
    return feed_actions.stands(running.parts, MANAGER, project)


@pytest.mark.databases
def test_the_file_has_the_whole_list_with_exactly_these_columns(local: Running, target: Path) -> None:
    project = fed_project(local)
    join(local, project, person(1), person(2, given_name='Zoë "Z", the', family_name="O'Neil, Jr."))
    lists(local).work()
    assert target.read_bytes() == (
        HEADER + b"Mona,Okafor 1,m.okafor1@example.org,1000,101\r\n"
        b'"Zo\xc3\xab ""Z"", the","O\'Neil, Jr.",m.okafor2@example.org,1001,102\r\n'
    )
    lists(local, layout="users", header=False).work()
    assert target.read_bytes().splitlines()[0] == b"Mona,Okafor 1,m.okafor1@example.org,1000"
    seen = stands(local, project)
    assert (seen.file_written_at, seen.file_trouble, seen.waiting) == (local.clock.time, "", 0)


def test_only_its_owner_writes_it_and_only_its_group_reads_it(local: Running, target: Path) -> None:
    fed_project(local)
    before = os.umask(0)
    try:
        lists(local).work()
    finally:
        os.umask(before)
    assert stat.S_IMODE(target.stat().st_mode) == 0o640
    assert [each.name for each in target.parent.iterdir()] == ["people.csv"], "nothing is left beside it"


def test_it_is_written_when_something_changed_and_when_it_is_gone_and_not_else(local: Running, target: Path) -> None:
    project, keeper = fed_project(local), lists(local)
    keeper.work()
    assert target.read_bytes() == HEADER, "after the start, though nobody is in it"
    first = target.stat().st_ino
    keeper.work()
    assert target.stat().st_ino == first
    join(local, project, *map(person, range(5)))
    keeper.work()
    assert target.read_bytes().count(b"\r\n") == 6
    target.unlink()
    keeper.work()
    assert target.read_bytes().count(b"\r\n") == 6


def test_who_gives_a_number_back_is_not_in_it_any_more(local: Running, target: Path) -> None:
    project = fed_project(local)
    number, _ = join(local, project, person(1), person(2))

    def go(tx: WriteTx) -> None:
        of, row = projects.project(tx, project), mobile_ids.mobile_id(tx, project, number)
        assert of is not None
        assert row is not None
        numbers.release(tx, local.parts, of, row, "service")

    keeper = lists(local)
    keeper.work()
    local.parts.store.write(go)
    keeper.work()
    assert target.read_bytes() == HEADER + b"Mona,Okafor 2,m.okafor2@example.org,1001,102\r\n"


@pytest.mark.databases
@pytest.mark.parametrize("name", ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\rx"])
def test_a_name_that_a_spreadsheet_would_run_is_left_out_and_told(local: Running, target: Path, name: str) -> None:
    project = fed_project(local)
    bad, good = join(local, project, person(1, family_name=name), person(2))
    lists(local).work()
    assert target.read_bytes() == HEADER + b"Mona,Okafor 2,m.okafor2@example.org,%d,102\r\n" % good
    assert stands(local, project).left_out == (bad,)
    listing = feed_actions.export(local.parts, MANAGER, project, None)
    assert b"".join(listing.content) == target.read_bytes()
    assert listing.left_out == (bad,)


def test_a_reader_that_opens_it_at_any_time_reads_a_whole_list(tmp_path: Path) -> None:
    target, ended = tmp_path / "people.csv", Event()
    whole = {b"".join(lines(size)) for size in (1, 2000)}
    replace_file(target, lines(1))
    seen: set[bytes] = set()

    def read() -> None:
        while not ended.is_set():
            seen.add(target.read_bytes())

    reader = Thread(target=read)
    reader.start()
    for round_ in range(60):
        replace_file(target, lines(2000 if round_ % 2 else 1))
    ended.set()
    reader.join()
    assert seen <= whole


def lines(count: int) -> list[bytes]:
    return [b"Mona,Okafor,m.okafor@example.org,%d\r\n" % (count + each) for each in range(count)]


def test_a_write_that_breaks_off_leaves_the_old_list(tmp_path: Path) -> None:
    target = tmp_path / "people.csv"
    replace_file(target, lines(3))

    def broken() -> Iterator[bytes]:
        yield b"Mona,"
        raise OSError("no space")

    with pytest.raises(OSError, match="no space"):
        replace_file(target, broken())
    assert target.read_bytes() == b"".join(lines(3))
    assert list(tmp_path.iterdir()) == [target]


def test_what_a_killed_writer_left_is_cleared_away_and_that_of_another_is_not(tmp_path: Path) -> None:
    old, young = tmp_path / ".people.csv.a.new", tmp_path / ".people.csv.b.new"
    for each in (old, young):
        each.touch()
    os.utime(old, (0, 0))
    replace_file(tmp_path / "people.csv", lines(1))
    assert not old.exists()
    assert young.exists()


def test_a_folder_that_is_missing_is_told_and_tried_again(
    local: Running, target: Path, caplog: pytest.LogCaptureFixture
) -> None:
    project, keeper = fed_project(local), lists(local)
    target.parent.rmdir()
    keeper.work()
    assert stands(local, project).file_trouble == "no_folder"
    assert stands(local, project).file_written_at is None
    keeper.work()
    assert [each.getMessage() for each in caplog.records if each.levelno >= logging.WARNING] == ["list_not_written"]
    caplog.clear()
    target.parent.mkdir()
    local.clock.advance(seconds=61)
    keeper.work()
    assert target.exists()
    assert stands(local, project).file_trouble == ""


@pytest.mark.databases
def test_more_people_than_are_read_at_once_are_all_in_it_and_in_the_export(local: Running, target: Path) -> None:
    project = fed_project(local, first_id=0, last_id=9999)
    join(local, project, person(0))
    names = "given_name, family_name, email, sync_id, assigned_at, claimed_at"

    def many(tx: WriteTx) -> None:
        """As the first one, with other numbers: one statement takes less time than as many activations."""
        tx.connection.exec_driver_sql(
            "WITH RECURSIVE others(other) AS (SELECT 1 UNION ALL SELECT other + 1 FROM others WHERE other < 1202) "
            f"INSERT INTO mobile_ids (project_id, number, {names}) "
            f"SELECT project_id, other, {names} FROM mobile_ids, others WHERE number = 0"
        )

    local.parts.store.write(many)
    lists(local).work()
    rows = list(csv.reader(io.StringIO(target.read_text(encoding="utf-8"), newline="")))
    assert [int(row[3]) for row in rows[1:]] == list(range(1203))
    assert b"".join(feed_actions.export(local.parts, MANAGER, project, "autosync").content) == target.read_bytes()


def test_the_lanes_of_a_service_write_the_file_by_themselves(local: Running, target: Path) -> None:
    project = fed_project(local)
    join(local, project, person(1))
    local.service.worker.run_due()
    assert target.read_bytes() == HEADER + b"Mona,Okafor 1,m.okafor1@example.org,%d,101\r\n" % FIRST


def test_a_project_without_a_file_has_none(local: Running, target: Path) -> None:
    quiet = a_project(local, "Quiet")
    join(local, quiet, person(1))
    lists(local).work()
    assert not target.exists()
    listing = feed_actions.export(local.parts, MANAGER, quiet, "users")
    assert b"".join(listing.content).splitlines() == [
        b"First name,Last name,E-mail address,ID",
        b"Mona,Okafor 1,m.okafor1@example.org,1000",
    ]
