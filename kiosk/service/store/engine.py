"""Transactions: the only place that begins and commits, and that knows how SQLite and PostgreSQL differ."""

from __future__ import annotations

import errno
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import Final, TypeVar

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DataError, DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as NoConnectionLeft

from kiosk.errors import ConfigurationError, StorageFull
from kiosk.service.store.connections import connect
from kiosk.service.store.kept import KeptConnections
from kiosk.service.store.named_locks import lock_numbers, number_of

T = TypeVar("T")

ATTEMPTS: Final = 3
"""How often `Store.write` runs its work before it gives up on a lost race."""

_LOST_RACES: Final = frozenset({"40001", "40P01", "55P03", "23505", "23503"})
"""PostgreSQL: serialization failure, deadlock, lock not available, and a row that another one inserted first, or took
away."""

_GONE: Final = ("08", "57P", "53300", "25P03")
"""How PostgreSQL's states begin where it ended the connection, or takes no other."""
_UNUSABLE: Final = {
    sqlite3.SQLITE_CANTOPEN: "cannot be opened",
    sqlite3.SQLITE_READONLY: "cannot be written to",
    sqlite3.SQLITE_NOTADB: "is no database",
    sqlite3.SQLITE_CORRUPT: "is damaged: restore it from a backup",
}
_NOT_ALLOWED: Final = {
    "25006": "cannot be written to",
    "42501": "names a role that does not own the tables",
}
_STEADY: Final = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
_open: ContextVar[bool] = ContextVar("keywright_transaction_open", default=False)


class StaleRow(Exception):
    """A compare-and-set found another version: somebody else was first. `Store.write` runs again from the start."""


class StoreBusy(Exception):
    """The database would not let us write in time, three times in a row; nothing was written."""

    retry_after = 1  # seconds until whoever asked may ask again


class StoreGone(StoreBusy):
    """The database is not there, or went away while it was asked: whether something was written is not known.

    `why` is what the driver says of it, for staff: it names host, database and role, and no secret.
    """

    retry_after = 2

    def __init__(self, why: str = "") -> None:
        super().__init__()
        self.why = why


class Unstorable(Exception):
    """A text holds what a database cannot keep or look for: a NUL (PostgreSQL), or half a character."""


class OpenTransaction(Exception):
    """A call to the outside, or a second transaction, was tried while a transaction is open: a programming error."""


class ReadTx:
    """A snapshot to read from."""

    __slots__ = ("connection",)

    def __init__(self, connection: Connection) -> None:
        self.connection = connection


class WriteTx(ReadTx):
    """A transaction that holds the write lock from its first statement on SQLite.

    PostgreSQL lets in others at the same time: a row that was read may be changed by one of them, and what was not
    there may appear. So rows are changed by compare-and-set, or read with a lock, and what no single row stands for is
    guarded by `alone_with`.
    """

    __slots__ = ("_held", "after", "last", "work")

    def __init__(self, connection: Connection) -> None:
        super().__init__(connection)
        self._held: set[int] = set()
        self.work: set[str] = set()
        """The kinds of work that this one leaves to others: who does it hears of it after the commit."""
        self.after: list[Callable[[], None]] = []
        self.last: dict[str, Callable[[], None]] = {}
        """What is written after everything else, by name: its locks are held shortest, and nobody waits for others."""

    def afterwards(self, do: Callable[[], None]) -> None:
        """Do this once what was written is committed, and never if it is not. It must not fail."""
        self.after.append(do)

    def alone_with(self, *names: str) -> None:
        """Wait until no other transaction holds one of these names, and hold them until the end of this one.

        What must be true of several rows (no name and no alias alike) is true if everybody who changes it asks for the
        same name before they look. A name is `kind NUL key`: of a kind there are no more than a thousand locks, so that
        thousands of names, which share them, do not use up what the server has.
        """
        if self.connection.dialect.name == "sqlite":
            return
        numbers = {number_of(name) for name in names} - self._held
        if numbers:
            lock_numbers(self.connection, numbers)
            self._held |= numbers


def assert_no_transaction() -> None:
    """Raise OpenTransaction when the caller is inside a transaction: nobody waits for the network in one."""
    if _open.get():
        raise OpenTransaction


