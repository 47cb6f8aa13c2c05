"""Tickets: what relying parties elsewhere should have forgotten and did not, for administrators of the whole tenant."""

from __future__ import annotations

from typing import Annotated, Final

from fastapi import APIRouter, Path, Response

from kiosk.service.console.routing import PAGES, NoSuchThing, NotAllowed
from kiosk.service.console.session import Administrator, ConfirmedAdministrator, Member
from kiosk.service.keys import tickets as actions
from kiosk.service.keys.rules import Actor
from kiosk.service.keys.tickets import NoSuchTicket, Resolution

TICKETS: Final = "/console/tickets"

router = APIRouter(**PAGES)
Number = Annotated[int, Path(ge=1, le=2**31 - 1)]


@router.get(TICKETS, summary="Tickets")
def tickets(member: Administrator) -> Response:
    """Those that need somebody, and what the service is still at."""
    found = actions.tickets(member.parts, _everywhere(member))
    parties = {each.id: each.name for each in member.parts.settings.relying_parties}
    return member.page("tickets.html", tickets=found.tickets, waiting=found.waiting, parties=parties)


@router.post(f"{TICKETS}/{{number}}", summary="Settle a ticket")
def settle(number: Number, member: ConfirmedAdministrator) -> Response:
    """Try once more, or believe who looked that it is gone."""
    try:
        how = Resolution(member.form.get("how", ""))
        actions.resolve_ticket(member.parts, _everywhere(member), number, how)
    except (ValueError, NoSuchTicket) as error:
        raise NoSuchThing from error
    return member.on(TICKETS, "ticket_settled")


def _everywhere(member: Member) -> Actor:
    """A ticket is of no site. Raises NotAllowed."""
    if member.session.sites:
        raise NotAllowed
    return Actor(member.actor, member.tenant)
