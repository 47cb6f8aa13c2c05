"""What a face keeps: people, credentials, ceremonies, and lists that lag behind the truth."""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Generic, TypeVar
from uuid import UUID


@dataclass
class User:
    """Somebody, as all vendors know them. `state` is the vendor's own word where it has several."""

    id: str
    login: str
    given_name: str = ""
    family_name: str = ""
    email: str = ""
    phone: str = ""
    employee_id: str = ""
    active: bool = True
    state: str = ""
    attributes: dict[str, str] = field(default_factory=dict)


@dataclass
class Credential:
    """A security key that is registered. `id` is the vendor's own, `public_key` a COSE_Key."""

    id: str
    user: str
    credential_id: bytes
    public_key: bytes
    aaguid: UUID
    sign_count: int
    name: str
    made: datetime
    attested: bool = False
    user_handle: bytes = b""
    transports: tuple[str, ...] = ()


@dataclass
class Ceremony:
    """A challenge that was given out. `attempts` are the moments at which an answer was tried."""

    id: str
    user: str
    challenge: bytes
    rp_id: str
    expires: datetime
    used: bool = False
    attempts: list[datetime] = field(default_factory=list)
    details: dict[str, str] = field(default_factory=dict)


T = TypeVar("T")


@dataclass
class Lag:
    """How far lists and searches are behind: for so many reads, or for so long, after each change."""

    reads: int = 0
    time: timedelta = timedelta(0)

    def __bool__(self) -> bool:
        return bool(self.reads or self.time)


class Kept(Generic[T]):
    """Things by their ids: `truth` is how it is, `seen()` is what a list or search of the vendor shows."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self.truth: dict[str, T] = {}
        self.lag = Lag()
        self._now = now
        self._old: dict[str, T] | None = None
        self._reads, self._until = 0, now()

    def put(self, id: str, thing: T) -> None:
        self._remember()
        self.truth[id] = thing

    def remove(self, id: str) -> T | None:
        self._remember()
        return self.truth.pop(id, None)

    def seen(self) -> list[T]:
        """The truth, or what it was before the last changes."""
        if self._old is not None and (self._reads > 0 or self._now() < self._until):
            self._reads -= 1
            return list(self._old.values())
        self._old = None
        return list(self.truth.values())

    def _remember(self) -> None:
        if not self.lag:
            return
        if self._old is None:
            self._old = copy.copy(self.truth)
        self._reads, self._until = self.lag.reads, self._now() + self.lag.time
