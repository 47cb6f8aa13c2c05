"""People to be migrated, written as JSON lines and as CSV, and what becomes of them."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import text

from kiosk.service.bulk_import import actions
from kiosk.service.bulk_import.bodies import Batch, BatchDetails
from kiosk.service.bulk_import.rules import Form
from kiosk.service.bulk_import.uploads import Upload, Wanted
from kiosk.service.bulk_import.worker import Migrator
from kiosk.service.parts import Parts
from kiosk.service.store.engine import ReadTx
from kiosk.service.tokens.rules import Caller
from tests.kiosk.service.running import Running

SITES: dict[str, Any] = {
    "sites": [
        {"id": "main", "name": "Main"},
        {"id": "second", "name": "Second"},
        {"id": "other", "name": "Other", "tenant": "other"},
    ]
}
MAIN = Caller("migration", frozenset(), "default", frozenset({"main"}))
OTHER = Caller("another", frozenset(), "other", frozenset({"other"}))

Cells = Mapping[str, str]


def as_json(people: Iterable[Cells]) -> bytes:
    """One JSON object a line."""
    return b"".join(json.dumps(each).encode() + b"\n" for each in people)


def as_csv(people: Iterable[Cells]) -> bytes:
    """All columns that any of them has."""
    rows = list(people)
    columns = sorted({column for row in rows for column in row} | {"upn"})
    told = io.StringIO()
    writer = csv.writer(told)
    writer.writerow(columns)
    writer.writerows([row.get(column, "") for column in columns] for row in rows)
    return told.getvalue().encode()


@dataclass
class Migration:
    """Migrates people into a site of a service, without HTTP."""

    running: Running
    caller: Caller = MAIN
    site: str = "main"

    @property
    def parts(self) -> Parts:
        return self.running.parts

    def accept(self, source: bytes, form: Form = Form.NDJSON, *, key: str = "", pieces: int = 1 << 20) -> str:
        upload = Upload(self.parts, self.caller, Wanted(self.site, form, key))
        for at in range(0, len(source), pieces):
            upload.take(source[at : at + pieces])
        return upload.finish().migration_batch_id

    def work(self) -> None:
        migrator = Migrator(self.parts)
        while migrator.work():
            pass

    def told(self, batch_id: str) -> BatchDetails:
        return actions.details(self.parts, self.caller, batch_id, 0, 1000)

    def run(self, source: bytes, form: Form = Form.NDJSON, **more: Any) -> Batch:
        batch_id = self.accept(source, form, **more)
        self.work()
        return self.told(batch_id).batch


def counts(batch: Batch) -> tuple[int, int, int, int]:
    """Created, changed, same, failed."""
    return batch.created, batch.changed, batch.same, batch.failed


def kept(parts: Parts, tenant: str = "default", site: str = "main") -> dict[str, Any]:
    """Everybody of a site: what the tables say of them, but for ids and times."""
    with parts.store.read() as tx:
        people = tx.connection.execute(
            text(
                "SELECT id, upn, upn_key, given_name, family_name, email, phone, employee_id, users.attributes, status,"
                " origin"
                " FROM users JOIN user_sites ON user_sites.user_id = users.id AND user_sites.site = :site"
                " WHERE tenant = :tenant"
            ),
            {"site": site, "tenant": tenant},
        ).all()
        return {row.upn_key: (*_plain(row), _values(tx, row.id), _badges(tx, row.id)) for row in people}


def _plain(row: Any) -> tuple[Any, ...]:
    attributes = json.loads(row.attributes) if isinstance(row.attributes, str) else row.attributes
    told = row.upn, row.given_name, row.family_name, row.email, row.phone, row.employee_id, row.status, row.origin
    return (*told, attributes)


def _values(tx: ReadTx, user_id: str) -> dict[str, str]:
    query = text("SELECT field, value FROM user_values WHERE user_id = :id")
    return {row.field: row.value for row in tx.connection.execute(query, {"id": user_id})}


def _badges(tx: ReadTx, user_id: str) -> set[str]:
    query = text("SELECT badge FROM badges WHERE user_id = :id")
    return set(tx.connection.execute(query, {"id": user_id}).scalars())
