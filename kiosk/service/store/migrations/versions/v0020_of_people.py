"""Enrollments are found by whose they are, the last first, for lists of people."""

from __future__ import annotations

from alembic import op

revision = "0020"
down_revision: str | None = "0019"


def upgrade() -> None:
    op.create_index("ix_enrollments_user_id_opened_at", "enrollments", ["user_id", "opened_at"])


def downgrade() -> None:
    op.drop_index("ix_enrollments_user_id_opened_at", "enrollments")
