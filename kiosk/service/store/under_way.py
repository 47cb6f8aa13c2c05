"""Keys on which a visit that goes on has proved something: they will fill a place, and do not yet."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import bindparam, select

from kiosk.contract.enrollments import Phase
from kiosk.service.store.ceremonies import ceremonies
from kiosk.service.store.credentials import credentials
from kiosk.service.store.engine import ReadTx
from kiosk.service.store.enrollments import enrollments

_UNDER_WAY = (
    select(credentials.c.key_id)
    .distinct()
    .join_from(credentials, ceremonies, ceremonies.c.id == credentials.c.ceremony_id)
    .join(enrollments, enrollments.c.id == ceremonies.c.enrollment_id)
    .where(
        credentials.c.user_id == bindparam("holder"),
        credentials.c.key_id != "",
        enrollments.c.id != bindparam("here"),
        enrollments.c.phase == Phase.KEY.value,
        enrollments.c.expires_at > bindparam("now"),
    )
)


def keys_under_way(tx: ReadTx, user_id: str, but: str, now: datetime) -> frozenset[str]:
    """The keys (ids) of the person in their other visits, those that are not the enrollment `but`."""
    return frozenset(tx.connection.execute(_UNDER_WAY, {"holder": user_id, "here": but, "now": now}).scalars())
