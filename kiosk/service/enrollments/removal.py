"""The worker that takes registrations away at relying parties that others keep, until they are gone.

It lists before it deletes and looks again afterwards: what a party says of itself counts. What cannot be done for a
day becomes a ticket for staff.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Final

import structlog

from kiosk.service.enrollments.settlement import listed
from kiosk.service.parts import Parts
from kiosk.service.relying_parties.connector import (
    OutcomeUnknown,
    RelyingParty,
    RelyingPartyRefused,
    RelyingPartyUnavailable,
)
from kiosk.service.store import removals as rows
from kiosk.service.store.removals import ClaimedRemoval

_log = structlog.get_logger("keywright.service")

FIRST_WAIT: Final = timedelta(seconds=2)
LONGEST_WAIT: Final = timedelta(minutes=10)
GIVEN_UP_AFTER: Final = timedelta(hours=24)
KEPT: Final = timedelta(days=30)
_LEASE_MARGIN: Final = timedelta(seconds=30)
_CALLS: Final = 3  # list, delete, list again


class _NotYet(Exception):
    """It may still appear, or is still shown."""


def remove_next(parts: Parts) -> bool:
    """Do the removal that has been due for longest; False when there is none. Raises StoreBusy, StorageFull."""
    now = parts.clock.now()
    with parts.store.glance() as tx:
        if not rows.removal_due(tx, now):
            return False
    longest = max((each.deadline for each in parts.relying_parties.values()), default=timedelta())
    lease = now + _CALLS * longest + _LEASE_MARGIN
    claimed = parts.store.write(lambda tx: rows.claim_removal(tx, now, lease))
    if claimed is None:
        return False
    party = parts.relying_parties.get(claimed.relying_party)
    if party is None:
        _settle(parts, claimed, rows.TICKET, "no_such_party")
    else:
        _try(parts, party, claimed)
    return True


def forget_old_removals(parts: Parts) -> int:
    """Delete rows that were done long ago; how many there were."""
    before = parts.clock.now() - KEPT
    return parts.store.write(lambda tx: rows.forget_removals(tx, before))


def back_off(attempt: int) -> timedelta:
    """How long to wait after the attempt (from 1): doubling, and never longer than ten minutes."""
    return min(FIRST_WAIT * (1 << min(max(attempt, 1) - 1, 16)), LONGEST_WAIT)


def _try(parts: Parts, party: RelyingParty, claimed: ClaimedRemoval) -> None:
    try:
        _remove(parts, party, claimed)
    except _NotYet:
        _later(parts, claimed, back_off(claimed.attempt), "not_shown_yet")
    except RelyingPartyUnavailable as error:
        wait = max(timedelta(seconds=error.retry_after), back_off(claimed.attempt))
        _later(parts, claimed, wait, "unavailable")
    except OutcomeUnknown:
        _later(parts, claimed, back_off(claimed.attempt), "outcome_unknown")
    except RelyingPartyRefused as error:
        if error.word == "no_account":  # nobody there has anything of ours
            _settle(parts, claimed, rows.DONE, error.word)
        else:
            _later(parts, claimed, back_off(claimed.attempt), error.word)
    else:
        _settle(parts, claimed, rows.DONE, "")


def _remove(parts: Parts, party: RelyingParty, claimed: ClaimedRemoval) -> None:
    """Raises what the party raises, and _NotYet."""
    account, wanted = claimed.account, claimed.credential_id
    if wanted is None:
        party.abort(account, claimed.reference, claimed.since)
        return
    found = listed(party, account, wanted, claimed.reference)
    if found is not None:
        party.delete(account, found.reference)
        if listed(party, account, wanted, claimed.reference) is not None:
            raise _NotYet
        return
    if parts.clock.now() < claimed.search_until:
        raise _NotYet
    party.abort(account, claimed.reference, claimed.since)


def _later(parts: Parts, claimed: ClaimedRemoval, wait: timedelta, reason: str) -> None:
    now = parts.clock.now()
    if now - claimed.written_at > GIVEN_UP_AFTER:
        _settle(parts, claimed, rows.TICKET, reason)
    else:
        parts.store.write(lambda tx: rows.postpone_removal(tx, claimed, now + wait, reason))


def _settle(parts: Parts, claimed: ClaimedRemoval, state: str, reason: str) -> None:
    now = parts.clock.now()
    parts.store.write(lambda tx: rows.settle_removal(tx, claimed, state, now, reason))
    if state == rows.TICKET:
        _log.error("removal_needs_staff", relying_party=claimed.relying_party, receipt=claimed.receipt, reason=reason)
    else:
        _log.info("removed", relying_party=claimed.relying_party, receipt=claimed.receipt)
