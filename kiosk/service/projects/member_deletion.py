"""Deletes people who were taken off a user list, once they cannot come back as they were."""

from __future__ import annotations

from datetime import timedelta

from kiosk.service.parts import Parts
from kiosk.service.projects import numbers
from kiosk.service.projects.member_changes import Desk
from kiosk.service.store import members as rows
from kiosk.service.store import mobile_ids as ids_store
from kiosk.service.store.engine import WriteTx
from kiosk.service.store.projects import held_project


def delete_next(parts: Parts) -> bool:
    """Forget one person whose time is over, and let go of their number; whether there may be more."""
    before = parts.clock.now() - timedelta(hours=parts.settings.projects.deletion_hours)
    with parts.store.read() as reading:
        due = rows.due_member(reading, before)
    if due is None:
        return False

    def work(tx: WriteTx) -> None:
        project = held_project(tx, due.project_id)
        row = rows.member(tx, due.project_id, due.id)
        if project is None or row is None or row.status != rows.PENDING or row.changed_at > before:
            return
        desk = Desk(tx, parts, project, "service")
        number = ids_store.held_by(tx, project.id, member_id=row.id)
        if number is not None:
            numbers.release(tx, parts, project, number, desk.actor, "removed")
        rows.drop_member(tx, row.id)
        desk.record("member_deleted", row)

    parts.store.write(work)
    return True
