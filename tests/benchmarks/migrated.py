"""One side of the migration's benchmark in a process of its own: `ours` or `floor`; prints what it measured as JSON."""

from __future__ import annotations

import gc
import json
import resource
import sys
import time
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from kiosk.service.bulk_import import actions
from kiosk.service.bulk_import.engine import BLOCK
from kiosk.service.bulk_import.reading import CHUNK
from kiosk.service.bulk_import.rules import BatchState, Form
from kiosk.service.bulk_import.uploads import Upload, Wanted
from kiosk.service.bulk_import.worker import Migrator
from kiosk.service.store.engine import Store, WriteTx
from kiosk.service.store.upgrade import upgrade
from kiosk.service.tokens.rules import Caller
from tests.kiosk.service.running import assembled, opened, settings_for

_CALLER = Caller("migration", frozenset(), "default", frozenset({"main"}))
_SITES = {"sites": [{"id": "main", "name": "Main"}]}
_TABLES: Final = {
    "users": "id, upn, upn_key, given_name, family_name, email, phone, employee_id, attributes, status, changed_at, "
    "tenant, origin, locale, created_at",
    "user_values": "field, value, user_id",
    "user_sites": "user_id, site, attributes, joined_at",
}
_MEMBERS: Final = "user_id IN (SELECT user_id FROM user_sites)"
_WHOSE: Final = {"users": _MEMBERS.replace("user_id IN", "id IN"), "user_values": _MEMBERS, "user_sites": "true"}


def ours(database: dict[str, str], source: str) -> dict[str, Any]:
    """Receive the source and take it in, as the service does."""
    with TemporaryDirectory() as folder:
        settings = settings_for(Path(folder), database=database, accounts=_SITES)
        with assembled(Path(folder), settings) as running:
            upload = Upload(running.parts, _CALLER, Wanted("main", Form.NDJSON))
            began = time.perf_counter()
            with Path(source).open("rb") as file:
                while piece := file.read(CHUNK):
                    upload.take(piece)
            batch_id = upload.finish().migration_batch_id
            received = time.perf_counter()
            early = _work(Migrator(running.parts))
            done = time.perf_counter()
            batch = actions.details(running.parts, _CALLER, batch_id, 0, 1).batch
    assert (batch.status, batch.failed, batch.created) == (BatchState.DONE, 0, batch.records), batch
    return {"seconds": done - began, "received": received - began, "peak": _peak(), "early": early}


def _work(migrator: Migrator) -> float:
    """Until there is nothing left; the peak of memory after the first hundred thousand."""
    early = 0.0
    blocks = 0
    while migrator.work():
        blocks += 1
        early = early if blocks * BLOCK > 100_000 else _peak()
    return early


def floor(filled: dict[str, str], empty: dict[str, str]) -> dict[str, Any]:
    """The rows of the filled database, prepared, put into the tables of the empty one in one transaction."""
    with closing(opened(filled)) as store:
        rows = {table: _rows(store, table) for table in _TABLES}
    with closing(opened(empty)) as store:
        upgrade(store)
        gc.collect()
        gc.disable()
        began = time.perf_counter()
        store.write(lambda tx: _put(tx, rows))
        return {"seconds": time.perf_counter() - began}


def _rows(store: Store, table: str) -> list[tuple[Any, ...]]:
    """As texts and in the order in which they were written."""
    order = "rowid" if store.in_process else "ctid"
    columns = [column if store.in_process else f"{column}::text" for column in _TABLES[table].split(", ")]
    with store.read() as tx:
        query = f"SELECT {', '.join(columns)} FROM {table} WHERE {_WHOSE[table]} ORDER BY {order}"
        return [tuple(row) for row in tx.connection.exec_driver_sql(query)]


def _put(tx: WriteTx, rows: dict[str, list[tuple[Any, ...]]]) -> None:
    driver: Any = tx.connection.connection.driver_connection
    for table, columns in _TABLES.items():
        if tx.connection.dialect.name == "sqlite":
            marks = ", ".join("?" * len(columns.split(", ")))
            driver.executemany(f"INSERT INTO {table} ({columns}) VALUES ({marks})", rows[table]).close()
            continue
        with driver.cursor() as cursor, cursor.copy(f"COPY {table} ({columns}) FROM STDIN") as copy:
            for row in rows[table]:
                copy.write_row(row)


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    first, second = map(json.loads, sys.argv[2:])
    measured = ours(first, second) if sys.argv[1] == "ours" else floor(first, second)
    sys.stdout.write(json.dumps(measured) + "\n")
