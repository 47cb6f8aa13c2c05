"""A postman in a process of its own, which stops dead at a named point until it is killed."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path

from kiosk.resources import resource
from kiosk.service.directories.chain import Directories
from kiosk.service.messages.connector import Channel, Delivery, DeliveryReceipt, Envelope
from kiosk.service.messages.connectors.smtp import SmtpMessenger, SmtpSettings
from kiosk.service.messages.templates import Templates
from kiosk.service.messages.worker import Postman
from kiosk.service.parts import Parts
from kiosk.service.settings import ServiceSettings
from kiosk.service.sources import SystemClock, SystemRandom
from tests.kiosk.service.running import opened
from tests.kiosk.service.wired import wired


def stop() -> None:
    """Say that the point is reached, and wait for the end."""
    sys.stdout.write("here\n")
    sys.stdout.flush()
    sys.stdin.read()


class Stopping:
    """The real gateway, with a stop at one of four points."""

    channel = Channel.MAIL
    patience = 20.0

    def __init__(self, gateway: SmtpMessenger, point: str) -> None:
        self._gateway, self._point = gateway, point

    def deliver(self, envelope: Envelope, handing_over: Callable[[], None]) -> DeliveryReceipt:
        """Stop where it was asked for."""
        if self._point == "claimed":
            stop()

        def hand_over() -> None:
            if self._point == "addressed":
                stop()
            handing_over()
            if self._point == "handing_over":
                stop()

        receipt = self._gateway.deliver(envelope, hand_over)
        if self._point == "delivered":
            stop()
        return receipt

    def receipt(self, reference: str) -> Delivery:
        """As the real one does."""
        return self._gateway.receipt(reference)

    def probe(self) -> str:
        """As the real one does."""
        return self._gateway.probe()

    def let_go(self, unused_for: float = 0.0) -> None:
        """As the real one does."""
        self._gateway.let_go(unused_for)


def main(told: str, port: str, authority: str, point: str) -> None:
    """Deliver one message, of the database that `told` has the settings of (JSON)."""
    store = opened(json.loads(told))
    mail = SmtpSettings(
        host="localhost", port=int(port), sender="keys@example.org", certificate_authority=Path(authority)
    )
    parts = Parts(
        store=store,
        clock=SystemClock(),
        random=SystemRandom(),
        settings=ServiceSettings(mail=mail),
        directories=Directories(()),
        trust=wired().trust,
        verifiers={},
        relying_parties={},
        hmac_key=bytes(range(32)),
        secret=lambda _: "",
    )
    Postman(parts, Stopping(SmtpMessenger(mail, None, "Works"), point), Templates(resource("templates"))).deliver_next()


if __name__ == "__main__":
    main(*sys.argv[1:])
