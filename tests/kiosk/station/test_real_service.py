from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from kiosk.service.stations import actions
from kiosk.service.tls import Identity as TlsIdentity
from kiosk.service.tls import issue_server_certificate, make_authority
from kiosk.station_errors import ActivationRefused, StationSwitchedOff
from tests.kiosk.service.running import Running, served, settings_for
from tests.kiosk.station.own_service import ACTOR, Kiosk, code_for, made


@pytest.fixture(scope="session")
def tls(tmp_path_factory: pytest.TempPathFactory) -> tuple[TlsIdentity, TlsIdentity]:
    folder, now = tmp_path_factory.mktemp("authority"), datetime.now(UTC)
    authority = make_authority(folder, now)
    return authority, issue_server_certificate(folder, ("localhost", "127.0.0.1"), now, authority)


@pytest.fixture
def running(tmp_path: Path, tls: tuple[TlsIdentity, TlsIdentity]) -> Iterator[Running]:
    with served(tmp_path, settings_for(tmp_path), tls) as running:
        yield running


@pytest.fixture
def kiosk(running: Running, tmp_path: Path) -> Kiosk:
    return Kiosk(running, tmp_path / "state")


def test_a_code_makes_a_station_that_signs_in_with_its_own_key(running: Running, kiosk: Kiosk) -> None:
    station = made(running)
    code, _ = code_for(running, station)
    identity = kiosk.activate(code)
    assert (identity.station_id, identity.name, identity.site) == (station.id, "Lobby", "north")
    assert kiosk.identity == identity
    with kiosk.speaking() as client:
        assert client.may_tell()
        assert client.configuration(known=1) == ""


def test_a_code_works_once(running: Running, kiosk: Kiosk, tmp_path: Path) -> None:
    code, _ = code_for(running, made(running))
    kiosk.activate(code)
    with pytest.raises(ActivationRefused):
        Kiosk(running, tmp_path / "other").activate(code)


def test_a_revoked_station_is_told_that_it_is_switched_off(running: Running, kiosk: Kiosk) -> None:
    station = made(running)
    kiosk.activate(code_for(running, station)[0])
    actions.revoke(running.parts, ACTOR, station.id)
    with kiosk.speaking() as client, pytest.raises(StationSwitchedOff) as caught:
        client.may_tell()
    assert caught.value.reference
