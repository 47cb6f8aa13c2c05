"""How far messages got: asked of those who can be asked, and taken from those who call."""

from __future__ import annotations

import hmac
from typing import Final

import structlog

from kiosk.service.messages import rules
from kiosk.service.messages.connector import Delivery, GatewayError, Messenger, Refused
from kiosk.service.parts import Parts
from kiosk.service.store import messages as rows

_logger = structlog.get_logger("keywright.messages")

_ID: Final = 32  # characters
_KANNEL: Final = {
    "1": Delivery.DELIVERED,
    "2": Delivery.UNDELIVERED,
    "4": Delivery.ACCEPTED,
    "8": Delivery.SENT,
    "16": Delivery.UNDELIVERED,
}
"""Kannel's delivery reports (`%d` of its dlr-url)."""
_WORDS: Final = {each.value: each for each in Delivery}


class NoSuchReceipt(Exception):
    """Nobody was given this address, or what came with it means nothing."""


def token_of(parts: Parts, message_id: str) -> str:
    """A word for the message that nobody can make up who does not hold our key: 256 bits of a keyed hash."""
    return message_id + _mac(parts, message_id)


def take(parts: Parts, token: str, told: str) -> None:
    """What a gateway tells of the message that it was given `token` with. Raises NoSuchReceipt."""
    message_id, mac = token[:_ID], token[_ID:]
    delivery = _KANNEL.get(told) or _WORDS.get(told.lower())
    if delivery is None or not hmac.compare_digest(mac.encode(), _mac(parts, message_id).encode()):
        raise NoSuchReceipt
    parts.store.write(lambda tx: rows.tell_delivery(tx, message_id, delivery, None))


def follow_next(parts: Parts, messenger: Messenger) -> bool:
    """Ask how far one message got, if one is due; whether there was one."""
    now = parts.clock.now()
    with parts.store.glance() as tx:
        followed = rows.next_to_follow(tx, messenger.channel, now)
    if followed is None:
        return False
    look_at = rules.look_after(followed.settled_at, now)
    try:
        delivery = messenger.receipt(followed.reference)
    except Refused as error:
        delivery, look_at = _untold(followed, error), None
    except GatewayError as error:
        delivery = _untold(followed, error)
    if delivery in (Delivery.DELIVERED, Delivery.UNDELIVERED):
        look_at = None
    parts.store.write(lambda tx: rows.tell_delivery(tx, followed.message_id, delivery, look_at), hasty=True)
    return True


def _untold(followed: rows.HandedOver, error: GatewayError) -> Delivery:
    _logger.warning("receipt_not_told", message_id=followed.message_id, reason=error.reason)
    return Delivery.UNKNOWN


def _mac(parts: Parts, message_id: str) -> str:
    return hmac.new(parts.hmac_key, b"receipt\0" + message_id.encode(), "sha256").hexdigest()
