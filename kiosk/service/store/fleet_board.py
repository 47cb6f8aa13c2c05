"""The stations of a tenant beside what they last told of themselves, for staff who watch them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, select

from kiosk.service.store.engine import ReadTx
from kiosk.service.store.fleet import station_standings, stations


@dataclass(frozen=True, slots=True)
class BoardRow:
    """A station that was not revoked; what it told is None until it told anything."""

    id: str
    name: str
    site: str
    client_id: str | None
    activated_at: datetime | None
    heard_at: datetime | None
    step: str | None
    step_since: datetime | None
    queue: int | None
    problem: str | None
    version: str | None
    skew: float | None


_TOLD = station_standings.c
_OWN = (stations.c.id, stations.c.name, stations.c.site, stations.c.client_id, stations.c.activated_at)
_SAID = tuple(_TOLD[name] for name in ("heard_at", "step", "step_since", "queue", "problem", "version", "skew"))
_BOARD = (
    select(*_OWN, *_SAID)
    .select_from(stations.outerjoin(station_standings, _TOLD.station_id == stations.c.id))
    .where(stations.c.tenant == bindparam("of"), stations.c.revoked_at.is_(None))
    .order_by(stations.c.site, stations.c.name)
)


def board_of(tx: ReadTx, tenant: str) -> tuple[BoardRow, ...]:
    """All stations of a tenant that were not revoked, by site and name."""
    return tuple(BoardRow(*each) for each in tx.connection.execute(_BOARD, {"of": tenant}))
