"""What connectors are made of in tests: everything real that they may use, without a service around it."""

from __future__ import annotations

from typing import Any, cast

from kiosk.service.attestation.anchors import TrustAnchors
from kiosk.service.attestation.settings import AttestationPolicy
from kiosk.service.attestation.trust import Trust
from kiosk.service.outbound import Outbound
from kiosk.service.sources import SystemRandom
from kiosk.service.store.engine import Store
from kiosk.service.wiring import Wiring
from tests.kiosk.service.running import StandingClock
from tests.kiosk.service.soft_key import SoftKey


def wired(key: SoftKey | None = None, **changes: Any) -> Wiring:
    """A wiring that believes the key, if one is given. There is no store unless `changes` bring one, and the outbound
    connections are the caller's to close (`wiring.outbound.close()`)."""
    anchors = TrustAnchors(() if key is None else (key.root.certificate,))
    given: dict[str, Any] = {
        "store": cast(Store, None),
        "outbound": Outbound(),
        "secret": lambda name: f"the secret {name}",
        "clock": StandingClock(),
        "random": SystemRandom(),
        "trust": Trust(AttestationPolicy(), anchors),
    }
    return Wiring(**given | changes)
