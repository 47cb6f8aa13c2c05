"""The inventory of keys; several keys in one visit; sign-ins that begin to work later."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from kiosk.service.store.columns import UtcDateTime

revision = "0014"
down_revision: str | None = "0013"


_KNOWN = """
INSERT INTO keys (id, tenant, aaguid, serial, model, state, state_at, reason, user_id, site, enrollment_id,
                  first_seen_at, issued_at, version)
SELECT MIN(c.id), COALESCE(MIN(s.tenant), 'default'), c.aaguid, UPPER(c.key_serial), '', 'issued', MAX(c.proved_at),
       'known_before', MIN(c.user_id), '', MAX(e.enrollment_id), MIN(c.registered_at), MAX(c.proved_at), 1
FROM credentials c JOIN ceremonies e ON e.id = c.ceremony_id LEFT JOIN clients s ON s.id = e.client_id
WHERE c.proved_at IS NOT NULL AND c.attestation <> 'none:phone' AND c.key_serial {has_serial}
GROUP BY {what}
"""
_ITS_OWN = """
UPDATE credentials SET key_id = COALESCE((
    SELECT MIN(k.id) FROM keys k JOIN ceremonies e ON e.id = credentials.ceremony_id
    LEFT JOIN clients s ON s.id = e.client_id
    WHERE k.tenant = COALESCE(s.tenant, 'default') AND k.user_id = credentials.user_id AND k.aaguid = credentials.aaguid
          AND k.serial = UPPER(credentials.key_serial) AND (k.serial <> '' OR k.enrollment_id = e.enrollment_id)
), '')
WHERE proved_at IS NOT NULL AND attestation <> 'none:phone'
"""
_ADDED = {
    "removals": ("tenant",),
    "ceremonies": ("firmware", "key_number"),
    "enrollments": ("verified_by", "intent", "key_number"),
    "credentials": ("activated_at", "key_id"),
}


def upgrade() -> None:
    _make_keys()
    _make_recalls()
    with op.batch_alter_table("credentials") as table:
        table.add_column(sa.Column("key_id", sa.String(length=32), server_default="", nullable=False))
        table.add_column(sa.Column("activated_at", UtcDateTime(timezone=True), nullable=True))
        table.create_index("ix_credentials_key_id", ["key_id"])
    with op.batch_alter_table("enrollments") as table:
        table.add_column(sa.Column("key_number", sa.Integer(), server_default="1", nullable=False))
        table.add_column(sa.Column("intent", sa.JSON(none_as_null=True), nullable=True))
        table.add_column(sa.Column("verified_by", sa.String(length=24), server_default="", nullable=False))
    with op.batch_alter_table("ceremonies") as table:
        table.add_column(sa.Column("key_number", sa.Integer(), server_default="1", nullable=False))
        table.add_column(sa.Column("firmware", sa.BigInteger(), nullable=True))
    with op.batch_alter_table("removals") as table:
        table.add_column(sa.Column("tenant", sa.String(length=40), server_default="default", nullable=False))
    _take_stock()


def downgrade() -> None:
    op.drop_index("ix_credentials_key_id", "credentials")
    for table, columns in _ADDED.items():
        for column in columns:  # a batch would copy the table, and others point at its rows
            op.execute(f"ALTER TABLE {table} DROP COLUMN {column}")
    op.drop_table("recalls")
    op.drop_table("keys")


def _take_stock() -> None:
    """The keys that people have already, by what their credentials tell of them; one that says no number counts once
    for each enrollment."""
    op.execute("UPDATE credentials SET activated_at = proved_at")
    numbered = "COALESCE(s.tenant, 'default'), c.aaguid, UPPER(c.key_serial)"
    op.execute(_KNOWN.format(has_serial="<> ''", what=numbered))
    op.execute(_KNOWN.format(has_serial="= ''", what="e.enrollment_id, c.aaguid, UPPER(c.key_serial)"))
    op.execute(_ITS_OWN)


def _make_recalls() -> None:
    op.create_table(
        "recalls",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("tenant", sa.String(length=40), nullable=False),
        sa.Column("aaguid", sa.String(length=36), nullable=False),
        sa.Column("firmware_below", sa.BigInteger(), nullable=True),
        sa.Column("reason", sa.String(length=40), nullable=False),
        sa.Column("made_by", sa.String(length=128), nullable=False),
        sa.Column("made_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("done_at", UtcDateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recalls")),
    )
    op.create_index("ix_recalls_done_at", "recalls", ["done_at"], unique=False)
    op.create_index("ix_recalls_tenant_aaguid", "recalls", ["tenant", "aaguid"], unique=False)


def _make_keys() -> None:
    op.create_table(
        "keys",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("tenant", sa.String(length=40), nullable=False),
        sa.Column("aaguid", sa.String(length=36), nullable=False),
        sa.Column("serial", sa.String(length=64), nullable=False),
        sa.Column("model", sa.String(length=128), nullable=False),
        sa.Column("firmware", sa.BigInteger(), nullable=True),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("state_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.String(length=40), nullable=False),
        sa.Column("user_id", sa.String(length=128), nullable=True),
        sa.Column("site", sa.String(length=40), nullable=False),
        sa.Column("enrollment_id", sa.String(length=32), nullable=False),
        sa.Column("first_seen_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("issued_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("expires_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("warned_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("contact", sa.LargeBinary(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_keys")),
    )
    op.create_index("ix_keys_expires_at", "keys", ["expires_at"], unique=False)
    op.create_index("ix_keys_serial_tenant_id", "keys", ["serial", "tenant", "id"], unique=False)
    op.create_index("ix_keys_state_state_at", "keys", ["state", "state_at"], unique=False)
    op.create_index("ix_keys_tenant_aaguid_id", "keys", ["tenant", "aaguid", "id"], unique=False)
    op.create_index("ix_keys_tenant_id", "keys", ["tenant", "id"], unique=False)
    op.create_index("ix_keys_tenant_state_id", "keys", ["tenant", "state", "id"], unique=False)
    op.create_index("ix_keys_user_id_tenant_id", "keys", ["user_id", "tenant", "id"], unique=False)
    op.create_index(
        "uq_keys_tenant_aaguid_serial",
        "keys",
        ["tenant", "aaguid", "serial"],
        unique=True,
        sqlite_where=sa.text("serial <> ''"),
        postgresql_where=sa.text("serial <> ''"),
    )
