"""Enrolls a guest in a process of its own, and dies without warning at a point of it."""

from __future__ import annotations

import json
import os
import signal
import sys
from dataclasses import replace
from pathlib import Path

from kiosk.service.accounts.bodies_guests import GuestEnrollment
from kiosk.service.accounts.guests import Program, enroll_guest
from kiosk.service.assembly import Surroundings, assemble
from kiosk.service.once import Asked
from tests.kiosk.service.accounts.checker import settings_with_checkers
from tests.kiosk.service.running import StandingClock, secret
from tests.kiosk.service.screening.judges import Judge

POINTS = ("while the checker thinks", "after everything")


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def main(path: Path, point: str) -> None:
    told = json.loads(path.read_text())
    settings = settings_with_checkers(path.parent, told["database"])
    parts = assemble(settings, Surroundings(b"k" * 32, secret, clock=StandingClock())).parts
    judge = Judge("judge", meanwhile=die if point == POINTS[0] else lambda: None)
    body = GuestEnrollment.model_validate(told["guest"])
    asked = Asked("program", "4711", "/guests", body)
    enroll_guest(replace(parts, screeners=(judge,)), Program("program", "default"), body, asked)
    die()


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
