"""Messages as staff may see them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from kiosk.service.store.engine import ReadTx
from kiosk.service.store.messages import messages


@dataclass(frozen=True, slots=True)
class ToldMessage:
    """A row as staff may see it: neither address nor text nor whom it is for."""

    message_id: str
    channel: str
    state: str
    delivery: str
    reason: str
    attempt: int
    written_at: datetime
    settled_at: datetime | None


def newest_messages(tx: ReadTx, count: int) -> tuple[ToldMessage, ...]:
    """The newest messages, newest first."""
    columns = (messages.c[name] for name in ToldMessage.__slots__)
    rows = tx.connection.execute(select(*columns).order_by(messages.c.number.desc()).limit(count))
    return tuple(ToldMessage(*row) for row in rows)


def message_states(tx: ReadTx) -> dict[str, int]:
    """How many messages stand in each state: for staff and tests."""
    rows = tx.connection.execute(select(messages.c.state, func.count()).group_by(messages.c.state))
    return {row[0]: row[1] for row in rows}
