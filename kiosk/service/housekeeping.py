"""What time does: things end, and are forgotten when nobody needs them any more."""

from __future__ import annotations

from typing import Final

from kiosk.service.accounts.external_tokens import forget_expired_tokens
from kiosk.service.accounts.one_time import forget_old_secrets
from kiosk.service.accounts.sessions import forget_old_sessions
from kiosk.service.approvals.actions import expire_next as expire_approvals
from kiosk.service.approvals.actions import forget_old as forget_old_approvals
from kiosk.service.audit.erasing import pseudonymise_next
from kiosk.service.bulk_import.worker import forget_abandoned, forget_failed
from kiosk.service.enrollments.reconciliation import expire, forget_people, forget_tokens
from kiosk.service.enrollments.register_ends import end_next_visit
from kiosk.service.enrollments.removal import forget_old_removals
from kiosk.service.keys.chores import announce_ends, take_uncollected
from kiosk.service.keys.recalls import mark_next
from kiosk.service.messages.worker import forget_old_messages
from kiosk.service.mobile.standings import expire_next
from kiosk.service.mobile.standings import forget_old_codes as forget_phone_codes
from kiosk.service.once import forget_old_answers
from kiosk.service.partners.actions import forget_old_messages as forget_partner_messages
from kiosk.service.parts import Parts
from kiosk.service.projects.feed_worker import forget_old_events
from kiosk.service.projects.member_deletion import delete_next
from kiosk.service.staff.sessions import forget_old as forget_old_proofs
from kiosk.service.stations.standing import forget_old as forget_old_steps
from kiosk.service.tokens.signed_client import forget_assertions
from kiosk.service.verification.actions import forget_old_codes
from kiosk.service.worker import Chore

_EACH_MINUTE: Final = 60.0
_HOURLY: Final = 3600.0


def housekeeping(parts: Parts) -> tuple[Chore, ...]:
    """The chores of one lane, none of which anybody waits for."""
    return (
        Chore("forget_uploads", lambda: forget_abandoned(parts), _HOURLY),
        Chore("forget_failed_records", lambda: forget_failed(parts) < 0, _HOURLY),
        Chore("forget_removals", lambda: forget_old_removals(parts) < 0, _HOURLY),
        Chore("expire", lambda: expire(parts)),
        Chore("end_visits", lambda: end_next_visit(parts), _EACH_MINUTE),
        Chore("announce_ends", lambda: announce_ends(parts), _HOURLY),
        Chore("take_uncollected", lambda: take_uncollected(parts), _HOURLY),
        Chore("mark_recalled", lambda: mark_next(parts), _EACH_MINUTE),
        Chore("forget_people", lambda: forget_people(parts), _EACH_MINUTE),
        Chore("delete_members", lambda: delete_next(parts), _EACH_MINUTE),
        Chore("forget_tokens", lambda: forget_tokens(parts), _HOURLY),
        Chore("forget_codes", lambda: forget_old_codes(parts) < 0, _HOURLY),
        Chore("expire_phone_codes", lambda: expire_next(parts), _EACH_MINUTE),
        Chore("forget_phone_codes", lambda: forget_phone_codes(parts) < 0, _HOURLY),
        Chore("forget_messages", lambda: forget_old_messages(parts) < 0, _HOURLY),
        Chore("forget_partner_messages", lambda: forget_partner_messages(parts) < 0, _HOURLY),
        Chore("forget_external_tokens", lambda: forget_expired_tokens(parts) < 0, _HOURLY),
        Chore("forget_secrets", lambda: forget_old_secrets(parts) < 0, _HOURLY),
        Chore("forget_sessions", lambda: forget_old_sessions(parts) < 0, _HOURLY),
        Chore("forget_events", lambda: forget_old_events(parts) < 0, _HOURLY),
        Chore("expire_approvals", lambda: expire_approvals(parts), _EACH_MINUTE),
        Chore("forget_approvals", lambda: forget_old_approvals(parts), _HOURLY),
        Chore("forget_staff_proofs", lambda: forget_old_proofs(parts), _HOURLY),
        Chore("forget_assertions", lambda: forget_assertions(parts), _EACH_MINUTE),
        Chore("forget_steps", lambda: forget_old_steps(parts), _HOURLY),
        Chore("pseudonymise", lambda: pseudonymise_next(parts), _HOURLY),
        Chore("forget_answers", lambda: forget_old_answers(parts) < 0, _HOURLY),
    )
