"""Merges accounts that are one person: explicitly, some at a time, each pair in a transaction of its own.

Two accounts of a site are one person if they have the same employee number, or the same mail address and the same
names. The older one stays. A call that was cut off is made again: pairs that are merged are no pairs any more.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby, islice
from typing import Final

from kiosk.service.accounts.external_tokens import seal_for
from kiosk.service.accounts.people import alone_with_name
from kiosk.service.accounts.second_factor import take_over
from kiosk.service.audit.actions import Event, record
from kiosk.service.bulk_import.actions import batch_for
from kiosk.service.bulk_import.bodies import Merge, MergeRequest, Pair
from kiosk.service.bulk_import.rules import BatchBusy, BatchState, masked
from kiosk.service.parts import Parts
from kiosk.service.store.batches import BatchRow, batch, change_batch
from kiosk.service.store.engine import ReadTx, WriteTx
from kiosk.service.store.merging import Candidate, candidates, holdings, move_everything, shared_value
from kiosk.service.store.sites import sites_of
from kiosk.service.tokens.rules import Caller

MOST: Final = 100
"""Pairs of one call."""

_RULES: Final = {"employee_id": "employeeId", "email": "emailAndNames"}


@dataclass(frozen=True, slots=True)
class _Twins:
    """Two accounts, and what makes them one person: the rule and the value."""

    older: Candidate
    younger: Candidate
    rule: str
    value: str


def merge(parts: Parts, caller: Caller, batch_id: str, asked: MergeRequest) -> Merge:
    """Merge the next pairs of the site of a batch, or tell which they are. Raises NoSuchBatch, BatchBusy.

    People of sites that the caller may not act for stay as they are.
    """
    with parts.store.read() as tx:
        row = batch_for(tx, caller, batch_id)
        if row.state != BatchState.DONE:
            raise BatchBusy(BatchState(row.state))
        found = list(islice(_twins(tx, caller, row.site, asked.after), MOST))
        pairs = [_pair(tx, each) for each in found]
    if not asked.dry_run:
        for each in found:
            parts.store.write(lambda tx, each=each: _merge(tx, parts, caller, row, each))  # type: ignore[misc]
    last = f"{found[-1].rule}:{found[-1].value}" if len(found) == MOST else ""
    return Merge(migration_batch_id=row.id, dry_run=asked.dry_run, pairs=tuple(pairs), next=last)


def _twins(tx: ReadTx, caller: Caller, site: str, after: str) -> Iterator[_Twins]:
    """All pairs, by rule and value. Somebody who is in several is told once for each."""
    begin, _, value = after.partition(":")
    rules = list(_RULES)
    for rule in rules[rules.index(begin) :] if begin in _RULES else rules:
        shared = shared_value(tx, caller.tenant, site, rule, value if rule == begin else "")
        while shared is not None:
            yield from _alike(tx, caller, site, rule, shared)
            shared = shared_value(tx, caller.tenant, site, rule, shared)


def _alike(tx: ReadTx, caller: Caller, site: str, rule: str, value: str) -> Iterator[_Twins]:
    people = candidates(tx, caller.tenant, site, rule, value)
    if rule == "email":
        people = [each for each in people if all(each.names)]
        groups = [list(group) for _, group in groupby(sorted(people, key=_names), key=_names)]
    else:
        groups = [people]
    for group in groups:
        allowed = [each for each in group if sites_of(tx, each.user_id) <= caller.sites]
        yield from (_Twins(allowed[0], younger, rule, value) for younger in allowed[1:])


def _names(each: Candidate) -> tuple[str, str]:
    return each.names


def _merge(tx: WriteTx, parts: Parts, caller: Caller, row: BatchRow, seen: _Twins) -> None:
    """Merge a pair that is still one."""
    alone_with_name(tx, caller.tenant, seen.younger.upn_key)
    there = {(each.older, each.younger) for each in _alike(tx, caller, row.site, seen.rule, seen.value)}
    if (seen.older, seen.younger) not in there:
        return
    seal_for(tx, parts, seen.younger.user_id, seen.older.user_id)
    take_over(tx, parts, seen.younger.user_id, seen.older.user_id)
    move_everything(tx, caller.tenant, seen.older, seen.younger, parts.clock.now())
    now = batch(tx, caller.tenant, row.id)
    if now is not None:
        change_batch(tx, now, merged=now.merged + 1)
    details = {"merged": seen.younger.user_id, "because": _RULES[seen.rule]}
    actor = f"client:{caller.client_id}"
    record(tx, parts, Event("accounts_merged", row.tenant, actor, seen.older.user_id, site=row.site, details=details))


def _pair(tx: ReadTx, each: _Twins) -> Pair:
    return Pair(
        kept_user_id=each.older.user_id,
        merged_user_id=each.younger.user_id,
        because=_RULES[each.rule],
        kept_name=masked(each.older.upn),
        merged_name=masked(each.younger.upn),
        **holdings(tx, each.younger.user_id),
    )
