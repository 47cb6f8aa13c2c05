"""What the host system of a project has to be told: events in order, each until it was taken, and how that stands."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import (
    JSON,
    BigInteger,
    BindParameter,
    Column,
    ForeignKey,
    Index,
    Integer,
    PrimaryKeyConstraint,
    String,
    Table,
    and_,
    bindparam,
    delete,
    func,
    insert,
    or_,
    select,
    update,
)

from kiosk.service.store.columns import ID_LENGTH, UtcDateTime, metadata
from kiosk.service.store.engine import ReadTx, WriteTx

FEEDS: Final = "feeds"
"""What this leaves to do, as the lanes hear of it."""

_LONGEST_LEASE: Final = timedelta(minutes=10)

host_feed = Table(
    "host_feed",
    metadata,
    Column("project_id", String(ID_LENGTH), ForeignKey("projects.id", ondelete="CASCADE"), nullable=False),
    Column("position", BigInteger, nullable=False),
    Column("event_id", String(ID_LENGTH), nullable=False),
    Column("kind", String(20), nullable=False),
    Column("number", BigInteger, nullable=False),
    Column("body", JSON, nullable=False),
    Column("made_at", UtcDateTime, nullable=False),
    Column("sent_at", UtcDateTime),
    PrimaryKeyConstraint("project_id", "position"),
    Index("ix_host_feed_sent_at", "sent_at"),
)
"""`position` counts from 1 in each project, without a gap. `sent_at` is empty until the host system took it."""

host_feeds = Table(
    "host_feeds",
    metadata,
    Column("project_id", String(ID_LENGTH), ForeignKey("projects.id", ondelete="CASCADE"), nullable=False),
    Column("position", BigInteger, nullable=False),
    Column("taken", BigInteger, nullable=False),
    Column("attempt", BigInteger, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("due_at", UtcDateTime),
    Column("leased_until", UtcDateTime),
    Column("stopped_at", UtcDateTime),
    Column("trouble", String(64), nullable=False),
    Column("file_written_at", UtcDateTime),
    Column("file_trouble", String(64), nullable=False),
    PrimaryKeyConstraint("project_id"),
    Index("ix_host_feeds_due_at", "due_at"),
)
"""`due_at` is empty when everything was taken, and while the feed is stopped."""


@dataclass(frozen=True, slots=True)
class FeedRow:
    """One event: `kind` is a `projects.feed_rules.FeedKind`, `body` the person's data."""

    project_id: str
    position: int
    event_id: str
    kind: str
    number: int
    body: dict[str, Any] = field(repr=False)
    made_at: datetime
    sent_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class StandingRow:
    """How the feed of a project stands: the last `position`, the last one that was `taken`, the `tries` of the next,
    and why it did not go out (`trouble`); the same of the file."""

    position: int = 0
    taken: int = 0
    tries: int = 0
    due_at: datetime | None = None
    stopped_at: datetime | None = None
    trouble: str = ""
    file_written_at: datetime | None = None
    file_trouble: str = ""


@dataclass(frozen=True, slots=True)
class ClaimedFeed:
    """The feed of a project that this worker alone may go on with until its lease ends; `attempt` proves the claim."""

    project_id: str
    position: int
    taken: int
    tries: int
    attempt: int


# Statements are made once: building one costs more than running it.
_NOW: BindParameter[datetime] = bindparam("now")
_OF = host_feeds.c.project_id == bindparam("wanted")
_UNLEASED = or_(
    host_feeds.c.leased_until.is_(None),
    host_feeds.c.leased_until <= _NOW,
    host_feeds.c.leased_until > bindparam("far"),  # the clock was set back
)
_DUE = and_(host_feeds.c.due_at <= _NOW, _UNLEASED)
_NEXT = (
    update(host_feeds)
    .where(_OF)
    .values(position=host_feeds.c.position + 1)
    .returning(host_feeds.c.position, host_feeds.c.taken, host_feeds.c.stopped_at)
)
_WAKE = update(host_feeds).where(_OF, host_feeds.c.due_at.is_(None)).values(due_at=_NOW)
_INSERT, _BEGIN = insert(host_feed), insert(host_feeds)
_FRESH: Final = {"position": 0, "taken": 0, "attempt": 0, "tries": 0, "trouble": "", "file_trouble": ""}
_STANDING = select(*(host_feeds.c[name] for name in StandingRow.__slots__)).where(_OF)
_DUE_FEEDS = select(host_feeds.c.project_id).where(_DUE).order_by(host_feeds.c.due_at)
_FREE = select(host_feeds.c.project_id).where(_OF, _DUE).with_for_update(skip_locked=True).scalar_subquery()
_CLAIM = (
    update(host_feeds)
    .where(host_feeds.c.project_id == _FREE, _DUE)
    .values(leased_until=bindparam("lease"), attempt=host_feeds.c.attempt + 1)
    .returning(*(host_feeds.c[name] for name in ClaimedFeed.__slots__))
)
_EVENT = select(*(host_feed.c[name] for name in FeedRow.__slots__)).where(
    host_feed.c.project_id == bindparam("wanted"), host_feed.c.position == bindparam("place")
)
_OURS = and_(_OF, host_feeds.c.attempt == bindparam("claimed"), host_feeds.c.stopped_at.is_(None))
_SETTLE = update(host_feeds).where(_OURS).values(leased_until=None, taken=bindparam("upto"), tries=0, trouble="")
_REST = update(host_feeds).where(_OF, host_feeds.c.taken == host_feeds.c.position).values(due_at=None)
_SENT = (
    update(host_feed)
    .where(host_feed.c.project_id == bindparam("wanted"), host_feed.c.position == bindparam("place"))
    .values(sent_at=_NOW)
)
_POSTPONE = (
    update(host_feeds)
    .where(_OURS)
    .values(leased_until=None, tries=host_feeds.c.tries + 1, due_at=bindparam("due"), trouble=bindparam("why"))
)
_STOP = (
    update(host_feeds)
    .where(_OURS)
    .values(leased_until=None, tries=host_feeds.c.tries + 1, due_at=None, stopped_at=_NOW, trouble=bindparam("why"))
)
_RESUME = (
    update(host_feeds)
    .where(_OF, host_feeds.c.taken < host_feeds.c.position)
    .values(due_at=_NOW, stopped_at=None, tries=0, trouble="")
)
_TELL_FILE = (
    update(host_feeds)
    .where(_OF)
    .values(
        file_written_at=func.coalesce(bindparam("written"), host_feeds.c.file_written_at), file_trouble=bindparam("why")
    )
)


