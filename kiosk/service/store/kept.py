"""Connections to SQLite that stay open between transactions, which the driver itself is told to begin and to end.

A request makes a dozen transactions, and each way through the library's pool costs as much as a statement. Each call
of the driver lets another thread have the interpreter, and waits to get it back: so there are as few as can be.
"""

from __future__ import annotations

import sqlite3
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock
from typing import Final

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import TimeoutError as NoTurn

_MOST_IDLE: Final = 16
"""Readers that are kept open."""


class KeptConnections:
    """Any number of readers, each for one thread at a time; and one writer, for whoever's turn it is: SQLite lets the
    others sleep, and miss it. `patience` is how many seconds they wait."""

    def __init__(self, engine: Engine, patience: float) -> None:
        self._engine = engine.execution_options(isolation_level="AUTOCOMMIT")  # the library begins nothing
        self._idle: deque[Connection] = deque()
        self._writer: Connection | None = None
        self._hasty: bool | None = None
        self._turn, self._patience = Lock(), patience

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A snapshot. Raises sqlite3.Error, and what the library raises where it cannot connect."""
        with self.glancing() as connection:
            tell(connection, "BEGIN")
            yield connection

    @contextmanager
    def glancing(self) -> Iterator[Connection]:
        """For one statement. Raises as `reading`."""
        try:
            connection = self._idle.pop()
        except IndexError:
            connection = self._engine.connect()
        try:
            yield connection
        finally:
            if not _ended(connection):
                connection.close()
            elif len(self._idle) < _MOST_IDLE:
                self._idle.append(connection)
            else:
                connection.close()

    @contextmanager
    def writing(self, *, hasty: bool) -> Iterator[Connection]:
        """A transaction that is committed at the end. Raises as `reading`, and TimeoutError of the library.

        It takes the lock at once: upgrading a reader's lock later fails at random under load.
        """
        if not self._turn.acquire(timeout=self._patience):
            raise NoTurn
        try:
            with self._written(hasty) as connection:
                yield connection
        finally:
            self._turn.release()

    @contextmanager
    def _written(self, hasty: bool) -> Iterator[Connection]:
        connection = self._writer or self._engine.connect()
        self._writer = None
        try:
            if self._hasty is not hasty:
                self._hasty = None
                tell(connection, f"PRAGMA synchronous = {'NORMAL' if hasty else 'FULL'}")
                self._hasty = hasty
            tell(connection, "BEGIN IMMEDIATE")
            yield connection
            tell(connection, "COMMIT")
        finally:
            if _ended(connection):
                self._writer = connection
            else:
                self._hasty = None
                connection.close()

    def close(self) -> None:
        """Close what is idle."""
        writer, self._writer, self._hasty = self._writer, None, None
        if writer is not None:
            writer.close()
        while self._idle:
            self._idle.pop().close()


def _ended(connection: Connection) -> bool:
    """Take back what was not committed; False where the connection is of no more use."""
    try:
        _driver(connection).rollback()  # nothing, outside of a transaction
    except sqlite3.Error:
        return False
    return True


def tell(connection: Connection, statement: str) -> None:
    """To the driver itself. Raises sqlite3.Error."""
    _driver(connection).execute(statement).close()


def _driver(connection: Connection) -> sqlite3.Connection:
    driver = connection.connection.driver_connection
    assert isinstance(driver, sqlite3.Connection)
    return driver
