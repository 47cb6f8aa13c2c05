"""Clients of projects for tests, and the projects that they make."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from typing import Any

from kiosk.contract.paths import Scope
from kiosk.service.projects import actions
from kiosk.service.projects.bodies import NewProject
from kiosk.service.tokens.actions import Rights, create_client
from kiosk.service.tokens.rules import Caller
from tests.kiosk.service.running import Running, Station
from tests.kiosk.service.soft_key import Json

MANAGER = Caller("client-manager", frozenset())
"""Who manages projects where no request is made."""
FIRST = 1000
SCOPES = frozenset({Scope.PROJECTS_READ, Scope.PROJECTS_WRITE, Scope.MOBILE_IDS_CLAIM, Scope.MOBILE_IDS_CONFIRM})
PAGES = {"url": "https://enroll.example.org"}
"""`[projects]` of a service that tells phones where to go."""


def a_project(running: Running, name: str = "Spring", caller: Caller = MANAGER, **told: Any) -> str:
    """The id of a new project with a range of a thousand numbers."""
    body = {"name": name, "self_service": True, "first_id": FIRST, "last_id": FIRST + 999}
    return actions.create(running.parts, caller, NewProject.model_validate(body | told)).id


def code_of(running: Running, project_id: str, caller: Caller = MANAGER) -> str:
    """Its activation code."""
    return actions.show(running.parts, caller, project_id).link[-22:]


def phone(number: int) -> bytes:
    """What is kept of a phone's cookie."""
    return sha256(f"phone {number}".encode()).digest()


@contextmanager
def client(running: Running, *scopes: Scope, tenant: str = "default") -> Iterator[Station]:
    """A client that has signed in, with every scope of projects if none is named."""
    rights = Rights(frozenset(scopes) or SCOPES, tenant)
    credentials = create_client(running.parts.store, running.clock, running.random, "Campaigns", rights)
    signed_in = Station(running.url, running.authority, credentials).sign_in()
    try:
        yield signed_in
    finally:
        signed_in.session.close()


def events(running: Running) -> list[tuple[str, Json]]:
    """What the trail says of projects and numbers: event and details."""
    with running.parts.store.read() as tx:
        found = tx.connection.exec_driver_sql("SELECT event, details FROM audit ORDER BY number").all()
    told = [(name, json.loads(details) if isinstance(details, str) else details) for name, details in found]
    return [(name, details) for name, details in told if name.startswith(("project", "mobile_id"))]
