"""What staff take along as CSV: the inventory of keys, and who has one. It is read a page at a time while it is sent,
the first page before the answer begins, so that what is refused is refused; that it was taken is in the trail."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Generic, TypeVar

from fastapi import APIRouter, Response

from kiosk.contract.staff import Role
from kiosk.service.audit.forms import csv_line
from kiosk.service.audit.looking import note_export
from kiosk.service.concierge import listing
from kiosk.service.concierge.listing import Listed
from kiosk.service.console.keys import KEYS, Asked, page_of
from kiosk.service.console.routing import PAGES
from kiosk.service.console.session import Administrator, Member, Viewer
from kiosk.service.console.trail import download
from kiosk.service.store.keys import KeyRow

PEOPLE: Final = "/console/people.csv"
_AT_ONCE: Final = 500

router = APIRouter(**PAGES)
Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class Page(Generic[Row]):
    """Some rows, and what to ask for the next ones with, empty behind the last."""

    rows: Sequence[Row]
    next: str


@dataclass(frozen=True, slots=True)
class Table(Generic[Row]):
    """A file: its name, a cell of each row by column, and how a page is read that is behind some row."""

    name: str
    columns: Mapping[str, Callable[[Row], str]]
    read: Callable[[str], Page[Row]]


def _time(at: datetime | None) -> str:
    return "" if at is None else at.isoformat(timespec="seconds")


_KEY: Final[Mapping[str, Callable[[KeyRow], str]]] = {
    "serial": lambda row: row.serial,
    "model": lambda row: row.model,
    "aaguid": lambda row: row.aaguid,
    "firmware": lambda row: "" if row.firmware is None else str(row.firmware),
    "state": lambda row: row.state.value,
    "since": lambda row: _time(row.state_at),
    "reason": lambda row: row.reason,
    "site": lambda row: row.site,
    "holder": lambda row: row.user_id or "",
    "first_seen_at": lambda row: _time(row.first_seen_at),
    "issued_at": lambda row: _time(row.issued_at),
    "expires_at": lambda row: _time(row.expires_at),
}


@router.get(f"{KEYS}.csv", summary="Take the inventory along")
def keys(member: Viewer, asked: Asked) -> Response:
    """The keys that the page shows with the same filter."""

    def read(after: str) -> Page[KeyRow]:
        page = page_of(member, asked, after, _AT_ONCE)
        return Page(page.keys, page.next)

    return _taken(member, Table("keys", _KEY, read))


_PERSON: Final[Mapping[str, Callable[[Listed], str]]] = {
    "id": lambda row: row.person.user_id,
    "name": lambda row: row.person.name,
    "sign_in_name": lambda row: row.person.primary_user_identifier,
    "employee_id": lambda row: row.person.employee_id,
    "state": lambda row: row.person.state,
    "sites": lambda row: " ".join(each.site_id for each in row.person.sites),
    "keys": lambda row: str(row.working),
    "keys_to_hand_over": lambda row: str(row.waiting),
    "last_enrollment_at": lambda row: "" if row.last is None else _time(row.last.began_at),
    "last_enrollment": lambda row: "" if row.last is None else row.last.ended or "under_way",
    "locked": lambda row: "yes" if row.standing.locked else "no",
    "locked_until": lambda row: _time(row.standing.until) if row.standing.locked else "",
}


@router.get(PEOPLE, summary="Take along who has a key")
def people(member: Administrator) -> Response:
    """Everybody whom they may look up, masked as there. It tells of all at once: administrators alone take it."""
    member.require(Role.CONCIERGE)

    def read(after: str) -> Page[Listed]:
        page = listing.people(member.parts, member.caller, after, _AT_ONCE)
        return Page(page.people, page.next)

    return _taken(member, Table("people", _PERSON, read))


def _taken(member: Member, table: Table[Row]) -> Response:
    first = table.read("")
    note_export(member.parts, member.tenant, member.actor, table.name, "csv")
    return download(_lines(table, first), f"{table.name}.csv")


def _lines(table: Table[Row], first: Page[Row]) -> Iterator[str]:
    page = first
    yield csv_line(table.columns)
    while True:
        for row in page.rows:
            yield csv_line(cell(row) for cell in table.columns.values())
        if not page.next:
            return
        page = table.read(page.next)
