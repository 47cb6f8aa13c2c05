"""Keys that come into the house: by their numbers, typed or from a file, before anybody has them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import islice
from typing import BinaryIO, Final
from uuid import UUID

from kiosk.service.directories.csv_file import BadRow, Layout, Record, records
from kiosk.service.keys import rules
from kiosk.service.keys.notices import write_down
from kiosk.service.keys.rules import Actor
from kiosk.service.parts import Parts
from kiosk.service.sources import new_id
from kiosk.service.store import keys as rows
from kiosk.service.store.engine import WriteTx
from kiosk.service.store.keys import KeyRow, KeyState

LAYOUT: Final = Layout(
    columns=frozenset({"serial", "aaguid", "model", "site"}),
    needed=(frozenset({"serial"}),),
    synonyms=(("serial_number", "serial"),),
)
"""`serial` is needed; the model's AAGUID, its name, and the site that keeps it may be there."""
_AT_ONCE: Final = 200  # so that a writer never waits long for a delivery
_LONGEST: Final = {"model": 128, "site": 40}


@dataclass(frozen=True, slots=True)
class NewKey:
    """A key of a delivery: `serial` as `rules.serial_of` writes it, `aaguid` in lower case, empty where nobody told."""

    serial: str
    aaguid: str = ""
    model: str = ""
    site: str = ""


@dataclass(frozen=True, slots=True)
class Stocked:
    """What became of a delivery: keys that are new, that were known, and lines that are wrong (the first hundred)."""

    added: int = 0
    known: int = 0
    bad: tuple[BadRow, ...] = ()
    wrong: int = 0


def add_stock(parts: Parts, actor: Actor, delivered: Iterable[NewKey | BadRow]) -> Stocked:
    """Take keys into the stock, a few hundred in a transaction; one that is known already stays as it is."""
    added, known, wrong = 0, 0, 0
    bad: list[BadRow] = []
    left = iter(delivered)
    while some := list(islice(left, _AT_ONCE)):
        good = [each for each in some if isinstance(each, NewKey)]
        fresh = parts.store.write(partial(_stock_all, parts=parts, actor=actor, delivered=good))
        added, known = added + fresh, known + len(good) - fresh
        wrong += len(some) - len(good)
        bad += [each for each in some if isinstance(each, BadRow)][: 100 - len(bad)]
    return Stocked(added, known, tuple(bad), wrong)


def of_serials(serials: Iterable[str], aaguid: str = "", site: str = "") -> Iterator[NewKey | BadRow]:
    """Keys of one model, by their numbers, counted from 1 like lines."""
    for number, text in enumerate(serials, 1):
        yield read(Record(number, {"serial": text, "aaguid": aaguid, "site": site}))


def of_file(file: BinaryIO) -> Iterator[NewKey | BadRow]:
    """Keys of a CSV file, line by line. Raises BadFile."""
    for record in records(file, LAYOUT):
        yield record if isinstance(record, BadRow) else read(record)


def read(record: Record) -> NewKey | BadRow:
    """The key of a record, or the first thing that is wrong with it; nothing of a cell is repeated."""
    cells: Mapping[str, str] = {name: text.strip() for name, text in record.cells.items()}
    try:
        serial = rules.serial_of(cells.get("serial", ""))
    except rules.BadSerial:
        return BadRow(record.line, "serial", "empty, too long, or not printable")
    for column, longest in _LONGEST.items():
        text = cells.get(column, "")
        if len(text) > longest or not text.isprintable():
            return BadRow(record.line, column, "too long, or not printable")
    try:
        aaguid = str(UUID(cells["aaguid"])) if cells.get("aaguid") else ""
    except ValueError:
        return BadRow(record.line, "aaguid", "no AAGUID")
    return NewKey(serial, aaguid, cells.get("model", ""), cells.get("site", ""))


def _stock_all(tx: WriteTx, parts: Parts, actor: Actor, delivered: Sequence[NewKey]) -> int:
    """How many are new."""
    return sum(_stock(tx, parts, actor, each) for each in delivered)


def _stock(tx: WriteTx, parts: Parts, actor: Actor, delivered: NewKey) -> bool:
    """Whether it is new."""
    if actor.sites and delivered.site not in actor.sites:
        raise rules.NoSuchKey
    if _there(tx, actor.tenant, delivered):
        return False
    now, known = parts.clock.now(), parts.trust.model(delivered.aaguid)
    row = KeyRow(
        id=new_id(parts.random),
        tenant=actor.tenant,
        aaguid=delivered.aaguid,
        serial=delivered.serial,
        model=delivered.model or ("" if known is None else known.name[:128]),
        state=KeyState.IN_STOCK,
        state_at=now,
        first_seen_at=now,
        site=delivered.site,
    )
    rows.add_key(tx, row)
    write_down(tx, parts, row, "key_stocked", actor.name)
    return True


def _there(tx: WriteTx, tenant: str, delivered: NewKey) -> bool:
    """A number is known of its model, of no model, or, where the delivery tells none, of any."""
    return rows.key_numbered(tx, tenant, delivered.aaguid, delivered.serial) is not None or (
        not delivered.aaguid and bool(rows.find_keys(tx, rows.Wanted(tenant, serial=delivered.serial), "", 1))
    )
