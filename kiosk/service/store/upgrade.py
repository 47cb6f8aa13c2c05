"""Brings a database to the schema of this release, one process at a time."""

from __future__ import annotations

from collections.abc import Callable, Collection
from enum import Enum
from functools import cache
from pathlib import Path
from typing import Final

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from kiosk.errors import ConfigurationError
from kiosk.service.store.engine import Store, WriteTx

_LOCK = 0x4B657977  # "Keyw": the advisory lock that only our migrations take

_TURN: Final = "120s"
"""How long a replica waits for another one that upgrades the database; it is asked for three times."""

_TABLE: Final = "10s"
"""How long a migration waits for a table: whoever wants the table after it waits as long."""


class Schema(Enum):
    """How the tables of a database stand to what this release wants."""

    EMPTY = "empty"
    OLDER = "older"
    CURRENT = "current"
    NEWER = "newer"


def upgrade(store: Store, revision: str = "head") -> None:
    """Run the missing migrations in one transaction, while no other process can. Where none is missing, nothing waits.

    Of several replicas that start at once one upgrades; the others wait for it, and find nothing left to do.
    Raises ConfigurationError for a database of a newer release, StorageFull, StoreBusy.
    """
    if revision == "head" and _is_current(store):
        return
    try:
        _migrate(store, lambda config: command.upgrade(config, revision))
    except CommandError as error:
        raise _newer() from error


def _newer() -> ConfigurationError:
    return ConfigurationError("database.url", "names a database that a newer release has upgraded: start that release")


def downgrade(store: Store, revision: str = "base") -> None:
    """Take migrations back: for tests, and for an administrator who knows why."""
    _migrate(store, lambda config: command.downgrade(config, revision))


def revisions(store: Store) -> tuple[str | None, str | None]:
    """The revision that a database is at, and the one that this release wants; nothing is changed.

    Raises ConfigurationError, StoreBusy.
    """
    return _revision(store), next(iter(known_revisions()), None)


@cache
def known_revisions() -> tuple[str, ...]:
    """All revisions that this release knows, the newest first; they are read from files, once."""
    return tuple(each.revision for each in ScriptDirectory.from_config(_config()).walk_revisions())


def schema_of(store: Store, known: Collection[str]) -> Schema:
    """How a database stands to the revisions that a release knows, the newest first; nothing is changed.

    Raises ConfigurationError, StoreBusy.
    """
    current = _revision(store)
    if current is None:
        return Schema.EMPTY
    if current not in known:
        return Schema.NEWER
    return Schema.CURRENT if current == next(iter(known)) else Schema.OLDER


def _revision(store: Store) -> str | None:
    try:
        with store.read() as tx:
            return MigrationContext.configure(tx.connection).get_current_revision()
    except DBAPIError as error:  # its text may hold the password of the database
        raise ConfigurationError("database.url", "names a database that does not answer") from error


def _is_current(store: Store) -> bool:
    """Whether nothing is missing; what goes wrong here is told by the migration itself."""
    try:
        current, wanted = revisions(store)
    except ConfigurationError:
        return False
    return current == wanted


def _migrate(store: Store, run: Callable[[Config], None]) -> None:
    def work(tx: WriteTx) -> None:
        if tx.connection.dialect.name == "postgresql":  # SQLite's write lock is held already
            tx.connection.execute(text(f"SET LOCAL lock_timeout = '{_TURN}'"))
            tx.connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
            tx.connection.execute(text(f"SET LOCAL lock_timeout = '{_TABLE}'"))
        config = _config()
        config.attributes["connection"] = tx.connection
        run(config)

    store.write(work)


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    return config
