"""Writes the trail: one event in the same transaction as what it tells."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import partial

import structlog

from kiosk.service.audit.chain import SALT_BYTES
from kiosk.service.parts import Parts
from kiosk.service.store.audit import AuditRow, add_audits
from kiosk.service.store.engine import WriteTx


@dataclass(frozen=True, slots=True)
class Event:
    """What happened. `actor`: `client:<id>`, `user:<id>`, `staff:<id>`, `command-line:<account>` or `service`;
    `subject` the id of whom it is about, never a name. `details` are words and numbers; no secret, and nothing that
    somebody typed."""

    name: str
    tenant: str
    actor: str
    subject: str = ""
    site: str = ""
    reason: str = ""
    details: Mapping[str, str | int | bool] = field(default_factory=dict)


def record(tx: WriteTx, parts: Parts, event: Event) -> None:
    """Write an event down, with the reference of the request that it happened in."""
    record_all(tx, parts, (event,))


def record_all(tx: WriteTx, parts: Parts, events: Iterable[Event]) -> None:
    """Write events down that happened in one request."""
    reference = structlog.contextvars.get_contextvars().get("reference", "")
    now, events = parts.clock.now(), tuple(events)
    for each in events:
        tx.afterwards(partial(parts.figures.event, each.name))
    add_audits(
        tx,
        [
            (
                AuditRow(
                    at=now,
                    event=event.name,
                    tenant=event.tenant,
                    actor=event.actor,
                    subject=event.subject,
                    site=event.site,
                    reason=event.reason[:200],
                    reference=str(reference)[:64],
                    details=dict(event.details),
                ),
                parts.random.token(2 * SALT_BYTES),
            )
            for event in events
        ],
    )
