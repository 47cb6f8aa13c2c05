"""Thousands of rows at once, straight to the driver: `executemany` on SQLite, COPY on PostgreSQL."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from sqlalchemy.exc import DBAPIError

from kiosk.service.store.engine import ReadTx, WriteTx

Rows = Sequence[tuple[Any, ...]]


_CACHE, _LOG = 128 * 1024, 100_000
"""KiB of pages that SQLite keeps while it loads, and pages that its log may have before they go to their places: names
are scattered over the whole index, and the same pages are written to again by the next block."""


def make_room(tx: WriteTx) -> None:
    """Let the connection take the memory and the log that thousands of rows are worth; it keeps them."""
    if _is_sqlite(tx):
        for pragma in (f"cache_size = -{_CACHE}", f"wal_autocheckpoint = {_LOG}"):
            _driver(tx).execute(f"PRAGMA {pragma}").close()


def load(tx: WriteTx, table: str, columns: Sequence[str], rows: Rows) -> None:
    """Insert rows of texts and numbers; `table` and `columns` are our own words."""
    if not rows:
        return
    into = f"{table} ({', '.join(columns)})"
    if _is_sqlite(tx):
        marks = ", ".join("?" * len(columns))
        _driver(tx).executemany(f"INSERT INTO {into} VALUES ({marks})", rows).close()  # noqa: S608 - our own words
        return
    with _translated(tx), _driver(tx).cursor() as cursor, cursor.copy(f"COPY {into} FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)


def rows_of(tx: ReadTx, query: str, wanted: Sequence[str], *given: Any) -> Rows:
    """What a query answers whose first mark stands for any of the `wanted` values, and the others for what is `given`.

    The query marks parameters by `?`, and has `IN ANY` for the first.
    """
    if _is_sqlite(tx):
        found: Rows = (
            _driver(tx)
            .execute(query.replace("IN ANY", "IN (SELECT value FROM json_each(?))"), (json.dumps(wanted), *given))
            .fetchall()
        )
        return found
    with _translated(tx), _driver(tx).cursor() as cursor:
        cursor.execute(query.replace("IN ANY", "= ANY(?)").replace("?", "%s"), (list(wanted), *given))
        answered: Rows = cursor.fetchall()
    return answered


def stamp(tx: ReadTx, now: datetime) -> str:
    """A time as the database keeps it, and reads it in a text."""
    utc = now.astimezone(UTC)
    return utc.strftime("%Y-%m-%d %H:%M:%S.%f") if _is_sqlite(tx) else utc.isoformat()


def _is_sqlite(tx: ReadTx) -> bool:
    return tx.connection.dialect.name == "sqlite"


def _driver(tx: ReadTx) -> Any:
    return tx.connection.connection.driver_connection


@contextmanager
def _translated(tx: ReadTx) -> Iterator[None]:
    """An error of the driver, as the library would have raised it."""
    errors = tx.connection.dialect.loaded_dbapi.Error
    try:
        yield
    except errors as error:
        raise DBAPIError.instance("", None, error, errors, dialect=tx.connection.dialect) from error
