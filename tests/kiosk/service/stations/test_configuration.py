"""The configuration that a station obeys: signed, and of another version when something of it is another."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from kiosk.contract import paths
from kiosk.service.policies.actions import Owner, publish, write_draft
from kiosk.service.stations import actions
from kiosk.service.stations.board import board
from kiosk.service.store.projects import add_project
from kiosk.service.tls import Identity
from kiosk.signing import NotSigned, verified
from tests.kiosk.service.projects.rows import a_project_row
from tests.kiosk.service.running import Running, served, settings_for
from tests.kiosk.service.soft_key import Json
from tests.kiosk.service.stations.conftest import Activated
from tests.kiosk.service.stations.kiosks import ACTOR, Kiosk, activated

OVERRIDES = {"supervision": {"override": 1}}


@pytest.fixture
def running(tmp_path: Path, backend: dict[str, str], tls: tuple[Identity, Identity]) -> Iterator[Running]:
    """A service whose staff can be asked."""
    staff = {"url": "https://keys.example.org", "rp_id": "keys.example.org"}
    with served(tmp_path, settings_for(tmp_path, database=backend, staff=staff), tls) as running:
        yield running


def fetched(kiosk: Kiosk, known: str = "") -> Json:
    answer = kiosk.call("GET", paths.STATION_CONFIGURATION, headers={"If-None-Match": known} if known else {})
    assert answer.status_code == 200, answer.text
    told = kiosk.configuration(answer.json()["configuration"])
    assert answer.headers["ETag"] == f'"{told["version"]}"'
    return told


def version(kiosk: Kiosk) -> int:
    return int(kiosk.tell().json()["configuration"])


@pytest.mark.databases
def test_its_version_grows_with_what_the_station_must_obey(running: Running, enlist: Activated) -> None:
    kiosk = enlist()
    station, parts = kiosk.told["station_id"], running.parts
    assert [version(kiosk), version(kiosk), fetched(kiosk)["version"]] == [1, 1, 1]
    actions.rename(parts, ACTOR, station, "Hall")
    assert version(kiosk) == 2
    assert fetched(kiosk)["name"] == "Hall"
    actions.assign(parts, ACTOR, station, "south")
    assert (fetched(kiosk)["site"], version(kiosk)) == ("south", 3)
    actions.rename(parts, ACTOR, station, "Hall")
    assert version(kiosk) == 3, "nothing changed"
    drafted = write_draft(parts, ACTOR, Owner("default"), OVERRIDES)
    publish(parts, ACTOR, Owner("default"), drafted.draft.edition)
    told = fetched(kiosk)
    assert (told["version"], told["profile"]["overrides"]) == (4, True)
    (entry,) = board(parts, "default")
    assert (entry.configuration, entry.newest) == (0, 4)


def test_what_is_known_is_not_sent_again(running: Running, enlist: Activated) -> None:
    kiosk = enlist()
    for known in ('"1"', 'W/"1"', '"0", "1"'):
        answer = kiosk.call("GET", paths.STATION_CONFIGURATION, headers={"If-None-Match": known})
        assert (answer.status_code, answer.content, answer.headers["ETag"]) == (304, b"", '"1"')
    for known in ('"2"', "1", "*x"):
        assert fetched(kiosk, known)["version"] == 1
    running.clock.advance(hours=0.5)
    assert fetched(kiosk)["issued_at"] == int(running.clock.now().timestamp())


def test_it_is_for_this_station_alone_and_nobody_else_signs_it(enlist: Activated) -> None:
    one, other = enlist("One"), enlist("Other")
    assert fetched(one)["station_id"] != fetched(other)["station_id"]
    signed = one.call("GET", paths.STATION_CONFIGURATION).json()["configuration"]
    head, payload, signature = signed.split(".")
    for changed in (f"{head}.{payload[:-2]}AA.{signature}", f"{head}.{payload}.{signature[:-4]}AAAA"):
        with pytest.raises(NotSigned):
            verified(changed, one.told["verify_key"])


def test_a_station_obeys_the_policy_of_its_project(running: Running, enlist: Activated) -> None:
    kiosk, parts = enlist(), running.parts
    project = a_project_row().id
    running.parts.store.write(lambda tx: add_project(tx, a_project_row()))
    owner = Owner("default", project)
    drafted = write_draft(parts, ACTOR, owner, OVERRIDES)
    publish(parts, ACTOR, owner, drafted.draft.edition)
    assert not fetched(kiosk)["profile"]["overrides"]
    actions.assign(parts, ACTOR, kiosk.told["station_id"], "north", project)
    assert fetched(kiosk)["profile"]["overrides"]


def test_other_settings_are_another_version(tmp_path: Path, tls: tuple[Identity, Identity]) -> None:
    """The service starts again with other settings, on another port; the token of before is still good."""
    with served(tmp_path, settings_for(tmp_path), tls) as before:
        kiosk = activated(before)
    with served(tmp_path, settings_for(tmp_path, stations={"heartbeat": 30, "program": "2.0"}), tls) as after:
        kiosk.running = after
        heard = kiosk.tell().json()
        assert (heard["configuration"], heard["update"]) == (2, "2.0")
        assert fetched(kiosk)["heartbeat"] == 30
        assert kiosk.tell(version="2.0").json()["update"] == ""
    kiosk.session.close()