class Store:
    """One database, safe to share between threads.

    `busy_timeout` of `open` is how many seconds a writer waits for another one.
    """

    def __init__(self, engine: Engine, busy_timeout: float) -> None:
        self._engine = engine
        self._kept = KeptConnections(engine, busy_timeout)
        # What is read there in several statements is of one moment, as SQLite has it by itself.
        self._lookers = engine if self.in_process else engine.execution_options(isolation_level="AUTOCOMMIT")
        self._readers = engine.execution_options(**({} if self.in_process else _STEADY))
        self.done: Final[Counter[str]] = Counter()
        """How many transactions of this process left work of a kind."""
        self.told: Callable[[frozenset[str]], None] = lambda _work: None
        """Hears of the kinds of work that a transaction left, once it is committed."""

    @classmethod
    def open(
        cls,
        url: str,
        *,
        busy_timeout: float = 5.0,
        password: str | None = None,
        certificate_authority: Path | None = None,
    ) -> Store:
        """Open the database at an SQLAlchemy URL; see `connect` for the others. Raises ConfigurationError."""
        return cls(connect(url, busy_timeout, password, certificate_authority), busy_timeout)

    @property
    def engine(self) -> Engine:
        """For the migrations only."""
        return self._engine

    @property
    def in_process(self) -> bool:
        """Whether reading asks no other machine, and waits for no writer (SQLite with its write-ahead log)."""
        return self._engine.dialect.name == "sqlite"

    @property
    def file(self) -> Path | None:
        """Where an SQLite database lies, whether it is there yet or not; None for a server."""
        return Path(self._engine.url.database or "") if self.in_process else None

    @contextmanager
    def read(self) -> Iterator[ReadTx]:
        """A consistent snapshot, closed at the end. Raises StoreBusy, OpenTransaction inside another one."""
        with _marked(), _translated(), self._reading() as connection:
            yield ReadTx(connection)

    @contextmanager
    def glance(self) -> Iterator[ReadTx]:
        """For one statement, which sees one moment by itself: nothing begins and nothing ends. Raises as `read`."""
        with _marked(), _translated(), self._glancing() as connection:
            yield ReadTx(connection)

    def write(self, work: Callable[[WriteTx], T], *, hasty: bool = False) -> T:
        """Begin, run `work`, commit, and return what it returned.

        A `hasty` commit does not wait for the disk: a power cut (not a killed process) may undo it, and all that came
        after it, until the next commit that waits. It is for what would only be done once more.
        `work` runs again from the start (at most three times in all) when the race was lost, so it must have no
        effect outside its transaction. Raises StoreBusy, StaleRow (still stale the last time), StorageFull, and at once
        StoreGone: nobody knows whether the database wrote what it was asked to before it went.
        """
        for attempt in range(1, ATTEMPTS + 1):
            try:
                return self._write_once(work, hasty)
            except StoreGone:
                raise
            except (StoreBusy, StaleRow):
                if attempt == ATTEMPTS:
                    raise
        raise StoreBusy

    def _glancing(self) -> AbstractContextManager[Connection]:
        return self._kept.glancing() if self.in_process else self._lookers.connect()

    def _reading(self) -> AbstractContextManager[Connection]:
        return self._kept.reading() if self.in_process else self._readers.connect()

    def _write_once(self, work: Callable[[WriteTx], T], hasty: bool) -> T:
        with _marked(), _translated(), self._writing(hasty) as connection:
            tx = WriteTx(connection)
            done = work(tx)
            for write in tx.last.values():
                write()
        for each in tx.after:
            each()
        if tx.work:
            self.done.update(tx.work)
            self.told(frozenset(tx.work))
        return done

    @contextmanager
    def _writing(self, hasty: bool) -> Iterator[Connection]:
        if self.in_process:
            with self._kept.writing(hasty=hasty) as connection:
                yield connection
            return
        with self._engine.begin() as connection:
            if hasty:
                connection.exec_driver_sql("SET LOCAL synchronous_commit = off").close()
            yield connection

    def close(self) -> None:
        """Close every connection that nobody uses."""
        self._kept.close()
        self._engine.dispose()


@contextmanager
def _marked() -> Iterator[None]:
    assert_no_transaction()
    token = _open.set(True)
    try:
        yield
    finally:
        _open.reset(token)


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except (DBAPIError, sqlite3.Error) as error:
        raise _meaning(error) from error
    except NoConnectionLeft as error:
        raise StoreBusy from error
    except UnicodeEncodeError:
        raise Unstorable from None  # it quotes the text
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise StorageFull from error
        raise


def _meaning(error: DBAPIError | sqlite3.Error) -> Exception:
    """The one table from driver errors to ours; what it does not know stays as it was."""
    origin = error.orig if isinstance(error, DBAPIError) else error
    if isinstance(origin, sqlite3.Error):
        return _meaning_of_sqlite(origin) or error
    state = str(getattr(origin, "sqlstate", None) or "")
    if state == "53100":  # disk_full
        return StorageFull()
    if state in _NOT_ALLOWED:
        return ConfigurationError("database.url", _NOT_ALLOWED[state])
    if state in _LOST_RACES:
        return StoreBusy()
    if not state and isinstance(error, DataError):
        return Unstorable()
    # Before the server has answered there is no state.
    gone = state.startswith(_GONE) or (not state and isinstance(error, OperationalError))
    return StoreGone(" ".join(str(origin).split())) if gone else error


def _meaning_of_sqlite(origin: sqlite3.Error) -> Exception | None:
    primary = getattr(origin, "sqlite_errorcode", 0) & 0xFF
    if primary == sqlite3.SQLITE_FULL:
        return StorageFull()
    if primary in _UNUSABLE:
        return ConfigurationError("database.url", _UNUSABLE[primary])
    return StoreBusy() if primary in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED) else None
