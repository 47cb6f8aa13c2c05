"""A process for the throughput: a whole service that counts its commits, or the bare commits and signatures.

Says what it has to say in one line of JSON for each line that it is sent, and ends when its input does.
"""

from __future__ import annotations

import json
import logging
import sqlite3
import sys
import time
from collections import Counter
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import psycopg
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, SECP256R1, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from sqlalchemy.engine import make_url

from kiosk import logs
from kiosk.commands.embedded import embedded_service
from kiosk.service.store.engine import Store, WriteTx
from kiosk.service.tokens.actions import create_client
from tests.benchmarks.serve import populate

Json = dict[str, Any]


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
    commits = _counted()
    with embedded_service(folder, changes, secret=secret) as embedded:
        populate(embedded, folder, told["people"])
        parts, reach = embedded.service.parts, embedded.station.service
        clients = [create_client(parts.store, parts.clock, parts.random, f"Kiosk {n}") for n in range(told["stations"])]
        _say(url=reach.url, authority=str(reach.ca_file), stations=[(each.client_id, each.secret) for each in clients])
        for _ in sys.stdin:
            _say(commits=commits[False], hasty=commits[True], processor=time.process_time())


def _counted() -> Counter[bool]:
    """How often anything was committed from now on; True are those that do not wait for the disk."""
    commits: Counter[bool] = Counter()
    write = Store.write

    def counted(store: Store, work: Callable[[WriteTx], Any], *, hasty: bool = False) -> Any:
        commits[hasty] += 1
        return write(store, work, hasty=hasty)

    Store.write = counted  # type: ignore[method-assign, assignment]  # in this process only, which ends with the measurement
    return commits


def bare(folder: Path, told: Json) -> None:
    """Nothing but so many commits of one row, and so many signatures verified, as often as it is told."""
    commit = _server(told["database"]) if told["database"] else _file(folder / "bare.db")
    key, message = generate_private_key(SECP256R1()), sha256(b"what a key signs").digest()
    signature, public = key.sign(message, ECDSA(SHA256())), key.public_key()
    _say(ready=True)
    for line in sys.stdin:
        asked = json.loads(line)
        began, used = time.perf_counter(), time.process_time()
        for _ in range(asked["times"]):
            for turn in range(asked["commits"] + asked["hasty"]):
                commit(turn < asked["hasty"])
            for _ in range(asked["signatures"]):
                public.verify(signature, message, ECDSA(SHA256()))
        _say(seconds=time.perf_counter() - began, processor=time.process_time() - used)


def _file(path: Path) -> Callable[[bool], None]:
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("CREATE TABLE done (id INTEGER PRIMARY KEY, what TEXT)")

    def commit(hasty: bool) -> None:
        connection.execute(f"PRAGMA synchronous = {'NORMAL' if hasty else 'FULL'}")
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("INSERT INTO done (what) VALUES (?)", ("one more",))
        connection.execute("COMMIT")

    return commit


def _server(database: Json) -> Callable[[bool], None]:
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
    connection.execute("CREATE TABLE IF NOT EXISTS done (id BIGSERIAL PRIMARY KEY, what TEXT)")
    connection.commit()

    def commit(hasty: bool) -> None:
        if hasty:
            connection.execute("SET LOCAL synchronous_commit = off")
        connection.execute("INSERT INTO done (what) VALUES (%s)", ("one more",))
        connection.commit()

    return commit


def _say(**what: object) -> None:
    sys.stdout.write(json.dumps(what) + "\n")
    sys.stdout.flush()


def main(kind: str, told: str) -> None:
    """Serve until the input ends."""
    logs.install(logs.LogSettings(level=logging.ERROR))
    with TemporaryDirectory(prefix="keywright-bench-") as name:
        {"ours": ours, "bare": bare}[kind](Path(name), json.loads(told))


if __name__ == "__main__":
    main(*sys.argv[1:])
