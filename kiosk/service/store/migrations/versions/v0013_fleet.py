"""Stations: their keys, their standing, how long people were at each step."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from kiosk.service.store.columns import UtcDateTime

revision = "0013"
down_revision: str | None = "0012"

_NOT_REVOKED = sa.text("revoked_at IS NULL")
_RUNS_ENROLLMENTS = "enrollment:run"
_ALSO = ("staff:desk", "station:self")
"""What stations may do that were added before there was anything to do it with."""


def upgrade() -> None:
    _make_stations()
    _make_station_codes()
    _make_station_standings()
    _make_station_steps()
    _make_client_assertions()
    _widen_stations()


def downgrade() -> None:
    op.drop_table("client_assertions")
    op.drop_table("station_steps")
    op.drop_table("station_standings")
    op.drop_table("station_codes")
    op.drop_table("stations")


def _make_stations() -> None:
    op.create_table(
        "stations",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("tenant", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("site", sa.String(length=40), nullable=False),
        sa.Column("project_id", sa.String(length=32), nullable=True),
        sa.Column("client_id", sa.String(length=64), nullable=True),
        sa.Column("public_key", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("thumbprint", sa.String(length=43), nullable=False),
        sa.Column("configuration", sa.Integer(), nullable=False),
        sa.Column("configuration_hash", sa.String(length=64), nullable=False),
        sa.Column("created_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("activated_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["client_id"], ["clients.id"], name=op.f("fk_stations_client_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stations")),
    )
    op.create_index(
        "uq_stations_name",
        "stations",
        ["tenant", "name"],
        unique=True,
        sqlite_where=_NOT_REVOKED,
        postgresql_where=_NOT_REVOKED,
    )
    op.create_index("ix_stations_thumbprint", "stations", ["thumbprint"], unique=False)
    op.create_index("ix_stations_client_id", "stations", ["client_id"], unique=True)


def _make_station_codes() -> None:
    op.create_table(
        "station_codes",
        sa.Column("code_hash", sa.String(length=64), nullable=False),
        sa.Column("station_id", sa.String(length=32), nullable=False),
        sa.Column("made_by", sa.String(length=128), nullable=False),
        sa.Column("created_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("expires_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("used_at", UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["station_id"], ["stations.id"], name=op.f("fk_station_codes_station_id")),
        sa.PrimaryKeyConstraint("code_hash", name=op.f("pk_station_codes")),
    )
    op.create_index("ix_station_codes_station_id", "station_codes", ["station_id"], unique=False)


def _make_station_standings() -> None:
    op.create_table(
        "station_standings",
        sa.Column("station_id", sa.String(length=32), nullable=False),
        sa.Column("heard_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("counter", sa.BigInteger(), nullable=False),
        sa.Column("step", sa.String(length=32), nullable=False),
        sa.Column("step_since", UtcDateTime(timezone=True), nullable=False),
        sa.Column("queue", sa.Integer(), nullable=False),
        sa.Column("problem", sa.String(length=40), nullable=False),
        sa.Column("version", sa.String(length=40), nullable=False),
        sa.Column("configuration", sa.Integer(), nullable=False),
        sa.Column("skew", sa.Float(), nullable=False),
        sa.Column("commands", sa.String(length=200), nullable=False),
        sa.Column("told", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(
            ["station_id"], ["stations.id"], name=op.f("fk_station_standings_station_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("station_id", name=op.f("pk_station_standings")),
    )
    op.create_index("ix_station_standings_heard_at", "station_standings", ["heard_at"], unique=False)


def _make_station_steps() -> None:
    op.create_table(
        "station_steps",
        sa.Column("number", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("station_id", sa.String(length=32), nullable=False),
        sa.Column("tenant", sa.String(length=40), nullable=False),
        sa.Column("site", sa.String(length=40), nullable=False),
        sa.Column("step", sa.String(length=32), nullable=False),
        sa.Column("tenths", sa.Integer(), nullable=False),
        sa.Column("ended", sa.String(length=32), nullable=False),
        sa.Column("day", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["station_id"], ["stations.id"], name=op.f("fk_station_steps_station_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_station_steps")),
    )
    op.create_index("ix_station_steps_day", "station_steps", ["day"], unique=False)
    op.create_index("ix_station_steps_station_id", "station_steps", ["station_id"], unique=False)
    covered = ["tenant", "day", "step", "site", "tenths", "ended"]
    op.create_index("ix_station_steps_tenant_day", "station_steps", covered, unique=False)


def _make_client_assertions() -> None:
    op.create_table(
        "client_assertions",
        sa.Column("jti_hash", sa.String(length=64), nullable=False),
        sa.Column("expires_at", UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("jti_hash", name=op.f("pk_client_assertions")),
    )
    op.create_index("ix_client_assertions_expires_at", "client_assertions", ["expires_at"], unique=False)


def _widen_stations() -> None:
    """Clients that run enrollments are stations: they tell of themselves, and staff stand at them."""
    clients = sa.table("clients", sa.column("id", sa.String), sa.column("scopes", sa.String))
    connection = op.get_bind()
    for client_id, scopes in connection.execute(sa.select(clients.c.id, clients.c.scopes)).all():
        held = scopes.split()
        if _RUNS_ENROLLMENTS in held:
            wide = " ".join(sorted({*held, *_ALSO}))
            connection.execute(sa.update(clients).where(clients.c.id == client_id).values(scopes=wide))
