"""People of files that other systems replace."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from kiosk.service.store.columns import UtcDateTime

revision = "0005"
down_revision: str | None = "0004"


def upgrade() -> None:
    op.create_table(
        "lists",
        sa.Column("directory", sa.String(length=40), nullable=False),
        sa.Column("part", sa.String(length=32), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.Column("loaded_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("directory", name=op.f("pk_lists")),
    )
    op.create_table(
        "listed_people",
        sa.Column("part", sa.String(length=32), nullable=False),
        sa.Column("upn_key", sa.String(length=256), nullable=False),
        sa.Column("directory", sa.String(length=40), nullable=False),
        sa.Column("person", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("part", "upn_key", name=op.f("pk_listed_people")),
    )
    op.create_table(
        "listed_values",
        sa.Column("part", sa.String(length=32), nullable=False),
        sa.Column("field", sa.String(length=64), nullable=False),
        sa.Column("value", sa.String(length=256), nullable=False),
        sa.Column("upn_key", sa.String(length=256), nullable=False),
        sa.PrimaryKeyConstraint("part", "field", "value", "upn_key", name=op.f("pk_listed_values")),
    )


def downgrade() -> None:
    for table in ("listed_values", "listed_people", "lists"):
        op.drop_table(table)
