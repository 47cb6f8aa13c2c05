"""What time does to enrollments: those past it end, and what they left half made is forgotten."""

from __future__ import annotations

from kiosk.contract.enrollments import Phase
from kiosk.service.enrollments.finish import end_left
from kiosk.service.parts import Parts
from kiosk.service.policies.actions import under
from kiosk.service.store.engine import WriteTx
from kiosk.service.store.enrollments import forget_people_before, overdue_enrollments
from kiosk.service.store.tokens import drop_expired_tokens
from kiosk.service.tokens.rules import SKEW

_AT_ONCE = 50  # so that a writer never waits long for the reconciler


def expire(parts: Parts) -> bool:
    """End some of the enrollments that are over; whether there may be more. One whose phone did all ends well."""
    now = parts.clock.now()
    with parts.store.glance() as tx:
        if not overdue_enrollments(tx, now, now + SKEW, 1):
            return False

    def work(tx: WriteTx) -> int:
        overdue = overdue_enrollments(tx, now, now + SKEW, _AT_ONCE)
        for row in overdue:
            end_left(tx, under(tx, parts, row.client_id), row, Phase.EXPIRED)
        return len(overdue)

    return parts.store.write(work) == _AT_ONCE


def forget_people(parts: Parts) -> bool:
    """Forget people who might have gone on with an authenticator app, and did not within the enrollment's life."""
    now = parts.clock.now()
    parts.store.write(lambda tx: forget_people_before(tx, now))
    return False


def forget_tokens(parts: Parts) -> bool:
    """Delete access tokens that are past their time."""
    now = parts.clock.now()
    parts.store.write(lambda tx: drop_expired_tokens(tx, now))
    return False
