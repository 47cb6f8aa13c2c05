"""What staff find the morning after: in the database, on the keys, at the kiosks, in the mail."""

from __future__ import annotations

from collections import Counter
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from time import monotonic
from typing import Any

from sqlalchemy import func, select

from kiosk.service.audit.chain import ChainVerdict
from kiosk.service.audit.checking import verify_trail
from kiosk.service.enrollments.reconciliation import expire
from kiosk.service.parts import Parts
from kiosk.service.store.credentials import credentials
from kiosk.service.store.engine import ReadTx
from kiosk.service.store.enrollments import enrollments
from kiosk.service.store.messages import messages
from kiosk.service.store.removals import open_removals
from tests.evening.replica import assembled

_MUCH_LATER = timedelta(hours=1)


@dataclass(frozen=True)
class Morning:
    """`proved` and `unproved` are credentials of the service, `phases` the enrollments by where they ended, `tickets`
    what is still to be taken back, `outbox` the messages by state."""

    proved: frozenset[bytes]
    unproved: frozenset[bytes]
    phases: dict[str, int]
    tickets: int
    outbox: dict[str, int]
    verdict: ChainVerdict
    checked_in: float


def morning(settings: dict[str, Any]) -> Morning:
    """An hour later: what nobody ended has run out, and a replica has sent the mails that a dead one had in hand."""
    with closing(assembled(settings, lambda: datetime.now(UTC) + _MUCH_LATER)) as service:
        parts = service.parts
        while expire(parts):
            pass
        service.worker.run_due()
        began = monotonic()
        verdict = verify_trail(parts)
        checked_in = monotonic() - began
        with parts.store.read() as tx:
            return _found(tx, parts, verdict, checked_in)


def _found(tx: ReadTx, parts: Parts, verdict: ChainVerdict, checked_in: float) -> Morning:
    rows = tx.connection.execute(select(credentials.c.credential_id, credentials.c.proved_at)).all()
    return Morning(
        proved=frozenset(bytes(row.credential_id) for row in rows if row.proved_at is not None),
        unproved=frozenset(bytes(row.credential_id) for row in rows if row.proved_at is None),
        phases=_counted(tx, enrollments.c.phase),
        tickets=len(open_removals(tx)),
        outbox=_counted(tx, messages.c.state),
        verdict=verdict,
        checked_in=checked_in,
    )


def _counted(tx: ReadTx, column: Any) -> dict[str, int]:
    query = select(column, func.count()).group_by(column)
    return dict(Counter({str(word): int(count) for word, count in tx.connection.execute(query)}))
