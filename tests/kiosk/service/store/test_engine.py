"""Transactions on a real SQLite file."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path
from threading import Barrier, Thread

import pytest
from sqlalchemy import text

from kiosk.errors import ConfigurationError
from kiosk.service.store.columns import UtcDateTime
from kiosk.service.store.engine import (
    ATTEMPTS,
    OpenTransaction,
    StaleRow,
    Store,
    StoreBusy,
    WriteTx,
    assert_no_transaction,
)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store.open(f"sqlite:///{tmp_path / 'test.db'}", busy_timeout=0.05)
    opened.write(lambda tx: tx.connection.execute(text("CREATE TABLE numbers (number INTEGER)")))
    opened.write(lambda tx: tx.connection.execute(text("INSERT INTO numbers VALUES (0)")))
    yield opened
    opened.close()


def number(store: Store) -> int:
    with store.read() as tx:
        return int(tx.connection.execute(text("SELECT number FROM numbers")).scalar_one())


def increment(tx: WriteTx) -> None:
    seen = int(tx.connection.execute(text("SELECT number FROM numbers")).scalar_one())
    tx.connection.execute(text("UPDATE numbers SET number = :next"), {"next": seen + 1})


def test_no_update_is_lost_between_threads(tmp_path: Path) -> None:
    store = Store.open(f"sqlite:///{tmp_path / 'race.db'}")
    store.write(lambda tx: tx.connection.execute(text("CREATE TABLE numbers (number INTEGER)")))
    store.write(lambda tx: tx.connection.execute(text("INSERT INTO numbers VALUES (0)")))
    threads = [Thread(target=lambda: [store.write(increment) for _ in range(25)]) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert number(store) == 100
    store.close()


def test_work_that_raises_leaves_nothing(store: Store) -> None:
    def work(tx: WriteTx) -> None:
        increment(tx)
        raise KeyError

    with pytest.raises(KeyError):
        store.write(work)
    assert number(store) == 0


def test_a_lost_race_is_run_again_and_given_up_after_three(store: Store) -> None:
    runs: list[int] = []

    def work(tx: WriteTx) -> int:
        increment(tx)
        runs.append(1)
        if len(runs) < ATTEMPTS:
            raise StaleRow
        return len(runs)

    assert store.write(work) == ATTEMPTS
    assert number(store) == 1
    with pytest.raises(StaleRow):
        store.write(lambda _: (_ for _ in ()).throw(StaleRow()))


def test_nobody_calls_out_or_nests_inside_a_transaction(store: Store) -> None:
    assert_no_transaction()
    with store.read():
        with pytest.raises(OpenTransaction):
            assert_no_transaction()
        with pytest.raises(OpenTransaction):
            store.write(increment)
    with pytest.raises(OpenTransaction):
        store.write(lambda _: store.write(increment))
    assert_no_transaction()


def test_another_thread_is_not_inside_our_transaction(store: Store) -> None:
    seen: list[int] = []
    with store.read():
        other = Thread(target=lambda: seen.append(number(store)))
        other.start()
        other.join()
    assert seen == [0]


def test_a_writer_that_waits_too_long_is_told_that_the_store_is_busy(store: Store) -> None:
    inside, done = Barrier(2), Barrier(2)

    def hold(_tx: WriteTx) -> None:
        inside.wait(10)
        done.wait(10)

    holder = Thread(target=lambda: store.write(hold))
    holder.start()
    inside.wait(10)
    assert number(store) == 0
    with pytest.raises(StoreBusy):
        store.write(increment)
    done.wait(10)
    holder.join()


@pytest.mark.parametrize("url", ["", "nonsense", "sqlite://", "sqlite:///:memory:", "oracle:///x"])
def test_a_url_that_names_no_database_is_refused(url: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        Store.open(url)
    assert caught.value.path == "database.url"


def test_a_file_that_is_no_database_is_named(tmp_path: Path) -> None:
    (tmp_path / "text.db").write_text("not a database at all, and longer than a header of one" * 20)
    for path, problem in ((tmp_path / "text.db", "is no database"), (tmp_path / "no" / "x.db", "cannot be opened")):
        store = Store.open(f"sqlite:///{path}")
        with pytest.raises(ConfigurationError) as caught:
            store.write(increment)
        assert (caught.value.path, caught.value.problem) == ("database.url", problem)
        store.close()


def test_another_process_that_holds_the_lock_too_long_makes_the_store_busy(store: Store) -> None:
    def contend(_tx: WriteTx) -> None:
        another = Store(store.engine, busy_timeout=0.05)  # it takes no turns with ours
        with pytest.raises(StoreBusy):
            another.write(increment)

    thread = ThreadPoolExecutor(1)
    store.write(lambda tx: thread.submit(contend, tx).result(10))
    thread.shutdown()
    assert number(store) == 0


def synchronous(tx: WriteTx) -> int:
    return int(tx.connection.exec_driver_sql("PRAGMA synchronous").scalar_one())


def test_commits_survive_a_power_cut_but_for_hasty_ones(store: Store) -> None:
    with store.read() as tx:
        assert tx.connection.exec_driver_sql("PRAGMA journal_mode").scalar_one() == "wal"
        assert tx.connection.exec_driver_sql("PRAGMA foreign_keys").scalar_one() == 1
    full, normal = 2, 1
    asked = [store.write(synchronous, hasty=hasty) for hasty in (False, True, False)]
    assert asked == [full, normal, full]


def test_a_hasty_commit_is_seen_by_everybody_at_once(store: Store) -> None:
    store.write(increment, hasty=True)
    assert number(store) == 1


def test_a_time_without_a_zone_is_refused(store: Store) -> None:
    with pytest.raises(ValueError, match="zone"):
        UtcDateTime().process_bind_param(datetime(2026, 1, 1), store.engine.dialect)  # noqa: DTZ001 - the point
