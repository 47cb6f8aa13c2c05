"""Whose a project is: those of other tenants are not there."""

from __future__ import annotations

from kiosk.service.projects import rules
from kiosk.service.store import projects as rows
from kiosk.service.store.engine import ReadTx
from kiosk.service.store.projects import ProjectRow
from kiosk.service.tokens.rules import Caller


def own(tx: ReadTx, caller: Caller, project_id: str) -> ProjectRow:
    """The project, if it is of the caller's tenant. Raises NoSuchProject."""
    project = rows.project(tx, project_id)
    if project is None or project.tenant != caller.tenant:
        raise rules.NoSuchProject
    return project
