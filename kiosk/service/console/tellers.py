"""Who did what, as people read it: members of staff by their names, the rest by what they are."""

from __future__ import annotations

from collections.abc import Mapping

from kiosk.service.console.session import Member
from kiosk.service.staff.actions import members


def actors(member: Member) -> Mapping[str, str]:
    """The names of all staff of the tenant, as the trail names them."""
    return {f"staff:{each.id}": each.display_name for each in members(member.parts, member.tenant)}


def name_of(known: Mapping[str, str], actor: str) -> str:
    """Who that is; `client:…` and what is not known stays as it is."""
    if not actor:
        return "erased"
    return known.get(actor, actor)
