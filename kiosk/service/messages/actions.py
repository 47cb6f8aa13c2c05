"""What other parts of the service say to people; each call is made inside the transaction that makes it necessary."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Final

from kiosk.service.directories.connector import Person
from kiosk.service.messages.connector import Channel, Message, TemplateName
from kiosk.service.messages.outbox import enqueue
from kiosk.service.parts import Parts
from kiosk.service.store.engine import WriteTx

NOTICE_LIFE: Final = timedelta(days=3)


@dataclass(frozen=True, slots=True)
class Registered:
    """What was registered where, for the people whom it belongs to: a security key, or a passkey `on_phone`.
    `reference` is the receipt, which people quote at the desk."""

    relying_party: str
    when: datetime
    reference: str = ""
    locale: str = "en"
    on_phone: bool = False

    @property
    def template(self) -> TemplateName:
        """What it is told in."""
        return TemplateName.PHONE_REGISTERED if self.on_phone else TemplateName.REGISTERED


def notify_registered(tx: WriteTx, parts: Parts, person: Person, told: Registered) -> bool:
    """Tell the person, at the mail address on file, that something was registered for them; whether it is new.

    The same person, relying party, time and `reference` are one event, told once. Without an address on file, or
    without a mail server, nothing is said. (NIST SP 800-63B-4, 4.1; OWASP ASVS 6.3.6.)
    """
    if not person.email or parts.settings.mail is None:
        return False
    values = {
        "name": person.display_name,
        "organization": parts.settings.organization,
        "relying_party": told.relying_party,
        "when": told.when.astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC"),
        "reference": told.reference or "-",
    }
    message = Message(Channel.MAIL, person.email, told.template, told.locale, values)
    event = sha256(
        repr((person.user_id, told.relying_party, told.when.isoformat(), told.reference)).encode()
    ).hexdigest()
    return enqueue(tx, parts, message, useless_after=parts.clock.now() + NOTICE_LIFE, once=f"{told.template}:{event}")
