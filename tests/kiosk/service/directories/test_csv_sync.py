"""A file that another system replaces: all of it counts at once, and a bad one changes nothing."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import func, select

from kiosk.service.directories.connector import DirectoryUnavailable
from kiosk.service.directories.connectors.csv import CsvDirectory
from kiosk.service.outbound import Outbound
from kiosk.service.probe import ProbeFailed
from kiosk.service.store.engine import Store
from kiosk.service.store.listed import listed_people, listed_values
from kiosk.service.store.upgrade import upgrade
from tests.kiosk.service.directories.contract.stand import made


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store.open(f"sqlite:///{tmp_path / 'people.db'}")
    upgrade(opened)
    yield opened
    opened.close()


def replica(store: Store, path: Path) -> CsvDirectory:
    directory = made({"kind": "csv", "id": "staff", "path": str(path)}, Outbound(), store=store)
    assert isinstance(directory, CsvDirectory)
    return directory


@pytest.fixture
def directory(store: Store, tmp_path: Path) -> CsvDirectory:
    return replica(store, tmp_path / "people.csv")


def load(directory: CsvDirectory, *upns: str, raw: bytes = b"") -> None:
    path = directory.settings.path
    fresh = path.with_suffix(".new")
    fresh.write_bytes(raw or "\n".join(["upn,badge", *(f"{each},b{n}" for n, each in enumerate(upns))]).encode())
    fresh.rename(path)
    while directory.load_if_new():
        pass


def knows(directory: CsvDirectory, upn: str) -> bool:
    return bool(directory.find_people({"upn": upn}))


MANY = tuple(f"p{n}@example.test" for n in range(2_500))


def test_before_the_first_file_nothing_is_known(directory: CsvDirectory, caplog: pytest.LogCaptureFixture) -> None:
    assert not directory.load_if_new()
    assert "list_refused" in caplog.text
    caplog.clear()
    with pytest.raises(DirectoryUnavailable):
        directory.find_people({"upn": "a@example.test"})
    with pytest.raises(DirectoryUnavailable):
        directory.read("a@example.test")
    with pytest.raises(ProbeFailed, match="cannot be opened"):
        directory.probe()


def test_a_new_file_counts_in_whole_and_the_old_one_leaves_nothing(directory: CsvDirectory, store: Store) -> None:
    load(directory, *MANY)
    assert directory.probe() == "2500 active people"
    load(directory, *MANY[100:], "new@example.test")
    assert not knows(directory, MANY[0])
    assert knows(directory, MANY[100])
    assert knows(directory, "new@example.test")
    assert directory.find_people({"badge": "b2400"})[0].upn == "new@example.test"
    with store.read() as tx:
        assert tx.connection.execute(select(func.count()).select_from(listed_people)).scalar_one() == 2401
        assert tx.connection.execute(select(func.count()).select_from(listed_values)).scalar_one() == 2 * 2401


@pytest.mark.parametrize(
    ("raw", "problem"),
    [
        (b"upn\n", "nobody in it"),
        (b"upn\nx@example.test\n", "too many are gone"),
        (b"name\nx\n", "no column that is known"),
        (("upn\n" + "\n".join((*MANY, MANY[7]))).encode(), "line 2502, column 'upn': is there twice"),
        (("upn\n" + "\n".join((*MANY, "a", "A"))).encode(), "is there twice"),
        (("upn,phone\n" + "\n".join(f"{each},12" for each in MANY)).encode(), "line 2, column 'phone'"),
        (("upn\n" + "\n".join(MANY)).encode() + b"\n\xff\n", "line 2502: is not UTF-8"),
    ],
)
def test_a_bad_file_changes_nothing_and_is_told_once(
    directory: CsvDirectory, raw: bytes, problem: str, caplog: pytest.LogCaptureFixture
) -> None:
    load(directory, *MANY)
    before = directory.find_people({"upn": MANY[9]})
    load(directory, raw=raw)
    directory.load_if_new()
    assert directory.find_people({"upn": MANY[9]}) == before
    assert caplog.text.count("list_refused") == 1
    caplog.clear()
    with pytest.raises(ProbeFailed, match=problem):
        directory.probe()
    load(directory, *MANY[1:])
    assert not knows(directory, MANY[0])
    assert directory.probe() == "2499 active people"


def test_a_file_that_is_the_same_is_not_loaded_again(
    directory: CsvDirectory, store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    load(directory, *MANY)
    os.utime(directory.settings.path, ns=(1, 1))
    assert not directory.load_if_new()
    assert not replica(store, directory.settings.path).load_if_new()
    assert caplog.text.count("list_loaded") == 1


def test_people_keep_their_ids_from_file_to_file(directory: CsvDirectory) -> None:
    load(directory, *MANY)
    before = directory.find_people({"upn": MANY[3]})[0].user_id
    load(directory, *MANY, "new@example.test")
    assert directory.find_people({"upn": MANY[3]})[0].user_id == before == f"staff:{MANY[3]}"
