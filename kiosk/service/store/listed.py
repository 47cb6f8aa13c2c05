"""People of files that other systems replace: each load is a part of its own, and one row says which part counts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import (
    JSON,
    BindParameter,
    Column,
    Integer,
    PrimaryKeyConstraint,
    Select,
    String,
    Table,
    Tuple,
    bindparam,
    delete,
    exists,
    func,
    insert,
    literal,
    select,
    true,
    tuple_,
)

from kiosk.service.directories.connector import Criteria
from kiosk.service.store.columns import ID_LENGTH, UtcDateTime, metadata
from kiosk.service.store.engine import ReadTx, WriteTx
from kiosk.service.store.users import selective_first

lists = Table(
    "lists",
    metadata,
    Column("directory", String(40), primary_key=True),
    Column("part", String(ID_LENGTH), nullable=False),
    Column("digest", String(64), nullable=False),
    Column("people", Integer, nullable=False),
    Column("loaded_at", UtcDateTime, nullable=False),
)

listed_people = Table(
    "listed_people",
    metadata,
    Column("part", String(ID_LENGTH), nullable=False),
    Column("upn_key", String(256), nullable=False),
    Column("directory", String(40), nullable=False),
    Column("person", JSON, nullable=False),
    PrimaryKeyConstraint("part", "upn_key"),
)

listed_values = Table(
    "listed_values",
    metadata,
    Column("part", String(ID_LENGTH), nullable=False),
    Column("field", String(64), nullable=False),
    Column("value", String(256), nullable=False),
    Column("upn_key", String(256), nullable=False),
    PrimaryKeyConstraint("part", "field", "value", "upn_key"),
)


@dataclass(frozen=True, slots=True)
class ListRow:
    """Which part of a directory counts, and the SHA-256 of the file that it came from."""

    part: str
    digest: str
    people: int


@dataclass(frozen=True, slots=True)
class ListedRow:
    """One person of a part: by the normalised user name, with all that is told and what they are found by."""

    upn_key: str
    person: Mapping[str, Any]
    values: Mapping[str, str]


def current_list(tx: ReadTx, directory: str) -> ListRow | None:
    """What counts; None before the first load."""
    found = tx.connection.execute(
        select(lists.c.part, lists.c.digest, lists.c.people).where(lists.c.directory == directory)
    ).one_or_none()
    return None if found is None else ListRow(*found)


def add_listed(tx: WriteTx, directory: str, part: str, rows: Sequence[ListedRow]) -> None:
    """Put some people into a part that does not count yet."""
    people = [{"part": part, "upn_key": row.upn_key, "directory": directory, "person": row.person} for row in rows]
    tx.connection.execute(insert(listed_people), people)
    values = (
        {"part": part, "field": name, "value": value, "upn_key": row.upn_key}
        for row in rows
        for name, value in row.values.items()
        if value
    )
    # In the order of the index: neighbours are written together.
    ordered = sorted(values, key=lambda each: (each["field"], each["value"], each["upn_key"]))
    tx.connection.execute(insert(listed_values), ordered)


def keys_listed(tx: ReadTx, part: str, keys: Iterable[str]) -> set[str]:
    """Those of the user names that the part has."""
    wanted = listed_people.c.part == part, listed_people.c.upn_key.in_(list(keys))
    return set(tx.connection.execute(select(listed_people.c.upn_key).where(*wanted)).scalars())


def make_current(tx: WriteTx, directory: str, row: ListRow, now: datetime) -> bool:
    """From now on this part counts, and no other, unless one of the same file does already; false, and nothing is
    changed, if it is not whole."""
    tx.alone_with(f"list\0{directory}")
    before = current_list(tx, directory)
    if before is not None and before.digest == row.digest:
        return True
    whole = select(func.count()).select_from(listed_people).where(listed_people.c.part == row.part)
    if tx.connection.execute(whole).scalar_one() != row.people:
        return False
    tx.connection.execute(delete(lists).where(lists.c.directory == directory))
    given = {"directory": directory, "part": row.part, "digest": row.digest, "people": row.people, "loaded_at": now}
    tx.connection.execute(insert(lists).values(given))
    return True


def forget_listed(tx: WriteTx, directory: str, keep: Sequence[str], most: int) -> bool:
    """Delete about so many rows of a part that does not count, and is none of `keep`; whether there may be more."""
    tx.alone_with(f"list\0{directory}")
    current = current_list(tx, directory)
    kept = [*keep] if current is None else [*keep, current.part]
    which = listed_people.c.directory == directory, listed_people.c.part.not_in(kept)
    part = tx.connection.execute(select(listed_people.c.part).where(*which).limit(1)).scalar_one_or_none()
    if part is None:
        return False
    value = tuple_(listed_values.c.field, listed_values.c.value, listed_values.c.upn_key)
    if _forget(tx, listed_values, value, part, most) == 0:
        _forget(tx, listed_people, tuple_(listed_people.c.upn_key), part, most)
    return True


def _forget(tx: WriteTx, table: Table, key: Tuple, part: str, most: int) -> int:
    """Delete the first rows of a part in the order of the key; how many."""
    of_part = table.c.part == part
    last = tx.connection.execute(select(*key).where(of_part).order_by(*key).offset(most).limit(1)).one_or_none()
    until = true() if last is None else key <= tuple_(*map(literal, last))
    return tx.connection.execute(delete(table).where(of_part, until)).rowcount


@cache
def _search(fields: tuple[str, ...]) -> Select[tuple[Any, ...]]:
    """As in `users`: the first field leads to the people, the others are looked up for them alone."""
    part: BindParameter[str] = bindparam("part")
    leading = listed_values.alias("values_0")
    query = (
        select(listed_people.c.person)
        .select_from(
            leading.join(
                listed_people,
                (listed_people.c.part == leading.c.part) & (listed_people.c.upn_key == leading.c.upn_key),
            )
        )
        .where(leading.c.part == part, leading.c.field == fields[0], leading.c.value == bindparam("value_0"))
    )
    for number, name in enumerate(fields[1:], 1):
        other = listed_values.alias(f"values_{number}")
        here = other.c.part == part, other.c.upn_key == listed_people.c.upn_key
        query = query.where(exists().where(*here, other.c.field == name, other.c.value == bindparam(f"value_{number}")))
    return query.limit(bindparam("most"))


def find_listed(tx: ReadTx, part: str, criteria: Criteria, most: int) -> list[Mapping[str, Any]]:
    """The people of a part who match every criterion exactly."""
    names = selective_first(criteria)
    values = {f"value_{number}": criteria[name] for number, name in enumerate(names)}
    return list(tx.connection.execute(_search(names), {**values, "part": part, "most": most}).scalars())


def listed_person(tx: ReadTx, part: str, upn_key: str) -> Mapping[str, Any] | None:
    """The person of this user name in a part."""
    wanted = listed_people.c.part == part, listed_people.c.upn_key == upn_key
    found: Mapping[str, Any] | None = tx.connection.execute(
        select(listed_people.c.person).where(*wanted)
    ).scalar_one_or_none()
    return found
