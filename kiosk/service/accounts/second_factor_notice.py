"""What a person is told, and the trail, of every change of their second factor (NIST SP 800-63B-4, 4.1; ASVS 6.3.6)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC
from typing import Final

from kiosk.service.accounts.totp import Change
from kiosk.service.audit.actions import Event, record
from kiosk.service.messages.actions import NOTICE_LIFE
from kiosk.service.messages.connector import Channel, Message, TemplateName
from kiosk.service.messages.outbox import enqueue
from kiosk.service.parts import Parts
from kiosk.service.sources import new_id
from kiosk.service.store.engine import WriteTx


@dataclass(frozen=True, slots=True)
class Holder:
    """Whose app it is, as a directory knows them, and who acts on it. `name` is the user name: the app shows it."""

    user_id: str
    name: str
    display_name: str
    email: str
    locale: str
    tenant: str
    actor: str
    site: str = ""


EVENTS: Final[Mapping[Change, str]] = {
    Change.SET_UP: "totp_set_up",
    Change.ENROLL: "totp_enrolled",
    Change.UNENROLL: "totp_unenrolled",
    Change.TAKE_AWAY: "totp_taken_away",
}
"""How the trail calls each change."""

WORDS: Final[Mapping[str, Mapping[Change, str]]] = {
    "en": {
        Change.ENROLL: "An authenticator app was set up",
        Change.UNENROLL: "The authenticator app was removed",
        Change.TAKE_AWAY: "Staff removed the authenticator app",
    },
    "ar": {
        Change.ENROLL: "تم إعداد تطبيق مصادقة",
        Change.UNENROLL: "تمت إزالة تطبيق المصادقة",
        Change.TAKE_AWAY: "أزال الموظفون تطبيق المصادقة",
    },
}
"""What the mail says happened; a set-up alone changes nothing yet."""


def tell(tx: WriteTx, parts: Parts, holder: Holder, change: Change, reason: str = "") -> None:
    """Write the change into the trail, and to the person, at the address on file."""
    event = Event(EVENTS[change], holder.tenant, holder.actor, subject=holder.user_id, site=holder.site, reason=reason)
    record(tx, parts, event)
    words = WORDS.get(holder.locale.replace("_", "-").partition("-")[0], WORDS["en"])
    if change not in words or not holder.email or parts.settings.mail is None:
        return
    now = parts.clock.now()
    values = {
        "name": holder.display_name,
        "organization": parts.settings.organization,
        "when": now.astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC"),
        "change": words[change],
    }
    message = Message(Channel.MAIL, holder.email, TemplateName.SECOND_FACTOR, holder.locale, values)
    enqueue(tx, parts, message, useless_after=now + NOTICE_LIFE, once=f"second_factor:{new_id(parts.random)}")
