"""Connections that are kept between transactions."""

from __future__ import annotations

import sqlite3
from contextlib import ExitStack
from pathlib import Path

import pytest
from sqlalchemy import text

from kiosk.service.store.engine import Store, StoreBusy, WriteTx


@pytest.fixture
def store(tmp_path: Path) -> Store:
    store = Store.open(f"sqlite:///{tmp_path / 'kept.db'}", busy_timeout=0.1)
    store.write(lambda tx: tx.connection.execute(text("CREATE TABLE t (n INTEGER)")).close())
    return store


def numbers(store: Store) -> list[int]:
    with store.read() as tx:
        return list(tx.connection.execute(text("SELECT n FROM t")).scalars())


def add(number: int, tx: WriteTx) -> None:
    tx.connection.execute(text("INSERT INTO t VALUES (:n)"), {"n": number}).close()


def test_what_fails_is_taken_back_and_the_next_one_writes(store: Store) -> None:
    def fails(tx: WriteTx) -> None:
        add(1, tx)
        raise KeyError("in the middle")

    with pytest.raises(KeyError):
        store.write(fails)
    store.write(lambda tx: add(2, tx))
    assert numbers(store) == [2]
    store.close()


def test_a_reader_that_fails_leaves_no_snapshot_behind(store: Store) -> None:
    def fails() -> None:
        with store.read() as tx:
            tx.connection.execute(text("SELECT n FROM t"))
            raise KeyError("in the middle")

    with pytest.raises(KeyError):
        fails()
    store.write(lambda tx: add(3, tx))
    assert numbers(store) == [3]
    store.close()


def test_a_hasty_commit_waits_for_no_disk_and_the_next_one_does(store: Store) -> None:
    def how(tx: WriteTx) -> int:
        return int(tx.connection.execute(text("PRAGMA synchronous")).scalar_one())

    asked = (False, True, True, False)
    assert [store.write(how, hasty=hasty) for hasty in asked] == [2, 1, 1, 2]
    store.close()


def test_as_many_as_like_may_read_at_once_and_few_connections_stay_open(store: Store) -> None:
    with ExitStack() as stack:
        readers = [stack.enter_context(store._reading()) for _ in range(30)]
        assert len({id(each) for each in readers}) == 30
    assert store.engine.pool.checkedout() <= 17  # type: ignore[attr-defined]  # of the pool that it is
    store.close()
    assert store.engine.pool.checkedout() == 0  # type: ignore[attr-defined]


def test_a_writer_that_another_program_keeps_out_says_so_and_writes_later(store: Store) -> None:
    other = sqlite3.connect(str(store.file), isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreBusy):
        store.write(lambda tx: add(4, tx))
    other.execute("ROLLBACK")
    other.close()
    store.write(lambda tx: add(5, tx))
    assert numbers(store) == [5]
    store.close()


def test_whoever_does_such_work_hears_of_it_after_the_commit_and_only_then(store: Store) -> None:
    heard: list[tuple[frozenset[str], list[int]]] = []
    store.told = lambda work: heard.append((work, numbers(store)))

    def leaves(tx: WriteTx) -> None:
        add(6, tx)
        tx.work.update(("mail", "trail"))

    def fails(tx: WriteTx) -> None:
        leaves(tx)
        raise KeyError("in the middle")

    store.write(lambda tx: add(1, tx))
    with pytest.raises(KeyError):
        store.write(fails)
    store.write(leaves)
    assert heard == [(frozenset({"mail", "trail"}), [1, 6])]
    assert store.done == {"mail": 1, "trail": 1}
    store.close()
