"""A copy is kept while people are served, and brought back somewhere else: nothing is lost, and the trail is whole."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from sqlalchemy import select

from kiosk.contract import enrollments as wire
from kiosk.service.enrollments import actions
from kiosk.service.parts import Parts
from kiosk.service.settings import load
from kiosk.service.stations.actions import create_station
from kiosk.service.store.audit import head
from kiosk.service.store.enrollments import enrollments
from kiosk.service.tls import issue_server_certificate, make_authority
from kiosk.service.tokens.actions import create_client
from kiosk.service.tokens.rules import Caller
from tests.kiosk.commands.conftest import Keywright
from tests.kiosk.service.running import assembled, secret
from tests.postgres.server import SECRET, Cluster, cluster

MARIA = {"upn": "m.okafor@example.org"}
HMAC = base64.b64encode(b"k" * 32).decode()
WRITERS, ENOUGH, TRIES = 3, 30, 20


@dataclass(frozen=True)
class Place:
    """One database with its settings, its secrets, and the command line over it."""

    config: Path
    folder: Path
    keywright: Keywright

    def call(self, *arguments: object) -> Any:
        return self.keywright(*arguments, "--config", self.config, "--credentials", self.folder)


@dataclass
class Places:
    """Makes databases of one kind, without tables."""

    folder: Path
    keywright: Keywright
    server: Cluster | None
    stack: ExitStack
    made: int = 0

    def another(self) -> Place:
        self.made += 1
        here = self.folder / f"place{self.made}"
        here.mkdir()
        database = {"url": f"sqlite:///{here / 'service.db'}"}
        if self.server is not None:
            database = self.stack.enter_context(self.server.bare())
        told = "".join(f'{name} = "{value}"\n' for name, value in database.items())
        config = here / "service.toml"
        config.write_text(
            f'organization = "Example"\n[server]\nport = 0\ndata_directory = "{here}"\n[database]\n{told}'
            '[mail]\nhost = "localhost"\nsender = "keys@example.org"\n[identify]\nminimum_seconds = 0.0\n'
        )
        secrets = here / "credentials"
        secrets.mkdir(mode=0o700)
        for name, value in {"service-hmac-key": HMAC, SECRET: secret(SECRET)}.items():
            (secrets / name).touch(mode=0o600)
            (secrets / name).write_text(value)
        return Place(config, secrets, self.keywright)


@pytest.fixture(scope="module")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    folder, now = tmp_path_factory.mktemp("authority"), datetime.now(UTC)
    authority = make_authority(folder, now)
    with cluster((authority, issue_server_certificate(folder, ("localhost", "127.0.0.1"), now, authority))) as running:
        yield running


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def places(
    request: pytest.FixtureRequest, tmp_path: Path, keywright: Keywright, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Places]:
    """Both kinds of databases, one after the other."""
    monkeypatch.setattr("kiosk.commands.served.system_keyring", lambda: None)
    server = None if request.param == "sqlite" else request.getfixturevalue("postgres")
    with ExitStack() as stack:
        yield Places(tmp_path, keywright, server, stack)


@dataclass
class Load:
    """People who come all the time; `done` are enrollments that were committed."""

    parts: Parts
    over: Event
    enough: Event
    done: list[str]

    def write(self, number: int) -> None:
        """At a kiosk of their own."""
        client = create_client(self.parts.store, self.parts.clock, self.parts.random, f"Kiosk {number}")
        caller = Caller(client.client_id, frozenset(), "default")
        while not self.over.is_set():
            opened = actions.open_enrollment(self.parts, caller, wire.OpenEnrollment())
            actions.identify(self.parts, caller, opened.enrollment_id, wire.Identify("upn", MARIA))
            create_station(self.parts, "test", "default", f"Station {opened.enrollment_id[:12]}")  # in the trail
            self.done.append(opened.enrollment_id)
            if len(self.done) >= ENOUGH:
                self.enough.set()


def taken_while_people_come(place: Place, load: Load, folder: Path) -> tuple[Path, set[str]]:
    """A copy, and the enrollments that were done before it. One during which nobody came says nothing: then another."""
    for number in range(TRIES):
        copy, before = folder / f"copy-{number}", set(load.done)
        assert place.call("backup", copy).exit_code == 0
        if len(load.done) > len(before):
            return copy, before
    raise AssertionError("nobody ever came while a copy was taken")


def test_a_copy_that_is_taken_under_load_loses_nothing_and_its_trail_is_whole(places: Places, tmp_path: Path) -> None:
    first, second = places.another(), places.another()
    with assembled(tmp_path, load(first.config)) as running:
        load_on = Load(running.parts, Event(), Event(), [])
        with ThreadPoolExecutor(WRITERS) as pool:
            writers = [pool.submit(load_on.write, number) for number in range(WRITERS)]
            try:
                assert load_on.enough.wait(60)
                copy, before = taken_while_people_come(first, load_on, tmp_path)
            finally:
                load_on.over.set()
            assert all(writer.result(60) is None for writer in writers)
    told = second.call("restore", copy)
    assert (told.exit_code, "The trail is whole" in told.output) == (0, True), told.output
    with assembled(tmp_path, load(second.config)) as running, running.parts.store.read() as tx:
        found = set(tx.connection.execute(select(enrollments.c.id)).scalars())
        assert before <= found
        assert len(found - set(load_on.done)) <= WRITERS, "only what was under way is neither"
        assert head(tx)[1].number >= len(before)


def test_what_is_there_is_not_lost_by_accident(places: Places, tmp_path: Path) -> None:
    place, copy = places.another(), tmp_path / "copy"
    with assembled(tmp_path, load(place.config)):
        pass
    assert place.call("backup", copy).exit_code == 0
    assert copy.stat().st_mode & 0o777 == 0o600
    again = place.call("backup", copy)
    assert (again.exit_code, "is there already" in again.output) == (2, True)
    refused = place.call("restore", copy)
    assert (refused.exit_code, "there is something in the database" in refused.output) == (3, True)
    assert place.call("restore", copy, "--over").exit_code == 0


def test_a_copy_that_is_damaged_or_of_another_kind_changes_nothing(places: Places, tmp_path: Path) -> None:
    first, second, copy = places.another(), places.another(), tmp_path / "copy"
    with assembled(tmp_path, load(first.config)):
        pass
    assert first.call("backup", copy).exit_code == 0
    whole = copy.read_bytes()
    for broken in (b"nothing of ours", whole[: len(whole) * 2 // 3]):
        copy.write_bytes(broken)
        told = second.call("restore", copy)
        assert (told.exit_code, "cannot be brought back" in told.output) == (3, True), told.output
    copy.write_bytes(whole)
    assert second.call("restore", copy).exit_code == 0


def test_without_the_secret_of_the_service_nothing_is_brought_back(places: Places, tmp_path: Path) -> None:
    first, second, copy = places.another(), places.another(), tmp_path / "copy"
    with assembled(tmp_path, load(first.config)):
        pass
    first.call("backup", copy)
    (second.folder / "service-hmac-key").unlink()
    told = second.call("restore", copy)
    assert (told.exit_code, "service-hmac-key" in told.output) == (3, True), told.output


def test_what_cannot_be_reached_is_not_kept_by_halves(places: Places, tmp_path: Path) -> None:
    place, copy = places.another(), tmp_path / "copy"
    place.config.write_text(place.config.read_text().replace("/test_", "/no_").replace("service.db", "no/service.db"))
    told = place.call("backup", copy)
    assert (told.exit_code, copy.exists()) == (3, False), told.output
