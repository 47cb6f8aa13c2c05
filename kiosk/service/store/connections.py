"""How the two databases are connected to: a file of our own, or a server that has to show who it is."""

from __future__ import annotations

import math
import select
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, InvalidatePoolError
from sqlalchemy.pool import ConnectionPoolEntry

from kiosk.errors import ConfigurationError

_HERE: Final = ("localhost", "127.0.0.1", "::1")
_NOT_IN_THE_URL: Final = frozenset({"password", "passfile", "sslmode", "sslrootcert", "service"})
"""What has settings of its own, or would go round them."""

_IDLE: Final = 60_000
"""Milliseconds after which the server ends a transaction that asks nothing: its machine sleeps, and holds locks."""
_AWAKE: Final = 1.0
"""Seconds that a quiet connection is taken to work after it did."""
_RESTS_SINCE: Final = "keywright rests since"
_UNHEARD: Final = 15_000
"""Milliseconds without an acknowledgement after which a connection counts as broken."""


def connect(url: str, busy_timeout: float, password: str | None, certificate_authority: Path | None) -> Engine:
    """The engine of an SQLAlchemy URL of SQLite or PostgreSQL; nothing is connected yet.

    `certificate_authority` (PEM) is who vouches for a server, by its name; a server on this machine may do without.
    Raises ConfigurationError.
    """
    try:
        parsed = make_url(url)
        if parsed.get_backend_name() == "sqlite":
            return _sqlite(parsed, busy_timeout)
        if parsed.drivername in ("postgresql", "postgresql+psycopg"):
            return _postgresql(parsed, busy_timeout, password, certificate_authority)
    except ImportError as error:
        raise ConfigurationError("database.url", "needs the extra [postgres] of this program") from error
    except (ArgumentError, ValueError) as error:
        raise _no_database() from error
    raise _no_database()


def _no_database() -> ConfigurationError:
    return ConfigurationError("database.url", "names no database that this service can open")


def _sqlite(url: URL, busy_timeout: float) -> Engine:
    if not url.database or url.database == ":memory:":
        raise ValueError("an SQLite database needs a file")
    given = {"timeout": busy_timeout, "check_same_thread": False}
    engine = create_engine(url, connect_args=given, max_overflow=40, hide_parameters=True)
    event.listen(engine, "connect", _prepare_sqlite)
    return engine


def _prepare_sqlite(connection: Any, _entry: ConnectionPoolEntry) -> None:
    """Hand transaction control to us, and make a commit survive a power cut."""
    connection.isolation_level = None
    for pragma in ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON", "temp_store = MEMORY"):
        connection.execute(f"PRAGMA {pragma}").close()


def _postgresql(url: URL, busy_timeout: float, password: str | None, certificate_authority: Path | None) -> Engine:
    if url.password is not None or _NOT_IN_THE_URL & url.query.keys():
        raise ConfigurationError("database.url", "holds what belongs into database.password or certificate_authority")
    given: dict[str, Any] = {
        "application_name": "keywright",
        "connect_timeout": max(2, math.ceil(busy_timeout)),
        "tcp_user_timeout": _UNHEARD,
        "keepalives_idle": _UNHEARD // 1000,
        "options": f"-c lock_timeout={busy_timeout * 1000:.0f} -c idle_in_transaction_session_timeout={_IDLE}",
    }
    if password is not None:
        given["password"] = password
    if certificate_authority is not None:
        given |= {"sslmode": "verify-full", "sslrootcert": str(certificate_authority)}
    elif not all(host in _HERE or host.startswith("/") for host in _hosts(url)):
        raise ConfigurationError("database.certificate_authority", "is needed for a database on another machine")
    engine = create_engine(
        url.set(drivername="postgresql+psycopg"),
        connect_args=given,
        pool_size=10,
        max_overflow=30,
        pool_timeout=busy_timeout,
        pool_use_lifo=True,
        hide_parameters=True,
    )
    event.listen(engine, "checkin", _note_rest)
    event.listen(engine, "checkout", partial(_wake, engine))
    return engine


def _note_rest(_connection: Any, entry: ConnectionPoolEntry) -> None:
    entry.info[_RESTS_SINCE] = time.monotonic()


def _wake(engine: Engine, connection: Any, entry: ConnectionPoolEntry, _proxy: Any) -> None:
    """A server that was restarted is nobody's failed request: who has rested, or was sent something meanwhile (most
    likely good-bye), is asked first whether it is still there. Raises InvalidatePoolError: the next one is tried.
    """
    if time.monotonic() - entry.info.get(_RESTS_SINCE, -math.inf) < _AWAKE and not _stirs(connection.fileno()):
        return
    try:
        engine.dialect.do_ping(connection)
    except engine.dialect.loaded_dbapi.Error as error:
        raise InvalidatePoolError from error


def _stirs(descriptor: int) -> bool:
    """Whether something came that nobody read; without a way to look (Windows), perhaps."""
    if not hasattr(select, "poll"):
        return True
    looked = select.poll()
    looked.register(descriptor, select.POLLIN)
    return bool(looked.poll(0))


def _hosts(url: URL) -> Iterator[str]:
    """Where the server may be: an address, or the folder of a socket. The query may name several."""
    if url.host:
        yield url.host
    for name in ("host", "hostaddr"):
        told = url.query.get(name, ())
        for each in (told,) if isinstance(told, str) else told:
            yield from (part.rsplit(":", 1)[0] if part.count(":") == 1 else part for part in each.split(","))
