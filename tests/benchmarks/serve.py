"""A server of its own process for the benchmarks: ours, or a bare FastAPI route that makes one commit.

Prints one line of JSON with how to reach it, and ends when its input does.
"""

from __future__ import annotations

import asyncio
import json
import logging
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from fastapi import FastAPI

from kiosk import logs
from kiosk.commands.embedded import Embedded, embedded_service
from kiosk.service.bulk_import.files import Importer
from kiosk.service.server import Server
from kiosk.service.tls import LOOPBACK, issue_server_certificate, make_authority, server_context

Scope = dict[str, Any]
PEOPLE = 1000
"""How many people the service knows: `person0@example.org` and so on."""


class Slow:
    """ASGI middleware: every answer comes `delay` seconds late."""

    def __init__(self, app: Any, delay: float) -> None:
        self._app, self._delay = app, delay

    async def __call__(self, scope: Scope, receive: Any, send: Any) -> None:
        """Wait, then serve."""
        await asyncio.sleep(self._delay)
        await self._app(scope, receive, send)


@contextmanager
def ours(folder: Path, delay: float, mail: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Our service; its mail goes to a server of another process, as everywhere."""
    changes = {"identify": {"email_domain": "example.org", "minimum_seconds": 0.0}, "mail": mail}
    with embedded_service(folder, changes) as embedded:
        if delay:
            embedded.service.app.add_middleware(Slow, delay=delay)
        populate(embedded, folder, PEOPLE)
        service = embedded.station.service
        yield {
            "url": service.url,
            "authority": str(service.ca_file),
            "client_id": service.client_id,
            "secret": embedded.client.secret,
        }


def populate(embedded: Embedded, folder: Path, many: int) -> None:
    """Many people, for each may ask for a few codes an hour only."""
    file = folder / "people.csv"
    rows = (f"person{n}@example.org,{700000 + n},Person,Number {n},person{n}@example.org" for n in range(many))
    file.write_text("upn,employee_id,given_name,family_name,email\n" + "\n".join(rows))
    parts = embedded.service.parts
    Importer(parts.store, parts.clock, parts.random, parts.settings).people(file)


@contextmanager
def bare(folder: Path) -> Iterator[dict[str, Any]]:
    """One POST route that inserts one row and commits, on the same server, TLS and kind of database file."""
    now = datetime.now(UTC)
    authority = make_authority(folder, now)
    identity = issue_server_certificate(folder, LOOPBACK, now, authority)
    file = str(folder / "bare.db")
    with sqlite3.connect(file) as database:
        database.execute("PRAGMA journal_mode = WAL")
        database.execute("CREATE TABLE done (id INTEGER PRIMARY KEY, what TEXT)")
    database.close()
    connection = sqlite3.connect(file, check_same_thread=False, isolation_level=None)
    connection.execute("PRAGMA synchronous = FULL")
    app = FastAPI()

    def one_commit(body: dict[str, str]) -> dict[str, str]:
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("INSERT INTO done (what) VALUES (?)", (body["what"],))
        connection.execute("COMMIT")
        return {"status": "ok"}

    app.add_api_route("/one", one_commit, methods=["POST"])
    server = Server(app, server_context(identity), "127.0.0.1", 0)
    server.start()
    yield {"url": server.url, "authority": str(authority.certificate)}
    server.stop()


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def main(kind: str, delay: str = "0", mail: str = "{}") -> None:
    """Serve until the input ends. `mail` is JSON, the service's settings of the mail server."""
    logs.install(logs.LogSettings(level=logging.ERROR))
    with TemporaryDirectory(prefix="keywright-bench-") as name:
        folder = Path(name)
        with ours(folder, float(delay), json.loads(mail)) if kind == "ours" else bare(folder) as reach:
            _say(json.dumps(reach))
            sys.stdin.read()


if __name__ == "__main__":
    main(*sys.argv[1:])
