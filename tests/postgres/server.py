"""A real PostgreSQL for tests: a private cluster with TLS, and a fresh database for whoever asks."""

from __future__ import annotations

import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import psycopg
import pytest
from psycopg import sql

from kiosk.service.database import open_database
from kiosk.service.store.settings import DatabaseSettings
from kiosk.service.store.upgrade import upgrade
from kiosk.service.tls import Identity

SECRET = "database-password"
ROLE, TEMPLATE = "keywright", "empty"
Json = dict[str, Any]

_PASSWORD = f"the secret {SECRET}"  # what the services of tests are told, whatever the name
_CONF = """\
listen_addresses = '127.0.0.1'
port = {port}
unix_socket_directories = ''
ssl = on
ssl_cert_file = '{folder}/server.pem'
ssl_key_file = '{folder}/server.key'
fsync = off
max_connections = 100
shared_buffers = '32MB'
autovacuum = off
deadlock_timeout = '100ms'
"""
_DISCONNECT = """\
SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()
"""
_EMPTY = """\
DO $$ BEGIN EXECUTE (
    SELECT 'TRUNCATE ' || string_agg(quote_ident(tablename), ', ') || ' RESTART IDENTITY'
    FROM pg_tables WHERE schemaname = 'public' AND tablename NOT IN ('alembic_version', 'audit_head')
); UPDATE audit_head SET number = 0, hash = repeat('0', 64); END $$
"""
_HBA = """\
hostssl all all 127.0.0.1/32 scram-sha-256
hostnossl all all 127.0.0.1/32 reject
"""


@dataclass
class Cluster:
    """A server that runs, which `authority` (PEM) vouches for. `process` is the one that begins all others."""

    port: int
    authority: Path
    folder: Path
    process: subprocess.Popen[bytes]
    spare: list[str] = field(default_factory=list)

    @contextmanager
    def administrator(self, database: str = "postgres") -> Iterator[psycopg.Connection]:
        """A connection that may do everything, each statement by itself."""
        with psycopg.connect(
            host="localhost",
            port=self.port,
            user="administrator",
            password=_PASSWORD,
            dbname=database,
            sslmode="verify-full",
            sslrootcert=str(self.authority),
            autocommit=True,
            connect_timeout=10,
        ) as connection:
            yield connection

    def settings(self, database: str) -> Json:
        """`[database]` of a service."""
        return {
            "url": f"postgresql+psycopg://{ROLE}@localhost:{self.port}/{database}",
            "password": SECRET,
            "certificate_authority": str(self.authority),
        }

    @contextmanager
    def fresh(self) -> Iterator[Json]:
        """`[database]` for one that has the tables, and no rows; whoever makes more tables drops them."""
        name = self.spare.pop() if self.spare else self._made(TEMPLATE)
        yield self.settings(name)
        with self.administrator(name) as connection:
            connection.execute(_DISCONNECT)
            connection.execute(_EMPTY)
        self.spare.append(name)

    @contextmanager
    def bare(self) -> Iterator[Json]:
        """`[database]` for one without tables."""
        name = self._made("template0")
        try:
            yield self.settings(name)
        finally:
            self.tell("DROP DATABASE {} WITH (FORCE)", name)

    def _made(self, template: str) -> str:
        name = f"test_{secrets.token_hex(8)}"
        self.tell("CREATE DATABASE {} TEMPLATE {} OWNER {}", name, template, ROLE)
        return name

    def tell(self, statement: str, *names: str) -> None:
        """One statement of the administrator, with names for its gaps."""
        with self.administrator() as connection:
            connection.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))

    def restart(self) -> None:
        """End it without waiting for anybody, and begin again."""
        self.stop()
        self.process = _begin(self.folder)
        _wait(self)

    def stop(self) -> None:
        """End it at once, whoever is connected."""
        self.process.send_signal(signal.SIGQUIT)
        self.process.wait(20)

    def prepare(self) -> None:
        """The role of the service, and the database that others are copied from, with its tables."""
        with self.administrator() as connection:
            role = sql.SQL("CREATE ROLE {} LOGIN PASSWORD {}")
            connection.execute(role.format(sql.Identifier(ROLE), sql.Literal(_PASSWORD)))
        self.tell("CREATE DATABASE {} OWNER {}", TEMPLATE, ROLE)
        given = DatabaseSettings.model_validate(self.settings(TEMPLATE))
        with closing(open_database(given, lambda _: _PASSWORD)) as store:
            upgrade(store)


def programs() -> Path:
    """The folder of the newest server. A person's machine may lack it."""
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    found = [*debian, *map(Path, filter(None, [shutil.which("initdb")]))]
    if found:
        return found[-1].resolve().parent if not debian else debian[-1].parent
    message = "needs PostgreSQL (Debian: postgresql)"
    if os.environ.get("CI") == "true":
        pytest.fail(message)
    pytest.skip(message)


@contextmanager
def cluster(tls: tuple[Identity, Identity]) -> Iterator[Cluster]:
    """Run one until the block ends, below no folder of pytest's, which nobody but its owner may enter."""
    programs()
    folder = Path(mkdtemp(prefix="postgres-"))
    try:
        port = _make(folder, tls[1])
        running = Cluster(port, tls[0].certificate, folder, _begin(folder))
        try:
            _wait(running)
            running.prepare()
            yield running
        finally:
            running.stop()
    finally:
        shutil.rmtree(folder)


def _make(folder: Path, identity: Identity) -> int:
    """The files of a cluster; the port that it will listen on."""
    who = _unprivileged()
    shutil.copy(identity.certificate, folder / "server.pem")
    shutil.copy(identity.key, folder / "server.key")
    (folder / "server.key").chmod(0o600)
    (folder / "password").write_text(_PASSWORD)
    if who:
        for path in (folder, *folder.iterdir()):
            os.chown(path, who["user"], who["group"])
    made = f"initdb --pgdata {folder}/data --pwfile {folder}/password --username administrator --no-sync"
    more = "--auth scram-sha-256 --encoding UTF8 --locale C.UTF-8"
    command = f"{programs()}/{made} {more}".split()
    subprocess.run(command, check=True, capture_output=True, cwd=folder, env=_environment(folder), **who)
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = int(probe.getsockname()[1])
    (folder / "data" / "pg_hba.conf").write_text(_HBA)
    (folder / "data" / "postgresql.conf").write_text(_CONF.format(port=port, folder=folder))
    return port


def _begin(folder: Path) -> subprocess.Popen[bytes]:
    command, around = [f"{programs()}/postgres", "-D", f"{folder}/data"], _environment(folder)
    with (folder / "log").open("ab") as log:
        return subprocess.Popen(command, stdout=log, stderr=log, cwd=folder, env=around, **_unprivileged())


def _wait(running: Cluster) -> None:
    while True:
        assert running.process.poll() is None, f"PostgreSQL ended: {(running.folder / 'log').read_text()[-2000:]}"
        with suppress(psycopg.OperationalError), running.administrator():
            return


def _unprivileged() -> Mapping[str, Any]:
    """Who to become: the server refuses to be root."""
    if os.geteuid() != 0:
        return {}
    account = pwd.getpwnam("postgres")
    return {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}


def _environment(folder: Path) -> Mapping[str, str]:
    return {"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", "HOME": str(folder)}
