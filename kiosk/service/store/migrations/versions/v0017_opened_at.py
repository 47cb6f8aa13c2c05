"""Enrollments are found by when they began, for figures."""

from __future__ import annotations

from alembic import op

revision = "0017"
down_revision: str | None = "0016"


def upgrade() -> None:
    op.create_index("ix_enrollments_opened_at", "enrollments", ["opened_at"])


def downgrade() -> None:
    op.drop_index("ix_enrollments_opened_at", "enrollments")
