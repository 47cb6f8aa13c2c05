"""Checkers whose answers a test decides: the lowest seam of screening."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from kiosk.service.screening.connector import CallType, Finding, Screened, ScreeningUnavailable, Subject


@dataclass
class Judge:
    """Says what it is told to say; None for no answer. `meanwhile` happens while it thinks."""

    id: str
    says: Finding | Screened | None = Finding.CLEAR
    serves: frozenset[CallType] = frozenset({CallType.SCREENING})
    patience: float = 5.0
    asked: list[tuple[Subject, CallType]] = field(default_factory=list)
    meanwhile: Callable[[], None] = lambda: None

    def screen(self, subject: Subject, call_type: CallType) -> Screened:
        self.asked.append((subject, call_type))
        self.meanwhile()
        if self.says is None:
            raise ScreeningUnavailable
        return self.says if isinstance(self.says, Screened) else Screened(self.says)

    def probe(self) -> str:
        return "thinks"
