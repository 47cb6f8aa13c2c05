"""The trail as people look through it: the newest entries first, a page at a time, of the sites that they may see."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, select

from kiosk.service.audit.chain import Entry
from kiosk.service.store.audit import audit
from kiosk.service.store.columns import one_of
from kiosk.service.store.engine import ReadTx

_ENTRY = tuple(audit.c[name] for name in Entry.__slots__)
_CHUNK = 1000


@dataclass(frozen=True, slots=True)
class EventFilter:
    """Which entries. Without `sites` those of all, and those of none; with them, only theirs. `actor` is whole, as
    `user:<id>`; `since` is the first moment, `until` the first one after."""

    tenant: str
    sites: tuple[str, ...] = ()
    subject: str = ""
    actor: str = ""
    event: str = ""
    since: datetime | None = None
    until: datetime | None = None


def events_page(tx: ReadTx, wanted: EventFilter, before: int | None = None, limit: int = 50) -> tuple[Entry, ...]:
    """The newest entries with a number less than `before`, the newest first. The next page is before the last one."""
    query = _matching(wanted).order_by(audit.c.number.desc()).limit(limit)
    if before is not None:
        query = query.where(audit.c.number < before)
    return tuple(Entry(*row) for row in tx.connection.execute(query))


def events_through(tx: ReadTx, wanted: EventFilter, most: int) -> Iterator[Entry]:
    """The oldest of them first, `most` at the most, a thousand at a time."""
    after = 0
    while most > 0:
        query = _matching(wanted).where(audit.c.number > after).order_by(audit.c.number).limit(min(most, _CHUNK))
        found = tx.connection.execute(query).all()
        for row in found:
            yield Entry(*row)
        if len(found) < _CHUNK:
            return
        most, after = most - len(found), found[-1].number


def events_after(tx: ReadTx, wanted: EventFilter, after: int, limit: int) -> tuple[Entry, ...]:
    """The oldest entries with a number greater than `after`, the oldest first."""
    query = _matching(wanted).where(audit.c.number > after).order_by(audit.c.number).limit(limit)
    return tuple(Entry(*row) for row in tx.connection.execute(query))


def _matching(wanted: EventFilter) -> Select[Any]:
    query = select(*_ENTRY).where(audit.c.tenant == wanted.tenant)
    same = {audit.c.subject: wanted.subject, audit.c.actor: wanted.actor, audit.c.event: wanted.event}
    for column, value in same.items():
        query = query.where(column == value) if value else query
    if wanted.sites:
        query = query.where(one_of(audit.c.site, wanted.sites))
    if wanted.since is not None:
        query = query.where(audit.c.at >= wanted.since)
    return query if wanted.until is None else query.where(audit.c.at < wanted.until)
