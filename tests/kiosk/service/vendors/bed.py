"""What tests of vendors share: a clock that moves when somebody sleeps, answers in JSON."""

from __future__ import annotations

import json
from dataclasses import dataclass, field

from tests.kiosk.service.running import StandingClock


@dataclass
class Bed:
    """A clock that moves when somebody sleeps, and how long everybody slept."""

    clock: StandingClock = field(default_factory=StandingClock)
    slept: list[float] = field(default_factory=list)

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.clock.advance(seconds=seconds)


def answer(status: int, document: object = None, **headers: str) -> tuple[int, dict[str, str], bytes]:
    """What a server says, in JSON."""
    body = b"" if document is None else json.dumps(document).encode()
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return status, {"Content-Type": "application/json", **named}, body
