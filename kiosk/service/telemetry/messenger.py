"""A messenger whose deliveries have a span each, without anything of the message."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager

from kiosk.service.messages.connector import Channel, Delivery, DeliveryReceipt, Envelope, Messenger
from kiosk.service.telemetry.tracing import Span


class TracedMessenger:
    """Does what the other does; see `Messenger`."""

    def __init__(self, messenger: Messenger, begin: Callable[[], AbstractContextManager[Span]]) -> None:
        self._messenger, self._begin = messenger, begin

    @property
    def channel(self) -> Channel:
        """What it delivers."""
        return self._messenger.channel

    @property
    def patience(self) -> float:
        """Seconds that one delivery takes at most."""
        return self._messenger.patience

    def deliver(self, envelope: Envelope, handing_over: Callable[[], None]) -> DeliveryReceipt:
        """Hand the message over."""
        with self._begin():
            return self._messenger.deliver(envelope, handing_over)

    def receipt(self, reference: str) -> Delivery:
        """How far it got."""
        with self._begin():
            return self._messenger.receipt(reference)

    def probe(self) -> str:
        """What the doctor sees."""
        return self._messenger.probe()

    def let_go(self, unused_for: float = 0.0) -> None:
        """Close what was kept."""
        self._messenger.let_go(unused_for)
