"""Which key holds a credential: its serial number, and who says so."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision: str | None = "0001"


def upgrade() -> None:
    with op.batch_alter_table("ceremonies") as table:
        table.add_column(sa.Column("key_serial", sa.String(length=64), nullable=False, server_default=""))
    with op.batch_alter_table("credentials") as table:
        table.add_column(sa.Column("key_serial", sa.String(length=64), nullable=False, server_default=""))
        table.add_column(sa.Column("serial_source", sa.String(length=16), nullable=False, server_default=""))
        table.create_index("ix_credentials_key_serial", ["key_serial"])


def downgrade() -> None:
    with op.batch_alter_table("credentials") as table:
        table.drop_index("ix_credentials_key_serial")
        table.drop_column("serial_source")
        table.drop_column("key_serial")
    with op.batch_alter_table("ceremonies") as table:
        table.drop_column("key_serial")
