"""Where staff may go: the places of the navigation, and who is shown them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from kiosk.contract.staff import Role


@dataclass(frozen=True, slots=True)
class Place:
    """A place of the navigation; `icon` is a file of resources/icons."""

    path: str
    title: str
    role: Role
    icon: str


PLACES: Final = (
    Place("/console", "Stations now", Role.VIEW, "clock"),
    Place("/console/requests", "Requests", Role.APPROVE, "check-circle"),
    Place("/console/look-up", "Look up", Role.CONCIERGE, "badge"),
    Place("/console/keys", "Keys", Role.VIEW, "key"),
    Place("/console/tickets", "Tickets", Role.ADMINISTER, "warning"),
    Place("/console/figures", "Figures", Role.VIEW, "calendar"),
    Place("/console/trail", "Trail", Role.VIEW, "lock"),
    Place("/console/stations", "Set up stations", Role.ADMINISTER, "keyboard"),
    Place("/console/projects", "Projects", Role.VIEW, "phone"),
    Place("/console/policies", "Policies", Role.ADMINISTER, "note"),
    Place("/console/staff", "Staff", Role.ADMINISTER, "people"),
)
"""In the order of the navigation. Whoever is staff at all may `view`."""


def place_of(path: str) -> str:
    """The place that a page belongs to: the longest path that it is at or below."""
    fitting = (each.path for each in PLACES if path == each.path or path.startswith(f"{each.path}/"))
    return max(fitting, key=len, default="")
