"""Staff at a station: they open its desk with their key, see what it waits for, look up keys and references."""

from __future__ import annotations

from datetime import timedelta

from kiosk.contract.enrollments import KeyReport
from kiosk.contract.staff import (
    AskStaff,
    KeyTold,
    LookUpKey,
    LookUpReference,
    ReferenceTold,
    Role,
    StaffChallenge,
    StaffPurpose,
)
from kiosk.service import masking
from kiosk.service.directories.connector import Person
from kiosk.service.directories.rules import BadCriteria
from kiosk.service.enrollments.policy import policy_for
from kiosk.service.enrollments.rules import KeyNotAllowed, SimulatedKey, admit_key
from kiosk.service.parts import Parts
from kiosk.service.staff import sessions
from kiosk.service.staff.challenges import challenge_for
from kiosk.service.staff.rules import STATION, StaffRefused, StaffSession
from kiosk.service.staff.sessions import Kind
from kiosk.service.store import enrollments as enrollment_rows
from kiosk.service.store.accounts import account
from kiosk.service.store.approvals import place_of
from kiosk.service.store.engine import ReadTx, WriteTx
from kiosk.service.store.keys import KeyRow, key_numbered
from kiosk.service.store.staff_desk import events_under
from kiosk.service.tokens.rules import Caller, live

UNKNOWN = "unknown"
_NUMBER = 64


def holder_of(caller: Caller) -> str:
    """The station as the holder of challenges and desks."""
    return f"{STATION}{caller.client_id}"


def ask_for_desk(parts: Parts, caller: Caller, asked: AskStaff) -> StaffChallenge:
    """What a key must sign to open the desk. Raises BadCriteria for any other purpose, NoConsole."""
    if asked.purpose is not StaffPurpose.DESK:
        raise BadCriteria(("purpose",))
    with parts.store.read() as tx:
        station, site = place_of(tx, caller.client_id)
    return challenge_for(parts, holder_of(caller), StaffPurpose.DESK, {"station": station, "site": site})


def at_desk(parts: Parts, caller: Caller, token: str) -> StaffSession:
    """Who has opened the desk of this station, and may work at its site. Raises StaffRefused."""
    session = sessions.session_of(parts, token, Kind.DESK, holder_of(caller))
    with parts.store.read() as tx:
        _station, site = place_of(tx, caller.client_id)
    if session.tenant != caller.tenant or not any(session.may(role, site) for role in Role):
        raise StaffRefused
    return session


def lend_time(parts: Parts, caller: Caller) -> None:
    """Staff have the screen of this station, where the time of a visit stands still: here it gets as much more as a
    desk stays open, so that it is not over before the station says so."""

    def work(tx: WriteTx) -> None:
        now = parts.clock.now()
        for each in enrollment_rows.open_enrollments(tx, caller.client_id):
            enrollment_rows.hold(tx, each.id)
            if live(each.opened_at, each.expires_at, now):
                enrollment_rows.lengthen(tx, each.id, timedelta(seconds=parts.settings.staff.desk))

    parts.store.write(work)


def look_up_key(parts: Parts, caller: Caller, asked: LookUpKey) -> KeyTold:
    """What the inventory, policy and metadata know of a key in the reader; its holder masked."""
    now, model = parts.clock.now(), parts.trust.model(asked.key.aaguid)
    with parts.store.read() as tx:
        found = key_numbered(tx, caller.tenant, asked.key.aaguid, asked.key.serial[:_NUMBER])
        holder = _holder(tx, found)
    called = model.name if model else ""
    doubts, refusals = parts.trust.doubts(asked.key, now), _refusals(parts, asked.key)
    if found is None:
        return KeyTold(UNKNOWN, called, refusals=refusals, doubts=doubts)
    since = found.state_at.date().isoformat()
    return KeyTold(found.state.value, called or found.model, holder, since, refusals, doubts)


def look_up_reference(parts: Parts, caller: Caller, asked: LookUpReference) -> ReferenceTold:
    """What happened under the reference that somebody was shown, at this site; words, and no person."""
    with parts.store.read() as tx:
        _station, site = place_of(tx, caller.client_id)
        found = events_under(tx, caller.tenant, caller.client_id, site, asked.reference)
    return ReferenceTold(tuple((each.at.isoformat(timespec="seconds"), each.event, each.reason) for each in found))


def _holder(tx: ReadTx, key: KeyRow | None) -> str:
    who = None if key is None or key.user_id is None else account(tx, key.user_id)
    return "" if who is None else masking.mask_name(who.display_name)


def _refusals(parts: Parts, key: KeyReport) -> tuple[str, ...]:
    """Every reason why nobody could register this key here."""
    now = parts.clock.now()
    own: tuple[str, ...] = ()
    try:
        admit_key(key, policy_for(parts.settings, Person("", "")), embedded=parts.embedded)
    except KeyNotAllowed as refusal:
        own = refusal.reasons
    except SimulatedKey:
        own = ("simulated_key",)
    parties = parts.relying_parties.values()
    theirs = [f"{each.name.id}:{word}" for each in parties for word in parts.policies.refusals(each, key, now)]
    return (*own, *parts.trust.refusals(key, now), *theirs)
