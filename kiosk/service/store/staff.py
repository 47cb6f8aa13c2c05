"""Staff: who they are, the security keys that they sign in with, and their one-time codes; hashes only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import JSON, BigInteger, Column, Index, LargeBinary, String, Table, UniqueConstraint

from kiosk.service.store.columns import UtcDateTime, id_column, metadata

staff = Table(
    "staff",
    metadata,
    id_column(),
    Column("tenant", String(40), nullable=False),
    Column("name", String(128), nullable=False),
    Column("name_key", String(128), nullable=False),
    Column("display_name", String(128), nullable=False),
    Column("email", String(254), nullable=False),
    Column("roles", String(128), nullable=False),
    Column("sites", String(512), nullable=False),
    Column("user_handle", LargeBinary(64), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("disabled_at", UtcDateTime),
    UniqueConstraint("tenant", "name_key"),
    UniqueConstraint("user_handle"),
)
"""`roles` and `sites` are separated by spaces; no site means all of the tenant."""

staff_keys = Table(
    "staff_keys",
    metadata,
    id_column(),
    id_column("staff_id", references="staff.id"),
    Column("credential_id", LargeBinary(1023), nullable=False),
    Column("public_key", LargeBinary, nullable=False),
    Column("sign_count", BigInteger, nullable=False),
    Column("aaguid", String(36), nullable=False),
    Column("transports", JSON, nullable=False),
    Column("name", String(64), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("used_at", UtcDateTime),
    Column("revoked_at", UtcDateTime),
    UniqueConstraint("credential_id"),
    Index("ix_staff_keys_staff_id", "staff_id"),
)

staff_codes = Table(
    "staff_codes",
    metadata,
    Column("code_hash", String(64), primary_key=True),
    id_column("staff_id", references="staff.id"),
    Column("purpose", String(8), nullable=False),
    Column("made_by", String(128), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
    Column("used_at", UtcDateTime),
    Index("ix_staff_codes_staff_id", "staff_id"),
)
"""`purpose`: `join` registers a security key, `sealed` stands for one, once."""

staff_challenges = Table(
    "staff_challenges",
    metadata,
    id_column(),
    Column("holder", String(128), nullable=False),
    Column("purpose", String(8), nullable=False),
    Column("statement", JSON, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
    Column("used_at", UtcDateTime),
    Index("ix_staff_challenges_expires_at", "expires_at"),
)
"""`holder` is whoever asked for it and alone may answer: `client:<id>` or `browser:<hash>`. The WebAuthn challenge is
the SHA-256 of the statement in canonical JSON."""

staff_assertions = Table(
    "staff_assertions",
    metadata,
    id_column(),
    id_column("staff_id", references="staff.id"),
    Column("staff_key_id", String(32), nullable=False),
    Column("statement", JSON, nullable=False),
    Column("authenticator_data", LargeBinary, nullable=False),
    Column("client_data", LargeBinary, nullable=False),
    Column("signature", LargeBinary, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Index("ix_staff_assertions_staff_id", "staff_id"),
)
"""The evidence of what staff decided, as it can be verified again at any time; the trail has its id and its hash.
`staff_key_id` is empty (as the signature is) where a sealed code was used."""

staff_sessions = Table(
    "staff_sessions",
    metadata,
    Column("token_hash", String(64), primary_key=True),
    id_column("staff_id", references="staff.id"),
    Column("kind", String(8), nullable=False),
    Column("holder", String(128), nullable=False),
    Column("made_at", UtcDateTime, nullable=False),
    Column("seen_at", UtcDateTime, nullable=False),
    Column("confirmed_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
    Index("ix_staff_sessions_staff_id", "staff_id"),
    Index("ix_staff_sessions_expires_at", "expires_at"),
)
"""`kind`: `console` (a browser's cookie) or `desk` (at the station that `holder` names)."""


@dataclass(frozen=True, slots=True)
class StaffRow:
    """A member of staff."""

    id: str
    tenant: str
    name: str
    name_key: str
    display_name: str
    email: str
    roles: str
    sites: str
    user_handle: bytes
    created_at: datetime
    disabled_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class StaffKeyRow:
    """A security key of staff; `public_key` is a COSE key."""

    id: str
    staff_id: str
    credential_id: bytes
    public_key: bytes
    sign_count: int
    aaguid: str
    transports: tuple[str, ...]
    name: str
    created_at: datetime
    used_at: datetime | None = None
    revoked_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class StaffSessionRow:
    """A sign-in of staff."""

    token_hash: str
    staff_id: str
    kind: str
    holder: str
    made_at: datetime
    seen_at: datetime
    confirmed_at: datetime
    expires_at: datetime
