"""What a connector may use of the service: the way out, secrets, time, chance, trust, rows."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from kiosk.contract.profile import FieldKind
from kiosk.service.attestation.trust import Trust
from kiosk.service.directories.rules import Site
from kiosk.service.outbound import Outbound
from kiosk.service.sources import Clock, Random
from kiosk.service.store.engine import Store


@dataclass(frozen=True, slots=True)
class Wiring:
    """Given to each connector when it is made. `secret` resolves the name of a secret (raises NoCredential).

    `site` and `attributes` (the kind of each additional attribute) are what values of people are normalised by.
    `lifetime` is how long the service's own creation options may be answered. `sleep` waits so many seconds.
    """

    store: Store
    outbound: Outbound
    secret: Callable[[str], str] = field(repr=False)
    clock: Clock
    random: Random
    trust: Trust
    site: Site = field(default_factory=Site)
    attributes: Mapping[str, FieldKind] = field(default_factory=dict)
    organization: str = ""
    lifetime: timedelta = timedelta(minutes=5)
    sleep: Callable[[float], None] = time.sleep
