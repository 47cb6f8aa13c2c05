"""Empties the outbox: claim → hand over → write down, one thread for each channel, in any number of replicas.

What a kill leaves behind: before the hand-over, a lease that runs out, and the message goes out then; during it, a
message whose outcome nobody knows. That one is not sent again, since most likely it arrived: a person asks for another
code, and staff see the row.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from threading import Event, Thread
from typing import Final

import structlog

from kiosk.errors import StorageFull
from kiosk.service.messages import rules
from kiosk.service.messages.connector import (
    Channel,
    DeliveryReceipt,
    Envelope,
    Gateway,
    GatewayError,
    Message,
    Misconfigured,
    Refused,
)
from kiosk.service.messages.outbox import Unreadable, unseal
from kiosk.service.messages.templates import Templates
from kiosk.service.parts import Parts
from kiosk.service.store import messages as rows
from kiosk.service.store.engine import StoreBusy, WriteTx
from kiosk.service.store.messages import ClaimedMessage

_logger = structlog.get_logger("keywright.messages")

POLL: Final = 1.0
"""Seconds between two looks, should no nudge come."""

KEPT: Final = timedelta(days=30)
"""How long the rows of messages that are done are kept; they hold neither address nor text."""

_LEASE_MARGIN: Final = timedelta(seconds=30)
_JITTER_BYTES: Final = 2


class ClaimLost(Exception):
    """Another worker has the message: our lease ran out before we handed it over."""


class Postman:
    """Delivers the messages of one channel, one at a time."""

    def __init__(self, parts: Parts, gateway: Gateway, templates: Templates) -> None:
        self._parts, self._gateway, self._templates = parts, gateway, templates

    def deliver_next(self) -> bool:
        """Deliver the oldest due message; False when there is nothing to do. Never waits for a transaction's end
        while it talks to a gateway. Raises StoreBusy, StorageFull."""
        now = self._parts.clock.now()
        with self._parts.store.read() as tx:
            if not rows.something_due(tx, self._gateway.channel, now):
                return False
        claimed = self._parts.store.write(self._claim)
        if claimed is None:
            return False
        try:
            self._settle(claimed, self._deliver(claimed))
        except GatewayError as error:
            self._fail(claimed, error)
        except ClaimLost:
            _logger.warning("message_claim_lost", message=claimed.message_id)
        return True

    def _claim(self, tx: WriteTx) -> ClaimedMessage | None:
        now = self._parts.clock.now()
        rows.settle_abandoned(tx, now)
        rows.settle_useless(tx, now)
        lease = now + timedelta(seconds=self._gateway.patience) + _LEASE_MARGIN
        return rows.claim_message(tx, self._gateway.channel, now, lease)

    def _deliver(self, claimed: ClaimedMessage) -> DeliveryReceipt:
        try:
            message = unseal(self._parts, claimed)
        except Unreadable as error:
            raise Refused("unreadable") from error
        return self._gateway.deliver(self._envelope(claimed, message), lambda: self._hand_over(claimed))

    def _hand_over(self, claimed: ClaimedMessage) -> None:
        if not self._parts.store.write(lambda tx: rows.mark_handing_over(tx, claimed)):
            raise ClaimLost

    def _envelope(self, claimed: ClaimedMessage, message: Message) -> Envelope:
        words = self._templates.render(message.channel, message.template, message.locale, message.values)
        life = claimed.useless_after - self._parts.clock.now()
        return Envelope(
            message_id=claimed.message_id,
            to=message.to,
            subject=words.subject,
            text=words.text,
            html=words.html,
            written_at=claimed.written_at,
            life=max(int(life.total_seconds()), 1),
        )

    def _settle(self, claimed: ClaimedMessage, receipt: DeliveryReceipt) -> None:
        now = self._parts.clock.now()
        self._parts.store.write(
            lambda tx: rows.settle_message(tx, claimed, rules.State.DELIVERED, now, reference=receipt.reference)
        )
        _logger.info("message_delivered", message=claimed.message_id, attempt=claimed.attempt)

    def _fail(self, claimed: ClaimedMessage, error: GatewayError) -> None:
        now = self._parts.clock.now()
        after = rules.after_failure(claimed.attempt, error, claimed.useless_after, now, self._jitter())
        log = _logger.error if isinstance(error, Misconfigured) else _logger.warning
        log("message_not_delivered", message=claimed.message_id, reason=error.reason, state=after.state.value)
        if after.state is rules.State.WAITING:
            self._parts.store.write(lambda tx: rows.postpone_message(tx, claimed, after.due_at, error.reason))
        else:
            self._parts.store.write(lambda tx: rows.settle_message(tx, claimed, after.state, now, reason=error.reason))

    def _jitter(self) -> float:
        return int.from_bytes(self._parts.random.token(_JITTER_BYTES), "big") / (1 << (8 * _JITTER_BYTES))


class MessageWorker:
    """The threads that empty the outbox while the service runs. `nudge` wakes them; the poll is what guarantees."""

    def __init__(self, parts: Parts, gateways: Mapping[Channel, Gateway], templates: Templates) -> None:
        self._postmen = [(channel, Postman(parts, gateway, templates)) for channel, gateway in gateways.items()]
        self._wake = {channel: Event() for channel in gateways}
        self._stopping = Event()
        self._threads: list[Thread] = []

    def start(self) -> None:
        """Begin to deliver."""
        for channel, postman in self._postmen:
            thread = Thread(target=self._run, args=(postman, self._wake[channel]), name=f"messages-{channel}")
            self._threads.append(thread)
            thread.start()

    def nudge(self) -> None:
        """There is something new: look now."""
        for wake in self._wake.values():
            wake.set()

    def stop(self, patience: float = 30.0) -> None:
        """End after the message at hand, within `patience` seconds. Safe to call twice."""
        self._stopping.set()
        self.nudge()
        while self._threads:
            self._threads.pop().join(patience)

    def _run(self, postman: Postman, wake: Event) -> None:
        while not self._stopping.is_set():
            wake.clear()
            try:
                while not self._stopping.is_set() and postman.deliver_next():
                    pass
            except (StoreBusy, StorageFull) as error:
                _logger.warning("outbox_waits", reason=type(error).__name__)
            except Exception:
                _logger.exception("postman_stumbled")
            wake.wait(POLL)


def forget_old_messages(parts: Parts) -> int:
    """Delete rows that were done long ago; how many there were."""
    before = parts.clock.now() - KEPT
    return parts.store.write(lambda tx: rows.forget_messages(tx, before))
