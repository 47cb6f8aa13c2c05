"""Empties the outbox: claim → hand over → write down, one postman for each channel, in any number of replicas.

What a kill leaves behind: before the hand-over, a lease that runs out, and the message goes out then; during it, a
message whose outcome nobody knows. That one is not sent again, since most likely it arrived: a person asks for another
code, and staff see the row. A power cut leaves no more than that, so only the hand-over waits for the disk.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

import structlog

from kiosk.service.messages import rules
from kiosk.service.messages.connector import (
    Channel,
    DeliveryReceipt,
    Envelope,
    GatewayError,
    Message,
    Messenger,
    Misconfigured,
    Refused,
)
from kiosk.service.messages.outbox import Unreadable, unseal
from kiosk.service.messages.receipts import follow_next, token_of
from kiosk.service.messages.templates import Templates
from kiosk.service.parts import Parts
from kiosk.service.store import messages as rows
from kiosk.service.store.engine import WriteTx
from kiosk.service.store.messages import ClaimedMessage

_logger = structlog.get_logger("keywright.messages")

KEPT: Final = timedelta(days=30)
"""How long the rows of messages that are done are kept; they hold neither address nor text."""

KEPT_CONNECTION: Final = 10.0
"""Seconds that a messenger keeps a connection for the next message: people come one after the other, or nobody does."""

_TIDY_EACH: Final = timedelta(seconds=1)
"""How often a postman ends what is of no use any more, and what one that died had in hand."""

_LEASE_MARGIN: Final = timedelta(seconds=30)
_JITTER_BYTES: Final = 2


class ClaimLost(Exception):
    """The lease ran out before we handed the message over: another worker may have it, or nobody wants it any more."""


class Postman:
    """Delivers the messages of one channel, one at a time; whoever writes one down as delivered claims the next."""

    def __init__(self, parts: Parts, messenger: Messenger, templates: Templates) -> None:
        self._parts, self._messenger, self._templates = parts, messenger, templates
        self._ahead: ClaimedMessage | None = None
        self._last: DeliveryReceipt | None = None
        self._tidied: datetime | None = None

    @property
    def channel(self) -> Channel:
        """What this one carries."""
        return self._messenger.channel

    def deliver_next(self) -> bool:
        """Deliver the oldest due message, or else ask how far one got; False when there is nothing to do.

        Raises StoreBusy, StorageFull.
        """
        claimed, self._ahead = self._ahead, None
        last, self._last = self._last, None
        if claimed is None and last is not None:  # whoever wrote that one down found no other
            return last.tells and follow_next(self._parts, self._messenger)
        if claimed is None:
            with self._parts.store.glance() as tx:
                due = rows.something_due(tx, self.channel, self._parts.clock.now())
            if not due:
                self._messenger.let_go(unused_for=KEPT_CONNECTION)
                return follow_next(self._parts, self._messenger)
            claimed = self._parts.store.write(self._claim, hasty=True)
        if claimed is None:
            return False
        self._carry(claimed)
        return True

    def part(self) -> None:
        """Close what is kept for the next message, and leave that to others. Raises StoreBusy."""
        self._messenger.let_go()
        ahead, self._ahead = self._ahead, None
        if ahead is not None:
            self._parts.store.write(lambda tx: rows.release_message(tx, ahead), hasty=True)

    def _carry(self, claimed: ClaimedMessage) -> None:
        try:
            receipt = self._deliver(claimed)
            self._ahead = self._settle(claimed, receipt)
        except GatewayError as error:
            self._fail(claimed, error)
        except ClaimLost:
            _logger.warning("message_claim_lost", message_id=claimed.message_id)
        else:
            self._last = None if self._ahead else receipt

    def _claim(self, tx: WriteTx) -> ClaimedMessage | None:
        now = self._parts.clock.now()
        if self._tidied is None or abs(now - self._tidied) >= _TIDY_EACH:
            rows.settle_abandoned(tx, self.channel, now)
            rows.settle_useless(tx, self.channel, now)
            self._tidied = now
        lease = now + timedelta(seconds=self._messenger.patience) + _LEASE_MARGIN
        return rows.claim_message(tx, self.channel, now, lease)

    def _deliver(self, claimed: ClaimedMessage) -> DeliveryReceipt:
        try:
            message = unseal(self._parts, claimed)
        except Unreadable as error:
            raise Refused("unreadable") from error
        return self._messenger.deliver(self._envelope(claimed, message), lambda: self._hand_over(claimed))

    def _hand_over(self, claimed: ClaimedMessage) -> None:
        now = self._parts.clock.now()
        if not self._parts.store.write(lambda tx: rows.mark_handing_over(tx, claimed, now)):
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
            receipt=token_of(self._parts, claimed.message_id),
        )

    def _settle(self, claimed: ClaimedMessage, receipt: DeliveryReceipt) -> ClaimedMessage | None:
        now = self._parts.clock.now()
        look_at = rules.look_after(now, now) if receipt.tells else None
        told, state = receipt.reference, rules.State.DELIVERED

        def work(tx: WriteTx) -> ClaimedMessage | None:
            rows.settle_message(tx, claimed, state, now, reference=told, look_at=look_at)
            return self._claim(tx)

        ahead = self._parts.store.write(work, hasty=True)
        _logger.info("message_delivered", message_id=claimed.message_id, attempt=claimed.attempt)
        return ahead

    def _fail(self, claimed: ClaimedMessage, error: GatewayError) -> None:
        now = self._parts.clock.now()
        after = rules.after_failure(claimed.attempt, error, claimed.useless_after, now, self._jitter())
        log = _logger.error if isinstance(error, Misconfigured) else _logger.warning
        log("message_not_delivered", message_id=claimed.message_id, reason=error.reason, state=after.state.value)
        if after.state is rules.State.WAITING:
            self._parts.store.write(lambda tx: rows.postpone_message(tx, claimed, after.due_at, error.reason))
        else:
            self._parts.store.write(lambda tx: rows.settle_message(tx, claimed, after.state, now, reason=error.reason))

    def _jitter(self) -> float:
        return int.from_bytes(self._parts.random.token(_JITTER_BYTES), "big") / (1 << (8 * _JITTER_BYTES))


def postmen(parts: Parts, messengers: Mapping[Channel, Messenger], templates: Templates) -> tuple[Postman, ...]:
    """One for each channel: a mail server that hangs holds no text message up."""
    return tuple(Postman(parts, each, templates) for each in messengers.values())


def forget_old_messages(parts: Parts) -> int:
    """Delete rows that were done long ago; how many there were."""
    before = parts.clock.now() - KEPT
    return parts.store.write(lambda tx: rows.forget_messages(tx, before))
