"""People and clients belong to tenants: names of people are unique in each, no longer over all."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

from kiosk.service.store.columns import UtcDateTime

revision = "0006"
down_revision: str | None = "0005"

_KEPT = "id, upn, upn_key, given_name, family_name, email, phone, employee_id, attributes, status, changed_at"


def upgrade() -> None:
    op.add_column("clients", sa.Column("tenant", sa.String(length=40), nullable=False, server_default="default"))
    op.add_column("clients", sa.Column("sites", sa.String(length=512), nullable=False, server_default=""))
    if op.get_bind().dialect.name == "sqlite":
        _rebuild(_added(), sa.UniqueConstraint("tenant", "upn_key", name=op.f("uq_users_tenant_upn_key")))
        return
    for column in _added():
        op.add_column("users", column)
    op.drop_constraint(op.f("uq_users_upn_key"), "users")
    op.create_unique_constraint(op.f("uq_users_tenant_upn_key"), "users", ["tenant", "upn_key"])


def downgrade() -> None:
    """People of other tenants have no place in the older schema."""
    op.execute("DELETE FROM users WHERE tenant <> 'default'")
    unique = sa.UniqueConstraint("upn_key", name=op.f("uq_users_upn_key"))
    if op.get_bind().dialect.name == "sqlite":
        _rebuild((), unique)
    else:
        op.drop_constraint(op.f("uq_users_tenant_upn_key"), "users")
        op.create_unique_constraint(op.f("uq_users_upn_key"), "users", ["upn_key"])
        for name in ("tenant", "origin", "locale", "created_at"):
            op.drop_column("users", name)
    for name in ("tenant", "sites"):
        op.drop_column("clients", name)


def _added() -> tuple[sa.Column[Any], ...]:
    return (
        sa.Column("tenant", sa.String(length=40), nullable=False, server_default="default"),
        sa.Column("origin", sa.String(length=16), nullable=False, server_default="directory"),
        sa.Column("locale", sa.String(length=35), nullable=False, server_default=""),
        sa.Column("created_at", UtcDateTime, nullable=True),
    )


def _rebuild(added: tuple[sa.Column[Any], ...], unique: sa.UniqueConstraint) -> None:
    """SQLite cannot change a constraint, and dropping a table takes along the rows that point to it: so the table and
    those that point to it are made anew beside the old ones, and take their names."""
    op.create_table(
        "new_users",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("upn", sa.String(length=256), nullable=False),
        sa.Column("upn_key", sa.String(length=256), nullable=False),
        sa.Column("given_name", sa.String(length=128), nullable=False),
        sa.Column("family_name", sa.String(length=128), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("phone", sa.String(length=20), nullable=False),
        sa.Column("employee_id", sa.String(length=64), nullable=False),
        sa.Column("attributes", sa.JSON(), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("changed_at", UtcDateTime, nullable=False),
        *added,
        sa.PrimaryKeyConstraint("id", name=op.f("pk_users")),
        unique,
    )
    _make_children("new_")
    op.execute(f"INSERT INTO new_users ({_KEPT}) SELECT {_KEPT} FROM users")  # noqa: S608 - our own words
    op.execute("INSERT INTO new_user_values (field, value, user_id) SELECT field, value, user_id FROM user_values")
    op.execute("INSERT INTO new_badges (badge, user_id) SELECT badge, user_id FROM badges")
    for table in ("badges", "user_values", "users"):
        op.drop_table(table)
    for table in ("users", "user_values", "badges"):
        op.rename_table(f"new_{table}", table)
    for table in ("user_values", "badges"):
        op.create_index(f"ix_{table}_user_id", table, ["user_id"])


def _make_children(prefix: str) -> None:
    op.create_table(
        f"{prefix}user_values",
        sa.Column("field", sa.String(length=64), nullable=False),
        sa.Column("value", sa.String(length=256), nullable=False),
        sa.Column("user_id", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], [f"{prefix}users.id"], name=op.f("fk_user_values_user_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("field", "value", "user_id", name=op.f("pk_user_values")),
    )
    op.create_table(
        f"{prefix}badges",
        sa.Column("badge", sa.String(length=128), nullable=False),
        sa.Column("user_id", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], [f"{prefix}users.id"], name=op.f("fk_badges_user_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("badge", name=op.f("pk_badges")),
    )
