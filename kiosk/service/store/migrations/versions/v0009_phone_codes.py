"""Codes that a phone scans."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from kiosk.service.store.columns import UtcDateTime

revision = "0009"
down_revision: str | None = "0008"


def upgrade() -> None:
    _make_phone_codes()


def downgrade() -> None:
    op.drop_table("phone_codes")


def _make_phone_codes() -> None:
    op.create_table(
        "phone_codes",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("link_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("client_id", sa.String(length=64), nullable=False),
        sa.Column("tenant", sa.String(length=40), nullable=False),
        sa.Column("subject", sa.String(length=64), nullable=False),
        sa.Column("user_id", sa.String(length=128), nullable=True),
        sa.Column("enrollment_id", sa.String(length=32), nullable=True),
        sa.Column("purpose", sa.String(length=16), nullable=False),
        sa.Column("form", sa.String(length=16), nullable=False),
        sa.Column("locale", sa.String(length=35), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("reason", sa.String(length=20), nullable=False),
        sa.Column("number", sa.String(length=4), nullable=False),
        sa.Column("number_tries", sa.Integer(), nullable=False),
        sa.Column("matched", sa.Integer(), nullable=False),
        sa.Column("phone_hash", sa.LargeBinary(length=32), nullable=True),
        sa.Column("work", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("connector", sa.String(length=40), nullable=False),
        sa.Column("reference", sa.String(length=256), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("opened_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("changed_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("expires_at", UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_phone_codes")),
    )
    _index_phone_codes()


def _index_phone_codes() -> None:
    op.create_index("ix_phone_codes_changed_at", "phone_codes", ["changed_at"], unique=False)
    op.create_index("ix_phone_codes_enrollment_id", "phone_codes", ["enrollment_id"], unique=False)
    op.create_index("ix_phone_codes_link_hash", "phone_codes", ["link_hash"], unique=True)
    op.create_index("ix_phone_codes_phone_hash", "phone_codes", ["phone_hash"], unique=False)
    op.create_index("ix_phone_codes_status_expires_at", "phone_codes", ["status", "expires_at"], unique=False)
    op.create_index(
        "uq_phone_codes_live",
        "phone_codes",
        ["client_id", "subject"],
        unique=True,
        sqlite_where=sa.text("status IN ('PENDING', 'SCANNED')"),
        postgresql_where=sa.text("status IN ('PENDING', 'SCANNED')"),
    )
