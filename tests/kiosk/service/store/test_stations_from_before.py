"""Stations that were added before they told of themselves may do so, and have staff at them, after an upgrade."""

from __future__ import annotations

import pytest

from kiosk.contract.paths import Scope
from kiosk.service.store.stations import client
from kiosk.service.store.upgrade import downgrade, upgrade
from kiosk.service.tokens.actions import Rights, create_client
from tests.kiosk.service.running import Running

pytestmark = pytest.mark.databases


def test_an_upgrade_lets_stations_do_what_new_ones_may(local: Running) -> None:
    before = {
        "station": frozenset({Scope.ENROLL, Scope.QR_ENROL}),
        "desk": frozenset({Scope.ENROLL, Scope.STAFF_DESK}),
        "host system": frozenset({Scope.PROJECTS_READ, Scope.USERS_READ}),
    }
    parts = local.parts
    made = {
        name: create_client(parts.store, local.clock, local.random, name, Rights(scopes)).client_id
        for name, scopes in before.items()
    }
    downgrade(parts.store, "0012")
    upgrade(parts.store)
    with parts.store.read() as tx:
        found = {name: client(tx, client_id) for name, client_id in made.items()}
    also = {Scope.STAFF_DESK, Scope.STATION}
    for name, scopes in before.items():
        row = found[name]
        assert row is not None
        assert row.scopes.split() == sorted(scopes | also if name != "host system" else scopes)
