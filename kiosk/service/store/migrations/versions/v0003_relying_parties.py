"""Relying parties that others keep: their names of things, and what is still to be taken away there."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision: str | None = "0002"

_NAMES = {"rp_id": 253, "origin": 2000, "account": 320, "reference": 1400}


def upgrade() -> None:
    with op.batch_alter_table("ceremonies") as table:
        for name, length in _NAMES.items():
            table.add_column(sa.Column(name, sa.String(length=length), nullable=False, server_default=""))
        table.add_column(sa.Column("party_state", sa.JSON(), nullable=False, server_default="{}"))
        table.add_column(sa.Column("proof_state", sa.JSON(), nullable=False, server_default="{}"))
        table.add_column(sa.Column("handed_over_at", sa.DateTime(timezone=True)))
        table.alter_column("challenge", existing_type=sa.LargeBinary(length=64), type_=sa.LargeBinary())
        table.alter_column("proof_challenge", existing_type=sa.LargeBinary(length=64), type_=sa.LargeBinary())
    with op.batch_alter_table("credentials") as table:
        table.add_column(sa.Column("account", sa.String(length=320), nullable=False, server_default=""))
        table.add_column(sa.Column("reference", sa.String(length=1400), nullable=False, server_default=""))
    op.create_table(
        "removals",
        sa.Column("number", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("relying_party", sa.String(length=40), nullable=False),
        sa.Column("account", sa.String(length=320), nullable=False),
        sa.Column("reference", sa.String(length=1400), nullable=False),
        sa.Column("credential_id", sa.LargeBinary(length=1023)),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("search_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("receipt", sa.String(length=16), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("leased_until", sa.DateTime(timezone=True)),
        sa.Column("settled_at", sa.DateTime(timezone=True)),
        sa.Column("reason", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_removals")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_removals_state_due_at", "removals", ["state", "due_at"])


def downgrade() -> None:
    op.drop_table("removals")
    with op.batch_alter_table("credentials") as table:
        table.drop_column("reference")
        table.drop_column("account")
    with op.batch_alter_table("ceremonies") as table:
        for name in ("handed_over_at", "proof_state", "party_state", *reversed(_NAMES)):
            table.drop_column(name)
