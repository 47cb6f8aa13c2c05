"""Recalls: models, or old firmware of them, that must not be used any more.

From the moment that a recall is written down nobody is given such a key. Those that people have go on working until
they are replaced; their holders are told, once. What metadata report becomes a proposal, and never more by itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from kiosk.service.audit.actions import Event, record
from kiosk.service.keys import rules
from kiosk.service.keys.changing import change
from kiosk.service.keys.rules import Actor, Change
from kiosk.service.parts import Parts
from kiosk.service.sources import new_id
from kiosk.service.store import keys as rows
from kiosk.service.store.engine import WriteTx
from kiosk.service.store.recalls import RecallRow, add_recall, end_recall, firmwares, recalls_of, undone_recall

_AT_ONCE: Final = 50  # each may be a mail


@dataclass(frozen=True, slots=True)
class Proposal:
    """A model that metadata accuse, for a `reason` (a word). `firmware_below`: newer firmware is not accused; None: all
    is, or it is not the old one that is. `number` of keys in the inventory are concerned."""

    aaguid: str
    model: str
    reason: str
    firmware_below: int | None
    number: int


def recall(parts: Parts, actor: Actor, aaguid: str, firmware_below: int | None, reason: str) -> RecallRow:
    """Call a model back; the same again is the same recall. Raises ValueError for what is no AAGUID."""
    make, now = str(UUID(aaguid)), parts.clock.now()

    def work(tx: WriteTx) -> RecallRow:
        tx.alone_with(f"recalls\0{actor.tenant}")
        for each in recalls_of(tx, actor.tenant, make):
            if each.firmware_below == firmware_below:
                return each
        row = RecallRow(new_id(parts.random), actor.tenant, make, firmware_below, reason[:40], actor.name, now)
        add_recall(tx, row)
        details: dict[str, str | int | bool] = {"aaguid": make, "recall": row.id}
        if firmware_below is not None:
            details["firmware_below"] = firmware_below
        record(tx, parts, Event("model_recalled", actor.tenant, actor.name, reason=reason[:200], details=details))
        return row

    made = parts.store.write(work)
    while mark_next(parts):
        pass  # who dies here is followed by the worker
    return made


def recalls(parts: Parts, actor: Actor) -> tuple[RecallRow, ...]:
    """What was called back, oldest first."""
    with parts.store.read() as tx:
        return recalls_of(tx, actor.tenant)


def mark_next(parts: Parts) -> bool:
    """Mark some of the keys that the oldest open recall concerns, and tell their holders; False where none is open."""
    with parts.store.read() as tx:
        seen = undone_recall(tx)
    if seen is None:
        return False

    def work(tx: WriteTx) -> bool:
        tx.alone_with(f"recalls\0{seen.tenant}")
        open_one = undone_recall(tx)
        if open_one is None:
            return False
        some = rows.keys_of_model(tx, open_one.tenant, open_one.aaguid, open_one.firmware_below, _AT_ONCE)
        for each in some:
            change(tx, parts, each, Change.RECALL, "service", open_one.reason)
        if not some:
            end_recall(tx, open_one, parts.clock.now())
        return True

    return parts.store.write(work)


def recall_proposals(parts: Parts, actor: Actor) -> tuple[Proposal, ...]:
    """Models of the inventory that metadata accuse and that are not called back yet."""
    now = parts.clock.now()
    with parts.store.read() as tx:
        held = firmwares(tx, actor.tenant)
        done = {aaguid: recalls_of(tx, actor.tenant, aaguid) for aaguid, _, _ in held}
    by_model: dict[str, dict[int | None, int]] = {}
    for aaguid, firmware, number in held:
        if not rules.is_recalled(done[aaguid], firmware if firmware is not None else 0):
            by_model.setdefault(aaguid, {})[firmware] = number
    accused = {
        aaguid: {firmware: parts.trust.accused(aaguid, firmware, now) for firmware in numbers}
        for aaguid, numbers in by_model.items()
    }
    found = (
        _proposal(parts, aaguid, by_model[aaguid], words) for aaguid, words in accused.items() if any(words.values())
    )
    return tuple(found)


def _proposal(
    parts: Parts, aaguid: str, numbers: Mapping[int | None, int], words: Mapping[int | None, str]
) -> Proposal:
    bad = [firmware for firmware, word in words.items() if word]
    known = parts.trust.model(aaguid)
    return Proposal(
        aaguid,
        "" if known is None else known.name,
        next(word for word in words.values() if word),
        first_good(bad, [firmware for firmware, word in words.items() if not word]),
        sum(numbers[firmware] for firmware in bad),
    )


def first_good(bad: Iterable[int | None], good: Iterable[int | None]) -> int | None:
    """The firmware from which on nothing is accused; None where there is none such, or an accused one tells nothing."""
    told = [each or 0 for each in bad]
    newer = sorted(each for each in good if each is not None and each > max(told, default=0))
    older = any(each is not None and each <= max(told, default=0) for each in good)
    return newer[0] if newer and not older else None
