"""Load balancers and supervisors ask how a replica stands, without a token."""

from __future__ import annotations

from pathlib import Path

import pytest
import requests
from sqlalchemy import text

from kiosk.contract.paths import LIVE, READY
from kiosk.service.health.looking import Health
from kiosk.service.replica import Replica
from kiosk.service.tls import Identity
from tests.kiosk.service.running import Running, assembled, served, settings_for
from tests.kiosk.service.soft_key import Json


def test_a_replica_says_that_it_lives_and_is_ready(tmp_path: Path, tls: tuple[Identity, Identity]) -> None:
    with served(tmp_path, settings_for(tmp_path), tls) as running:
        for path in (LIVE, READY):
            answer = asked(running, path)
            assert (answer.status_code, answer.json()) == (200, {"status": "ok", "against": []})


def test_one_that_leaves_says_so_and_ends_each_connection(tmp_path: Path, tls: tuple[Identity, Identity]) -> None:
    with served(tmp_path, settings_for(tmp_path, server={"drain": 60}), tls) as running:
        running.parts.replica.leave()
        answer = asked(running, READY)
        assert (answer.status_code, answer.json()["against"]) == (503, ["this replica is about to end"])
        assert answer.headers["connection"] == "close"
        assert asked(running, LIVE).status_code == 200


@pytest.mark.databases(bare=True)  # which keeps its number of a release
def test_one_whose_database_lacks_migrations_is_not_ready(tmp_path: Path, backend: Json) -> None:
    with assembled(tmp_path, settings_for(tmp_path, database=backend)) as running:
        now = [0.0]
        health = Health(running.parts.store, Replica("one"), lambda: now[0])
        assert health.readiness().ready
        running.parts.store.write(
            lambda tx: tx.connection.execute(text("UPDATE alembic_version SET version_num = '0001'"))
        )
        assert health.readiness().ready, "what was seen less than a second ago is told again"
        now[0] += 1.0
        assert health.readiness().against == ("the database lacks migrations of this release",)
        running.parts.store.write(
            lambda tx: tx.connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
        )
        now[0] += 1.0
        assert health.readiness().ready, "a replica of the next release has upgraded it"


def asked(running: Running, path: str) -> requests.Response:
    return requests.get(running.url + path, verify=str(running.authority), timeout=10)


def at_revision(running: Running, revision: str) -> None:
    """As if another release had made the tables."""
    statement = text("UPDATE alembic_version SET version_num = :revision")
    running.parts.store.write(lambda tx: tx.connection.execute(statement, {"revision": revision}))
