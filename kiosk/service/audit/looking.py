"""The trail as staff look through it and take it along: a page at a time, and whole, each time written down."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from kiosk.service.audit.actions import Event, record
from kiosk.service.audit.anchors import sign_head
from kiosk.service.audit.chain import Entry
from kiosk.service.audit.forms import FORMS
from kiosk.service.parts import Parts
from kiosk.service.store.audit_pages import EventFilter, events_after, events_page

MOST: Final = 100_000
"""Entries that one export has at most."""
_CHUNK: Final = 1000


@dataclass(frozen=True, slots=True)
class EventPage:
    """Some entries, the newest first; `next` is the number that the following page is before, None at the end."""

    entries: tuple[Entry, ...]
    next: int | None


@dataclass(frozen=True, slots=True)
class SignedHead:
    """The end of the chain at a time, and what signs it."""

    number: int
    hash: str
    at: datetime
    signed: str


def look(parts: Parts, wanted: EventFilter, before: int | None = None, limit: int = 50) -> EventPage:
    """Entries that fit."""
    with parts.store.read() as tx:
        found = events_page(tx, wanted, before, limit + 1)
    page = found[:limit]
    return EventPage(page, page[-1].number if len(found) > limit else None)


def head_of(parts: Parts) -> SignedHead:
    """The end of the chain now."""
    anchor, signed = sign_head(parts)
    return SignedHead(anchor.head.number, anchor.head.hash, anchor.at, signed)


def note_export(parts: Parts, tenant: str, actor: str, what: str, form: str) -> None:
    """Write down that somebody takes data along, before they get it."""
    event = Event("data_exported", tenant, actor, details={"what": what, "form": form})
    parts.store.write(lambda tx: record(tx, parts, event))


def export(parts: Parts, wanted: EventFilter, form: str) -> Iterator[str]:
    """Entries that fit, oldest first, as lines of a form (`FORMS`), at most `MOST`. No transaction outlasts a chunk."""
    return FORMS[form](_through(parts, wanted))


def _through(parts: Parts, wanted: EventFilter) -> Iterator[Entry]:
    after = 0
    for _ in range(MOST // _CHUNK):
        with parts.store.read() as tx:
            found = events_after(tx, wanted, after, _CHUNK)
        yield from found
        if len(found) < _CHUNK:
            return
        after = found[-1].number
