"""What host systems may read in the database: the people of projects with their numbers, and no secret."""

from __future__ import annotations

from alembic import op

revision = "0011"
down_revision: str | None = "0010"

_VIEW = """
CREATE VIEW host_mobile_ids AS
SELECT p.id AS project_id, p.tenant AS tenant, p.name AS project, m.number AS number, m.given_name AS first_name,
       m.family_name AS last_name, m.email AS email, m.sync_id AS sync_id, m.user_id AS user_id,
       m.assigned_at AS assigned_at, m.claimed_at AS claimed_at, m.registered_at AS registered_at,
       m.active_at AS active_at
FROM mobile_ids AS m JOIN projects AS p ON p.id = m.project_id
WHERE m.claimed_at IS NOT NULL AND m.released_at IS NULL
"""


def upgrade() -> None:
    op.execute(_VIEW)


def downgrade() -> None:
    op.execute("DROP VIEW host_mobile_ids")
