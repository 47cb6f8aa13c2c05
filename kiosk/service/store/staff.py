"""Staff: who they are, the security keys that they sign in with, and their one-time codes; hashes only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Column,
    Index,
    LargeBinary,
    String,
    Table,
    UniqueConstraint,
    bindparam,
    insert,
    select,
    update,
)

from kiosk.service.store.columns import UtcDateTime, id_column, metadata
from kiosk.service.store.engine import ReadTx, StaleRow, WriteTx

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
    Column("hands", String(512), nullable=False, server_default=""),
    Column("vouched_by", String(128), nullable=False, server_default=""),
    UniqueConstraint("credential_id"),
    Index("ix_staff_keys_staff_id", "staff_id"),
)
"""`hands` are who besides its owner may have registered it, until `vouched_by` made sure."""

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
    Column("hands", String(512), nullable=False, server_default=""),
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
    Column("reason", String(200), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
    Column("used_at", UtcDateTime),
    Index("ix_staff_challenges_expires_at", "expires_at"),
)
"""`holder` is whoever asked for it and alone may answer: `client:<id>` or `browser:<hash>`. The WebAuthn challenge is
the SHA-256 of the statement in canonical JSON, which has the SHA-256 of `reason`, what staff wrote."""

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
    Column("hands", String(512), nullable=False, server_default=""),
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
    hands: str = ""
    vouched_by: str = ""


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
    hands: str = ""


_MEMBER = tuple(staff.c[name] for name in StaffRow.__slots__)
_KEY = tuple(staff_keys.c[name] for name in StaffKeyRow.__slots__)
_CHANGING = ("display_name", "email", "roles", "sites", "disabled_at")

# Statements are made once: building one costs more than running it.
_ONE = select(*_MEMBER).where(staff.c.id == bindparam("wanted"))
_NAMED = select(*_MEMBER).where(staff.c.tenant == bindparam("of"), staff.c.name_key == bindparam("called"))
_ALL = select(*_MEMBER).where(staff.c.tenant == bindparam("of")).order_by(staff.c.name_key)
_CHANGE = (
    update(staff).where(staff.c.id == bindparam("wanted")).values({name: bindparam(f"to_{name}") for name in _CHANGING})
)
_ADD_KEY = insert(staff_keys)
_KEY_OF = select(*_KEY).where(staff_keys.c.credential_id == bindparam("credential"))
_KEY_NUMBERED = select(*_KEY).where(staff_keys.c.id == bindparam("wanted"))
_KEYS = select(*_KEY).where(staff_keys.c.staff_id == bindparam("whose")).order_by(staff_keys.c.created_at)
_USE_KEY = (
    update(staff_keys)
    .where(
        staff_keys.c.id == bindparam("wanted"),
        staff_keys.c.sign_count == bindparam("seen"),
        staff_keys.c.revoked_at.is_(None),
    )
    .values(sign_count=bindparam("count"), used_at=bindparam("now"))
)
_REVOKE = (
    update(staff_keys)
    .where(staff_keys.c.id == bindparam("wanted"), staff_keys.c.revoked_at.is_(None))
    .values(revoked_at=bindparam("now"))
)


_VOUCH = (
    update(staff_keys)
    .where(staff_keys.c.id == bindparam("wanted"), staff_keys.c.revoked_at.is_(None), staff_keys.c.vouched_by == "")
    .values(vouched_by=bindparam("by"))
)


def alone_with_staff(tx: WriteTx, tenant: str) -> None:
    """Be the only one that changes who is staff of a tenant, until the end."""
    tx.alone_with(f"staff\0{tenant}")


def add_staff(tx: WriteTx, row: StaffRow) -> None:
    """Store a new member of staff."""
    tx.connection.execute(insert(staff), {name: getattr(row, name) for name in StaffRow.__slots__})


def staff_member(tx: ReadTx, staff_id: str) -> StaffRow | None:
    """The member of this id, also a disabled one."""
    return _member(tx.connection.execute(_ONE, {"wanted": staff_id}).one_or_none())


def staff_named(tx: ReadTx, tenant: str, name_key: str) -> StaffRow | None:
    """The member of a tenant who has this name, as it is compared."""
    return _member(tx.connection.execute(_NAMED, {"of": tenant, "called": name_key}).one_or_none())


def staff_of(tx: ReadTx, tenant: str) -> tuple[StaffRow, ...]:
    """All members of a tenant, by name."""
    return tuple(StaffRow(*each) for each in tx.connection.execute(_ALL, {"of": tenant}))


def change_staff(tx: WriteTx, row: StaffRow) -> None:
    """Store what may change of a member."""
    values = {f"to_{name}": getattr(row, name) for name in _CHANGING}
    tx.connection.execute(_CHANGE, {**values, "wanted": row.id})


def add_staff_key(tx: WriteTx, row: StaffKeyRow) -> None:
    """Store a security key of staff."""
    values = {name: getattr(row, name) for name in StaffKeyRow.__slots__}
    tx.connection.execute(_ADD_KEY, {**values, "transports": list(row.transports)})


def staff_key(tx: ReadTx, credential_id: bytes) -> StaffKeyRow | None:
    """The key with this credential, also a revoked one."""
    return _key(tx.connection.execute(_KEY_OF, {"credential": credential_id}).one_or_none())


def staff_key_numbered(tx: ReadTx, key_id: str) -> StaffKeyRow | None:
    """The key of this id, also a revoked one."""
    return _key(tx.connection.execute(_KEY_NUMBERED, {"wanted": key_id}).one_or_none())


def keys_of_staff(tx: ReadTx, staff_id: str) -> tuple[StaffKeyRow, ...]:
    """All keys of a member, the oldest first, also revoked ones."""
    found = (_key(each) for each in tx.connection.execute(_KEYS, {"whose": staff_id}))
    return tuple(each for each in found if each is not None)


def use_staff_key(tx: WriteTx, seen: StaffKeyRow, sign_count: int, now: datetime) -> None:
    """It signed. Raises StaleRow where it signed something else, or was revoked, meanwhile."""
    values = {"wanted": seen.id, "seen": seen.sign_count, "count": sign_count, "now": now}
    if tx.connection.execute(_USE_KEY, values).rowcount != 1:
        raise StaleRow


def revoke_staff_key(tx: WriteTx, key_id: str, now: datetime) -> bool:
    """It is none of staff's any more; whether it was until now."""
    return tx.connection.execute(_REVOKE, {"wanted": key_id, "now": now}).rowcount == 1


def vouch_for_staff_key(tx: WriteTx, key_id: str, by: str) -> bool:
    """Somebody made sure that it is its owner's; whether nobody had, until now."""
    return tx.connection.execute(_VOUCH, {"wanted": key_id, "by": by}).rowcount == 1


def _member(found: Sequence[Any] | None) -> StaffRow | None:
    return None if found is None else StaffRow(*found)


def _key(found: Sequence[Any] | None) -> StaffKeyRow | None:
    if found is None:
        return None
    row = StaffKeyRow(*found)
    return replace(row, transports=tuple(row.transports))
