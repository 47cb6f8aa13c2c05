"""The people of a project that have a number, as host systems read them: in lists, and in a view of the database."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from sqlalchemy import and_, bindparam, or_, select

from kiosk.service.store.engine import ReadTx
from kiosk.service.store.mobile_ids import MobileIdRow, mobile_ids

HOST_VIEW: Final = "host_mobile_ids"
"""The view, which migration v0011 makes. What it has is a contract: columns may be added, and none may go."""

FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
"""What a text begins with that a spreadsheet would run."""

PAGE: Final = 1000
"""How many people are read at once."""

_TEXTS: Final = ("given_name", "family_name", "email", "sync_id")
_HAS_SOMEBODY = and_(
    mobile_ids.c.project_id == bindparam("wanted"),
    mobile_ids.c.released_at.is_(None),
    mobile_ids.c.claimed_at.is_not(None),
)
_PEOPLE = (
    select(*(mobile_ids.c[name] for name in MobileIdRow.__slots__))
    .where(_HAS_SOMEBODY, mobile_ids.c.number > bindparam("behind"))
    .order_by(mobile_ids.c.number)
    .limit(PAGE)
)
_HARMFUL = (
    select(mobile_ids.c.number)
    .where(_HAS_SOMEBODY, or_(*(mobile_ids.c[name].startswith(sign) for name in _TEXTS for sign in FORMULA)))
    .order_by(mobile_ids.c.number)
    .limit(PAGE)
)


def people_of(tx: ReadTx, project_id: str) -> Iterator[MobileIdRow]:
    """Everybody of a project who has a number, in order."""
    page = people_page(tx, project_id, -1)
    while page:
        yield from page
        page = people_page(tx, project_id, page[-1].number) if len(page) == PAGE else ()


def people_page(tx: ReadTx, project_id: str, after: int) -> tuple[MobileIdRow, ...]:
    """The next thousand behind a number; fewer at the end."""
    found = tx.connection.execute(_PEOPLE, {"wanted": project_id, "behind": after})
    return tuple(MobileIdRow(*each) for each in found)


def harmful_numbers(tx: ReadTx, project_id: str) -> tuple[int, ...]:
    """The numbers of people with a text that a spreadsheet would run: no list names them. A thousand at most."""
    return tuple(tx.connection.execute(_HARMFUL, {"wanted": project_id}).scalars())
