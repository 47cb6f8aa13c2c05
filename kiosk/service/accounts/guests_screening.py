"""Screens guests: writes down that it is due, asks without a transaction, and settles by compare-and-set.

Whoever wrote the row (or claimed it once it was due) asks, alone until `due_at`; one that died meanwhile is followed by
the worker. What staff or a newer screening decided in the meantime stands.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from kiosk.service.accounts import people
from kiosk.service.accounts.guests_assets import opened
from kiosk.service.accounts.guests_mail import send_passcode
from kiosk.service.accounts.guests_rules import SPONSORED, GuestKind, effect
from kiosk.service.accounts.rules import AccountState
from kiosk.service.audit.actions import Event, record
from kiosk.service.parts import Parts
from kiosk.service.screening.actions import screen
from kiosk.service.screening.connector import CallType, Subject
from kiosk.service.screening.rules import OPEN, ScreeningState, back_off, lease
from kiosk.service.sources import new_id
from kiosk.service.store import guests as guest_rows
from kiosk.service.store import screenings as rows
from kiosk.service.store.accounts import AccountRow, account
from kiosk.service.store.engine import ReadTx, WriteTx
from kiosk.service.store.guests import GuestRow
from kiosk.service.store.screenings import ScreeningRow

_SETTLED = frozenset({ScreeningState.PASSED, ScreeningState.LET_IN, ScreeningState.KEPT_OUT, ScreeningState.REPLACED})


def call_for(tx: WriteTx, parts: Parts, user_id: str, call_type: CallType, *, now_by_us: bool = True) -> ScreeningRow:
    """A screening that replaces those that are open; telling the system of enrollments alone replaces none.

    `now_by_us`: the caller asks as soon as it has committed, and nobody else does until it must be dead.
    """
    now = parts.clock.now()
    if call_type is not CallType.SYNC:
        _close(tx, parts, user_id, ScreeningState.REPLACED)
    due_at = now + lease(parts.screeners) if now_by_us else now
    row = ScreeningRow(
        new_id(parts.random), user_id, str(call_type), ScreeningState.DUE, now, due_at, tries=1 if now_by_us else 0
    )
    rows.add_screening(tx, row)
    return row


def ask(parts: Parts, claimed: ScreeningRow) -> ScreeningRow:
    """Ask every checker about somebody, and do what follows; the screening as it is then."""
    call_type = CallType(claimed.call_type)
    with parts.store.read() as tx:
        whom, guest = account(tx, claimed.user_id), guest_rows.guest(tx, claimed.user_id)
    verdict = screen(parts.screeners, _subject(parts, whom, guest), call_type)

    def settle(tx: WriteTx) -> ScreeningRow:
        now = parts.clock.now()
        who = account(tx, claimed.user_id)  # first: whoever changes it waits here
        current = rows.screening(tx, claimed.id)
        if who is None or current is None or (current.state, current.tries) != (claimed.state, claimed.tries):
            return current or claimed
        status = AccountState(who.status)
        if status is AccountState.REMOVED:
            return rows.move_screening(tx, current, _moved(current, ScreeningState.REPLACED, parts))
        done = effect(verdict, call_type, status, sponsored=_sponsored(guest))
        if done.state is ScreeningState.DUE:
            due_at = now + back_off(current.tries)
            return rows.move_screening(tx, current, replace(current, checker=done.checker, due_at=due_at))
        moved = replace(_moved(current, done.state, parts), checker=done.checker, reference=verdict.reference)
        if done.account is not None:
            people.move(tx, parts, who.id, status, done.account)
        if done.account is AccountState.ACTIVE:
            _welcome(tx, parts, who, guest)
        if call_type is not CallType.SCREENING and done.state is ScreeningState.PASSED:
            guest_rows.forget_assets(tx, who.id)
        told = {"screening": done.state.value, "checker": done.checker, "call_type": call_type.value}
        site = "" if guest is None else guest.site
        record(tx, parts, Event("guest_screened", who.tenant, "service", who.id, site, details=told))
        return rows.move_screening(tx, current, moved)

    return parts.store.write(settle)


def ask_next(parts: Parts) -> bool:
    """Ask about the guest for whom it has been due for longest; False when there is none. Raises StoreBusy."""
    now = parts.clock.now()
    with parts.store.glance() as tx:
        if rows.next_due(tx, now) is None:
            return False

    def claim(tx: WriteTx) -> ScreeningRow | None:
        found = rows.next_due(tx, now)
        if found is None:
            return None
        return rows.move_screening(
            tx, found, replace(found, tries=found.tries + 1, due_at=now + lease(parts.screeners))
        )

    claimed = parts.store.write(claim)
    if claimed is None:
        return False
    ask(parts, claimed)
    return True


def decided(tx: WriteTx, parts: Parts, user_id: str, after: AccountState) -> None:
    """Staff moved an account: what they said of a guest settles what is open, and who gets in that way is welcomed.

    Called in the transaction that moves the account, after it was moved.
    """
    guest = guest_rows.guest(tx, user_id)
    if guest is None:
        return
    let_in = after is AccountState.ACTIVE
    some = _close(tx, parts, user_id, ScreeningState.LET_IN if let_in else ScreeningState.KEPT_OUT)
    who = account(tx, user_id)
    if let_in and some and who is not None:
        _welcome(tx, parts, who, guest)


def standing(tx: ReadTx, user_id: str) -> ScreeningRow | None:
    """The newest screening of somebody that is worth anything."""
    kept = [each for each in rows.screenings_of(tx, user_id) if each.state != ScreeningState.REPLACED]
    return max(kept, key=lambda each: (each.asked_at, each.state in OPEN), default=None)


def _close(tx: WriteTx, parts: Parts, user_id: str, state: ScreeningState) -> int:
    """Settle all open screenings of somebody; how many there were."""
    found: Sequence[ScreeningRow] = [each for each in rows.screenings_of(tx, user_id) if each.state in OPEN]
    for each in found:
        rows.move_screening(tx, each, _moved(each, state, parts))
    return len(found)


def _moved(row: ScreeningRow, state: ScreeningState, parts: Parts) -> ScreeningRow:
    return replace(row, state=state, due_at=None, settled_at=parts.clock.now() if state in _SETTLED else None)


def _welcome(tx: WriteTx, parts: Parts, who: AccountRow, guest: GuestRow | None) -> None:
    """Who has no password yet, and proved no address, gets a passcode by mail."""
    if guest is not None and guest.kind not in SPONSORED:
        send_passcode(tx, parts, who)


def _sponsored(guest: GuestRow | None) -> bool:
    return guest is None or GuestKind(guest.kind) not in SPONSORED or bool(guest.sponsor_id)


def _subject(parts: Parts, whom: AccountRow | None, guest: GuestRow | None) -> Subject:
    if whom is None:
        return Subject("", "")
    if guest is None:
        return Subject(whom.given_name, whom.family_name, whom.email)
    return Subject(whom.given_name, whom.family_name, whom.email, guest.company, assets=opened(parts, guest))
