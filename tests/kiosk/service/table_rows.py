"""Rows of any table of the service, made of what its columns are: for tests that need many that are past."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import count
from typing import Any, Final

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Date,
    Integer,
    LargeBinary,
    String,
    Table,
    func,
    insert,
    select,
)

from kiosk.service.store.columns import UtcDateTime
from kiosk.service.store.engine import Store, WriteTx
from tests.kiosk.service.running import NOON
from tests.kiosk.service.soft_key import Json

LONG_AGO: Final = NOON - timedelta(days=400)
_NUMBERS: Final = count(1)


def add_rows(store: Store, table: Table, many: int, at: datetime = LONG_AGO, **told: Any) -> None:
    """So many rows, all different and of that time, with what they refer to; `told` is alike in all."""

    numbers = [next(_NUMBERS) for _ in range(many)]

    def work(tx: WriteTx) -> None:
        for number in numbers:
            _add(tx, table, number, at, told)

    store.write(work)


def count_rows(store: Store, table: Table, *where: Any) -> int:
    """How many rows are like that."""
    with store.read() as tx:
        return int(tx.connection.execute(select(func.count()).select_from(table).where(*where)).scalar_one())


def _add(tx: WriteTx, table: Table, number: int, at: datetime, told: Json) -> None:
    values = {each.name: told.get(each.name, _value(each, number, at)) for each in table.columns if not _counted(each)}
    for column in table.columns:
        for key in column.foreign_keys:
            same = key.column == values[column.name]
            if tx.connection.execute(select(key.column).where(same)).first() is None:
                _add(tx, key.column.table, number, at, {})
    tx.connection.execute(insert(table), {name: value for name, value in values.items() if value is not None})


def _counted(column: Column[Any]) -> bool:
    """The database gives it its number."""
    return column.autoincrement is True


def _value(column: Column[Any], number: int, at: datetime) -> Any:
    """Something that fits, and is another one for each number."""
    for key in column.foreign_keys:
        return _value(key.column, number, at)
    if isinstance(column.type, String):
        return f"{number:032x}"[-(column.type.length or 32) :]
    made = {
        UtcDateTime: at,
        Date: at.date(),
        JSON: {},
        Boolean: False,
        Integer: number,
        BigInteger: number,
        LargeBinary: number.to_bytes(32, "big"),
    }
    return made[type(column.type)]
