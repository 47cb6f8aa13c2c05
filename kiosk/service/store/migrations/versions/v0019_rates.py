"""Replicas tell each other how often busy clients called."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from kiosk.service.store.columns import UtcDateTime

revision = "0019"
down_revision: str | None = "0018"


def upgrade() -> None:
    op.create_table(
        "rates",
        sa.Column("subject", sa.String(64), nullable=False),
        sa.Column("full_at", UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("subject", name=op.f("pk_rates")),
    )


def downgrade() -> None:
    op.drop_table("rates")
