"""Two services over one database, each of which does whatever falls due at the same moment as the other."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Barrier
from typing import Any, Final

from sqlalchemy import Table

from kiosk.service.parts import Parts
from kiosk.service.store.audit import audit
from kiosk.service.tls import Identity
from kiosk.service.worker import Chore
from tests.kiosk.service.accounts.checker import ACCOUNTS, Checker, checking
from tests.kiosk.service.attestation.blobs import HOST, Publisher
from tests.kiosk.service.attestation.test_anchors import pem
from tests.kiosk.service.projects.campaign import PAGES
from tests.kiosk.service.running import Running, StandingClock, assembled, settings_for
from tests.kiosk.service.soft_key import Json
from tests.kiosk.service.table_rows import add_rows, count_rows

MANY: Final = 120
"""More than any chore does at once."""


@dataclass
class Pair:
    """Two services with one database, one clock and one folder."""

    services: tuple[Running, Running]
    folder: Path
    checker: Checker
    publisher: Publisher = field(default_factory=Publisher)

    @property
    def parts(self) -> Parts:
        return self.services[0].parts

    def chores(self, name: str) -> list[Chore]:
        """That chore of each of them."""
        return [next(each for each in one.service.worker.chores if each.name == name) for one in self.services]

    def both(self, name: str) -> None:
        """Each does the chore until there is no more to do, from the same moment on."""
        together([chore.work for chore in self.chores(name)])

    def add(self, table: Table, many: int = MANY, **told: Any) -> None:
        add_rows(self.parts.store, table, many, **told)

    def count(self, table: Table, *where: Any) -> int:
        return count_rows(self.parts.store, table, *where)

    def trail(self, event: str) -> int:
        return self.count(audit, audit.c.event == event)


def together(works: list[Callable[[], bool]]) -> None:
    """All of them begin at once, and go on while there is more. Whatever one raises is raised."""
    gate = Barrier(len(works))

    def run(work: Callable[[], bool]) -> None:
        gate.wait(10)
        while work():
            pass

    with ThreadPoolExecutor(len(works)) as pool:
        for done in [pool.submit(run, work) for work in works]:
            done.result(60)


@contextmanager
def paired(folder: Path, database: Json, tls: tuple[Identity, Identity]) -> Iterator[Pair]:
    """Two services in a folder, to which everything is given that has chores. Nothing listens but the checker."""
    clock, publisher = StandingClock(), Publisher()
    (folder / "anchors").mkdir()
    (folder / "root.pem").write_bytes(pem(publisher.root))
    (folder / "blob.jwt").write_bytes(publisher.publish(number=1))
    with ExitStack() as stack:
        checker = stack.enter_context(checking(tls))
        settings = settings_for(
            folder,
            database=database,
            server={"data_directory": folder},
            accounts={**ACCOUNTS, "screening": [checker.settings()]},
            directories=[{"kind": "table", "id": "people"}, {"kind": "csv", "id": "list", "path": folder / "list.csv"}],
            life={"activation": "hand_over", "hand_over": 14, "expire": 100, "warn": 10},
            audit={"anchors": folder / "anchors", "syslog": "udp://127.0.0.1:9", "pseudonymise": 30},
            attestation={
                "metadata": {"file": folder / "blob.jwt", "root": folder / "root.pem", "hosts": [HOST]},
            },
            projects={
                **PAGES,
                "named": {
                    "synced": {"list": folder / "members.csv"},
                    "gate": {
                        "feed": {
                            "file": folder / "gate.csv",
                            "webhook": {"url": "https://localhost:9/people", "secret": "gate"},
                        }
                    },
                },
            },
        )
        (folder / "list.csv").write_text("upn\nfirst@example.test\n")
        one, two = (stack.enter_context(assembled(folder, settings, clock=clock)) for _ in range(2))
        for each in (one, two):
            each.clock = clock
        yield Pair((one, two), folder, checker, publisher)
