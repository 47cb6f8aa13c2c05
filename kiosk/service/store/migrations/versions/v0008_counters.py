"""Keys count their signatures in 32 bits without a sign: more than PostgreSQL's integer holds."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision: str | None = "0007"


def upgrade() -> None:
    with op.batch_alter_table("credentials") as table:
        table.alter_column("sign_count", existing_type=sa.Integer(), type_=sa.BigInteger(), existing_nullable=False)


def downgrade() -> None:
    op.execute("UPDATE credentials SET sign_count = 2147483647 WHERE sign_count > 2147483647")
    with op.batch_alter_table("credentials") as table:
        table.alter_column("sign_count", existing_type=sa.BigInteger(), type_=sa.Integer(), existing_nullable=False)
