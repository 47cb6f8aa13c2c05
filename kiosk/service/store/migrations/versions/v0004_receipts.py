"""How far a message got after it was handed over, and when to ask again."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from kiosk.service.store.columns import UtcDateTime

revision = "0004"
down_revision: str | None = "0003"


def upgrade() -> None:
    with op.batch_alter_table("messages") as table:
        table.add_column(sa.Column("delivery", sa.String(length=16), nullable=False, server_default=""))
        table.add_column(sa.Column("look_at", UtcDateTime(), nullable=True))
        table.create_index("ix_messages_look_at", ["look_at"])


def downgrade() -> None:
    with op.batch_alter_table("messages", table_kwargs={"sqlite_autoincrement": True}) as table:
        table.drop_index("ix_messages_look_at")
        table.drop_column("look_at")
        table.drop_column("delivery")
