"""A file that another system replaces, loaded as the service's worker does it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Self

from kiosk.service.directories.connectors.csv import CsvDirectory
from kiosk.service.outbound import Outbound
from kiosk.service.store.engine import Store
from kiosk.service.store.upgrade import upgrade
from kiosk.service.tls import Identity
from tests.kiosk.service.directories.contract.stand import PEOPLE, Known, Stand, made
from tests.kiosk.service.directories.contract.stand_table import written


class CsvStand(Stand):
    """The file and the database that it is loaded into."""

    NAME = "csv"

    directory: CsvDirectory

    def __init__(self, store: Store, path: Path) -> None:
        self.store, self.path = store, path
        self.people = {known: known for known in PEOPLE}
        directory = made({"kind": "csv", "id": "staff", "path": str(path)}, Outbound(), store=store)
        assert isinstance(directory, CsvDirectory)
        self.directory = directory
        self._replace()

    @classmethod
    @contextmanager
    def open(cls, folder: Path, tls: tuple[Identity, Identity]) -> Iterator[Self]:
        del tls
        store = Store.open(f"sqlite:///{folder / 'people.db'}")
        try:
            upgrade(store)
            yield cls(store, folder / "people.csv")
        finally:
            store.close()

    def disable(self, known: Known) -> None:
        self.people[known] = replace(known, active=False)
        self._replace()

    def remove(self, known: Known) -> None:
        del self.people[known]
        self._replace()

    def _replace(self) -> None:
        fresh = self.path.with_suffix(".new")
        fresh.write_bytes(written(tuple(self.people.values())))
        fresh.rename(self.path)
        (chore,) = self.directory.chores()
        while chore.work():
            pass


STANDS = (CsvStand,)
