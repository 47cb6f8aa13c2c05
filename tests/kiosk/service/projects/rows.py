"""Rows of projects and of numbers for tests of what is pure."""

from __future__ import annotations

from typing import Any

from kiosk.service.store.mobile_ids import MobileIdRow
from kiosk.service.store.projects import ProjectRow
from tests.kiosk.service.running import NOON as NOW

__all__ = ["NOW", "a_project_row", "an_id_row"]


def a_project_row(**changes: Any) -> ProjectRow:
    """A project of self-service with a thousand numbers, none of them handed out."""
    given: dict[str, Any] = {
        "id": "0197f3c2a9b00d1b4f8f2c5a7e9d6c31",
        "tenant": "default",
        "name": "Spring",
        "self_service": True,
        "first_id": 1000,
        "last_id": 1999,
        "next_id": 1000,
        "assigned_here": True,
        "code_version": 1,
        "languages": ("en", "ar"),
        "details": {},
        "version": 1,
        "created_at": NOW,
        "closed_at": None,
    }
    return ProjectRow(**given | changes)


def an_id_row(**changes: Any) -> MobileIdRow:
    """A number that was just handed out to a phone."""
    given: dict[str, Any] = {
        "project_id": a_project_row().id,
        "number": 1000,
        "phone_hash": b"p" * 32,
        "member_id": None,
        "user_id": None,
        "given_name": "",
        "family_name": "",
        "email": "",
        "sync_id": "",
        "assigned_at": NOW,
        "claimed_at": None,
        "registered_at": None,
        "active_at": None,
        "released_at": None,
    }
    return MobileIdRow(**given | changes)
