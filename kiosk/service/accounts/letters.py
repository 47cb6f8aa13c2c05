"""What people are told about their accounts by mail, from the outbox, in the transaction that makes it necessary.

For nobody the same row is written, which is never delivered.
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final

from kiosk.service.accounts.one_time import Issued
from kiosk.service.messages.actions import NOTICE_LIFE
from kiosk.service.messages.connector import Channel, Message, TemplateName
from kiosk.service.messages.outbox import enqueue
from kiosk.service.parts import Parts
from kiosk.service.placeholders import fill
from kiosk.service.sources import new_id
from kiosk.service.store.accounts import AccountRow
from kiosk.service.store.engine import WriteTx
from kiosk.service.verification.hints import decoy_domain

_HOUR: Final = 3600
_NOBODY_ID, _NOBODY_NAME = "0" * 32, "Nobody Known"


def mail_activation(tx: WriteTx, parts: Parts, row: AccountRow | None, issued: Issued) -> None:
    """The token that activates an account, and where it leads."""
    url = parts.settings.accounts.sign_in.activation_url
    link = fill(url, {"token": issued.text, "user_id": _NOBODY_ID if row is None else row.id})
    _mail_secret(tx, parts, row, TemplateName.ACTIVATION, issued, {"link": link})


def mail_passcode(tx: WriteTx, parts: Parts, row: AccountRow | None, issued: Issued) -> None:
    """The passcode that a new password is chosen with."""
    _mail_secret(tx, parts, row, TemplateName.PASSCODE, issued, {})


def mail_sign_in_code(tx: WriteTx, parts: Parts, row: AccountRow | None, issued: Issued) -> None:
    """The code that somebody signs in with instead of a password."""
    values, topic = {"code": issued.text, "minutes": str(issued.life // 60)}, f"sign_in_code:{issued.subject}"
    _mail(tx, parts, row, TemplateName.SIGN_IN_CODE, values, issued.expires_at, topic)


def mail_password_changed(tx: WriteTx, parts: Parts, row: AccountRow) -> None:
    """That the password is another one now (OWASP ASVS 6.3.6)."""
    now = parts.clock.now()
    values = {"when": now.astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC")}
    _mail(tx, parts, row, TemplateName.PASSWORD_CHANGED, values, now + NOTICE_LIFE)


def _mail_secret(
    tx: WriteTx, parts: Parts, row: AccountRow | None, template: TemplateName, issued: Issued, more: Mapping[str, str]
) -> None:
    values = {"code": issued.text, "hours": str(issued.life // _HOUR), **more}
    topic = f"{template}:{issued.subject}"
    _mail(tx, parts, row, template, values, issued.expires_at, topic)


def _mail(
    tx: WriteTx,
    parts: Parts,
    row: AccountRow | None,
    template: TemplateName,
    values: Mapping[str, str],
    useless_after: datetime,
    topic: str = "",
) -> None:
    about = {"organization": parts.settings.organization, "name": _NOBODY_NAME if row is None else row.display_name}
    message = Message(
        Channel.MAIL,
        _decoy(parts, topic) if row is None else row.email,
        template,
        (row.locale if row else "") or parts.settings.languages[0],
        {**about, **values},
        deliverable=row is not None and bool(row.email) and parts.settings.mail is not None,
    )
    once = f"{template}:{new_id(parts.random)}"
    enqueue(tx, parts, message, useless_after=useless_after, once=once, topic=topic)


def _decoy(parts: Parts, topic: str) -> str:
    drawn = hmac.digest(parts.hmac_key, b"decoy\0" + topic.encode(), "sha256").hex()
    return f"{drawn[:8]}@{decoy_domain(parts.settings)}"
