"""Tickets: what a relying party elsewhere should have forgotten and did not, for staff to decide."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from kiosk.service.audit.actions import Event, record
from kiosk.service.keys.rules import Actor
from kiosk.service.parts import Parts
from kiosk.service.store import removals as rows
from kiosk.service.store.engine import WriteTx
from kiosk.service.store.removals import OpenRemoval


class Resolution(StrEnum):
    """What staff say of a ticket."""

    TRY_AGAIN = "try_again"
    GONE = "gone"


class NoSuchTicket(Exception):
    """None of this number for this tenant, or it is done."""


@dataclass(frozen=True, slots=True)
class Tickets:
    """What is not done: `tickets` need somebody, the worker is still at `waiting`."""

    tickets: tuple[OpenRemoval, ...]
    waiting: tuple[OpenRemoval, ...]


def tickets(parts: Parts, actor: Actor) -> Tickets:
    """All that relying parties still have to forget, oldest first."""
    with parts.store.read() as tx:
        found = rows.open_removals(tx, actor.tenant)
    return Tickets(
        tuple(each for each in found if each.state == rows.TICKET),
        tuple(each for each in found if each.state != rows.TICKET),
    )


def resolve_ticket(parts: Parts, actor: Actor, number: int, how: Resolution) -> None:
    """Let the worker try for another day, or believe staff who looked that it is gone. Raises NoSuchTicket."""
    now = parts.clock.now()

    def work(tx: WriteTx) -> None:
        state = rows.WAITING if how is Resolution.TRY_AGAIN else rows.DONE
        if not rows.move_removal(tx, number, state, now, actor.tenant):
            raise NoSuchTicket
        details: dict[str, str | int | bool] = {"ticket": number}
        record(tx, parts, Event("ticket_resolved", actor.tenant, actor.name, reason=how.value, details=details))

    parts.store.write(work)
