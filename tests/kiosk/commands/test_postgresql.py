"""The commands of a service whose rows are in PostgreSQL: the secret is found, and trouble is told with its reason."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from kiosk.commands.checks import Finding, Level
from kiosk.commands.checks_server import check_database
from kiosk.errors import NoCredential
from kiosk.service.database import open_database
from kiosk.service.settings import load
from kiosk.service.store.stations import client
from kiosk.service.store.upgrade import upgrade
from kiosk.service.tls import issue_server_certificate, make_authority
from tests.kiosk.commands.conftest import Keywright
from tests.kiosk.service.running import secret
from tests.postgres.server import SECRET, Cluster, cluster

pytestmark = pytest.mark.postgres


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    folder, now = tmp_path_factory.mktemp("authority"), datetime.now(UTC)
    authority = make_authority(folder, now)
    identity = issue_server_certificate(folder, ("localhost", "127.0.0.1"), now, authority)
    with cluster((authority, identity)) as running:
        yield running


@dataclass
class Kept:
    """The settings of a service, and the folder of its secrets."""

    config: Path
    folder: Path

    def found(self, resolve: Any = secret) -> Finding:
        return check_database(load(self.config).database, resolve)

    @property
    def options(self) -> tuple[object, ...]:
        return "--config", self.config, "--credentials", self.folder


@pytest.fixture
def kept(server: Cluster, config: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Kept]:
    monkeypatch.setattr("kiosk.commands.served.system_keyring", lambda: None)
    folder = tmp_path / "credentials"
    folder.mkdir(mode=0o700)
    (folder / SECRET).touch(mode=0o600)
    (folder / SECRET).write_text(secret(SECRET))
    with server.bare() as database:
        lines = "\n".join(f"{name} = {json.dumps(value)}" for name, value in database.items())
        config.write_text(config.read_text().partition("[database]")[0] + f"[database]\n{lines}\n")
        yield Kept(config, folder)


def test_a_station_is_added_and_the_tables_are_made(kept: Kept, keywright: Keywright) -> None:
    assert kept.found().seen.startswith("empty")
    told = keywright("stations", "add", "Lobby", *kept.options)
    assert told.exit_code == 0
    name = told.output.split()[1]
    with closing(open_database(load(kept.config).database, secret)) as store, store.read() as tx:
        found = client(tx, name)
    assert found is not None
    assert found.name == "Lobby"
    assert kept.found().level is Level.OK
    for command in (("messages",), ("removals",), ("stations", "rotate", name), ("stations", "disable", name)):
        assert keywright(*command, *kept.options).exit_code == 0, command
    assert keywright("removals", "close", 4711, *kept.options).exit_code == 1


def test_without_its_secret_nothing_starts_and_the_name_is_told(kept: Kept, keywright: Keywright) -> None:
    told = keywright("messages", "--config", kept.config)
    assert told.exit_code == 3
    assert f"The secret {SECRET} is nowhere to be found." in told.output

    def nowhere(name: str) -> str:
        raise NoCredential(name)

    assert kept.found(nowhere) == Finding(
        "database",
        Level.FAIL,
        f"The secret {SECRET} is nowhere to be found. Put it where resources/docs/secrets.md says.",
        "see resources/docs/secrets.md",
    )


def test_why_a_server_does_not_answer_is_told_without_a_secret(kept: Kept, keywright: Keywright) -> None:
    wrong = kept.found(lambda _: "a wrong word")
    assert wrong.level is Level.FAIL
    assert "password authentication failed" in wrong.seen
    assert "a wrong word" not in wrong.seen
    (kept.folder / SECRET).write_text("a wrong word")
    told = keywright("stations", "add", "Lobby", *kept.options)
    assert (told.exit_code, "Traceback" in told.output, "a wrong word" in told.output) == (3, False, False)
    assert "does not answer" in told.output


def test_doctor_looks_at_the_secret_and_the_authority(kept: Kept, keywright: Keywright, tmp_path: Path) -> None:
    with closing(open_database(load(kept.config).database, secret)) as store:
        upgrade(store)
    told = keywright("doctor", "--json", "--service", kept.config, "--credentials", kept.folder)
    checks = {(each["name"], each["level"]): each["seen"] for each in json.loads(told.output)["checks"]}
    assert checks["database", "ok"].startswith("opens, at revision")
    assert f"{SECRET} is in the place file" in {seen for (name, _), seen in checks.items() if name == "secret"}
    text = kept.config.read_text()
    authority = load(kept.config).database.certificate_authority
    kept.config.write_text(text.replace(str(authority), str(tmp_path / "none.pem")))
    assert "certificate_authority" in kept.found().seen
