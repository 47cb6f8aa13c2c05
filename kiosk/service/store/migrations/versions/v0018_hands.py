"""Keys, codes and sign-ins of staff keep in whose hands they may be, and votes who may have cast them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision: str | None = "0017"

_TABLES = ("staff_keys", "staff_codes", "staff_sessions", "approval_votes")


def upgrade() -> None:
    for table in _TABLES:
        op.add_column(table, sa.Column("hands", sa.String(512), nullable=False, server_default=""))
    op.add_column("staff_keys", sa.Column("vouched_by", sa.String(128), nullable=False, server_default=""))


def downgrade() -> None:
    op.drop_column("staff_keys", "vouched_by")
    for table in reversed(_TABLES):
        op.drop_column(table, "hands")
