"""What the outbox asks of a messenger, the values it gets back, and the four ways in which a messenger fails."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol


class Channel(StrEnum):
    """How a message travels."""

    MAIL = "mail"
    SMS = "sms"


class TemplateName(StrEnum):
    """What a message says."""

    CODE = "code"
    REGISTERED = "registered"
    PHONE_REGISTERED = "phone_registered"
    ACTIVATION = "activation"
    KNOWN = "known"
    PASSCODE = "passcode"
    SIGN_IN_CODE = "sign_in_code"
    PASSWORD_CHANGED = "password_changed"  # noqa: S105 - a name
    SECOND_FACTOR = "second_factor"
    SPONSOR = "sponsor"
    VISIT_ENDED = "visit_ended"
    DESK_CODE = "desk_code"
    INVITATION = "invitation"
    REMOVED = "removed"
    RESET = "reset"
    KEY_CHANGED = "key_changed"
    STAFF = "staff"


@dataclass(frozen=True, slots=True)
class Message:
    """What shall be said to whom. `values` fill the template; `locale` is a BCP 47 tag.

    `deliverable` false makes the same row and the same work, and nothing is sent: for people who do not exist.
    """

    channel: Channel
    to: str = field(repr=False)
    template: TemplateName
    locale: str
    values: Mapping[str, str] = field(repr=False)
    deliverable: bool = True


@dataclass(frozen=True, slots=True)
class Envelope:
    """One message ready to go. `message_id` is the same each time that it is tried; `html` is empty for an SMS.

    `life` is how many seconds from now on the message is of use. `receipt` is a word that only we could have made up,
    for a gateway that tells of the delivery by calling us.
    """

    message_id: str
    to: str = field(repr=False)
    subject: str
    text: str = field(repr=False)
    html: str = field(repr=False)
    written_at: datetime
    life: int
    receipt: str = field(default="", repr=False)


class Delivery(StrEnum):
    """How far a message got that was handed over, as far as anybody tells. The last two are final."""

    ACCEPTED = "accepted"
    SENT = "sent"
    UNKNOWN = "unknown"
    DELIVERED = "delivered"
    UNDELIVERED = "undelivered"


@dataclass(frozen=True, slots=True)
class DeliveryReceipt:
    """The messenger has taken the message; `reference` is its own word for it, untrusted.

    `tells`: it can be asked later how far the message got.
    """

    reference: str = ""
    tells: bool = False


class GatewayError(Exception):
    """A message was not delivered, or perhaps not. `reason` is a word for staff, without addresses or contents."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Refused(GatewayError):
    """Certainly not delivered, and never will be: no such mailbox, the recipient opted out."""


class Unavailable(GatewayError):
    """Certainly not delivered now; may be tried again, after `retry_after` seconds where the gateway said so."""

    def __init__(self, reason: str, retry_after: int | None = None) -> None:
        super().__init__(reason)
        self.retry_after = retry_after


class OutcomeUnknown(GatewayError):
    """Perhaps delivered: the connection ended after the message was handed over."""


class Misconfigured(GatewayError):
    """Certainly not delivered; the administrator must act: wrong password, certificate, sender or address."""


class Messenger(Protocol):
    """Delivers over one channel. Called outside transactions; no other exception than the four leaves it, but
    ProbeFailed from `probe`."""

    @property
    def channel(self) -> Channel:
        """What it delivers."""
        ...

    @property
    def patience(self) -> float:
        """Seconds that one delivery takes at most."""
        ...

    def deliver(self, envelope: Envelope, handing_over: Callable[[], None]) -> DeliveryReceipt:
        """Hand the message over.

        `handing_over` is called once, right before the first byte that cannot be taken back; what it raises ends
        the delivery. Raises Refused, Unavailable, OutcomeUnknown, Misconfigured.
        """
        ...

    def receipt(self, reference: str) -> Delivery:
        """How far a message got that was handed over, by what `deliver` called it. Raises Refused, Unavailable,
        Misconfigured."""
        ...

    def probe(self) -> str:
        """What the doctor sees, with the least harm: no message is sent. Raises ProbeFailed."""
        ...

    def let_go(self, unused_for: float = 0.0) -> None:
        """Close what was kept for the next message and has not been used for so many seconds. Raises nothing."""
        ...
