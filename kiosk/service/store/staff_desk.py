"""What staff at a station look up: the events under a reference, of their site or of their station."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import or_, select

from kiosk.service.store.audit import audit
from kiosk.service.store.engine import ReadTx

_MOST = 100


class ToldEvent(NamedTuple):
    """An event, without anybody in it."""

    at: datetime
    event: str
    reason: str


def events_under(tx: ReadTx, tenant: str, client_id: str, site: str, reference: str) -> tuple[ToldEvent, ...]:
    """What happened under a reference at a site of a tenant, or by this client, the first hundred."""
    here = audit.c.actor == f"client:{client_id}"
    query = (
        select(audit.c.at, audit.c.event, audit.c.reason)
        .where(audit.c.reference == reference, audit.c.tenant == tenant)
        .where(or_(here, audit.c.site == site) if site else here)
        .order_by(audit.c.number)
        .limit(_MOST)
    )
    return tuple(ToldEvent(*each) for each in tx.connection.execute(query))
