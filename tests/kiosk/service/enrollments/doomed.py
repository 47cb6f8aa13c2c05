"""Runs `complete` in a process of its own, and dies without warning at a point of it."""

from __future__ import annotations

import json
import os
import signal
import sys
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from kiosk.contract.enrollments import CompleteCeremony, WebAuthnObject
from kiosk.service.assembly import Surroundings, assemble
from kiosk.service.attestation.anchors import TrustAnchors
from kiosk.service.enrollments import completion
from kiosk.service.enrollments.ceremonies import Place
from kiosk.service.relying_parties.connector import BegunCeremony, RegisteredCredential
from kiosk.service.tokens.rules import Caller
from tests.kiosk.service.running import StandingClock, secret, settings_for

POINTS = ("before the call", "after the call", "after the outcome")


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


@dataclass(frozen=True)
class DeadlyParty:
    """A relying party at which the process dies, before or after the call."""

    party: Any
    point: str

    def __getattr__(self, name: str) -> Any:
        return getattr(self.party, name)

    def complete(self, begun: BegunCeremony, response: WebAuthnObject) -> RegisteredCredential:
        if self.point == POINTS[0]:
            die()
        taken: RegisteredCredential = self.party.complete(begun, response)
        if self.point == POINTS[1]:
            die()
        return taken


def main(path: Path, point: str) -> None:
    told = json.loads(path.read_text())
    anchors = TrustAnchors.from_der([bytes.fromhex(told["root"])])
    around = Surroundings(b"k" * 32, secret, anchors=anchors, clock=StandingClock())
    parts = assemble(settings_for(path.parent, database=told["database"]), around).parts
    parties = {name: DeadlyParty(party, point) for name, party in parts.relying_parties.items()}
    place = Place(Caller(told["client"], frozenset()), told["enrollment"], told["ceremony"])
    completion.complete(replace(parts, relying_parties=parties), place, CompleteCeremony(told["response"]))
    die()


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
