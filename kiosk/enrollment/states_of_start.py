"""The states before anybody can start: the service is asked, or the kiosk is activated."""

from __future__ import annotations

from dataclasses import dataclass, field

from kiosk.enrollment.visit import UNNAMED, Kiosk, Port, Trouble


@dataclass(frozen=True, slots=True)
class Connecting:
    """Before anybody can start: the profile is being fetched. `retry_in` seconds until the next try, 0 while trying."""

    locale: str
    attempt: int = 0
    tries: int = 0
    problem: Trouble | None = None
    retry_in: int = 0
    port: Port = field(default_factory=Port)
    approvals: bool = False
    kiosk: Kiosk = UNNAMED


@dataclass(frozen=True, slots=True)
class Activate(Connecting):
    """Before anybody can start: the service knows this kiosk by nothing, so staff give it a code (`ActivationTyped`).
    `busy`: the code is at the service. `done`: the kiosk has its `kiosk.name` at `site`, and goes on by itself after
    `retry_in` seconds."""

    busy: bool = False
    done: bool = False
    site: str = ""
