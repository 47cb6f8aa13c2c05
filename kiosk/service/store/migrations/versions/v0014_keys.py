"""The inventory of keys; several keys in one visit; sign-ins that begin to work later."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from kiosk.service.store.columns import UtcDateTime

revision = "0014"
down_revision: str | None = "0013"


def upgrade() -> None:
    _make_keys()
    with op.batch_alter_table("credentials") as table:
        table.add_column(sa.Column("key_id", sa.String(length=32), server_default="", nullable=False))
        table.add_column(sa.Column("activated_at", UtcDateTime(timezone=True), nullable=True))
        table.create_index("ix_credentials_key_id", ["key_id"])
    op.execute("UPDATE credentials SET activated_at = proved_at")
    with op.batch_alter_table("enrollments") as table:
        table.add_column(sa.Column("key_number", sa.Integer(), server_default="1", nullable=False))
        table.add_column(sa.Column("intent", sa.JSON(none_as_null=True), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("enrollments") as table:
        table.drop_column("intent")
        table.drop_column("key_number")
    with op.batch_alter_table("credentials") as table:
        table.drop_index("ix_credentials_key_id")
        table.drop_column("activated_at")
        table.drop_column("key_id")
    op.drop_table("keys")


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
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_keys")),
    )
    op.create_index("ix_keys_enrollment_id", "keys", ["enrollment_id"], unique=False)
    op.create_index("ix_keys_expires_at", "keys", ["expires_at"], unique=False)
    op.create_index("ix_keys_serial", "keys", ["serial"], unique=False)
    op.create_index("ix_keys_tenant_state", "keys", ["tenant", "state"], unique=False)
    op.create_index("ix_keys_user_id", "keys", ["user_id"], unique=False)
    op.create_index(
        "uq_keys_tenant_aaguid_serial",
        "keys",
        ["tenant", "aaguid", "serial"],
        unique=True,
        sqlite_where=sa.text("serial <> ''"),
        postgresql_where=sa.text("serial <> ''"),
    )
