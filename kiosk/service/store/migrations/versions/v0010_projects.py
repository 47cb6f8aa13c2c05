"""Projects: their people, the numbers that they hand out, and what host systems are told."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from kiosk.service.store.columns import UtcDateTime

revision = "0010"
down_revision: str | None = "0009"


def upgrade() -> None:
    _make_projects()
    _make_project_members()
    _make_mobile_ids()
    _make_host_feed()
    _make_host_feeds()
    _make_project_lists()


def downgrade() -> None:
    op.drop_table("project_lists")
    op.drop_table("host_feeds")
    op.drop_table("host_feed")
    op.drop_table("mobile_ids")
    op.drop_table("project_members")
    op.drop_table("projects")


def _make_projects() -> None:
    op.create_table(
        "projects",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("tenant", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("self_service", sa.Boolean(), nullable=False),
        sa.Column("first_id", sa.BigInteger(), nullable=False),
        sa.Column("last_id", sa.BigInteger(), nullable=False),
        sa.Column("next_id", sa.BigInteger(), nullable=False),
        sa.Column("assigned_here", sa.Boolean(), nullable=False),
        sa.Column("code_version", sa.Integer(), nullable=False),
        sa.Column("languages", sa.JSON(), nullable=False),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("closed_at", UtcDateTime(timezone=True), nullable=True),
        sa.CheckConstraint("first_id >= 0 AND first_id <= last_id", name=op.f("ck_projects_range")),
        sa.CheckConstraint("next_id >= first_id AND next_id <= last_id + 1", name=op.f("ck_projects_next_in_range")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_projects")),
        sa.UniqueConstraint("tenant", "name", name=op.f("uq_projects_tenant_name")),
    )


def _make_project_members() -> None:
    op.create_table(
        "project_members",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("project_id", sa.String(length=32), nullable=False),
        sa.Column("sync_key", sa.String(length=254), nullable=False),
        sa.Column("given_name", sa.String(length=128), nullable=False),
        sa.Column("family_name", sa.String(length=128), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("sync_id", sa.String(length=128), nullable=False),
        sa.Column("wanted_id", sa.BigInteger(), nullable=True),
        sa.Column("locale", sa.String(length=35), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("invitation_hash", sa.LargeBinary(length=32), nullable=True),
        sa.Column("invited_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("invitation_expires_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("phone_hash", sa.LargeBinary(length=32), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_at", UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["project_id"], ["projects.id"], name=op.f("fk_project_members_project_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_project_members")),
    )
    op.create_index("ix_project_members_invitation_hash", "project_members", ["invitation_hash"], unique=False)
    op.create_index("ix_project_members_status_changed_at", "project_members", ["status", "changed_at"], unique=False)
    op.create_index(
        "uq_project_members_project_id_sync_key", "project_members", ["project_id", "sync_key"], unique=True
    )
    op.create_index(
        "uq_project_members_project_id_wanted_id", "project_members", ["project_id", "wanted_id"], unique=True
    )


def _make_mobile_ids() -> None:
    op.create_table(
        "mobile_ids",
        sa.Column("project_id", sa.String(length=32), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("phone_hash", sa.LargeBinary(length=32), nullable=True),
        sa.Column("member_id", sa.String(length=32), nullable=True),
        sa.Column("user_id", sa.String(length=128), nullable=True),
        sa.Column("given_name", sa.String(length=128), nullable=False),
        sa.Column("family_name", sa.String(length=128), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("sync_id", sa.String(length=128), nullable=False),
        sa.Column("assigned_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("claimed_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("registered_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("active_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("released_at", UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["project_id"], ["projects.id"], name=op.f("fk_mobile_ids_project_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("project_id", "number", name=op.f("pk_mobile_ids")),
    )
    op.create_index("ix_mobile_ids_phone_hash", "mobile_ids", ["phone_hash"], unique=False)
    op.create_index("uq_mobile_ids_project_id_member_id", "mobile_ids", ["project_id", "member_id"], unique=True)
    op.create_index("uq_mobile_ids_project_id_phone_hash", "mobile_ids", ["project_id", "phone_hash"], unique=True)
    op.create_index("uq_mobile_ids_project_id_user_id", "mobile_ids", ["project_id", "user_id"], unique=True)


def _make_host_feed() -> None:
    op.create_table(
        "host_feed",
        sa.Column("project_id", sa.String(length=32), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("event_id", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.Column("made_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("sent_at", UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["project_id"], ["projects.id"], name=op.f("fk_host_feed_project_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("project_id", "position", name=op.f("pk_host_feed")),
    )
    op.create_index("ix_host_feed_sent_at", "host_feed", ["sent_at"], unique=False)


def _make_host_feeds() -> None:
    op.create_table(
        "host_feeds",
        sa.Column("project_id", sa.String(length=32), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("taken", sa.BigInteger(), nullable=False),
        sa.Column("attempt", sa.BigInteger(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("due_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("leased_until", UtcDateTime(timezone=True), nullable=True),
        sa.Column("stopped_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("trouble", sa.String(length=64), nullable=False),
        sa.Column("file_written_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("file_trouble", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["project_id"], ["projects.id"], name=op.f("fk_host_feeds_project_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("project_id", name=op.f("pk_host_feeds")),
    )
    op.create_index("ix_host_feeds_due_at", "host_feeds", ["due_at"], unique=False)


def _make_project_lists() -> None:
    op.create_table(
        "project_lists",
        sa.Column("project_id", sa.String(length=32), nullable=False),
        sa.Column("digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("read_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("trouble", sa.String(length=40), nullable=False),
        sa.Column("result", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["project_id"], ["projects.id"], name=op.f("fk_project_lists_project_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("project_id", name=op.f("pk_project_lists")),
    )
