"""Receives a source in pieces of a few hundred kilobytes; it is never held as a whole."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Final

from kiosk.service.accounts.rules import BadAttributes, SiteNotAllowed
from kiosk.service.audit.actions import Event, record
from kiosk.service.bulk_import.bodies import Accepted
from kiosk.service.bulk_import.reading import CHUNK, Chunks, Reader
from kiosk.service.bulk_import.rules import AT_WORK, BatchState, Form
from kiosk.service.directories.csv_file import BadFile
from kiosk.service.directories.csv_people import PeopleReader
from kiosk.service.directories.rules import Site
from kiosk.service.once import Asked, IdempotencyConflict, once
from kiosk.service.parts import Parts
from kiosk.service.sources import new_id
from kiosk.service.store.batches import (
    BatchRow,
    add_batch,
    add_chunk,
    batch,
    change_batch,
    drop_chunks,
    waiting_batches,
)
from kiosk.service.store.engine import WriteTx
from kiosk.service.store.once import forget_answer
from kiosk.service.tokens.rules import Caller, TooManyRequests

MOST_AT_ONCE: Final = 100
"""Batches of a tenant that are not done."""

_SOON: Final = 60
"""Seconds after which there may be room for another batch."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What an upload shall become. `key` is the caller's Idempotency-Key, or empty."""

    site: str
    form: Form
    key: str = ""


class Upload:
    """One source on its way in. It becomes a batch with its first piece; one that breaks off is forgotten later.

    The methods raise StorageFull, StoreBusy, and StaleRow where the same upload was begun anew.
    """

    def __init__(self, parts: Parts, caller: Caller, wanted: Wanted) -> None:
        """Raises SiteNotAllowed."""
        site = parts.settings.accounts.site(wanted.site)
        if site is None or site.tenant != caller.tenant or not caller.may_act_for(wanted.site):
            raise SiteNotAllowed
        self._parts, self._caller, self._wanted = parts, caller, wanted
        self._row: BatchRow | None = None
        self._number, self._size = 0, 0
        self._buffer, self._digest = bytearray(), hashlib.sha256()

    def take(self, piece: bytes) -> None:
        """The next bytes. Raises BadAttributes for a first line of CSV that names no columns, TooManyRequests."""
        self._buffer += piece
        self._size += len(piece)
        self._digest.update(piece)
        while len(self._buffer) >= CHUNK:
            content = bytes(self._buffer[:CHUNK])
            del self._buffer[:CHUNK]
            self._keep(content)

    def finish(self) -> Accepted:
        """The source is complete: its people follow. Raises as `take`, and IdempotencyConflict."""
        if self._buffer or self._row is None:
            self._keep(bytes(self._buffer))
            self._buffer.clear()
        row = self._row
        assert row is not None
        if row.state != BatchState.RECEIVING:
            if (row.size, row.digest) != (self._size, self._digest.hexdigest()):
                raise IdempotencyConflict
            return _accepted(row)
        return self._parts.store.write(lambda tx: self._complete(tx, row))

    def _keep(self, content: bytes) -> None:
        if self._row is None:
            self._row = self._begin(content)
        row, number = self._row, self._number
        if row.state != BatchState.RECEIVING:
            return  # it is here already, and only compared
        now = self._parts.clock.now()

        def keep(tx: WriteTx) -> BatchRow:
            kept = change_batch(tx, row, seen_at=now)
            add_chunk(tx, row.id, number, content)
            return kept

        # Nobody was told yet that it is kept: `finish` waits for the disk.
        self._row, self._number = self._parts.store.write(keep, hasty=True), number + 1

    def _begin(self, content: bytes) -> BatchRow:
        if self._wanted.form is Form.CSV:
            _check_header(content)
        asked = Asked(
            client_id=self._caller.client_id,
            key=self._wanted.key,
            route="POST /migrate",
            body={"site": self._wanted.site, "form": self._wanted.form},
        )
        batch_id = once(self._parts, asked, str, self._add)
        row = self._parts.store.write(lambda tx: self._taken_over(tx, batch_id))
        if row is None:  # it was not complete for so long that it was forgotten, and so must be what was answered then
            self._parts.store.write(
                lambda tx: forget_answer(tx, asked.client_id, hashlib.sha256(asked.key.encode()).hexdigest())
            )
            return self._begin(content)
        return row

    def _add(self, tx: WriteTx) -> str:
        tenant, now = self._caller.tenant, self._parts.clock.now()
        if waiting_batches(tx, tenant, (BatchState.RECEIVING, *AT_WORK)) >= MOST_AT_ONCE:
            raise TooManyRequests(_SOON)
        row = BatchRow(
            id=new_id(self._parts.random),
            tenant=tenant,
            site=self._wanted.site,
            client_id=self._caller.client_id,
            form=self._wanted.form,
            state=BatchState.RECEIVING,
            made_at=now,
            seen_at=now,
        )
        add_batch(tx, row)
        return row.id

    def _taken_over(self, tx: WriteTx, batch_id: str) -> BatchRow | None:
        """The batch; emptied, if it is not complete: an earlier upload of it broke off, or loses it now."""
        row = batch(tx, self._caller.tenant, batch_id)
        if row is None or row.state != BatchState.RECEIVING:
            return row
        drop_chunks(tx, row.id, 0)
        return change_batch(tx, row, seen_at=self._parts.clock.now())

    def _complete(self, tx: WriteTx, row: BatchRow) -> Accepted:
        now = self._parts.clock.now()
        done = change_batch(
            tx, row, state=BatchState.IMPORTING, size=self._size, digest=self._digest.hexdigest(), seen_at=now
        )
        actor = f"client:{self._caller.client_id}"
        details: dict[str, str | int | bool] = {"bytes": self._size, "form": row.form}
        record(tx, self._parts, Event("migration_accepted", row.tenant, actor, row.id, site=row.site, details=details))
        return _accepted(done)


def _accepted(row: BatchRow) -> Accepted:
    return Accepted(migration_batch_id=row.id, status=BatchState(row.state))


def _check_header(content: bytes) -> None:
    """Raise BadAttributes where the first line names no columns that are known: nobody waits for that."""
    try:
        Reader(Chunks(lambda number: b"" if number else content), PeopleReader(Site(), {})).header()
    except BadFile as error:
        raise BadAttributes((str(error),)) from error
