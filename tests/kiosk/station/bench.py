"""One station around a contract server and a simulated key, as tests drive it."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import Any

from hardware.simulated.key import SimulatedKey
from hardware.simulated.source import SimulatedSource
from kiosk.contract.profile import FormKind, VerificationMethod
from kiosk.enrollment.events import Event, KeyInserted, KeyRemoved
from kiosk.enrollment.states import State
from kiosk.station.client import Client
from kiosk.station.headless import Host
from kiosk.station.journal import Journal
from kiosk.station.on_device import build_device
from kiosk.station.on_network import build_network
from kiosk.station.printing import Printer
from kiosk.station.scripted_person import Script, ScriptedPerson
from kiosk.station.session import Session
from tests.kiosk.station.contract_server import CODE, SECRET, ContractServer, app_code

PIN = "49-horses"


class Bench:
    """Everything of one station around a contract server and a simulated key."""

    def __init__(
        self,
        server: ContractServer,
        journal: Journal,
        key: SimulatedKey,
        folder: Path,
        clock: Callable[[], float] = time.monotonic,
        printer: Printer | None = None,
    ) -> None:
        self.source = SimulatedSource([key])
        self.server, self.journal, self.key = server, journal, key
        self.clients: list[Client] = []
        references = count(1)
        network = build_network(
            server.settings(folder, retries=1),
            lambda: SECRET,
            journal,
            lambda: f"T-{next(references)}",
            on_client=self.clients.append,
        )

        def make(post: Callable[[Event], None]) -> Session:
            return Session(
                device=build_device(lambda: self.source, journal, printer),
                network=network,
                post=post,
                reference=lambda: "REF",
                locale="en",
            )

        self.host = Host(make, clock)

    def script(self, method: VerificationMethod = VerificationMethod.EMAIL) -> Script:
        return Script("upn", {"upn": "ada@example.org"}, method, PIN, lambda: CODE, self.plug, self.key.touch)

    def stranger(self, **more: Any) -> Script:
        """Somebody who is not known here, and has a phone with them."""
        values = {"given_name": "Ada", "email": "ada@example.org", "phone": " "}
        changes: dict[str, Any] = {"form": FormKind.MEMBER, "values": values, "app": app_code}
        return replace(self.script(), **changes | more)

    def visit(self, person: ScriptedPerson, finished: Callable[[State], bool], seconds: float = 30.0) -> State:
        """Run the station until this is so, and end it; where it stood."""
        self.host.session.start()
        try:
            return self.host.run(person, finished, seconds)
        finally:
            assert self.host.session.stop()

    def plug(self) -> None:
        self.key.plug()
        for address in self.source.attached():
            self.host.post(KeyInserted(address))

    def pull(self) -> None:
        attached = self.source.attached()
        self.key.unplug()
        for address in attached:
            self.host.post(KeyRemoved(address))

    def requests(self) -> int:
        return sum(client.requests_made for client in self.clients)
