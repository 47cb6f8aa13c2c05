"""Tokens that were looked up a moment ago."""

from __future__ import annotations

import anyio
import pytest

from kiosk.service.store import stations
from kiosk.service.tokens.actions import disable_client
from kiosk.service.tokens.kept import LATELY, KeptCallers
from kiosk.service.tokens.rules import InvalidToken
from tests.kiosk.service.running import Running, Station


def test_a_client_is_shut_out_at_once_here_and_soon_by_another_replica(running: Running, station: Station) -> None:
    time = [0.0]
    here, elsewhere = (KeptCallers(running.parts, lambda: time[0]) for _ in range(2))
    elsewhere_changes = running.parts.store.done
    for kept in (here, elsewhere):
        assert anyio.run(kept.caller, station.token).client_id == station.credentials.client_id
    before = elsewhere_changes[stations.CLIENTS]
    disable_client(running.parts.store, running.clock, station.credentials.client_id)
    with pytest.raises(InvalidToken):
        anyio.run(here.caller, station.token)
    elsewhere_changes[stations.CLIENTS] = before  # as a replica that did not do it has it
    anyio.run(elsewhere.caller, station.token)
    time[0] = LATELY
    with pytest.raises(InvalidToken):
        anyio.run(elsewhere.caller, station.token)


def test_a_token_that_is_over_is_refused_however_lately_it_was_read(running: Running, station: Station) -> None:
    kept = KeptCallers(running.parts)
    anyio.run(kept.caller, station.token)
    running.clock.advance(hours=2)
    with pytest.raises(InvalidToken):
        anyio.run(kept.caller, station.token)
