"""The trail becomes a chain: every entry has a hash that follows from the one before it."""

from __future__ import annotations

import secrets
import uuid
from dataclasses import replace
from typing import Any

import sqlalchemy as sa
from alembic import op

from kiosk.service.audit.chain import SALT_BYTES, Entry, Head, commitment, hashed
from kiosk.service.store.columns import UtcDateTime

revision = "0016"
down_revision: str | None = "0015"

_UNERASED = sa.text("about_salt <> '' AND event <> 'audit_erased'")
_NEW = {"who_salt": 32, "who": 64, "about_salt": 32, "about": 64, "hash": 64}
_CHUNK = 1000


def upgrade() -> None:
    for name, length in _NEW.items():
        op.add_column("audit", sa.Column(name, sa.String(length=length), nullable=False, server_default=""))
    op.create_index("ix_audit_actor", "audit", ["actor"])
    op.create_index("ix_audit_reference", "audit", ["reference"])
    op.create_index("ix_audit_event", "audit", ["event", "number"])
    op.create_index("ix_audit_site", "audit", ["tenant", "site", "number"])
    op.create_index("ix_audit_unerased", "audit", ["at"], sqlite_where=_UNERASED, postgresql_where=_UNERASED)
    op.create_table(
        "audit_head",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("chain_id", sa.String(length=32), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_head")),
    )
    op.create_table(
        "audit_told",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("attempt", sa.BigInteger(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("due_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("leased_until", UtcDateTime(timezone=True), nullable=True),
        sa.Column("trouble", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_told")),
    )
    last = _chain(op.get_bind())
    op.execute(
        sa.text("INSERT INTO audit_head (id, chain_id, number, hash) VALUES (1, :chain, :number, :hash)").bindparams(
            chain=uuid.uuid4().hex, number=last.number, hash=last.hash
        )
    )


def downgrade() -> None:
    op.drop_table("audit_told")
    op.drop_table("audit_head")
    op.drop_index("ix_audit_event", "audit")
    op.drop_index("ix_audit_site", "audit")
    op.drop_index("ix_audit_unerased", "audit")
    op.drop_index("ix_audit_reference", "audit")
    op.drop_index("ix_audit_actor", "audit")
    with op.batch_alter_table("audit") as table:
        for name in reversed(_NEW):
            table.drop_column(name)


def _chain(connection: sa.Connection) -> Head:
    """Chain the entries that there are, in their order, without a gap: a rolled back transaction may have left one."""
    told = [name for name in Entry.__slots__ if name not in _NEW]
    types: dict[str, Any] = {
        "at": UtcDateTime(),
        "details": sa.JSON(),
        "number": sa.BigInteger(),
    }
    audit = sa.table("audit", *(sa.column(name, types.get(name, sa.String())) for name in Entry.__slots__))
    oldest = (
        sa.select(*(audit.c[name] for name in told))
        .where(audit.c.number > sa.bindparam("after"))
        .order_by(audit.c.number)
        .limit(_CHUNK)
    )
    renamed = sa.update(audit).where(audit.c.number == sa.bindparam("was"))
    values: dict[str, Any] = {name: sa.bindparam(f"to_{name}") for name in (*_NEW, "number")}
    last, after = Head(), -1
    while rows := connection.execute(oldest, {"after": after}).mappings().all():
        changes = []
        for row in rows:
            entry = _entry(dict(row), last)
            changes.append({"was": row["number"], **{f"to_{name}": getattr(entry, name) for name in values}})
            last = Head(entry.number, entry.hash)
        after = rows[-1]["number"]
        connection.execute(renamed.values(values), changes)
    return last


def _entry(row: dict[str, object], last: Head) -> Entry:
    who_salt, about_salt = secrets.token_hex(SALT_BYTES), secrets.token_hex(SALT_BYTES)
    known = {**row, "number": last.number + 1, "who_salt": who_salt, "about_salt": about_salt}
    known["who"] = commitment(who_salt, [row["actor"]])
    known["about"] = commitment(about_salt, [row["subject"], row["reason"], row["details"]])
    entry = Entry(**known, hash="")  # type: ignore[arg-type]  # a row of the table
    return replace(entry, hash=hashed(entry, last.hash))
