"""Copies of a whole database as it was at one moment, made while everybody works, and brought back.

Of SQLite a copy is a database again (VACUUM INTO, which reads one snapshot); of PostgreSQL it is pg_dump's own archive.
"""

from __future__ import annotations

import math
import os
import sqlite3
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import IO, Final

from sqlalchemy import inspect
from sqlalchemy.engine import URL, make_url

from kiosk.errors import ConfigurationError, StorageFull
from kiosk.service.store.engine import Store, StoreBusy
from kiosk.service.store.settings import DatabaseSettings
from kiosk.service.store.upgrade import Schema, known_revisions, schema_of

_LITE: Final = b"SQLite format 3\0"
_ARCHIVE: Final = b"PGDMP"
_PROGRAMS: Final = "/usr/bin:/bin:/usr/local/bin"
_SAID: Final = 300


class BadCopy(Exception):
    """What was to be brought back cannot be: `why` says it in words."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


def copy_to(database: DatabaseSettings, password: str | None, target: Path) -> int:
    """Keep all that was committed until now in a new file that only we may read; its size in bytes.

    Raises FileExistsError, StoreBusy, StorageFull, ConfigurationError, OSError. What was not finished is not left.
    """
    url = make_url(database.url)
    target.touch(mode=0o600, exist_ok=False)
    with _whole_or_gone(target) as file:
        if url.get_backend_name() == "sqlite":
            _vacuum(url, target, database.busy_timeout)
        else:
            _run(["pg_dump", "--format=custom", *_PLAIN, f"--dbname={_address(url)}"], database, password, file)
        os.fsync(file.fileno())
    return target.stat().st_size


def bring_back(store: Store, database: DatabaseSettings, password: str | None, source: Path, *, over: bool) -> None:
    """Fill the database from a copy, all or nothing: one without tables, or (`over`) in place of what is there.

    Raises BadCopy, StoreBusy, StorageFull, ConfigurationError, OSError.
    """
    lite = make_url(database.url).get_backend_name() == "sqlite"
    with source.open("rb") as file:
        if not file.read(len(_LITE)).startswith(_LITE if lite else _ARCHIVE):
            raise BadCopy("it is no copy of this kind of database")
    if not over and _tables(store):
        raise BadCopy("there is something in the database")
    if lite:
        _bring_back_lite(database, source)
    else:
        instead = ["--clean", "--if-exists"] if over else []
        whole = ["--single-transaction", "--exit-on-error"]
        to = f"--dbname={_address(make_url(database.url))}"
        store.close()  # a table that somebody looks at cannot be dropped
        _run(["pg_restore", *whole, *instead, *_PLAIN, to, str(source)], database, password)
    if schema_of(store, known_revisions()) is Schema.NEWER:
        raise BadCopy("a newer release made it: start that release")


_PLAIN: Final = ("--no-owner", "--no-privileges", "--no-password")
"""Whoever brings it back owns it."""


@contextmanager
def _whole_or_gone(target: Path) -> Iterator[IO[bytes]]:
    whole = False
    try:
        with target.open("r+b") as file:
            yield file
        whole = True
    finally:
        if not whole:
            target.unlink(missing_ok=True)


def _vacuum(url: URL, target: Path, patience: float) -> None:
    assert url.database is not None
    if not Path(url.database).is_file():
        raise ConfigurationError("database.url", "names a file that is not there")
    try:
        with closing(sqlite3.connect(url.database, timeout=patience)) as connection:
            connection.execute("VACUUM INTO ?", (str(target),)).close()
    except sqlite3.Error as error:
        raise _meaning(error) from error


def _bring_back_lite(database: DatabaseSettings, source: Path) -> None:
    """Page by page into the database itself, under its own locks: a service that still runs sees all of it, or none."""
    kept = make_url(database.url).database
    assert kept is not None
    try:
        with closing(sqlite3.connect(f"{source.absolute().as_uri()}?immutable=1", uri=True)) as copy:
            if copy.execute("PRAGMA integrity_check").fetchall() != [("ok",)]:
                raise BadCopy("it is damaged")
            with closing(sqlite3.connect(kept, timeout=database.busy_timeout)) as target:
                copy.backup(target)
    except sqlite3.DatabaseError as error:
        raise _meaning(error) from error


def _meaning(error: sqlite3.Error) -> Exception:
    primary = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if primary == sqlite3.SQLITE_FULL:
        return StorageFull()
    if primary in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return StoreBusy()
    return BadCopy("it is damaged")


def _tables(store: Store) -> bool:
    with store.read() as tx:
        return bool(inspect(tx.connection).get_table_names())


def _address(url: URL) -> str:
    """Of the database for its own programs, without a password."""
    return url.set(drivername="postgresql", password=None).render_as_string()


def _run(
    command: Sequence[str], database: DatabaseSettings, password: str | None, output: IO[bytes] | None = None
) -> None:
    """One of PostgreSQL's programs; it is told the password by its environment, which only we can read."""
    around = {"PATH": _PROGRAMS, "LC_ALL": "C", "PGCONNECT_TIMEOUT": str(max(2, math.ceil(database.busy_timeout)))}
    if password is not None:
        around["PGPASSWORD"] = password
    if database.certificate_authority is not None:
        around |= {"PGSSLMODE": "verify-full", "PGSSLROOTCERT": str(database.certificate_authority)}
    try:
        done = subprocess.run(  # noqa: S603 - fixed words, and the address of the settings
            command, stdout=output or subprocess.DEVNULL, stderr=subprocess.PIPE, env=around, check=False
        )
    except FileNotFoundError as error:
        raise ConfigurationError("database.url", f"needs PostgreSQL's own {command[0]} for this") from error
    if done.returncode != 0:
        said = " ".join(done.stderr.decode(errors="replace").split())[:_SAID]
        raise BadCopy(f"{command[0]} says: {said}")
