"""Every table of the service, gathered on one metadata for the migrations."""

from __future__ import annotations

from kiosk.service.store import (
    attempts,
    ceremonies,
    codes,
    credentials,
    enrollments,
    listed,
    messages,
    removals,
    stations,
    tokens,
    users,
)
from kiosk.service.store.columns import metadata

__all__ = [
    "attempts",
    "ceremonies",
    "codes",
    "credentials",
    "enrollments",
    "listed",
    "messages",
    "metadata",
    "removals",
    "stations",
    "tokens",
    "users",
]
