"""What staff are told by mail: that they have another key or a code, and administrators that a code was used."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC
from enum import StrEnum
from typing import Final

from kiosk.contract.staff import Role
from kiosk.service.messages.actions import NOTICE_LIFE
from kiosk.service.messages.connector import Channel, Message, TemplateName
from kiosk.service.messages.outbox import enqueue
from kiosk.service.parts import Parts
from kiosk.service.sources import new_id
from kiosk.service.staff.rules import may
from kiosk.service.store.engine import WriteTx
from kiosk.service.store.staff import StaffRow, staff_of


class Notice(StrEnum):
    """What happened."""

    KEY_ADDED = "key_added"
    KEY_REVOKED = "key_revoked"
    CODE_MADE = "code_made"
    CODE_USED = "code_used"


WORDS: Final[Mapping[str, Mapping[Notice, str]]] = {
    "en": {
        Notice.KEY_ADDED: "A security key was added to the staff account {account}",
        Notice.KEY_REVOKED: "A security key of the staff account {account} was revoked",
        Notice.CODE_MADE: "A sealed one-time code was made for the staff account {account}",
        Notice.CODE_USED: "The sealed one-time code of the staff account {account} was used instead of a key",
    },
    "ar": {
        Notice.KEY_ADDED: "أُضيف مفتاح أمان إلى حساب الموظف {account}",
        Notice.KEY_REVOKED: "أُلغي مفتاح أمان من حساب الموظف {account}",
        Notice.CODE_MADE: "أُنشئ رمز مختوم يُستخدم مرة واحدة لحساب الموظف {account}",
        Notice.CODE_USED: "استُخدم الرمز المختوم لحساب الموظف {account} بدلًا من مفتاح الأمان الخاص به",
    },
}
"""What the mail says happened."""


def tell(tx: WriteTx, parts: Parts, staff: StaffRow, notice: Notice) -> None:
    """Tell the member whom it is about."""
    _mail(tx, parts, staff, notice, staff)


def tell_administrators(tx: WriteTx, parts: Parts, staff: StaffRow, notice: Notice) -> None:
    """Tell everybody who administers the tenant, and the member."""
    told = {each.id: each for each in staff_of(tx, staff.tenant) if may(each, Role.ADMINISTER)}
    for each in {**told, staff.id: staff}.values():
        _mail(tx, parts, each, notice, staff)


def _mail(tx: WriteTx, parts: Parts, to: StaffRow, notice: Notice, about: StaffRow) -> None:
    if not to.email or parts.settings.mail is None:
        return
    now, language = parts.clock.now(), parts.settings.languages[0]
    words = WORDS.get(language.partition("-")[0], WORDS["en"])
    values = {
        "name": to.display_name,
        "organization": parts.settings.organization,
        "when": now.astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC"),
        "change": words[notice].replace("{account}", about.name),
    }
    message = Message(Channel.MAIL, to.email, TemplateName.STAFF, language, values)
    enqueue(tx, parts, message, useless_after=now + NOTICE_LIFE, once=f"staff:{new_id(parts.random)}")
