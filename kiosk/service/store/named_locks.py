"""Locks on names (PostgreSQL, advisory locks): of a kind of names there are a thousand, which the names share."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Final

from sqlalchemy import Connection, text

_LOCK: Final = text("SELECT pg_advisory_xact_lock(name) FROM unnest(CAST(:names AS bigint[])) AS name")
_LOCKS: Final = 1024
"""How many locks a kind of names has."""


def lock_numbers(connection: Connection, numbers: Iterable[int]) -> None:
    """Wait for these locks, and hold them until the transaction ends: in one order, or two may wait for each other."""
    connection.execute(_LOCK, {"names": sorted(numbers)}).close()


def number_of(name: str) -> int:
    """64 bits of a `kind NUL key`: which kind, and which of its locks."""
    kind, key = (hashlib.sha256(each.encode()).digest() for each in (name.rpartition("\0")[0], name))
    return int.from_bytes(kind[:8], "big", signed=True) // _LOCKS * _LOCKS + int.from_bytes(key[:8], "big") % _LOCKS
