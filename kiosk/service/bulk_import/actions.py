"""What may be asked about migrations: how far they are, what failed, and to try that again."""

from __future__ import annotations

import json
from typing import Any, Final

from kiosk.service.accounts.rules import BadAttributes
from kiosk.service.audit.actions import Event, record
from kiosk.service.bulk_import.bodies import Accepted, Batch, BatchDetails, Batches, Failure
from kiosk.service.bulk_import.rules import BatchBusy, BatchState, Form, NoSuchBatch
from kiosk.service.directories.csv_file import LONGEST_LINE
from kiosk.service.parts import Parts
from kiosk.service.store.batches import (
    BatchRow,
    batch,
    batches_of,
    change_batch,
    correct_failed,
    failed_records,
)
from kiosk.service.store.engine import ReadTx, WriteTx
from kiosk.service.tokens.rules import Caller

NUMBER: Final = "number"
"""The member of a corrected record that tells which one it corrects."""


def overview(parts: Parts, caller: Caller, after: str, limit: int) -> Batches:
    """A page of the batches of the caller's tenant, newest first: those of sites that it may act for."""
    with parts.store.read() as tx:
        found = batches_of(tx, caller.tenant, sorted(caller.sites), after, limit + 1)
    shown = found[:limit]
    return Batches(batches=tuple(map(_batch, shown)), next=shown[-1].id if len(found) > limit else "")


def details(parts: Parts, caller: Caller, batch_id: str, after: int, limit: int) -> BatchDetails:
    """How far a batch is, with a page of the records that failed. Raises NoSuchBatch."""
    with parts.store.read() as tx:
        row = batch_for(tx, caller, batch_id)
        found = failed_records(tx, row.id, after, limit + 1)
    failures = [
        Failure(number=each.number, field=each.field, reason=each.reason, name=each.name) for each in found[:limit]
    ]
    return BatchDetails(
        batch=_batch(row),
        failures=tuple(failures),
        next=failures[-1].number if len(found) > limit else None,
    )


def batch_for(tx: ReadTx, caller: Caller, batch_id: str) -> BatchRow:
    """The batch, if it is of a site that the caller may act for. Raises NoSuchBatch."""
    row = batch(tx, caller.tenant, batch_id)
    if row is None or not caller.may_act_for(row.site):
        raise NoSuchBatch
    return row


class Retry:
    """Tries the records that failed again, as they are or corrected by lines of JSON with their `number`."""

    def __init__(self, parts: Parts, caller: Caller, batch_id: str) -> None:
        """Raises NoSuchBatch, BatchBusy."""
        self._parts, self._caller, self._id = parts, caller, batch_id
        self._rest = b""
        with parts.store.read() as tx:
            self._free(tx)

    def take(self, piece: bytes) -> None:
        """The next bytes of corrections; each line counts at once. Raises BadAttributes for a line that is none."""
        *lines, self._rest = (self._rest + piece).split(b"\n")
        if len(self._rest) > LONGEST_LINE:
            raise BadAttributes(("a line is too long",))
        corrections = [_correction(line) for line in lines if line.strip()]
        if corrections:
            self._parts.store.write(lambda tx: self._correct(tx, corrections))

    def finish(self) -> Accepted:
        """What failed is tried again. Raises BatchBusy, NoSuchBatch, and as `take`."""
        self.take(b"\n")
        return self._parts.store.write(self._begin)

    def _free(self, tx: ReadTx) -> BatchRow:
        row = batch_for(tx, self._caller, self._id)
        if row.state != BatchState.DONE:
            raise BatchBusy(BatchState(row.state))
        return row

    def _correct(self, tx: WriteTx, corrections: list[tuple[int, str]]) -> None:
        row = self._free(tx)
        unknown = [number for number, source in corrections if not correct_failed(tx, row.id, number, source)]
        if unknown:
            raise BadAttributes((f"no record {unknown[0]} failed",))
        change_batch(tx, row, seen_at=self._parts.clock.now())

    def _begin(self, tx: WriteTx) -> Accepted:
        row = self._free(tx)
        now = self._parts.clock.now()
        change_batch(tx, row, state=BatchState.RETRYING, position=0, seen_at=now, ended_at=None)
        actor = f"client:{self._caller.client_id}"
        record(
            tx,
            self._parts,
            Event("migration_retried", row.tenant, actor, row.id, site=row.site, details={"failed": row.failed}),
        )
        return Accepted(migration_batch_id=row.id, status=BatchState.RETRYING)


def _correction(line: bytes) -> tuple[int, str]:
    try:
        told: Any = json.loads(line)
    except (ValueError, RecursionError):
        told = None
    number = told.pop(NUMBER, None) if isinstance(told, dict) else None
    if type(number) is not int or not 0 < number < 1 << 62:
        raise BadAttributes((f"a line is no JSON object with a {NUMBER}",))
    return number, json.dumps(told)


def _batch(row: BatchRow) -> Batch:
    part = row.position / row.size if row.size and row.state == BatchState.IMPORTING else 1.0
    return Batch(
        migration_batch_id=row.id,
        status=BatchState(row.state),
        site_id=row.site,
        form=Form(row.form),
        size=row.size,
        progress=0.0 if row.state == BatchState.RECEIVING else part,
        records=row.read,
        created=row.created,
        changed=row.changed,
        same=row.same,
        failed=row.failed,
        merged=row.merged,
        received_at=row.made_at,
        ended_at=row.ended_at,
    )
