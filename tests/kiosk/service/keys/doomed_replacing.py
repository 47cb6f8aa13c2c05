"""Proves the last credential of a key that stands in for a lost one, and dies around the commit of it."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeVar

from kiosk.contract.enrollments import ProveCeremony
from kiosk.service.assembly import Surroundings, assemble
from kiosk.service.attestation.anchors import TrustAnchors
from kiosk.service.enrollments import proof
from kiosk.service.enrollments.ceremonies import Place
from kiosk.service.store.engine import WriteTx
from kiosk.service.tokens.rules import Caller
from tests.kiosk.service.enrollments.doomed import die
from tests.kiosk.service.enrollments.elsewhere import Elsewhere
from tests.kiosk.service.running import StandingClock, secret, settings_for

POINTS = ("before the commit", "after the commit")

T = TypeVar("T")


@dataclass(frozen=True)
class DeadlyStore:
    """A store that kills whoever writes."""

    store: Any
    point: str

    def __getattr__(self, name: str) -> Any:
        return getattr(self.store, name)

    def write(self, work: Callable[[WriteTx], T], *, hasty: bool = False) -> T:
        def doomed(tx: WriteTx) -> T:
            done = work(tx)
            if self.point == POINTS[0]:
                die()
            return done

        done: T = self.store.write(doomed, hasty=hasty)
        die()
        return done


def main(path: Path, point: str) -> None:
    told = json.loads(path.read_text())
    anchors, clock = TrustAnchors.from_der([bytes.fromhex(told["root"])]), StandingClock()
    clock.advance(seconds=told["later"])
    around = Surroundings(b"k" * 32, secret, anchors=anchors, clock=clock)
    settings = settings_for(path.parent, database=told["database"], life={"most": 1})
    parts = assemble(settings, around).parts
    parties = {**parts.relying_parties, "mail": Elsewhere(clock)}
    place = Place(Caller("lobby", frozenset()), told["enrollment"], told["ceremony"])
    store: Any = DeadlyStore(parts.store, point)
    deadly = replace(parts, relying_parties=parties, store=store)
    proof.prove(deadly, place, ProveCeremony(told["assertion"]))


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
