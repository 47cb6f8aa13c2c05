"""The migrations and the tables say the same."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from threading import Thread

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import inspect

from kiosk.errors import ConfigurationError
from kiosk.service.store.engine import Store
from kiosk.service.store.tables import metadata
from kiosk.service.store.upgrade import downgrade, revisions, upgrade
from tests.kiosk.service.running import assembled, settings_for


def tables(store: Store) -> set[str]:
    return set(inspect(store.engine).get_table_names()) - {"alembic_version"}


def test_an_empty_database_becomes_what_the_tables_are(tmp_path: Path) -> None:
    store = Store.open(f"sqlite:///{tmp_path / 'new.db'}")
    upgrade(store)
    with store.read() as tx:
        context = MigrationContext.configure(tx.connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []
    assert tables(store) == set(metadata.tables)
    store.close()


def test_it_goes_back_and_forth_with_people_in_it(tmp_path: Path) -> None:
    with assembled(tmp_path, settings_for(tmp_path)) as running:
        downgrade(running.parts.store)
        assert tables(running.parts.store) == set()
        upgrade(running.parts.store)
        assert tables(running.parts.store) == set(metadata.tables)


def test_a_database_of_a_newer_release_is_left_alone(tmp_path: Path) -> None:
    file = tmp_path / "newer.db"
    with closing(Store.open(f"sqlite:///{file}")) as store:
        upgrade(store)
        with closing(sqlite3.connect(file)) as connection, connection:
            connection.execute("UPDATE alembic_version SET version_num = '9999'")
        with pytest.raises(ConfigurationError, match="another release"):
            upgrade(store)
        assert revisions(store) == ("9999", "0005")


def test_two_processes_may_upgrade_at_once(tmp_path: Path) -> None:
    stores = [Store.open(f"sqlite:///{tmp_path / 'both.db'}", busy_timeout=20) for _ in range(2)]
    threads = [Thread(target=upgrade, args=(store,)) for store in stores]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(tables(store) == set(metadata.tables) for store in stores)
    for store in stores:
        store.close()
