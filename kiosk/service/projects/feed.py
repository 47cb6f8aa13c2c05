"""The host feed of a project: events are added where they happen, in the transaction of what they tell."""

from __future__ import annotations

from kiosk.service.parts import Parts
from kiosk.service.projects.feed_rules import FeedKind, person_of
from kiosk.service.projects.rules import settings_of
from kiosk.service.projects.settings import FeedSettings
from kiosk.service.sources import new_id
from kiosk.service.store import host_feed as rows
from kiosk.service.store.engine import WriteTx
from kiosk.service.store.host_feed import FeedRow
from kiosk.service.store.mobile_ids import MobileIdRow
from kiosk.service.store.projects import ProjectRow, project


def tell(tx: WriteTx, parts: Parts, row: MobileIdRow, kind: FeedKind) -> None:
    """Tell the host system of the project what happened to a number, in the transaction of it; nothing where the
    project has no feed. For `released`, `row` is as it was before: the event names whose number it was."""
    of = project(tx, row.project_id)
    if of is None or feed_of(parts, of) is None:
        return
    now = parts.clock.now()
    event = FeedRow(
        project_id=row.project_id,
        position=rows.next_position(tx, row.project_id, now),
        event_id=new_id(parts.random),
        kind=kind.value,
        number=row.number,
        body=person_of(row),
        made_at=now,
    )
    rows.add_event(tx, event)


def feed_of(parts: Parts, of: ProjectRow) -> FeedSettings | None:
    """How the host system of a project is told; None if it is not."""
    named = settings_of(parts.settings.projects, of)
    return None if named is None else named.feed
