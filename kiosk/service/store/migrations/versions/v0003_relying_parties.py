"""Relying parties that others keep: their names of things, and what is still to be taken away there."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision: str | None = "0002"

_NAMES = {"rp_id": 253, "origin": 2000, "account": 320, "reference": 320}


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
        table.add_column(sa.Column("reference", sa.String(length=320), nullable=False, server_default=""))


def downgrade() -> None:
    with op.batch_alter_table("credentials") as table:
        table.drop_column("reference")
        table.drop_column("account")
    with op.batch_alter_table("ceremonies") as table:
        for name in ("handed_over_at", "proof_state", "party_state", *reversed(_NAMES)):
            table.drop_column(name)
