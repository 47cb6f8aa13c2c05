"""The inventory of security keys: each key that was ever here, where it is, and whose."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import BigInteger, Column, Index, Integer, String, Table, text

from kiosk.service.store.columns import UtcDateTime, id_column, metadata


class KeyState(StrEnum):
    """Where a key is in its life.

    `in_stock`: nobody's, may be given out. `issued`: somebody has it. `awaiting`: issued, its sign-ins begin to work
    at hand-over. `lost`: its holder said so; its sign-ins are taken away. `returned`: brought back, not wiped yet.
    `recalled`: its model or firmware must not be used any more. `retired`: for good.
    """

    IN_STOCK = "in_stock"
    ISSUED = "issued"
    AWAITING = "awaiting"
    LOST = "lost"
    RETURNED = "returned"
    RECALLED = "recalled"
    RETIRED = "retired"


_NUMBERED = text("serial <> ''")

keys = Table(
    "keys",
    metadata,
    id_column(),
    Column("tenant", String(40), nullable=False),
    Column("aaguid", String(36), nullable=False),
    Column("serial", String(64), nullable=False),
    Column("model", String(128), nullable=False),
    Column("firmware", BigInteger),
    Column("state", String(16), nullable=False),
    Column("state_at", UtcDateTime, nullable=False),
    Column("reason", String(40), nullable=False),
    Column("user_id", String(128)),
    Column("site", String(40), nullable=False),
    Column("enrollment_id", String(32), nullable=False),
    Column("first_seen_at", UtcDateTime, nullable=False),
    Column("issued_at", UtcDateTime),
    Column("expires_at", UtcDateTime),
    Column("version", Integer, nullable=False),
    Index(
        "uq_keys_tenant_aaguid_serial",
        "tenant",
        "aaguid",
        "serial",
        unique=True,
        sqlite_where=_NUMBERED,
        postgresql_where=_NUMBERED,
    ),
    Index("ix_keys_user_id", "user_id"),
    Index("ix_keys_serial", "serial"),
    Index("ix_keys_tenant_state", "tenant", "state"),
    Index("ix_keys_expires_at", "expires_at"),
    Index("ix_keys_enrollment_id", "enrollment_id"),
)
"""A key without a serial number is known by the enrollment that gave it out; its credentials carry its id."""


@dataclass(frozen=True, slots=True)
class KeyRow:
    """One key. `firmware` is in its own counting (getInfo firmwareVersion)."""

    id: str
    tenant: str
    aaguid: str
    serial: str
    model: str
    state: KeyState
    state_at: datetime
    first_seen_at: datetime
    firmware: int | None = None
    reason: str = ""
    user_id: str | None = None
    site: str = ""
    enrollment_id: str = ""
    issued_at: datetime | None = None
    expires_at: datetime | None = None
    version: int = 1
