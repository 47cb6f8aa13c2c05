"""Transactions on a real SQLite file and a real PostgreSQL; what only a file can go wrong with is at the end."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, closing, nullcontext
from datetime import datetime
from pathlib import Path
from threading import Barrier, Thread

import pytest
from sqlalchemy import Column, Integer, MetaData, String, Table, insert, select, update

from kiosk.errors import ConfigurationError
from kiosk.service.store.columns import UtcDateTime
from kiosk.service.store.engine import (
    ATTEMPTS,
    OpenTransaction,
    StaleRow,
    Store,
    StoreBusy,
    Unstorable,
    WriteTx,
    assert_no_transaction,
)
from tests.kiosk.service.running import opened
from tests.kiosk.service.soft_key import Json

pytestmark = pytest.mark.databases

numbers = Table("numbers", MetaData(), Column("id", Integer, primary_key=True), Column("number", Integer))


def numbered(backend: Json, **changes: float) -> Store:
    made = opened(backend | changes)
    made.write(lambda tx: numbers.create(tx.connection))
    made.write(lambda tx: tx.connection.execute(insert(numbers), [{"id": 1, "number": 0}, {"id": 2, "number": 0}]))
    return made


@pytest.fixture
def store(backend: Json) -> Iterator[Store]:
    with closing(numbered(backend, busy_timeout=0.05)) as made:
        yield made
        made.write(lambda tx: numbers.drop(tx.connection))


@pytest.fixture
def patient(backend: Json) -> Iterator[Store]:
    """A store whose writers wait for each other."""
    with closing(numbered(backend)) as made:
        yield made
        made.write(lambda tx: numbers.drop(tx.connection))


def number(store: Store) -> int:
    with store.read() as tx:
        return int(tx.connection.execute(select(numbers.c.number).where(numbers.c.id == 1)).scalar_one())


def increment(tx: WriteTx, row: int = 1) -> None:
    mine = numbers.c.id == row
    seen = int(tx.connection.execute(select(numbers.c.number).where(mine).with_for_update()).scalar_one())
    tx.connection.execute(update(numbers).where(mine).values(number=seen + 1))


def together(*calls: Callable[[], object]) -> None:
    with ThreadPoolExecutor(len(calls)) as pool:
        for done in [pool.submit(call) for call in calls]:
            done.result(60)


def test_no_update_is_lost_between_threads(patient: Store) -> None:
    together(*[lambda: [patient.write(increment) for _ in range(25)]] * 4)
    assert number(patient) == 100


def test_what_is_read_is_of_one_moment(patient: Store) -> None:
    query = select(numbers.c.number).where(numbers.c.id == 1)
    with patient.read() as tx:
        before = tx.connection.execute(query).scalar_one()
        together(lambda: patient.write(increment))
        assert tx.connection.execute(query).scalar_one() == before
    assert number(patient) == before + 1


def test_writers_in_opposite_order_both_get_through(patient: Store) -> None:
    meeting = Barrier(2)

    def both(first: int, second: int) -> Callable[[], object]:
        runs: list[int] = []

        def work(tx: WriteTx) -> None:
            increment(tx, first)
            runs.append(first)
            if len(runs) == 1 and not patient.in_process:
                meeting.wait(10)
            increment(tx, second)

        return lambda: patient.write(work)

    together(both(1, 2), both(2, 1))
    with patient.read() as tx:
        assert list(tx.connection.execute(select(numbers.c.number)).scalars()) == [2, 2]


def test_a_row_that_another_one_inserted_first_is_seen_the_second_time(patient: Store) -> None:
    meeting, made = Barrier(2), []

    def work() -> None:
        waited: list[int] = []

        def unless_there(tx: WriteTx) -> bool:
            if tx.connection.execute(select(numbers).where(numbers.c.id == 3)).first() is not None:
                return False
            if not waited and not patient.in_process:
                waited.append(1)
                meeting.wait(10)
            tx.connection.execute(insert(numbers).values(id=3, number=0))
            return True

        made.append(patient.write(unless_there))

    together(work, work)
    assert sorted(made) == [False, True]


@pytest.mark.parametrize("name", ["half \ud800", "a\0b"])
def test_what_no_text_can_be_is_told_apart_from_trouble(patient: Store, name: str) -> None:
    words = Table("words", MetaData(), Column("word", String(8)))
    patient.write(lambda tx: words.create(tx.connection))
    kept = patient.in_process and "\0" in name
    expected: AbstractContextManager[object] = nullcontext() if kept else pytest.raises(Unstorable, match=r"^$")
    with expected, patient.read() as tx:
        assert tx.connection.execute(select(words).where(words.c.word == name)).first() is None
    patient.write(lambda tx: words.drop(tx.connection))


def test_thousands_of_names_are_no_more_locks_than_a_server_has(patient: Store) -> None:
    meeting = Barrier(2)

    def hold(tx: WriteTx) -> int:
        tx.alone_with(*(f"name\0{number}" for number in range(20_000)), "another kind")
        query = "SELECT 0" if patient.in_process else "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'"
        return int(tx.connection.exec_driver_sql(query).scalar_one())

    def several() -> int:
        meeting.wait(10)
        return max(patient.write(hold) for _ in range(3))

    together(several, several)
    assert patient.write(hold) <= 1025


def test_whoever_is_alone_with_a_name_decides_for_all_its_rows(patient: Store) -> None:
    """No index says that the sum may not exceed 10; each looks at all rows and changes one."""

    def spend(row: int) -> None:
        def work(tx: WriteTx) -> None:
            tx.alone_with("the sum", "another name")
            values = tx.connection.execute(select(numbers.c.number)).scalars().all()
            if sum(value or 0 for value in values) < 10:
                increment(tx, row)

        for _ in range(10):
            patient.write(work)

    together(*[lambda row=row: spend(row) for row in (1, 2, 1, 2)])
    with patient.read() as tx:
        assert sum(tx.connection.execute(select(numbers.c.number)).scalars()) == 10


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

    def hold(tx: WriteTx) -> None:
        increment(tx)
        inside.wait(10)
        done.wait(10)

    holder = Thread(target=lambda: store.write(hold))
    holder.start()
    inside.wait(10)
    assert number(store) == 0
    try:
        with pytest.raises(StoreBusy):
            store.write(increment)
    finally:
        done.wait(10)
    holder.join()


@pytest.mark.parametrize("url", ["", "nonsense", "sqlite://", "sqlite:///:memory:", "oracle:///x", "mysql://a/b"])
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


def test_another_process_that_holds_the_lock_too_long_makes_the_store_busy(tmp_path: Path) -> None:
    store = numbered({"url": f"sqlite:///{tmp_path}/one.db"}, busy_timeout=0.05)

    def contend(_tx: WriteTx) -> None:
        another = Store(store.engine, busy_timeout=0.05)  # it takes no turns with ours
        with pytest.raises(StoreBusy):
            another.write(increment)

    thread = ThreadPoolExecutor(1)
    store.write(lambda tx: thread.submit(contend, tx).result(10))
    thread.shutdown()
    assert number(store) == 0
    store.close()


def synchronous(tx: WriteTx) -> object:
    sqlite = tx.connection.dialect.name == "sqlite"
    return tx.connection.exec_driver_sql("PRAGMA synchronous" if sqlite else "SHOW synchronous_commit").scalar_one()


def test_commits_survive_a_power_cut_but_for_hasty_ones(store: Store) -> None:
    full, normal = (2, 1) if store.in_process else ("on", "off")
    asked = [store.write(synchronous, hasty=hasty) for hasty in (False, True, False)]
    assert asked == [full, normal, full]


def test_an_sqlite_file_is_written_ahead_and_keeps_its_references(tmp_path: Path) -> None:
    with closing(Store.open(f"sqlite:///{tmp_path}/one.db")) as store, store.read() as tx:
        assert tx.connection.exec_driver_sql("PRAGMA journal_mode").scalar_one() == "wal"
        assert tx.connection.exec_driver_sql("PRAGMA foreign_keys").scalar_one() == 1


def test_a_hasty_commit_is_seen_by_everybody_at_once(store: Store) -> None:
    store.write(increment, hasty=True)
    assert number(store) == 1


def test_a_time_without_a_zone_is_refused(store: Store) -> None:
    with pytest.raises(ValueError, match="zone"):
        UtcDateTime().process_bind_param(datetime(2026, 1, 1), store.engine.dialect)  # noqa: DTZ001 - the point
