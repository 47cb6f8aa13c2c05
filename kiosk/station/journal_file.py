"""The file under the journal: opened or begun anew, set aside when broken, its errors in our words."""

from __future__ import annotations

import errno
import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import structlog

from kiosk.errors import ConfigurationError, JournalCorrupt, StorageFull

VERSION = 4
_APPLICATION = 0x4B57_524A  # "KWRJ"
_CORRUPT = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})
_log = structlog.get_logger("keywright.station")

_SCHEMA = """
CREATE TABLE ceremony (
    ceremony_id   TEXT PRIMARY KEY,
    enrollment_id TEXT NOT NULL,
    relying_party TEXT NOT NULL,
    rp_id         TEXT NOT NULL,
    user_handle   TEXT NOT NULL,
    discoverable  INTEGER NOT NULL,
    step          TEXT NOT NULL,
    on_key        INTEGER NOT NULL,
    aaguid        BLOB NOT NULL,
    serial        TEXT NOT NULL,
    credential_id BLOB,
    response      TEXT,
    assertion     TEXT,
    created_at    TEXT NOT NULL,
    changed_at    TEXT NOT NULL,
    rolls_back    INTEGER NOT NULL DEFAULT 0
) STRICT
"""
_OWED_PINS = """
CREATE TABLE owed_pin (
    enrollment_id TEXT NOT NULL,
    aaguid        BLOB NOT NULL,
    serial        TEXT NOT NULL,
    owed_since    TEXT NOT NULL,
    PRIMARY KEY (enrollment_id, aaguid, serial)
) STRICT
"""
_SINCE = {
    1: "ALTER TABLE ceremony ADD COLUMN rolls_back INTEGER NOT NULL DEFAULT 0",
    2: _OWED_PINS.replace("owed_pin", "letter"),
    3: "ALTER TABLE letter RENAME TO owed_pin",
}
"""What makes a journal of each version one of the next."""


def open_journal(file: Path, now: datetime) -> sqlite3.Connection:
    """Open the journal; a broken or foreign file is set aside, logged, and a new one begun.

    Raises StorageFull, and ConfigurationError when the folder cannot be used or another station uses it.
    """
    with translated(file):
        try:
            file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            file.touch(mode=0o600)
            return _open(file)
        except _NotOurs:
            aside = set_aside(file, now)
        except sqlite3.DatabaseError as error:
            if _code(error) not in _CORRUPT:
                raise
            aside = set_aside(file, now)
        _log.error("journal_corrupt", file=aside.name)
        file.touch(mode=0o600)
        return _open(file)


@dataclass(frozen=True, slots=True)
class JournalHealth:
    """What can be seen of a journal without changing it. `in_use`: a station has it open, so nothing else is known.
    `pins_owed` never reached an owner: nobody knows them."""

    present: bool
    in_use: bool = False
    sound: bool = True
    unsettled: int = 0
    left_on_key: int = 0
    pins_owed: int = 0


def look(file: Path) -> JournalHealth:
    """See how a journal is, without opening it for writing. Raises ConfigurationError when it may not be read."""
    if not file.exists():
        return JournalHealth(present=False)
    try:
        with closing(sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro", uri=True, timeout=0.1)) as connection:
            counts = dict(connection.execute("SELECT step, count(*) FROM ceremony GROUP BY step").fetchall())
            owed = _owed(connection)
            sound = connection.execute("PRAGMA quick_check").fetchone()[0] == "ok"
    except sqlite3.DatabaseError as error:
        if _code(error) == sqlite3.SQLITE_BUSY:
            return JournalHealth(present=True, in_use=True)
        if _code(error) in _CORRUPT or _code(error) == sqlite3.SQLITE_ERROR:  # no such table: not a journal
            return JournalHealth(present=True, sound=False)
        raise ConfigurationError("state_folder", f"cannot be read ({error.sqlite_errorname})") from error
    unsettled = sum(number for step, number in counts.items() if step not in ("left_on_key", "proved", "closed"))
    left = counts.get("left_on_key", 0)
    return JournalHealth(True, sound=sound, unsettled=unsettled, left_on_key=left, pins_owed=owed)


def set_aside(file: Path, now: datetime) -> Path:
    """Give the file, and what SQLite keeps beside it, a name that says when it was found broken."""
    stamp = now.strftime("%Y%m%dT%H%M%S%f")
    aside = file.with_name(f"{file.name}.broken-{stamp}")
    for suffix in ("", "-wal", "-shm"):
        part = file.with_name(file.name + suffix)
        if part.exists():
            part.rename(aside.with_name(aside.name + suffix))
    return aside


@contextmanager
def translated(file: Path) -> Iterator[None]:
    """Turn what SQLite and the file system raise into KioskErrors."""
    try:
        yield
    except sqlite3.DatabaseError as error:
        code = _code(error)
        if code == sqlite3.SQLITE_FULL or error.sqlite_errorcode == sqlite3.SQLITE_IOERR_WRITE:  # a quota, say
            raise StorageFull from error
        if code in _CORRUPT:
            raise JournalCorrupt(str(file)) from error
        if code == sqlite3.SQLITE_BUSY:
            raise ConfigurationError("state_folder", "is in use by another station") from error
        raise ConfigurationError("state_folder", f"cannot keep the journal ({error.sqlite_errorname})") from error
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
            raise StorageFull from error
        raise ConfigurationError("state_folder", f"cannot keep the journal ({error.strerror})") from error


def _owed(connection: sqlite3.Connection) -> int:
    """How many PINs are owed; the table has had another name, and the oldest journals have none."""
    query = "SELECT name FROM sqlite_schema WHERE name IN ('letter', 'owed_pin')"
    found = connection.execute(query).fetchone()
    return int(connection.execute(f"SELECT count(*) FROM {found[0]}").fetchone()[0]) if found else 0  # noqa: S608 - ours


class _NotOurs(Exception):
    """A sound SQLite file, but not a journal of this version."""


def _code(error: sqlite3.Error) -> int:
    return error.sqlite_errorcode & 0xFF  # the primary code of an extended one


def _open(file: Path) -> sqlite3.Connection:
    with ExitStack() as undo:
        connection = sqlite3.connect(file, timeout=0.5, isolation_level=None, check_same_thread=False)
        undo.callback(connection.close)
        connection.row_factory = sqlite3.Row
        connection.execute("PRAGMA locking_mode = EXCLUSIVE")  # a second station must not settle our rows
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA secure_delete = ON")
        _check(connection)
        undo.pop_all()
    return connection


def _check(connection: sqlite3.Connection) -> None:
    """Take the lock, see that the file is sound and ours, and lay out a new one."""
    connection.execute("BEGIN EXCLUSIVE")
    (application,) = connection.execute("PRAGMA application_id").fetchone()
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    (tables,) = connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()
    if (application, version, tables) == (0, 0, 0):
        connection.execute(_SCHEMA)
        connection.execute(_OWED_PINS)
        connection.execute(f"PRAGMA application_id = {_APPLICATION}")
        connection.execute(f"PRAGMA user_version = {VERSION}")
    elif application == _APPLICATION and version in _SINCE:
        for older in range(version, VERSION):
            connection.execute(_SINCE[older])
        connection.execute(f"PRAGMA user_version = {VERSION}")
    elif (application, version) != (_APPLICATION, VERSION):
        raise _NotOurs
    connection.execute("COMMIT")
    if connection.execute("PRAGMA quick_check").fetchone()[0] != "ok":
        raise _NotOurs
