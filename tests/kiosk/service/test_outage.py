"""The database goes away under load and comes back: callers are told when to ask again, and nothing is half done."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from pathlib import Path
from threading import Barrier, Event

import pytest
from sqlalchemy import select

from kiosk.contract.paths import READY
from kiosk.service.audit.checking import verify_trail
from kiosk.service.store.enrollments import enrollments, open_enrollments
from kiosk.service.tls import Identity
from tests.kiosk.service.running import Running, Station, served, settings_for
from tests.postgres.server import Cluster, cluster

CALLERS = 4
PATIENCE = 30


class Load:
    """Stations that open one enrollment after the other, each answer counted, until they are told to stop."""

    def __init__(self, stations: list[Station]) -> None:
        self.clients = [each.credentials.client_id for each in stations]
        self.opened: list[str] = []
        self.statuses: Counter[int] = Counter()
        self.waits: set[str | None] = set()
        self.refused, self.served_again, self.stop = Event(), Event(), Event()
        self._begun = Barrier(len(stations) + 1)
        self._pool = ThreadPoolExecutor(len(stations))
        self._runs = [self._pool.submit(self._run, each) for each in stations]
        self._begun.wait(PATIENCE)

    def end(self) -> None:
        self.stop.set()
        for each in self._runs:
            each.result(PATIENCE)
        self._pool.shutdown()

    def _run(self, station: Station) -> None:
        with closing(station.session):
            self._open(station)
            self._begun.wait(PATIENCE)
            while not self.stop.is_set():
                self._open(station)

    def _open(self, station: Station) -> None:
        answer = station.call("POST", "/enrollments", {"locale": "en"})
        self.statuses[answer.status_code] += 1
        if answer.status_code == 201:
            self.opened.append(answer.json()["enrollment_id"])
            if self.refused.is_set():
                self.served_again.set()
        else:
            self.waits.add(answer.headers.get("Retry-After"))
            self.refused.set()


def test_a_database_that_is_restarted_under_load(
    tmp_path: Path, tls: tuple[Identity, Identity], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    with ExitStack() as stack:
        server: Cluster = stack.enter_context(cluster(tls))
        given = stack.enter_context(server.fresh())
        running: Running = stack.enter_context(served(tmp_path, settings_for(tmp_path, database=given), tls))
        look = stack.enter_context(closing(running.station("Look").session))
        load = Load([running.station(f"Lobby {number}") for number in range(CALLERS)])
        try:
            server.stop()
            assert load.refused.wait(PATIENCE)
            running.service.worker.run_due()
            assert look.get(running.url + READY, timeout=PATIENCE).status_code == 503
            server.restart()
            assert load.served_again.wait(PATIENCE)
        finally:
            load.end()
        running.service.worker.run_due()
        said = Counter(record.__dict__.get("keywright_fields", {}).get("event") for record in caplog.records)
        caplog.clear()
        assert set(load.statuses) == {201, 503}
        assert load.waits <= {"1", "2"}
        with running.parts.store.read() as tx:
            kept = set(tx.connection.execute(select(enrollments.c.id)).scalars())
            alive = [len(open_enrollments(tx, each)) for each in load.clients]
        assert verify_trail(running.parts).whole
    assert kept >= set(load.opened)
    assert len(kept) - len(load.opened) <= CALLERS, "more than was on its way when the database went"
    assert alive == [1] * CALLERS
    assert said["database_away"] == said["database_back"] == 1
    assert not said.keys() & {"chore_failed", "unexpected_error"}
