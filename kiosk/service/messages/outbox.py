"""Messages into and out of the outbox: sealed in the transaction that makes them necessary, opened by the worker.

A row holds neither address nor text: both are one AES-256-GCM ciphertext under a key derived from the service's own,
bound to the message, and gone once the message is done.
"""

from __future__ import annotations

import hmac
import json
from collections.abc import Iterable
from datetime import datetime
from functools import lru_cache
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from kiosk.service.messages.connector import Channel, Message, TemplateName
from kiosk.service.messages.rules import State
from kiosk.service.parts import Parts
from kiosk.service.sources import new_id
from kiosk.service.store.engine import WriteTx
from kiosk.service.store.messages import ClaimedMessage, NewMessage, add_message, add_messages, settle_replaced

_NONCE: Final = 12


class Unreadable(Exception):
    """A sealed message does not open: the service's key is another one now, or the row was changed."""


def enqueue(
    tx: WriteTx, parts: Parts, message: Message, *, useless_after: datetime, once: str, topic: str = ""
) -> bool:
    """Put a message into the outbox, in the caller's transaction; whether it is new.

    A second message with the same `once` is not stored. Earlier messages of the same `topic` that have not left yet
    never will. `useless_after` is when nobody wants it any more: a late code is not sent.
    """
    if topic:
        settle_replaced(tx, topic, parts.clock.now())
    return add_message(tx, _new(parts, message, useless_after, once, topic))


def enqueue_all(tx: WriteTx, parts: Parts, messages: Iterable[tuple[Message, datetime, str]]) -> None:
    """Put messages, at least one, into the outbox at once, each with when it is useless and its topic, to people who
    were told nothing of the topic before."""
    add_messages(tx, [_new(parts, *each[:2], new_id(parts.random), each[2]) for each in messages])


def _new(parts: Parts, message: Message, useless_after: datetime, once: str, topic: str) -> NewMessage:
    message_id = new_id(parts.random)
    sealed = seal(parts, message_id, message)
    return NewMessage(
        message_id=message_id,
        channel=message.channel,
        lane=_lane(parts, message),
        once=once,
        topic=topic,
        sealed=sealed if message.deliverable else None,
        state=State.WAITING if message.deliverable else State.DISCARDED,
        written_at=parts.clock.now(),
        useless_after=useless_after,
    )


def seal(parts: Parts, message_id: str, message: Message) -> bytes:
    """Address and contents as one ciphertext, which opens for this message id only."""
    plain = json.dumps(
        [message.channel, message.to, message.template, message.locale, dict(message.values)], ensure_ascii=False
    )
    nonce = parts.random.token(_NONCE)
    return nonce + AESGCM(_key(parts)).encrypt(nonce, plain.encode(), message_id.encode())


def unseal(parts: Parts, claimed: ClaimedMessage) -> Message:
    """The message of a row. Raises Unreadable."""
    nonce, sealed = claimed.sealed[:_NONCE], claimed.sealed[_NONCE:]
    try:
        plain = AESGCM(_key(parts)).decrypt(nonce, sealed, claimed.message_id.encode())
        channel, to, template, locale, values = json.loads(plain)
        return Message(Channel(channel), to, TemplateName(template), locale, values)
    except (InvalidTag, ValueError) as error:
        raise Unreadable from error


def _key(parts: Parts) -> bytes:
    return _derived(parts.hmac_key)


@lru_cache(maxsize=4)
def _derived(key: bytes) -> bytes:
    """A key of its own for the outbox (HMAC as the key derivation function, NIST SP 800-108)."""
    return hmac.digest(key, b"keywright outbox 1", "sha256")


def _lane(parts: Parts, message: Message) -> str:
    """Messages to one destination stay in order; the row does not tell the destination."""
    return hmac.new(parts.hmac_key, f"lane\0{message.channel}\0{message.to}".encode(), "sha256").hexdigest()
