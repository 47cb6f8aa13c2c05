"""What is asked of a tracer, and what is told to it: words and numbers of the program, never of a person.

Route templates, methods, statuses, ids of connectors and names of chores; no path, query, body, header or address.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager
from contextvars import ContextVar
from dataclasses import dataclass
from enum import Enum
from typing import Final, Protocol

from kiosk.service.worker import Chore


class Role(Enum):
    """Who asks whom."""

    ASKED = "asked"
    """Somebody asks us."""
    ASKING = "asking"
    """We ask another system."""
    WORK = "work"
    """We do something by ourselves."""


class Span(Protocol):
    """Something that takes time. It ends with its block, where an exception is told by its class alone."""

    @property
    def trace_id(self) -> str:
        """32 hexadecimal digits, for the log."""
        ...

    def call(self, name: str) -> None:
        """What it is called, once that is known."""
        ...

    def note(self, facts: Mapping[str, str | int | float]) -> None:
        """What is known of it, by OpenTelemetry's names for it, or ours."""
        ...

    def fail(self) -> None:
        """It came to no good end."""
        ...

    def forget(self) -> None:
        """Nobody need know of it."""
        ...


class Tracer(Protocol):
    """Makes spans. Safe to share between threads."""

    def span(self, name: str, role: Role, traceparent: str = "") -> AbstractContextManager[Span]:
        """One within the one that is under way here, or else what a caller's `traceparent` (W3C) says."""
        ...

    def chores(self) -> tuple[Chore, ...]:
        """What sends them."""
        ...

    def probe(self) -> str:
        """What the doctor sees, who sends no span. Raises ProbeFailed."""
        ...


@dataclass(slots=True)
class Tally:
    """What happened within a request or a piece of work."""

    calls: int = 0
    statements: int = 0
    seconds: float = 0.0

    def statement(self, seconds: float) -> None:
        """The database has answered once more."""
        self.statements += 1
        self.seconds += seconds

    def tell(self, span: Span) -> None:
        """Note it."""
        span.note({"keywright.statements": self.statements, "keywright.statement_seconds": round(self.seconds, 6)})


TALLY: Final[ContextVar[Tally | None]] = ContextVar("keywright_tally", default=None)
"""That of the request or piece of work that this thread, or task, is at."""