def next_position(tx: WriteTx, project_id: str, now: datetime) -> int:
    """The next place in the feed of a project, which nobody else gets; what stands there is due unless the feed is
    stopped."""
    tx.work.add(FEEDS)
    found = tx.connection.execute(_NEXT, {"wanted": project_id}).one_or_none()
    if found is None:
        tx.connection.execute(_BEGIN, {**_FRESH, "project_id": project_id, "position": 1, "due_at": now})
        return 1
    if found.stopped_at is None:
        tx.connection.execute(_WAKE, {"wanted": project_id, "now": now})
    return int(found.position)


def add_event(tx: WriteTx, event: FeedRow) -> None:
    """Store an event at its place."""
    tx.connection.execute(_INSERT, {name: getattr(event, name) for name in FeedRow.__slots__})


def standing(tx: ReadTx, project_id: str) -> StandingRow | None:
    """How the feed of a project stands; None before its first event."""
    found = tx.connection.execute(_STANDING, {"wanted": project_id}).one_or_none()
    return None if found is None else StandingRow(*found)


def due_feeds(tx: ReadTx, now: datetime) -> tuple[str, ...]:
    """The projects that have something to send and that nobody works on, the one first that has waited for longest."""
    return tuple(tx.connection.execute(_DUE_FEEDS, _times(now)).scalars())


def claim_feed(tx: WriteTx, project_id: str, now: datetime, leased_until: datetime) -> ClaimedFeed | None:
    """Lease the feed of a project; None if somebody was first."""
    values = {"wanted": project_id, "lease": leased_until, **_times(now)}
    found = tx.connection.execute(_CLAIM, values).one_or_none()
    return None if found is None else ClaimedFeed(*found)


def event_at(tx: ReadTx, project_id: str, position: int) -> FeedRow | None:
    """The event at a place."""
    found = tx.connection.execute(_EVENT, {"wanted": project_id, "place": position}).one_or_none()
    return None if found is None else FeedRow(*found)


def settle_event(tx: WriteTx, claimed: ClaimedFeed, now: datetime) -> bool:
    """The host system took the event behind the last one; False when the claim was lost."""
    place = claimed.taken + 1
    if tx.connection.execute(_SETTLE, {**_ours(claimed), "upto": place}).rowcount != 1:
        return False
    tx.connection.execute(_SENT, {"wanted": claimed.project_id, "place": place, "now": now})
    tx.connection.execute(_REST, {"wanted": claimed.project_id})
    return True


def postpone_event(tx: WriteTx, claimed: ClaimedFeed, due_at: datetime, trouble: str) -> bool:
    """Let the event wait for another try; False when the claim was lost."""
    return tx.connection.execute(_POSTPONE, {**_ours(claimed), "due": due_at, "why": trouble[:64]}).rowcount == 1


def stop_feed(tx: WriteTx, claimed: ClaimedFeed, now: datetime, trouble: str) -> bool:
    """Send nothing more until somebody resumes it; False when the claim was lost."""
    return tx.connection.execute(_STOP, {**_ours(claimed), "now": now, "why": trouble[:64]}).rowcount == 1


def resume_feed(tx: WriteTx, project_id: str, now: datetime) -> bool:
    """Try again at once; False where nothing waits."""
    tx.work.add(FEEDS)
    return tx.connection.execute(_RESUME, {"wanted": project_id, "now": now}).rowcount == 1


def tell_file(tx: WriteTx, project_id: str, written_at: datetime | None, trouble: str) -> None:
    """Write down how the file of a project stands; without `written_at` it is the one that it was."""
    told = {"wanted": project_id, "written": written_at, "why": trouble[:64]}
    if tx.connection.execute(_TELL_FILE, told).rowcount == 0:
        fresh = {**_FRESH, "project_id": project_id, "file_written_at": written_at, "file_trouble": trouble[:64]}
        tx.connection.execute(_BEGIN, fresh)


def forget_events(tx: WriteTx, before: datetime) -> int:
    """Delete events that were taken before a time; how many there were."""
    return tx.connection.execute(delete(host_feed).where(host_feed.c.sent_at < before)).rowcount


def _times(now: datetime) -> dict[str, datetime]:
    return {"now": now, "far": now + _LONGEST_LEASE}


def _ours(claimed: ClaimedFeed) -> dict[str, Any]:
    return {"wanted": claimed.project_id, "claimed": claimed.attempt}
