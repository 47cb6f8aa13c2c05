"""Codes that a phone scans: one row each, from its showing to its end; only hashes of what is in the code are kept."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Column, Index, Integer, LargeBinary, String, Table, text

from kiosk.contract.phone import PhonePurpose, PhoneStatus
from kiosk.service.store.columns import ID_LENGTH, UtcDateTime, id_column, metadata

_LIVE = "status IN ('PENDING', 'SCANNED')"

phone_codes = Table(
    "phone_codes",
    metadata,
    id_column(),
    Column("link_hash", LargeBinary(32), nullable=False),
    Column("client_id", String(64), nullable=False),
    Column("tenant", String(40), nullable=False),
    Column("subject", String(64), nullable=False),
    Column("user_id", String(128)),
    Column("enrollment_id", String(ID_LENGTH)),
    Column("purpose", String(16), nullable=False),
    Column("form", String(16), nullable=False),
    Column("locale", String(35), nullable=False),
    Column("status", String(16), nullable=False),
    Column("reason", String(20), nullable=False),
    Column("number", String(4), nullable=False),
    Column("number_tries", Integer, nullable=False),
    Column("matched", Integer, nullable=False),
    Column("phone_hash", LargeBinary(32)),
    Column("work", JSON(none_as_null=True)),
    Column("connector", String(40), nullable=False),
    Column("reference", String(256), nullable=False),
    Column("version", Integer, nullable=False),
    Column("opened_at", UtcDateTime, nullable=False),
    Column("changed_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
    Index("ix_phone_codes_link_hash", "link_hash", unique=True),
    Index("ix_phone_codes_phone_hash", "phone_hash"),
    Index("ix_phone_codes_changed_at", "changed_at"),
    Index("ix_phone_codes_status_expires_at", "status", "expires_at"),
    Index("ix_phone_codes_enrollment_id", "enrollment_id"),
    Index(
        "uq_phone_codes_live",
        "client_id",
        "subject",
        unique=True,
        sqlite_where=text(_LIVE),
        postgresql_where=text(_LIVE),
    ),
)
"""`uq_phone_codes_live`: one live code per account (`subject`) and station, whatever two requests at once believe."""


@dataclass(frozen=True, slots=True)
class PhoneCodeRow:
    """One code. `id` is the transaction id that the station knows; `link_hash` that of the 128 random bits in the code.

    `subject` is a keyed hash of the account, or of the enrollment where nobody was matched: both have rows alike.
    `user_id` is None for nobody. `form` is a FormKind or empty. `number` are the digits that the kiosk shows once the
    code is scanned, `matched` 1 when the phone typed them. `phone_hash` binds the first phone that went on. `work` is
    what the page keeps between two requests (a challenge, never a secret). `connector` is empty for our own pages,
    else who has the code, under `reference`.
    """

    id: str
    link_hash: bytes = field(repr=False)
    client_id: str
    tenant: str
    subject: str
    user_id: str | None
    enrollment_id: str | None
    purpose: PhonePurpose
    form: str
    locale: str
    status: PhoneStatus
    reason: str
    number: str = field(repr=False)
    number_tries: int
    matched: int
    phone_hash: bytes | None = field(repr=False)
    work: dict[str, Any] | None = field(repr=False)
    connector: str
    reference: str = field(repr=False)
    version: int
    opened_at: datetime
    changed_at: datetime
    expires_at: datetime
