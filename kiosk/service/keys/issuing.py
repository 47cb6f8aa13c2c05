"""A key that somebody gets in an enrollment: found in the inventory or new to it, issued, or taken back again.

Every function works inside the transaction of the enrollment's own step.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from kiosk.service.directories.connector import Person
from kiosk.service.keys import rules
from kiosk.service.keys.notices import seal_contact, write_down
from kiosk.service.parts import Parts
from kiosk.service.sources import new_id
from kiosk.service.store import keys as rows
from kiosk.service.store.credentials import credentials_of_key
from kiosk.service.store.engine import ReadTx, WriteTx
from kiosk.service.store.keys import KeyRow, KeyState
from kiosk.service.store.recalls import recalls_of

FROM_STOCK = "from_stock"
WALK_UP = "walk_up"


@dataclass(frozen=True, slots=True)
class ShownKey:
    """A key as it shows itself in an enrollment: its model, its number (attested before claimed, empty where neither
    tells), its firmware. `before` is the key that it was known to be earlier in the same visit."""

    aaguid: str
    serial: str = ""
    firmware: int | None = None
    before: str = ""


@dataclass(frozen=True, slots=True)
class Recipient:
    """Who gets it, and where: the tenant and the site of the kiosk, its actor in the trail. `lost` are ids of keys that
    the person says they have lost."""

    person: Person = field(repr=False)
    tenant: str
    site: str
    actor: str
    enrollment_id: str
    locale: str
    lost: Collection[str] = ()


def refusals(tx: ReadTx, parts: Parts, who: Recipient, shown: ShownKey) -> tuple[str, ...]:
    """Why the inventory would not let this person have the key: words of `rules.WORDS`, or none."""
    row = _known(tx, who.tenant, shown)
    word = rules.refusal(row, who.person.user_id, lost=who.lost, stock_only=parts.settings.life.stock_only)
    if not word and rules.is_recalled(recalls_of(tx, who.tenant, shown.aaguid.lower()), shown.firmware):
        word = rules.RECALLED
    return (word,) if word else ()


def issue(tx: WriteTx, parts: Parts, who: Recipient, shown: ShownKey) -> KeyRow:
    """Give the key to the person; one that they have already stays as it is. Raises KeyRefused."""
    if words := refusals(tx, parts, who, shown):
        raise rules.KeyRefused(words[0])
    row, now = _known(tx, who.tenant, shown), parts.clock.now()
    if row is not None and row.state is not KeyState.IN_STOCK:
        return row
    life = parts.settings.life
    state = KeyState.AWAITING if life.handed_over else KeyState.ISSUED
    changes = {
        "state": state,
        "state_at": now,
        "reason": WALK_UP if row is None else FROM_STOCK,
        "user_id": who.person.user_id,
        "site": who.site or ("" if row is None else row.site),
        "enrollment_id": who.enrollment_id,
        "issued_at": now,
        "expires_at": None if life.handed_over else expiry(parts, now),
        "warned_at": None,
        "aaguid": shown.aaguid.lower(),
        "firmware": shown.firmware,
    }
    if row is None:
        issued = _new(parts, who, shown, changes)
        rows.add_key(tx, issued)
    else:
        changes["contact"] = seal_contact(parts, row.id, who.person, who.locale)
        issued = rows.move_key(tx, row, **changes)
    write_down(tx, parts, issued, "key_issued", who.actor, issued.reason)
    return issued


def take_back(tx: WriteTx, parts: Parts, key_ids: Collection[str], enrollment_id: str) -> None:
    """Undo what this enrollment issued and gave up: keys on which nothing is registered any more are in stock again, or
    as if they had never been here."""
    for key_id in sorted(key_ids):
        row = rows.key(tx, key_id)
        if row is None or row.enrollment_id != enrollment_id or row.state not in (KeyState.ISSUED, KeyState.AWAITING):
            continue
        if credentials_of_key(tx, key_id):
            continue
        write_down(tx, parts, row, "key_taken_back", "service", row.reason)
        if row.reason == FROM_STOCK:
            rows.move_key(tx, row, **in_nobodys_hands(parts, KeyState.IN_STOCK, "taken_back"))
        else:
            rows.drop_key(tx, row)


def in_nobodys_hands(parts: Parts, state: KeyState, reason: str) -> dict[str, object]:
    """What changes of a key that has no holder any more."""
    nothing = dict.fromkeys(("user_id", "contact", "issued_at", "expires_at", "warned_at"))
    return {**nothing, "state": state, "state_at": parts.clock.now(), "reason": reason}


def expiry(parts: Parts, since: datetime) -> datetime | None:
    """When a key that somebody has since then must be replaced; None for never."""
    days = parts.settings.life.expire
    return None if days is None else since + timedelta(days=days)


def _known(tx: ReadTx, tenant: str, shown: ShownKey) -> KeyRow | None:
    if shown.before:
        return rows.key(tx, shown.before)
    return rows.key_numbered(tx, tenant, shown.aaguid.lower(), rules.known_serial(shown.serial))


def _new(parts: Parts, who: Recipient, shown: ShownKey, changes: dict[str, object]) -> KeyRow:
    key_id, known = new_id(parts.random), parts.trust.model(shown.aaguid)
    told = {
        "id": key_id,
        "tenant": who.tenant,
        "serial": rules.known_serial(shown.serial),
        "model": "" if known is None else known.name[:128],
        "first_seen_at": parts.clock.now(),
        "contact": seal_contact(parts, key_id, who.person, who.locale),
    }
    return KeyRow(**{**told, **changes})  # type: ignore[arg-type]  # each by its name, as KeyRow has them
