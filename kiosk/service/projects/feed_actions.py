"""What may be asked of the feed of a project: how it stands, to go on after it stopped, and the list as a whole."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial

from kiosk.service.audit.actions import Event, record
from kiosk.service.parts import Parts
from kiosk.service.projects.bodies_feed import FeedStanding
from kiosk.service.projects.feed import feed_of, tell
from kiosk.service.projects.feed_rules import FeedKind, harmless, lines
from kiosk.service.projects.owned import own
from kiosk.service.store import host_feed as rows
from kiosk.service.store.engine import ReadTx, WriteTx
from kiosk.service.store.host_list import HOST_VIEW, PAGE, harmful_numbers, people_page
from kiosk.service.store.mobile_ids import MobileIdRow
from kiosk.service.store.projects import ProjectRow
from kiosk.service.tokens.rules import Caller


@dataclass(frozen=True, slots=True)
class Listing:
    """The list of a project, piece by piece, and the numbers that it leaves out."""

    content: Iterator[bytes] = field(repr=False)
    left_out: tuple[int, ...]


def stands(parts: Parts, caller: Caller, project_id: str) -> FeedStanding:
    """How the feed of a project stands. Raises NoSuchProject."""
    with parts.store.read() as tx:
        return _standing(tx, parts, own(tx, caller, project_id))


def resume(parts: Parts, caller: Caller, project_id: str) -> FeedStanding:
    """Send the next event now, though the host system refused it or is waited for. Raises NoSuchProject."""

    def work(tx: WriteTx) -> FeedStanding:
        of = own(tx, caller, project_id)
        if rows.resume_feed(tx, of.id, parts.clock.now()):
            actor = caller.actor
            record(tx, parts, Event("feed_resumed", of.tenant, actor, details={"project": of.id}))
        return _standing(tx, parts, of)

    return parts.store.write(work)


def tell_everybody(parts: Parts, caller: Caller, project_id: str) -> FeedStanding:
    """Tell the host system of everybody who has a number, as if they changed: it was named late, or lost what it knew.

    Raises NoSuchProject.
    """

    def work(tx: WriteTx, after: int) -> int | None:
        of, page = own(tx, caller, project_id), people_page(tx, project_id, after)
        for row in page:
            tell(tx, parts, row, FeedKind.CHANGED)
        if after < 0:
            actor = caller.actor
            record(tx, parts, Event("feed_retold", of.tenant, actor, details={"project": of.id}))
        return page[-1].number if len(page) == PAGE else None

    after: int | None = -1
    while after is not None:
        after = parts.store.write(partial(work, after=after))
    return stands(parts, caller, project_id)


def export(parts: Parts, caller: Caller, project_id: str, layout: str | None) -> Listing:
    """The list of a project as its file has it, in another layout if one is given. Who reads it is written down.

    Raises NoSuchProject.
    """

    def work(tx: WriteTx) -> tuple[ProjectRow, tuple[int, ...]]:
        of = own(tx, caller, project_id)
        actor = caller.actor
        record(tx, parts, Event("mobile_ids_exported", of.tenant, actor, details={"project": of.id}))
        return of, harmful_numbers(tx, of.id)

    of, left_out = parts.store.write(work)
    feed = feed_of(parts, of)
    columns = layout or ("autosync" if feed is None else feed.layout)
    people = filter(harmless, _people(parts, of.id))
    return Listing(iter(lines(columns, people, header=feed is None or feed.header)), left_out)


def _people(parts: Parts, project_id: str) -> Iterator[MobileIdRow]:
    """In as many transactions as pages: a reader that is slow holds none open."""
    after = -1
    while True:
        with parts.store.read() as tx:
            page = people_page(tx, project_id, after)
        yield from page
        if len(page) < PAGE:
            return
        after = page[-1].number


def _standing(tx: ReadTx, parts: Parts, of: ProjectRow) -> FeedStanding:
    feed, row = feed_of(parts, of), rows.standing(tx, of.id) or rows.StandingRow()
    return FeedStanding(
        webhook=feed is not None and feed.webhook is not None,
        file=feed is not None and feed.file is not None,
        view=HOST_VIEW,
        position=row.position,
        taken=row.taken,
        waiting=row.position - row.taken if feed is not None and feed.webhook is not None else 0,
        tries=row.tries,
        due_at=row.due_at,
        stopped_at=row.stopped_at,
        trouble=row.trouble,
        file_written_at=row.file_written_at,
        file_trouble=row.file_trouble,
        left_out=harmful_numbers(tx, of.id),
    )
