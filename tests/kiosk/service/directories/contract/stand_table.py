"""The built-in table over a real database."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Self

from kiosk.service.directories import csv_people
from kiosk.service.directories.csv_people import PersonRow
from kiosk.service.outbound import Outbound
from kiosk.service.store.engine import Store, WriteTx
from kiosk.service.store.upgrade import upgrade
from kiosk.service.store.users import UserRow, put_user, users
from kiosk.service.tls import Identity
from tests.kiosk.service.directories.contract.stand import ATTRIBUTES, PEOPLE, SITE, Known, Stand, made
from tests.kiosk.service.running import NOON


class TableStand(Stand):
    """People put in as an import does it."""

    NAME = "table"

    def __init__(self, store: Store) -> None:
        self.store = store
        self.rows = dict(zip(PEOPLE, _rows(written(PEOPLE)), strict=True))
        self.directory = made({"kind": "table", "id": "table"}, Outbound(), store=store)
        for row in self.rows.values():
            self._put(row)

    @classmethod
    @contextmanager
    def open(cls, folder: Path, tls: tuple[Identity, Identity]) -> Iterator[Self]:
        del tls
        store = Store.open(f"sqlite:///{folder / 'people.db'}")
        try:
            upgrade(store)
            yield cls(store)
        finally:
            store.close()

    def disable(self, known: Known) -> None:
        self._put(replace(self.rows[known], status="inactive"))

    def remove(self, known: Known) -> None:
        def delete(tx: WriteTx) -> None:
            tx.connection.execute(users.delete().where(users.c.id == self.rows[known].person.user_id))

        self.store.write(delete)

    def _put(self, row: UserRow) -> None:
        self.store.write(lambda tx: put_user(tx, row, NOON))


HEADER = ("upn", "email", "given_name", "family_name", "phone", "employee_id", "attribute:department", "status")


def written(people: tuple[Known, ...]) -> bytes:
    """A file of these people, as another system writes it."""
    file = io.StringIO()
    writer = csv.writer(file)
    writer.writerow(HEADER)
    for each in people:
        status = "active" if each.active else "inactive"
        names = (each.upn, each.email, each.given_name, each.family_name)
        writer.writerow((*names, each.phone, each.employee_id, each.department, status))
    return file.getvalue().encode()


def _rows(content: bytes) -> Iterator[UserRow]:
    for number, row in enumerate(csv_people.people(io.BytesIO(content), SITE, ATTRIBUTES)):
        assert isinstance(row, PersonRow), row
        yield UserRow(replace(row.person, user_id=f"{number:032x}"), row.status, row.values)


STANDS = (TableStand,)
