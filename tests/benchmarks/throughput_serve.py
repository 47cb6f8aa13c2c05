"""A process for the throughput: a whole service that notes what it commits, or the same commits without a service.

Says what it has to say in one line of JSON for each line that it is sent, and ends when its input does. Keeps to one
processor, the same for both.
"""

from __future__ import annotations

import json
import logging
import os
import pickle
import sqlite3
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import psycopg
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, SECP256R1, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from sqlalchemy import event
from sqlalchemy.engine import Engine, make_url

from kiosk import logs
from kiosk.commands.embedded import embedded_service
from kiosk.service.database import open_database
from kiosk.service.store.copies import bring_back, copy_to
from kiosk.service.store.engine import Store, WriteTx
from kiosk.service.store.settings import DatabaseSettings
from kiosk.service.tokens.actions import create_client
from tests.benchmarks.serve import populate

Json = dict[str, Any]
_PAGES = 50


def secret(name: str) -> str:
    """What the test's database takes for a password."""
    return f"the secret {name}"


def ours(folder: Path, told: Json) -> None:
    """Our service, with a database and a mail server of other processes."""
    changes = {
        "database": told["database"] or {"url": f"sqlite:///{folder}/service.db"},
        "identify": {"email_domain": "example.org", "minimum_seconds": 0.0},
        "mail": told["mail"],
    }
    ledger = Ledger()
    ledger.keep()
    with embedded_service(folder, changes, secret=secret) as embedded:
        populate(embedded, folder, told["people"])
        parts, reach = embedded.service.parts, embedded.station.service
        clients = [create_client(parts.store, parts.clock, parts.random, f"Kiosk {n}") for n in range(told["stations"])]
        _say(url=reach.url, authority=str(reach.ca_file), stations=[(each.client_id, each.secret) for each in clients])
        for line in sys.stdin:
            asked, used = json.loads(line), time.process_time()
            if "copy" in asked:
                database = parts.settings.database
                copy_to(database, database.password and secret(database.password), Path(asked["copy"]))
            commits, hasty = ledger.write(asked.get("into"))
            _say(commits=commits, hasty=hasty, processor=used)


Statements = list[tuple[str, Any]]


@dataclass
class Ledger:
    """All that was written, transaction by transaction, as the driver was told it."""

    done: list[tuple[bool, Statements]] = field(default_factory=list)
    counts: list[int] = field(default_factory=lambda: [0, 0])
    _now: ContextVar[Statements | None] = field(default_factory=lambda: ContextVar("statements", default=None))

    def keep(self) -> None:
        """From now on, in this process only, which ends with the measurement."""
        write_once = Store._write_once

        def kept(store: Store, work: Callable[[WriteTx], Any], hasty: bool) -> Any:
            def listed(tx: WriteTx) -> Any:
                self._now.set([])
                return work(tx)

            try:
                made = write_once(store, listed, hasty)
                self.counts[hasty] += 1
                self.done.append((hasty, self._now.get() or []))
            finally:
                self._now.set(None)
            return made

        Store._write_once = kept  # type: ignore[method-assign, assignment]
        event.listen(Engine, "before_cursor_execute", self._note)

    def _note(self, _connection: Any, _cursor: Any, statement: str, parameters: Any, _context: Any, many: bool) -> None:
        statements = self._now.get()
        if statements is not None:
            statements += [(statement, _plain(each)) for each in (parameters if many else (parameters,))]

    def write(self, into: str | None) -> tuple[int, int]:
        """Put what was kept into a file, and forget it; how many commits there were, and how many that do not wait."""
        if into is not None:
            done, self.done = self.done, []
            Path(into).write_bytes(pickle.dumps(done))
        return self.counts[False], self.counts[True]


def _plain(parameters: Any) -> Any:
    """As they can be written to a file."""
    if isinstance(parameters, tuple):
        return tuple(bytes(each) if isinstance(each, memoryview) else each for each in parameters)
    return parameters


def bare(folder: Path, told: Json) -> None:
    """Nothing but the same transactions over the same tables, and so many signatures verified."""
    database = DatabaseSettings.model_validate(told["database"] or {"url": f"sqlite:///{folder}/bare.db"})
    password = database.password and secret(database.password)
    with closing(open_database(database, secret)) as store:
        bring_back(store, database, password, Path(told["copy"]), over=False)
    driver = _server(told["database"]) if told["database"] else _file(folder / "bare.db")
    key, message = generate_private_key(SECP256R1()), sha256(b"what a key signs").digest()
    signature, public = key.sign(message, ECDSA(SHA256())), key.public_key()
    _say(ready=True)
    for line in sys.stdin:
        asked = json.loads(line)
        transactions: list[tuple[bool, Statements]] = pickle.loads(Path(asked["of"]).read_bytes())
        began, used, statements = time.perf_counter(), time.process_time(), 0
        for hasty, written in transactions:
            with driver(hasty) as execute:
                for statement, parameters in written:
                    execute(statement, parameters)
            statements += len(written)
        for _ in range(asked["signatures"]):
            public.verify(signature, message, ECDSA(SHA256()))
        spent = {"seconds": time.perf_counter() - began, "processor": time.process_time() - used}
        _say(**spent, statements=statements, flush=_flush(folder))


def _flush(folder: Path) -> float:
    """Seconds that the disk takes until it has one more page: the median of many."""
    seconds = []
    with (folder / "pages").open("wb", buffering=0) as file:
        for _ in range(_PAGES):
            file.write(bytes(4096))
            began = time.perf_counter()
            os.fsync(file.fileno())
            seconds.append(time.perf_counter() - began)
    return statistics.median(seconds)


Driver = Callable[[bool], Any]


def _file(path: Path) -> Driver:
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA foreign_keys = ON")

    @contextmanager
    def transaction(hasty: bool) -> Iterator[Callable[[str, Any], Any]]:
        connection.execute(f"PRAGMA synchronous = {'NORMAL' if hasty else 'FULL'}")
        connection.execute("BEGIN IMMEDIATE")
        yield lambda statement, parameters: connection.execute(statement, parameters).fetchall()
        connection.execute("COMMIT")

    return transaction


def _server(database: Json) -> Driver:
    url = make_url(database["url"])
    connection = psycopg.connect(
        host=url.host,
        port=url.port,
        user=url.username,
        dbname=url.database,
        password=secret(database["password"]),
        sslmode="verify-full",
        sslrootcert=database["certificate_authority"],
    )

    @contextmanager
    def transaction(hasty: bool) -> Iterator[Callable[[str, Any], Any]]:
        if hasty:
            connection.execute("SET LOCAL synchronous_commit = off")
        yield lambda statement, parameters: _fetched(connection.execute(statement, parameters))
        connection.commit()

    return transaction


def _fetched(cursor: psycopg.Cursor[Any]) -> Any:
    return cursor.fetchall() if cursor.description else None


def _say(**what: object) -> None:
    sys.stdout.write(json.dumps(what) + "\n")
    sys.stdout.flush()


def main(kind: str, told: str) -> None:
    """Serve until the input ends."""
    logs.install(logs.LogSettings(level=logging.ERROR))
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    with TemporaryDirectory(prefix="keywright-bench-") as name:
        {"ours": ours, "bare": bare}[kind](Path(name), json.loads(told))


if __name__ == "__main__":
    main(*sys.argv[1:])
