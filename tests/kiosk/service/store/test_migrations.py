"""The migrations and the tables say the same."""

from __future__ import annotations

from contextlib import closing
from threading import Thread

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import inspect, text

from kiosk.errors import ConfigurationError
from kiosk.service.store.engine import Store
from kiosk.service.store.tables import metadata
from kiosk.service.store.upgrade import downgrade, revisions, upgrade
from tests.kiosk.service.running import Running, opened
from tests.kiosk.service.soft_key import Json

pytestmark = pytest.mark.databases(bare=True)


def tables(store: Store) -> set[str]:
    return set(inspect(store.engine).get_table_names()) - {"alembic_version"}


def test_an_empty_database_becomes_what_the_tables_are(backend: Json) -> None:
    with closing(opened(backend)) as store:
        upgrade(store)
        with store.read() as tx:
            context = MigrationContext.configure(tx.connection, opts={"compare_type": True})
            assert compare_metadata(context, metadata) == []
        assert tables(store) == set(metadata.tables)


def test_it_goes_back_and_forth_with_people_in_it(local: Running) -> None:
    downgrade(local.parts.store)
    assert tables(local.parts.store) == set()
    upgrade(local.parts.store)
    assert tables(local.parts.store) == set(metadata.tables)


def test_a_database_of_a_newer_release_is_left_alone(backend: Json) -> None:
    with closing(opened(backend)) as store:
        upgrade(store)
        _, wanted = revisions(store)
        store.write(lambda tx: tx.connection.execute(text("UPDATE alembic_version SET version_num = '9999'")))
        with pytest.raises(ConfigurationError, match="newer release"):
            upgrade(store)
        assert revisions(store) == ("9999", wanted)


def test_two_processes_may_upgrade_at_once(backend: Json) -> None:
    stores = [opened(backend | {"busy_timeout": 20.0}) for _ in range(2)]
    threads = [Thread(target=upgrade, args=(store,)) for store in stores]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(tables(store) == set(metadata.tables) for store in stores)
    for store in stores:
        store.close()
