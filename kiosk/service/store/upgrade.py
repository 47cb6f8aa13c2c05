"""Brings a database to the schema of this release, one process at a time."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

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


def upgrade(store: Store, revision: str = "head") -> None:
    """Run the missing migrations in one transaction, while no other process can. Where none is missing, nothing waits.

    Raises ConfigurationError for a database of a newer release, StorageFull, StoreBusy.
    """
    if revision == "head" and _is_current(store):
        return
    try:
        _migrate(store, lambda config: command.upgrade(config, revision))
    except CommandError as error:
        raise ConfigurationError("database.url", "names a database of another release") from error


def downgrade(store: Store, revision: str = "base") -> None:
    """Take migrations back: for tests, and for an administrator who knows why."""
    _migrate(store, lambda config: command.downgrade(config, revision))


def revisions(store: Store) -> tuple[str | None, str | None]:
    """The revision that a database is at, and the one that this release wants; nothing is changed.

    Raises ConfigurationError, StoreBusy.
    """
    try:
        with store.read() as tx:
            current = MigrationContext.configure(tx.connection).get_current_revision()
    except DBAPIError as error:  # its text may hold the password of the database
        raise ConfigurationError("database.url", "names a database that does not answer") from error
    return current, ScriptDirectory.from_config(_config()).get_current_head()


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
            tx.connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
            tx.connection.execute(text("SET LOCAL lock_timeout = '10s'"))
        config = _config()
        config.attributes["connection"] = tx.connection
        run(config)

    store.write(work)


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    return config
