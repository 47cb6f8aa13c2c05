"""A new kiosk gets its identity: one code, one key, once."""

from __future__ import annotations

import pytest

from kiosk.contract import paths
from kiosk.service.stations import actions
from tests.kiosk.service.running import Running
from tests.kiosk.service.stations.conftest import Activated
from tests.kiosk.service.stations.kiosks import ACTOR, made


def code_for(running: Running, name: str = "Lobby") -> str:
    return actions.activation_code(running.parts, ACTOR, made(running, name).id)[0]


@pytest.mark.databases
def test_a_kiosk_is_activated_and_enrolls(running: Running, enlist: Activated) -> None:
    kiosk = enlist()
    assert (kiosk.told["name"], kiosk.told["site"]) == ("Lobby", "north")
    first = kiosk.configuration(kiosk.told["configuration"])
    assert (first["version"], first["station_id"], first["heartbeat"]) == (1, kiosk.told["station_id"], 10)
    assert first["profile"] == kiosk.call("GET", paths.PROFILE).json()
    assert kiosk.call("POST", paths.ENROLLMENTS, {}).status_code == 201
    assert kiosk.tell().json()["configuration"] == 1
