"""The last day of a guest: told, and moved."""

from __future__ import annotations

from datetime import date

from kiosk.service.accounts.callers import person_for
from kiosk.service.accounts.guests_rules import GuestKind, longest_stay, may_end_on
from kiosk.service.accounts.rules import AccountState, BadAttributes, NoSuchAccount, WrongState
from kiosk.service.audit.actions import Event, record
from kiosk.service.parts import Parts
from kiosk.service.store import guests as rows
from kiosk.service.store.engine import WriteTx
from kiosk.service.tokens.rules import Caller


def extend(parts: Parts, caller: Caller, user_id: str, ends_on: date) -> date:
    """Another last day for a guest of the caller's sites; the same again changes nothing.

    Raises NoSuchAccount, WrongState (the visit is over), BadAttributes (a day that is over, or too far ahead).
    """

    def work(tx: WriteTx) -> None:
        who, guest = person_for(tx, caller, user_id), rows.guest(tx, user_id)
        if guest is None or not caller.may_act_for(guest.site):
            raise NoSuchAccount
        if guest.ended_at is not None:
            raise WrongState(AccountState(who.status))
        longest = longest_stay(parts.settings.accounts.kiosk, GuestKind(guest.kind))
        if not may_end_on(ends_on, parts.clock.now().date(), longest):
            raise BadAttributes(("endsOn",))
        rows.extend_visit(tx, user_id, ends_on)
        actor, details = f"client:{caller.client_id}", {"ends_on": ends_on.isoformat()}
        record(tx, parts, Event("visit_moved", who.tenant, actor, user_id, guest.site, details=details))

    parts.store.write(work)
    return ends_on
