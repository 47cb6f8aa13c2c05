"""What staff do with the inventory: look, count, and say what became of a key."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from kiosk.service.keys import rules
from kiosk.service.keys.changing import change, own
from kiosk.service.keys.issuing import expiry
from kiosk.service.keys.notices import Notice, key_subject, tell_holder
from kiosk.service.keys.rules import Actor, Change
from kiosk.service.parts import Parts
from kiosk.service.store import keys as rows
from kiosk.service.store.audit import AuditRow, events_about
from kiosk.service.store.credentials import CredentialRow, activate_credentials, credentials_of_key
from kiosk.service.store.engine import WriteTx
from kiosk.service.store.keys import KeyCount, KeyRow, Wanted
from kiosk.service.store.recalls import recalls_of

PAGE: Final = 100
_MOST: Final = 1000


@dataclass(frozen=True, slots=True)
class KeyPage:
    """Some keys, and what to ask for the next ones with: an id, empty behind the last."""

    keys: tuple[KeyRow, ...]
    next: str = ""


@dataclass(frozen=True, slots=True)
class KeyTold:
    """A key with what is registered on it, and what happened to it, first event first."""

    key: KeyRow
    credentials: tuple[CredentialRow, ...]
    history: tuple[AuditRow, ...]


def find(parts: Parts, actor: Actor, wanted: Wanted, after: str = "", limit: int = PAGE) -> KeyPage:
    """Keys that fit, a page at a time. Raises BadSerial."""
    sites = wanted.sites & actor.sites if actor.sites and wanted.sites else wanted.sites or actor.sites
    if actor.sites and not sites:
        return KeyPage(())
    serial, most = rules.serial_of(wanted.serial) if wanted.serial else "", max(1, min(limit, _MOST))
    narrowed = replace(wanted, tenant=actor.tenant, serial=serial, aaguid=wanted.aaguid.lower(), sites=sites)
    with parts.store.read() as tx:
        found = rows.find_keys(tx, narrowed, after, most + 1)
    page = found[:most]
    return KeyPage(page, page[-1].id if len(found) > most else "")


def show(parts: Parts, actor: Actor, key_id: str) -> KeyTold:
    """A key and its history. Raises NoSuchKey."""
    with parts.store.read() as tx:
        row = own(tx, actor, key_id)
        return KeyTold(row, credentials_of_key(tx, row.id), events_about(tx, key_subject(row.id)))


def count(parts: Parts, actor: Actor, wanted: Wanted | None = None) -> tuple[KeyCount, ...]:
    """How many keys there are that fit (all, for none), by model, site and state."""
    narrowed = replace(wanted or Wanted(actor.tenant), tenant=actor.tenant, sites=actor.sites)
    with parts.store.read() as tx:
        return rows.count_keys(tx, replace(narrowed, aaguid=narrowed.aaguid.lower()))


def mark_lost(parts: Parts, actor: Actor, key_id: str, reason: str = "") -> KeyRow:
    """Its sign-ins are taken away, everywhere. Raises NoSuchKey, WrongState."""
    return _changed(parts, actor, key_id, Change.LOSE, reason)


def return_key(parts: Parts, actor: Actor, key_id: str, reason: str = "") -> KeyRow:
    """Brought back: its sign-ins are taken away, and it waits to be wiped. Raises NoSuchKey, WrongState."""
    return _changed(parts, actor, key_id, Change.RETURN, reason)


def restock(parts: Parts, actor: Actor, key_id: str) -> KeyRow:
    """Staff have wiped a key that was brought back: it may be given out again. Raises NoSuchKey, WrongState (also where
    its model was recalled meanwhile)."""

    def work(tx: WriteTx) -> KeyRow:
        row = own(tx, actor, key_id)
        if rules.is_recalled(recalls_of(tx, row.tenant, row.aaguid), row.firmware):
            raise rules.WrongState(row.state, rules.RECALLED)
        return change(tx, parts, row, Change.RESTOCK, actor.name, "wiped")

    return parts.store.write(work)


def retire(parts: Parts, actor: Actor, key_id: str, reason: str = "") -> KeyRow:
    """Out of use for good; its sign-ins are taken away. Raises NoSuchKey, WrongState."""
    return _changed(parts, actor, key_id, Change.RETIRE, reason)


def hand_over(parts: Parts, actor: Actor, key_id: str) -> KeyRow:
    """Its owner has it in their hands: what is on it begins to work. Raises NoSuchKey, WrongState."""

    def work(tx: WriteTx) -> KeyRow:
        now, row = parts.clock.now(), own(tx, actor, key_id)
        handed = change(tx, parts, row, Change.HAND_OVER, actor.name)
        activate_credentials(tx, row.id, now)
        tell_holder(tx, parts, handed, Notice.HANDED_OVER)
        return rows.move_key(tx, handed, expires_at=expiry(parts, now))

    return parts.store.write(work)


def _changed(parts: Parts, actor: Actor, key_id: str, what: Change, reason: str) -> KeyRow:
    return parts.store.write(lambda tx: change(tx, parts, own(tx, actor, key_id), what, actor.name, reason))
