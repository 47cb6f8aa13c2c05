"""What all tables share: their metadata, UTC time stamps, random ids and JSON."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Column, ColumnElement, DateTime, Dialect, ForeignKey, MetaData, String, or_
from sqlalchemy.types import TypeDecorator

ID_LENGTH = 32
"""A random id is 128 bits in hexadecimal."""

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


class UtcDateTime(TypeDecorator[datetime]):
    """An aware datetime in UTC with microseconds; a naive one is refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """To the database: UTC, without the zone where the database cannot keep it."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time stamp without a zone")
        utc = value.astimezone(UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(self, value: datetime | None, _dialect: Dialect) -> datetime | None:
        """From the database: always aware."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def id_column(name: str = "id", *, references: str | None = None, primary: bool = True, **more: Any) -> Column[str]:
    """A 128-bit random id, in hexadecimal; `references` names a foreign column and makes it no primary key."""
    if references is not None:
        return Column(name, String(ID_LENGTH), ForeignKey(references), nullable=False, **more)
    return Column(name, String(ID_LENGTH), primary_key=primary, **more)


def one_of(column: Column[Any], values: Iterable[str]) -> ColumnElement[bool]:
    """Whether the column holds one of some fixed values; a statement with `in_` is written anew for each execution."""
    return or_(*(column == value for value in values))
